internal import CLinux
public import Engine
public import Timing

/// Watches for the machine's pauses before anything else runs, as a hiccup meter does: on each CPU
/// a thread spins and reads the clock, and what lies between two readings is time that it lost.
public enum SpinCalibration {
  /// Spins on all of `cpus` at once for `nanos`; the caller sleeps meanwhile.
  public static func measure(
    cpus: [Int], nanos: UInt64, clock: TickClock
  ) throws(EngineError) -> [LabHiccups] {
    let found = cpus.map { _ in FoundHiccups() }
    var threads: [NativeThread] = []
    for (index, cpu) in cpus.enumerated() {
      let result = found[index]
      threads.append(
        try NativeThread(name: "calibration", cpu: cpu) {
          result.value = spin(cpu: cpu, nanos: nanos, clock: clock)
        })
    }
    for thread in threads { thread.join() }
    return found.compactMap(\.value)
  }

  private final class FoundHiccups: @unchecked Sendable {
    // Safety of `@unchecked`: written by one thread, read when it was joined.
    var value: LabHiccups?
  }

  private static func spin(cpu: Int, nanos: UInt64, clock: TickClock) -> LabHiccups {
    let begin = clock.now
    var now = begin
    var watch = HiccupWatch(now: begin)
    while now &- begin < nanos {
      ml_cpu_pause()
      now = clock.now
      watch.note(now)
    }
    return LabHiccups(thread: "calibration", cpu: cpu, nanos: now &- begin, watch)
  }
}
