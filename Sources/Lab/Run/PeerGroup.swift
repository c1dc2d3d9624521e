internal import FeedKit
internal import Glibc
public import Timing

/// The other processes of a run: started, asked for what they have found, ended.
final class PeerGroup {
  let files: InstanceFiles
  let control: LabControl
  let memory: MarkMemory
  private var children: [ChildProcess] = []
  /// Port of the sender, where it listens.
  var port: UInt16 { UInt16(truncatingIfNeeded: control.load(.port)) }
  var isEmpty: Bool { children.isEmpty }
  var count: UInt64 { UInt64(children.count) }

  private static var answerNanos: UInt64 { 30_000_000_000 }

  /// Makes what the processes share: the page of control, and windows for `nanos` and a while more.
  init(_ files: InstanceFiles, nanos: UInt64) throws(LabFailure) {
    self.files = files
    control = try LabControl(path: files.file("lab.control"), isNew: true)
    let windows = Int(nanos / WindowMarks.defaultWindowNanos) + Self.windowsBehind
    do throws(MarkMemory.Failure) {
      memory = try MarkMemory(windows: windows, path: files.file("lab.marks"))
    } catch {
      throw .system(call: error.call, path: error.path, code: error.code)
    }
  }

  /// Windows behind the end, in which what is late is still seen: 2 s.
  private static var windowsBehind: Int { 2_000 }

  /// Starts the processes that the plan needs: none, one, or two where there are CPUs for them.
  func start(_ plan: LabPlan, clock: TickClock, udpPort: UInt16) throws(LabFailure) {
    let reads = plan.last == "reader"
    guard reads || plan.usesSockets else { return }
    let cpus = plan.cpuOfPart
    var first = PeerPlan(plan: plan, clock: clock)
    first.ringPath = files.file("shard-0.ring")
    first.marksPath = files.file("lab.marks")
    first.controlPath = files.file("lab.control")
    first.port = udpPort
    first.midnight = NewYorkTime.midnight(of: NewYorkTime.date(of: clock.now))
    first.reads = reads
    first.cpu = reads ? cpus["ring-reader"] : cpus["sender"]
    let hasOwnSender = reads && plan.usesSockets && cpus["sender"] != cpus["ring-reader"]
    first.sends = plan.usesSockets && !hasOwnSender
    try add(first, named: reads ? "ring reader" : "sender")
    guard hasOwnSender else { return }
    var second = first
    second.reads = false
    second.sends = true
    second.cpu = cpus["sender"]
    try add(second, named: "sender")
  }

  private func add(_ plan: PeerPlan, named name: String) throws(LabFailure) {
    let path = try files.write(try plan.text(), to: "lab.plan-\(children.count)")
    children.append(try ChildProcess(name: name, words: ["bench-peer", path]))
  }

  /// Starts the process that answers datagrams.
  func startEcho(_ plan: LabPlan, clock: TickClock, cpu: Int?) throws(LabFailure) {
    var echo = PeerPlan(plan: plan, clock: clock)
    echo.echoes = true
    echo.cpu = cpu
    echo.controlPath = files.file("lab.control")
    echo.marksPath = files.file("lab.marks")
    try add(echo, named: "echo")
  }

  /// Waits until all of them have come so far. Throws where one has ended, or a signal came.
  func wait(for word: LabControl.Word, _ watcher: LabWatcher) throws(LabFailure) {
    let begin = TickClock.ticks()
    let clock = TickClock.calibratedOnce
    while control.load(word) < count {
      for child in children where !child.isRunning {
        let bytes = try child.finish()
        let failure = (try? PeerResult(bytes: bytes))?.failure
        throw .peer("\(child.name): \(failure ?? "ended before the run began")")
      }
      if watcher.wait(1_000_000) { throw .stopped }
      guard clock.nanos(ofTicks: TickClock.ticks() &- begin) < Self.answerNanos else {
        throw .peer("no answer for 30 s")
      }
    }
  }

  /// Ends them and takes what they have found. Throws for one that failed.
  func finish() throws(LabFailure) -> [PeerResult] {
    control.store(1, in: .stop)
    var results: [PeerResult] = []
    for child in children {
      let bytes = try child.finish()
      if bytes.isEmpty { continue }
      let result = try PeerResult(bytes: bytes)
      if let failure = result.failure { throw .peer("\(child.name): \(failure)") }
      results.append(result)
    }
    children.removeAll()
    return results
  }

  deinit { for child in children { child.kill() } }
}

extension TickClock {
  /// The clock of this process: calibrated once, 50 ms at the first use.
  public static let calibratedOnce = TickClock.calibrated()
}
