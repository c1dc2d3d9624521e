internal import CLinux
internal import Engine
internal import Ledger
internal import Timing

/// A pipeline and its other processes while the load passes through them.
struct PassSession {
  let plan: LabPlan
  let shape: RateProfile
  let clock: TickClock
  let watcher: LabWatcher
  /// When the first message is due, Unix ns.
  let start: UInt64
  let pipeline: Pipeline
  let peers: PeerGroup
  let probe: LabProbe
  /// Messages of the lead, which are none of the load.
  private var lead: UInt64 = 0
  private var dueMessages: UInt64 = 0
  /// When the threads began to spin.
  private var spinning: UInt64 = 0

  init(
    plan: LabPlan, shape: RateProfile, clock: TickClock, watcher: LabWatcher, start: UInt64,
    pipeline: Pipeline, peers: PeerGroup, probe: LabProbe
  ) {
    self.plan = plan
    self.shape = shape
    self.clock = clock
    self.watcher = watcher
    self.start = start
    self.pipeline = pipeline
    self.peers = peers
    self.probe = probe
  }

  /// From one look at the progress to the next.
  private static var lookNanos: UInt64 { 100_000_000 }
  /// How long before the first message all must be ready.
  private static var readyNanos: UInt64 { 20_000_000 }
  /// How much longer than its profile a run may take until everything is through.
  private static var overtimeNanos: UInt64 { 2_000_000_000 }

  /// Starts all threads and waits for the other processes. False where that took too long.
  mutating func begin() throws(LabFailure) -> Bool {
    dueMessages = UInt64(shape.messageCount)
    let code = plan.isRealtime ? ml_thread_set_realtime(true) : 0
    guard code == 0 else {
      throw .system(call: "sched_setscheduler", path: "SCHED_FIFO", code: code)
    }
    // The pipeline's threads inherit the priority; this one gives it back.
    defer { if plan.isRealtime { _ = ml_thread_set_realtime(false) } }
    spinning = clock.now
    do throws(EngineError) {
      try pipeline.start()
    } catch {
      throw .engine(error)
    }
    peers.control.store(1, in: .ringReady)
    try peers.wait(for: .ready, watcher)
    lead = peers.control.load(.lead)
    return clock.now &+ Self.readyNanos < start
  }

  /// Ends everything without asking for results.
  func abandon() {
    peers.control.store(1, in: .stop)
    _ = pipeline.stop()
  }

  /// Waits for the end of the load, stops, and takes everything together.
  func finish() throws(LabFailure) -> PassResult {
    try watch()
    let taken = clock.now
    let violations = pipeline.stop()
    let answers = try peers.finish()
    probe.finish()
    let snapshot: CounterSnapshot
    do throws(EngineError) {
      snapshot = try pipeline.snapshot()
    } catch {
      throw .engine(error)
    }
    var result = PassResult()
    result.nanos = plan.profile.nanos
    result.violations = violations.map { "\($0)" }
    result.violations += pipeline.failures.map { "source \($0.source): \($0.error)" }
    result.account(
      snapshot, answers, lead: lead, offered: dueMessages, readsRing: plan.last == "reader")
    result.take(probe, answers, plan: plan, watched: taken &- spinning)
    result.takeSeries(probe, answers, shape: shape, marks: peers.memory.marks, plan: plan)
    result.clean(peers.memory.marks, nanos: plan.profile.nanos)
    return result
  }

  /// Shows progress until everything that is due was taken. Throws where a signal came.
  private func watch() throws(LabFailure) {
    let end = start &+ plan.profile.nanos
    var lastMessages: UInt64 = 0
    while true {
      let now = clock.now
      let snapshot = try? pipeline.snapshot()
      let messages = snapshot?.total(.messages) ?? 0
      var progress = LabProgress(phase: plan.label ?? shape.description)
      progress.nanos = plan.profile.nanos
      progress.passed = min(now > start ? now &- start : 0, plan.profile.nanos)
      progress.messages = messages &- min(lead, messages)
      if let snapshot {
        let left = snapshot.total(.received) &+ snapshot.total(.dropped)
        progress.waiting = snapshot.total(.enqueued) &- min(left, snapshot.total(.enqueued))
      }
      watcher.progress(progress)
      let isQuiet = messages == lastMessages
      lastMessages = messages
      if now >= end, hasAll(messages) { return }
      // What the kernel has dropped will not come.
      if isQuiet, now > end &+ Self.lookNanos, hasSent { return }
      if now > end &+ Self.overtimeNanos { return }
      let rest = end > now ? end &- now : 1_000_000
      if watcher.wait(min(Self.lookNanos, max(rest, 1_000_000))) { throw .stopped }
    }
  }

  /// Whether the pipeline's reader has had everything that is due.
  private func hasAll(_ messages: UInt64) -> Bool {
    plan.usesSockets ? hasSent && messages >= lead &+ dueMessages : pipeline.isFinished
  }

  /// Whether the sender, where there is one, has nothing left to send.
  private var hasSent: Bool { plan.usesSockets && peers.control.load(.isSent) == 1 }
}
