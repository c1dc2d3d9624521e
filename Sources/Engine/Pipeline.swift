public import FeedKit
internal import Glibc
public import Journal
internal import Lanes
public import Ledger
internal import Sessions
internal import SharedMemory
internal import Synchronization
internal import Wire

/// A running pipeline: sources, lanes, workers, rings and ledger, from start to the last account.
///
///     source 0 ─▶ reader thread ─┬─ lane 0,0 ─▶ worker 0 ─┬─▶ shard-0.ring
///     source 1 ─▶ reader thread ─┼─ lane …            ⋮   └─▶ journal thread ─▶ segments
///                                └─ lane R,S ─▶ worker S ─▶ shard-S.ring …
///
/// Subscribers of this process have threads like the journal's, one a shard.
///
/// `start`, then `wait` or poll `isFinished`, then `stop` once. Used from one thread.
public final class Pipeline {
  public let options: PipelineOptions
  public let sources: [SourceConfiguration]
  private let grid: LaneGrid
  private var counters: CounterFileWriter
  private var instance: CounterBlock<InstanceCounters>
  private var readers: [SourceThread] = []
  private var workers: [WorkerThread] = []
  private var journals: [JournalThread] = []
  private var captures: [CaptureThread] = []
  /// Of shard 0 first, and of each shard in the order of the options.
  private var subscribers: [SubscriberThread] = []
  private let notes = StreamNotes()
  /// Which source instruments with several of them are taken from; nil where none has.
  public let fallback: FallbackDesk?
  private var isStopped = false
  private let counterPath: String
  private let memoryFolder: String

  /// Opens rings and counters. Throws where another pipeline runs under the same name, or shared
  /// memory cannot be had.
  public init(
    options: PipelineOptions, sources: [SourceConfiguration], version: String
  ) throws(EngineError) {
    self.options = options
    self.sources = sources
    grid = LaneGrid(
      readers: sources.count, shards: options.shards, options: Self.lanes(options, sources),
      policies: sources.map { options.layout == .inline ? nil : $0.lanePolicy })
    fallback = options.fallback.map { FallbackDesk(plan: $0, shards: options.shards) }
    let location: RingLocation
    do throws(SharedMemoryError) {
      location = try RingLocation(
        instance: options.instance, folder: options.folder ?? RingLocation.defaultFolder)
    } catch {
      throw .sharedMemory(error)
    }
    memoryFolder = location.instanceFolder
    counterPath = "\(location.instanceFolder)/counters"
    // The rings first: their locks tell whether another pipeline has this name.
    var rings: [RingBox] = []
    do throws(SharedMemoryError) {
      for shard in 0..<options.shards {
        let ring = Self.ringOptions(options, sources, shard: shard)
        rings.append(try RingBox(location: location, options: ring))
      }
    } catch {
      throw .sharedMemory(error)
    }
    // Then the journals: a folder that cannot be written is known before anything runs.
    let boxes = try JournalBox.open(options, sources)
    captures = try CaptureThread.open(options, sources)
    do throws(CounterFileError) {
      counters = try CounterFileWriter(
        path: counterPath, plan: Self.plan(options, sources, grid, boxes),
        identity: InstanceIdentity(
          instance: options.instance, version: version, verb: options.verb))
    } catch {
      throw .counters(error)
    }
    instance = counters.claimInstance()
    for shard in 0..<options.shards {
      guard let ring = rings[shard].takeRing(), let symbols = rings[shard].takeSymbols() else {
        continue
      }
      if shard < boxes.count, let writer = boxes[shard].take() {
        journals.append(
          JournalThread(
            name: boxes[shard].name, writer: writer, lane: boxes[shard].lane,
            outlet: counters.claimOutlet(shard: shard, index: Self.journalOutlet)))
      }
      for (index, subscriber) in options.subscribers.enumerated() {
        subscribers.append(
          SubscriberThread(
            subscriber, shard: shard, link: SubscriberLink(subscriber),
            outlet: counters.claimOutlet(shard: shard, index: Self.journalOutlet + 1 + index)))
      }
      workers.append(makeWorker(shard: shard, ring: ring, symbols: symbols))
    }
    let inline = options.layout == .inline ? InlineWorkers(workers) : nil
    if let inline { grid.consumeInline(by: inline) }
    for index in sources.indices { readers.append(makeReader(index, inline: inline)) }
  }

