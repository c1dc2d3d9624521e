internal import CLinux
internal import Engine
internal import Ledger
internal import Net
internal import Timing

/// One burst: the machine before, the load, the machine after, and the verdict.
public struct LabRun {
  public let plan: LabPlan
  let watcher: LabWatcher
  let clock: TickClock

  /// A run of this plan; calibrates the clock (50 ms) at the first time.
  public init(_ plan: LabPlan, watcher: LabWatcher) {
    self.plan = plan
    self.watcher = watcher
    clock = TickClock.calibratedOnce
  }

  /// How long the spin on each CPU and each of the two series of round trips last.
  private static var calibrationNanos: UInt64 { 250_000_000 }
  private static var roundTripNanos: UInt64 { 50_000_000 }

  /// Runs the load; gives everything that was found. Nothing is left behind, however it ends.
  public func burst() throws(LabFailure) -> LabResult {
    var machine = try beforehand()
    let pass = try LabPass(plan, clock: clock, watcher: watcher).run()
    try measureRoundTrip(&machine)
    var result = machine.result(kind: "burst", plan: plan)
    pass.write(into: &result)
    result.bars = LabBars.judge(
      LabBars.Facts(
        plan: plan, total: pass.total?.clean ?? LabQuantiles(),
        published: result.stages.first { $0.name == "publish" && $0.from == "due" }?.clean,
        cleanShare: pass.cleanShare,
        rawRoundTrip: result.rawRoundTrip, udpRoundTrip: result.udpRoundTrip,
        isComplete: pass.lost.isEmpty && pass.violations.isEmpty))
    result.notes += LabNotes.about(result)
    return result
  }

  /// What is known of the machine around a run.
  struct Surroundings: ~Copyable {
    var environment: LabEnvironment
    let begin: ProcessorTime
    let created: String
    var hiccups: [LabHiccups] = []
    var trips = Histogram()
    var udpRoundTrip: LabQuantiles?

    /// A result that has all but what the load brings.
    func result(kind: String, plan: LabPlan) -> LabResult {
      var environment = environment
      (environment.stolenShare, environment.backgroundShare) =
        ProcessorTime.now().shares(since: begin)
      let shape = plan.profile.shape?.description ?? plan.profile.kind
      var result = LabResult(
        kind: kind, label: plan.label ?? "\(plan.input), \(shape)", created: created,
        command: plan.command, environment: environment, setup: plan.setup, profile: shape)
      result.hiccups = hiccups
      result.rawRoundTrip = trips.count > 0 ? LabQuantiles(trips) : nil
      result.udpRoundTrip = udpRoundTrip
      return result
    }
  }

  /// Looks at the machine before the load.
  func beforehand() throws(LabFailure) -> Surroundings {
    watcher.progress(LabProgress(phase: "looking at the machine"))
    // Threads that spin on every CPU and are never throttled would keep the one out that ends them.
    if plan.isRealtime, LabFiles.line("/proc/sys/kernel/sched_rt_runtime_us") == "-1" {
      throw .plan(
        "real-time threads would hang this machine: kernel.sched_rt_runtime_us is -1, so that "
          + "nothing is left for others; set it to 950000, or leave --realtime out")
    }
    var environment = LabEnvironment.ofThisMachine(version: plan.version)
    environment.ticksPerMicrosecond = clock.ticksPerMicrosecond
    var machine = Surroundings(
      environment: environment, begin: ProcessorTime.now(),
      created: UTCText.text(ofUnixNanos: clock.now))
    machine.hiccups = try withPriority { () throws(EngineError) in
      try SpinCalibration.measure(cpus: plan.cpus, nanos: Self.calibrationNanos, clock: clock)
    }
    try measureRoundTrip(&machine)
    if plan.input == "udp" { machine.udpRoundTrip = try bareRoundTrip() }
    return machine
  }

  func measureRoundTrip(_ machine: inout Surroundings) throws(LabFailure) {
    guard plan.cpus.count > 1 else { return }
    try withPriority { () throws(EngineError) in
      try RawRoundTrip.measure(
        cpus: (plan.cpus[0], plan.cpus[1]), nanos: Self.roundTripNanos, into: &machine.trips)
    }
  }

  /// Starts threads that inherit the priority of the run's threads.
  private func withPriority<Found>(
    _ body: () throws(EngineError) -> Found
  ) throws(LabFailure) -> Found {
    let code = plan.isRealtime ? ml_thread_set_realtime(true) : 0
    guard code == 0 else {
      throw .system(call: "sched_setscheduler", path: "SCHED_FIFO", code: code)
    }
    defer { if plan.isRealtime { _ = ml_thread_set_realtime(false) } }
    do throws(EngineError) {
      return try body()
    } catch {
      throw .engine(error)
    }
  }

  /// The round trip of a datagram between two processes on the two CPUs that the run uses.
  private func bareRoundTrip() throws(LabFailure) -> LabQuantiles? {
    guard plan.cpus.count > 1 else { return nil }
    let files = try InstanceFiles(folder: plan.folder)
    let peers = try PeerGroup(files, nanos: 1)
    try peers.startEcho(plan, clock: clock, cpu: plan.cpus[1])
    try peers.wait(for: .opened, watcher)
    let caller = BareCaller(port: peers.port, nanos: Self.roundTripNanos * 4, clock: clock)
    do throws(EngineError) {
      try NativeThread(name: "udp-ping", cpu: plan.cpus[0]) { caller.run() }.join()
    } catch {
      throw .engine(error)
    }
    _ = try peers.finish()
    if let failure = caller.failure { throw .net(failure) }
    return caller.found
  }

  private final class BareCaller: @unchecked Sendable {
    // Safety of `@unchecked`: written by the thread, read when it was joined.
    let port: UInt16
    let nanos: UInt64
    let clock: TickClock
    var found: LabQuantiles?
    var failure: NetError?

    init(port: UInt16, nanos: UInt64, clock: TickClock) {
      self.port = port
      self.nanos = nanos
      self.clock = clock
    }

    func run() {
      do throws(NetError) {
        found = try BareRoundTrip.measure(port: port, nanos: nanos, clock: clock)
      } catch {
        failure = error
      }
    }
  }
}
