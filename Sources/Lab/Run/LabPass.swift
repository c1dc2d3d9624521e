internal import Engine
internal import ExchangeFeeds
internal import FeedKit
internal import Lanes
internal import Ledger
internal import Net
internal import Timing
internal import Wire

/// The load once through the pipeline: processes, rings and threads are made for it and are gone
/// when it is over.
struct LabPass {
  let plan: LabPlan
  let clock: TickClock
  let watcher: LabWatcher
  let cache: FramesCache

  init(
    _ plan: LabPlan, clock: TickClock, watcher: LabWatcher, cache: FramesCache = FramesCache()
  ) {
    self.plan = plan
    self.clock = clock
    self.watcher = watcher
    self.cache = cache
  }

  /// From the moment in which everything is there to the first message; doubled where the machine
  /// was too busy to be ready by then.
  private static var marginNanos: UInt64 { 400_000_000 }
  private static var attempts: Int { 4 }

  func run() throws(LabFailure) -> PassResult {
    guard let shape = plan.profile.shape else { throw .plan("profile \(plan.profile.kind)") }
    let frames = plan.usesSockets ? nil : try makeFrames(shape)
    for attempt in 0..<Self.attempts {
      let margin = Self.marginNanos << UInt64(attempt)
      if let result = try run(shape, frames, margin: margin) { return result }
    }
    throw .peer("the machine is too busy to start in time: end other programs and try again")
  }

  /// Makes the messages of a run that reads them from memory.
  private func makeFrames(_ shape: RateProfile) throws(LabFailure) -> PacedFrames {
    let count = plan.madeMessages
    watcher.progress(LabProgress(phase: "making \(count) messages"))
    return try cache.paced(plan, count: count, shape: shape, clock: clock)
  }

  /// One attempt; nil where something was not ready in time.
  private func run(
    _ shape: RateProfile, _ frames: PacedFrames?, margin: UInt64
  ) throws(LabFailure) -> PassResult? {
    let files = try InstanceFiles(folder: plan.folder)
    defer { files.remove() }
    let peers = try PeerGroup(files, nanos: plan.profile.nanos)
    let udpPort = plan.input == "udp" ? try freePort() : 0
    watcher.progress(LabProgress(phase: "starting"))
    try peers.start(plan, clock: clock, udpPort: udpPort)
    try peers.wait(for: .opened, watcher)
    let start = clock.now &+ margin
    peers.memory.marks.start = start
    peers.control.store(start, in: .start)
    frames?.begin(at: start)
    let probe = makeProbe(peers, start: start)
    let pipeline = try makePipeline(files, peers, probe, frames, udpPort: udpPort)
    var session = PassSession(
      plan: plan, shape: shape, clock: clock, watcher: watcher, start: start, pipeline: pipeline,
      peers: peers, probe: probe)
    do throws(LabFailure) {
      guard try session.begin() else {
        session.abandon()
        return nil
      }
      return try session.finish()
    } catch {
      session.abandon()
      throw error
    }
  }

  private func freePort() throws(LabFailure) -> UInt16 {
    do throws(NetError) {
      // The kernel gives out others before it comes back to this one.
      return try UDPReceiver(Endpoint(host: "127.0.0.1", port: 0)).localAddress.port
    } catch {
      throw .net(error)
    }
  }

  private func makeProbe(_ peers: PeerGroup, start: UInt64) -> LabProbe {
    let slots = Int(plan.profile.nanos / plan.slotNanos) + 1
    return LabProbe(
      clock: clock, due: plan.usesSockets ? .tsEvent : .tsRecv,
      options: LatencyRecorder.Options(start: start, slots: slots, slotNanos: plan.slotNanos),
      marks: peers.memory.marks, recordsPublished: plan.last == "published")
  }

  private func makePipeline(
    _ files: InstanceFiles, _ peers: PeerGroup, _ probe: LabProbe, _ frames: PacedFrames?,
    udpPort: UInt16
  ) throws(LabFailure) -> Pipeline {
    var options = PipelineOptions(instance: files.instance, verb: "bench")
    options.folder = files.folder
    options.layout = plan.layout == "inline" ? .inline : .split
    options.lab = probe
    options.lanes = LaneOptions(capacityLines: plan.laneLines, strategy: .spin)
    options.outputs = plan.outputs.reduce(into: ShardOutputs()) { set, name in
      if let output = ShardOutputs(name: name) { set.insert(output) }
    }
    options.ringLines = plan.ringLines
    options.usesWideInstructions = plan.usesWideInstructions
    let cpus = plan.cpuOfPart
    options.workerCPUs = cpus["worker"].map { [$0] } ?? []
    let source = try makeSource(peers, frames, udpPort: udpPort, cpu: cpus["reader"])
    do throws(EngineError) {
      return try Pipeline(options: options, sources: [source], version: plan.version)
    } catch {
      throw .engine(error)
    }
  }

  private func makeSource(
    _ peers: PeerGroup, _ frames: PacedFrames?, udpPort: UInt16, cpu: Int?
  ) throws(LabFailure) -> SourceConfiguration {
    let input: SourceInput
    if let frames {
      input = .paced(frames)
    } else if plan.input == "udp" {
      input = .udp(lines: [Endpoint(host: "127.0.0.1", port: udpPort)], reRequest: nil)
    } else {
      do throws(SoupBinTCPClient.FieldError) {
        let options = try SoupBinTCPClient.Options(
          login: try SoupBinTCPClient.Login(user: "LAB", password: "LAB"), session: "",
          sequence: 1)
        input = .soup(server: Endpoint(host: "127.0.0.1", port: peers.port), options)
      } catch {
        throw .plan("\(error)")
      }
    }
    var source = SourceConfiguration(
      name: "itch50", feed: ItchFeed.self, input: input, cpu: cpu, busyPolls: true)
    source.midnight = NewYorkTime.midnight(of: NewYorkTime.date(of: clock.now))
    source.gaps.start = .one
    source.gaps.requestLimit = 0
    // What the kernel has dropped does not come any more: what follows it must not wait.
    source.gaps.deadlineNanos = 1_000_000
    source.gaps.largestGapMessages = 1 << 36
    return source
  }
}