  private static func lanes(
    _ options: PipelineOptions, _ sources: [SourceConfiguration]
  ) -> LaneOptions {
    var lanes = options.lanes
    if options.layout == .inline {
      precondition(sources.count == 1, "the inline layout has one source, whose thread does it all")
      lanes.policy = .wait
    }
    return lanes
  }

  private func makeReader(_ index: Int, inline: InlineWorkers?) -> SourceThread {
    let configuration = sources[index]
    return SourceThread(
      configuration: configuration, reading: makeReading(index),
      ledger: SourceLedger(
        index: index, shards: options.shards, file: &counters,
        isSession: configuration.isSession,
        measures: options.latency.isOn && options.lab == nil,
        reporter: reporter(
          "reader-\(configuration.name)", of: configuration.feed, isLive: configuration.isLive),
        notes: notes),
      capture: captures.first { $0.index == index }?.link, inline: inline,
      probe: options.lab, strategy: options.lanes.strategy)
  }

  private func makeReading(_ index: Int) -> SourceThread.Reading {
    let configuration = sources[index]
    let decoder = DecoderOptions(
      shards: options.shards, midnight: configuration.midnight,
      usesWideInstructions: options.usesWideInstructions)
    guard case .live(let feed, _, var live) = configuration.input else {
      return .source(
        configuration.feed.makeRunner(
          RunnerOptions(decoder: decoder, gaps: configuration.gaps), lanes: grid.writer(index)))
    }
    live.decoder = decoder
    live.source = configuration.name
    return .live(feed.makeLive(live, lanes: grid.writer(index)))
  }

  /// Index of the journal among the outlets of a shard; the ring in shared memory is 0.
  public static var journalOutlet: Int { 1 }

  private static func ringOptions(
    _ options: PipelineOptions, _ sources: [SourceConfiguration], shard: Int
  ) -> BroadcastWriter.Options {
    let datasets = Set(sources.map { $0.feed.description.dataset })
    return BroadcastWriter.Options(
      instance: options.instance, dataset: datasets.count == 1 ? datasets.first ?? "" : "",
      shard: shard, shardCount: options.shards, capacityLines: options.ringLines,
      store: options.lanes.wideStores ? .best : .seqlock)
  }

  private func makeWorker(
    shard: Int, ring: consuming BroadcastWriter, symbols: consuming SymbolWriter
  ) -> WorkerThread {
    // In the lab each record's own due time is measured, and these clocks would only be in its way.
    let isLive =
      options.lab == nil && options.latency.isOn && sources.contains(where: \.isLive)
    let worker = ShardWorker(
      shard: shard, grid: grid, outputs: options.outputs,
      expectedOrders: options.expectedOrders, ring: ring, symbols: symbols,
      counters: counters.claimShard(shard),
      outlet: counters.claimOutlet(shard: shard, index: 0),
      latency: counters.claimLatency(sources.count + shard), measuresLatency: isLive,
      reporter: reporter("worker-\(shard)", of: sources[0].feed, isLive: isLive),
      notes: shard == 0 ? notes : nil,
      journal: BlockLaneWriter(shard < journals.count ? journals[shard].lane : nil),
      journalFlushNanos: options.journal?.flushNanos ?? 0,
      subscribers: subscribers.filter { $0.shard == shard }.map(\.link),
      fallback: fallbackTable(shard), fallbackPublisher: sources[0].feed.description.publisherID,
      probe: options.lab?.makeWorker(
        shards: options.shards, spins: options.layout == .split && options.lanes.strategy == .spin))
    return WorkerThread(
      worker, doorbell: grid.doorbells[shard], strategy: options.lanes.strategy)
  }

  private func fallbackTable(_ shard: Int) -> FallbackTable {
    guard let plan = options.fallback, let desk = fallback else { return .off }
    return FallbackTable(
      plan: plan, sources: sources.map(\.name), shard: shard, shards: options.shards,
      box: desk.boxes[shard])
  }

