internal import Glibc

/// What all CPUs have done since the machine was started (`/proc/stat`), and this process and its
/// ended children of it. Two readings tell the load that others made in between.
public struct ProcessorTime: Sendable {
  /// In ticks of the system's accounting, all CPUs together.
  var total: UInt64 = 0
  var idle: UInt64 = 0
  var stolen: UInt64 = 0
  /// Of this process and its children that were waited for.
  var own: UInt64 = 0

  /// The counts now; all 0 where the system does not tell.
  public static func now() -> ProcessorTime {
    var time = ProcessorTime()
    // user nice system idle iowait irq softirq steal: proc(5).
    let line = LabFiles.line("/proc/stat") ?? ""
    let counts = line.split(separator: " ").dropFirst().prefix(8).map { UInt64($0) ?? 0 }
    guard counts.count == 8 else { return time }
    time.total = counts.reduce(0, &+)
    time.idle = counts[3] &+ counts[4]
    time.stolen = counts[7]
    var used = tms()
    // Safety: the call fills the structure.
    _ = unsafe times(&used)
    let own = used.tms_utime + used.tms_stime + used.tms_cutime + used.tms_cstime
    time.own = UInt64(clamping: own)
    return time
  }

  /// Shares of the time of all CPUs since `start`, 0 to 1: taken by the hypervisor, and used by
  /// other processes.
  public func shares(since start: ProcessorTime) -> (stolen: Double, background: Double) {
    guard total > start.total else { return (0, 0) }
    let all = Double(total - start.total)
    let taken = Double(stolen &- start.stolen)
    let idled = Double(idle &- start.idle)
    let used = Double(own &- start.own)
    // Accounting in ticks may give a process a little more than the CPUs have.
    return (taken / all, max(0, (all - idled - taken - used) / all))
  }
}