  /// Who puts a thread's latencies into the stream, under the publisher's number of `feed`.
  private func reporter(
    _ thread: String, of feed: any Feed.Type, isLive: Bool
  ) -> LatencyReporter {
    LatencyReporter(
      thread: thread, publisherID: feed.description.publisherID,
      nanos: isLive && options.latency.isOn ? options.latency.recordNanos : nil)
  }

  private static func plan(
    _ options: PipelineOptions, _ sources: [SourceConfiguration], _ grid: LaneGrid,
    _ journals: [JournalBox]
  ) -> CounterPlan {
    // Most records between two publications of a reader: a slice of the smallest messages, or a
    // batch of full datagrams on each line, each record broadcast to all shards at worst.
    let readerBatch =
      max(
        SourceThread.sliceBytes / 12, 4 * 64 * 120) * max(1, options.shards)
    // A worker takes a batch from each lane, and a record may become four and a quote each.
    let workerBatch = LaneLimits.batchRecords * 8 * max(1, sources.count) + 100_000
    let reasons = (0..<15).map { RejectReason(rawValue: $0).name }
    var plan = CounterPlan(
      rejectReasons: reasons, disconnectCauses: DisconnectCause.names, healthNames: Health.names)
    for index in sources.indices {
      plan.addSource(index, name: sources[index].name, batchRecords: readerBatch)
      plan.addLatency(index, name: "reader-\(sources[index].name)")
      if sources[index].isSession { plan.addSession(index, name: sources[index].name) }
      for shard in 0..<options.shards {
        plan.addLane(
          source: index, shard: shard,
          capacityRecords: grid.policies[index] == .wait ? grid.capacityLines : nil,
          batchRecords: readerBatch)
      }
    }
    for shard in 0..<options.shards {
      plan.addShard(shard, name: "shard-\(shard)", batchRecords: workerBatch)
      plan.addOutlet(shard: shard, index: 0, name: "shm-\(shard)", batchRecords: workerBatch)
      plan.addLatency(sources.count + shard, name: "worker-\(shard)")
    }
    for shard in 0..<options.shards {
      for (index, subscriber) in options.subscribers.enumerated() {
        plan.addOutlet(
          shard: shard, index: journalOutlet + 1 + index, name: "\(subscriber.name)-\(shard)",
          capacityRecords: max(subscriber.buffers, 2) * max(subscriber.blockRecords, 1),
          batchRecords: workerBatch)
      }
    }
    for (shard, journal) in journals.enumerated() {
      plan.addOutlet(
        shard: shard, index: journalOutlet, name: journal.name,
        capacityRecords: journal.lane.capacityRecords, batchRecords: workerBatch)
    }
    return plan
  }

  /// Starts journals, workers, then readers.
  public func start() throws(EngineError) {
    do throws(EngineError) {
      for shard in journals.indices {
        let cpus = options.journal?.cpus ?? []
        try journals[shard].start(cpu: shard < cpus.count ? cpus[shard] : nil)
      }
      for subscriber in subscribers { try subscriber.start() }
      for capture in captures { try capture.start() }
      for shard in workers.indices where options.layout == .split {
        let cpus = options.workerCPUs
        try workers[shard].start(cpu: shard < cpus.count ? cpus[shard] : nil)
      }
      for reader in readers { try reader.start() }
    } catch {
      _ = stop()
      throw error
    }
  }

  /// Whether every source has come to its end.
  public var isFinished: Bool { readers.allSatisfy(\.isFinished) }

  /// What ended a source early, by the source's name.
  public var failures: [(source: String, error: EngineError)] {
    readers.compactMap { reader in
      reader.failure.map { (reader.configuration.name, $0) }
    }
  }

  /// Reads all counters, from this thread or another one.
  public func snapshot() throws(EngineError) -> CounterSnapshot {
    do throws(CounterFileError) {
      return try CounterFile.open(counterPath).snapshot()
    } catch {
      throw .counters(error)
    }
  }

  /// Checks the ledger while running; call it every second or so. Gives what is violated.
  public func check() throws(EngineError) -> [Ledger.Violation] {
    counters.beat()
    let snapshot = try snapshot()
    let violations = Ledger.check(snapshot, quiesced: isStopped)
    instance.counters.failing = UInt64(
      snapshot.blocks.count { $0.scope == .outlet && $0[.failingSince] > 0 })
    instance.counters.checks &+= 1
    instance.counters.violations &+= UInt64(violations.count)
    instance.publish()
    return violations
  }

  /// Segments of earlier runs that were torn and are mended, and what could not be mended. Before
  /// `start`.
  public var journalRecovery: (segments: [RecoveredSegment], errors: [JournalError]) {
    let all = journals.map(\.recovery)
    return (all.flatMap { $0.segments }, all.flatMap { $0.errors })
  }

  /// What the live sessions have to say since the last call: call it several times a second.
  /// Sources of instruments that have several are changed here.
  public func takeLiveNotes() -> [LiveNote] {
    let taken = readers.flatMap { reader in
      reader.liveNotes.withLock { notes in
        defer { notes = [] }
        return notes
      }
    }
    if let fallback {
      for note in taken { fallback.take(note) }
      fallback.decide()
    }
    return taken
  }

  /// Tells the live session of this name what an operator wants; false where there is none.
  public func command(_ command: LiveCommand, source: String) -> Bool {
    guard
      let reader = readers.first(where: {
        $0.configuration.name == source && $0.configuration.isSession
      })
    else { return false }
    reader.liveCommands.withLock { $0.append(command) }
    return true
  }

  /// Subscribers whose callback threw, or that were given up for it, since the last call.
  public func takeSubscriberEvents() -> [SubscriberEvent] {
    subscribers.flatMap { $0.takeEvents() }
  }

  /// Journals that have begun to fail, or write again, since the last call. Call it often: each one
  /// is an alarm.
  public func journalEvents() -> [JournalEvent] {
    let events = journals.flatMap { $0.takeEvents() } + captures.flatMap { $0.takeEvents() }
    instance.counters.alarms &+= UInt64(events.count { $0.error != nil })
    return events
  }

  /// Ends readers, lets workers empty their lanes, and closes rings and segments. The ledger is
  /// exact then.
  public func stop() -> [Ledger.Violation] {
    guard !isStopped else { return [] }
    for reader in readers { reader.stop() }
    for reader in readers { reader.join() }
    let reports = readers.map { $0.account.report }
    for shard in workers.indices {
      workers[shard].drain(written: reports.map { $0.records[shard] })
    }
    for capture in captures { capture.drain() }
    for journal in journals { journal.drain() }
    for subscriber in subscribers { subscriber.drain() }
    isStopped = true
    let violations = (try? check()) ?? []
    counters.markStopped()
    return violations
  }

  /// What the journals of all shards have written and lost, in records. After `stop`.
  public var journalRecords: (written: UInt64, lost: UInt64) {
    journals.map(\.status).reduce((0, 0)) { ($0.0 &+ $1.written, $0.1 &+ $1.lost) }
  }

  /// What became of the raw bytes of each source that keeps them. After `stop`.
  public var captureReports: [CaptureReport] { captures.map(\.report) }

  /// What each source has seen, with its gaps. After `stop`.
  public var reports: [SourceReport] { readers.map { $0.account.report } }

  /// The stages' latencies of all threads together. After `stop`.
  public var stages: StageHistograms {
    var all = StageHistograms()
    for reader in readers { all.merge(reader.ledger.stages) }
    for worker in workers { worker.withStages { all.merge($0.stages) } }
    return all
  }

  /// Bytes of lanes, buffers of journals and subscribers, rings and symbol files, bytes of the
  /// books, and open orders in them. After `stop`.
  public var memory: (fixedBytes: Int, bookBytes: Int, openOrders: Int) {
    let books = workers.map(\.memory)
    return (
      grid.byteCount + journals.reduce(0) { $0 + $1.lane.byteCount }
        + subscribers.reduce(0) { $0 + $1.link.lane.byteCount }
        + options.shards * (options.ringLines * 64 + SharedMemoryLimits.symbolFileBytes),
      books.reduce(0) { $0 + $1.bytes }, books.reduce(0) { $0 + $1.openOrders }
    )
  }

  /// Folder with the rings and counters of this instance.
  public var folder: String { memoryFolder }
}
