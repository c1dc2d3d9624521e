internal import Books
internal import FeedKit
internal import Lanes
internal import Ledger
internal import Records
internal import SharedMemory
internal import Wire

/// Owns one shard: takes records from its lanes, keeps their books, publishes what comes of it.
///
///     lane 0 ─┐                        ┌─ the feed's records, completed by the book
///     lane 1 ─┼─▶ take ▶ book ▶ publish┼─ MBP-1, MBP-10, BBO-1s, bars, statistics on request
///     lane R ─┘                        └─ ring in shared memory, and the journal's lane
///
/// No state is shared with another worker. One thread.
@safe struct ShardWorker: ~Copyable {
  let shard: Int
  let outputs: ShardOutputs
  var ring: BroadcastWriter
  /// The instruments' symbols, for readers that come late.
  var symbols: SymbolWriter
  var counters: CounterBlock<ShardCounters>
  var outlet: CounterBlock<OutletCounters>
  var latency: CounterBlock<LatencyCounters>
  /// The way to the journal; off where nothing is recorded.
  var journal: BlockLaneWriter
  /// The ways to the subscribers of this process.
  var taps: SubscriberTaps
  /// Whether anybody but the ring gets the records: one look on the way of each.
  let isTapped: Bool
  /// Age at which a block that is not full is handed over, ns.
  let journalFlushNanos: UInt64
  let strategy: WaitStrategy
  var stages = StageHistograms()
  /// Whether the receive times are of now, so that latencies can be told from them.
  let measuresLatency: Bool
  /// What the lab records of this worker; nil in production.
  let probe: WorkerProbe?
  private var reporter: LatencyReporter
  /// What reader threads want in the stream; nil for all shards but the first.
  private let notes: StreamNotes?
  private var summaryCursor: UInt8 = 0
  /// From the monotonic clock to civil time: both run equally fast, only the latter may jump, so
  /// one clock is read for a batch and the other one now and then.
  private var wallOffset = RealtimeClock.offsetFromMonotonic()

  private let lanes: UnsafeMutablePointer<LaneReader>
  private let sources: UnsafeMutablePointer<SourceState>
  private let sourceCount: Int
  var batch = RecordBatch()
  /// Instruments of this shard with several sources; off where there are none.
  var fallback: FallbackTable
  /// Whose number the records of changes and alarms carry.
  let fallbackPublisher: UInt16
  private let expectedOrders: Int
  private var lastEvent: UInt64 = 0
  private var lastReceive: UInt64 = 0
  private var nextSummary: UInt64 = 0
  /// Records taken since the last account.
  var unsettled = 0

  init(
    shard: Int, grid: LaneGrid, outputs: ShardOutputs, expectedOrders: Int,
    ring: consuming BroadcastWriter,
    symbols: consuming SymbolWriter, counters: consuming CounterBlock<ShardCounters>,
    outlet: consuming CounterBlock<OutletCounters>,
    latency: consuming CounterBlock<LatencyCounters>, measuresLatency: Bool,
    reporter: consuming LatencyReporter, notes: StreamNotes?,
    journal: consuming BlockLaneWriter, journalFlushNanos: UInt64,
    subscribers: [SubscriberLink] = [], fallback: FallbackTable = .off,
    fallbackPublisher: UInt16 = 0, probe: WorkerProbe? = nil
  ) {
    taps = SubscriberTaps(subscribers)
    isTapped = journal.isOn || !subscribers.isEmpty
    self.fallback = fallback
    self.fallbackPublisher = fallbackPublisher
    self.probe = probe
    self.shard = shard
    self.outputs = outputs
    self.ring = ring
    self.symbols = symbols
    self.counters = counters
    self.outlet = outlet
    self.latency = latency
    self.measuresLatency = measuresLatency
    self.reporter = reporter
    self.notes = notes
    self.journal = journal
    self.journalFlushNanos = journalFlushNanos
    strategy = grid.options.strategy
    self.expectedOrders = expectedOrders
    sourceCount = grid.readers
    unsafe lanes = ApartMemory.allocate(LaneReader.self, count: grid.readers)
    unsafe sources = ApartMemory.allocate(SourceState.self, count: grid.readers)
    for source in 0..<grid.readers {
      // Safety: each of the `readers` slots is initialised once, here.
      unsafe lanes.advanced(by: source).initialize(to: grid.reader(source, shard: shard))
      unsafe sources.advanced(by: source).initialize(
        to: SourceState(expectedOrders: expectedOrders))
    }
  }

  deinit {
    // Safety: initialised by `init`, over this count.
    unsafe lanes.deinitialize(count: sourceCount)
    unsafe sources.deinitialize(count: sourceCount)
    unsafe lanes.deallocate()
    unsafe sources.deallocate()
  }

  /// Whether any lane has a record.
  var hasWork: Bool {
    for source in 0..<sourceCount where unsafe lanes[source].hasRecord { return true }
    return false
  }

  /// Takes one turn from each lane; gives the records taken, 0 where there was nothing to do.
  ///
  /// Accounts only after `settleRecords`: counters and hints take longer than a record does, and
  /// the next one may be on its way. Who steps calls `settle` once nothing has come for a while.
  mutating func step() -> Int {
    var total = 0
    for source in 0..<sourceCount { total &+= takeBatches(from: source) }
    unsettled &+= total
    if unsettled >= Self.settleRecords { settle() }
    return total
  }

  /// Records after which counters and hints are published, whatever else there is to do.
  private static var settleRecords: Int { batchesATurn * LaneLimits.batchRecords }

  /// Publishes counters and hints, if anything was taken since they were.
  mutating func settle() {
    guard unsettled > 0 else { return }
    unsettled = 0
    beat()
    publishCounters()
  }

  /// Batches that are taken from a lane before the next one has its turn, and before the counters
  /// are published: 8 × 64 records.
  private static var batchesATurn: Int { 8 }

  private mutating func takeBatches(from source: Int) -> Int {
    var total = 0
    // The pointers, so that `self` is free for the calls.
    let lanes = unsafe lanes
    let states = unsafe sources
    var start: UInt64 = 0
    for _ in 0..<Self.batchesATurn {
      // Safety: `source` is below the count of both tables.
      unsafe lanes[source].take(into: &batch)
      guard !batch.isEmpty else { break }
      total &+= batch.count
      // A batch that follows another begins where that one ended.
      if measuresLatency, start == 0 { start = MonotonicClock.now().rawValue }
      probe?.take()
      unsafe process(source, &states[source])
      if let probe { unsafe probe.published(batch, upTo: lanes[source].taken) }
      unsafe lanes[source].release()
      if measuresLatency { start = sampleLatency(startedAt: start) }
    }
    // Safety: as above.
    counters.counters.dropped[source & 63] = unsafe lanes[source].dropped
    return total
  }

  /// Applies the batch to the books of its source and publishes.
  private mutating func process(_ index: Int, _ source: inout SourceState) {
    let count = batch.count
    counters.counters.received &+= UInt64(count)
    if fallback.isOn {
      processChosen(index, &source)
    } else if outputs.needsBooks {
      if source.orders.openOrders > Self.prefetchFrom { prefetch(source) }
      for index in 0..<count { unsafe apply(batch[index], &source) }
    } else {
      for index in 0..<count { unsafe pass(batch[index], &source) }
    }
    // Safety: the batch is not empty, and each record has at least its header.
    let last = unsafe batch[count - 1].load(fromByteOffset: 8, as: UInt64.self)
    if last != Undefined.timestamp { lastEvent = last }
  }

  /// Open orders from which their table does not fit the near caches any more.
  private static var prefetchFrom: Int { 4_096 }

  /// Lets the lines travel that the batch will need: first slots and headers, then what they point
  /// to (`OrderBooks`, "Prefetching for batches").
  private func prefetch(_ source: borrowing SourceState) {
    for index in 0..<batch.count {
      // Safety: every record has a header, and one of type MBO all of its 56 bytes.
      let record = unsafe batch[index]
      guard unsafe record.load(fromByteOffset: 1, as: RType.self) == .mbo else { continue }
      unsafe source.orders.prefetchOrder(record.load(fromByteOffset: 16, as: UInt64.self))
      unsafe source.orders.prefetchBook(record.load(fromByteOffset: 4, as: UInt32.self))
      if unsafe record.load(fromByteOffset: 38, as: Action.self) == .modify {
        unsafe source.orders.prefetchOrder(
          LaneConvention.olderID(of: record.load(as: MBOMessage.self)))
      }
    }
    for index in 0..<batch.count {
      // Safety: as above.
      let record = unsafe batch[index]
      guard unsafe record.load(fromByteOffset: 1, as: RType.self) == .mbo else { continue }
      var id = unsafe record.load(fromByteOffset: 16, as: UInt64.self)
      let action = unsafe record.load(fromByteOffset: 38, as: Action.self)
      if action == .modify {
        id = unsafe LaneConvention.olderID(of: record.load(as: MBOMessage.self))
      }
      let side = unsafe record.load(fromByteOffset: 39, as: Side.self)
      unsafe source.orders.prefetchLevels(
        orderID: id, instrument: record.load(fromByteOffset: 4, as: UInt32.self),
        side: side == .bid ? .bid : .ask, isNew: action == .add)
    }
  }

  /// One latency sample a batch: every record of it counts with the age of the oldest. Gives the
  /// monotonic time now.
  private mutating func sampleLatency(startedAt start: UInt64) -> UInt64 {
    let now = MonotonicClock.now().rawValue
    let count = UInt64(batch.count)
    stages.record(.worker, nanos: now &- start, count: count)
    if let received = receiveTime() {
      lastReceive = received
      let wall = now &+ wallOffset
      let age = wall > received ? wall &- received : 0
      let worked = now &- start
      stages.record(.total, nanos: age, count: count)
      stages.record(.taken, nanos: age > worked ? age &- worked : 0, count: count)
    }
    return now
  }

  /// Receive time of the first record of the batch that has one (orders and trades do).
  private func receiveTime() -> UInt64? {
    for index in 0..<batch.count {
      // Safety: the offsets lie inside of the records that have these types.
      let record = unsafe batch[index]
      let offset: Int
      switch unsafe record.load(fromByteOffset: 1, as: RType.self) {
      case .mbo: offset = 40
      case .trade, .mbp1: offset = 32
      case .status, .imbalance, .statistics, .instrumentDefinition: offset = 16
      default: continue
      }
      return unsafe record.load(fromByteOffset: offset, as: UInt64.self)
    }
    return nil
  }

  private mutating func publishCounters() {
    var open = 0
    for source in 0..<sourceCount { open += unsafe sources[source].orders.openOrders }
    counters.counters.openOrders = UInt64(open)
    outlet.counters.written = ring.nextOrdinal &- 1
    symbols.follow(epoch: ring.epoch)
    counters.publish()
    outlet.publish()
  }

  /// Every 50 ms: the figures of one stage; and, when their time has come, those of an interval
  /// into the stream, with what the readers have left.
  @inline(never)
  private mutating func reportLatency(_ now: UInt64) {
    nextSummary = now &+ StageHistograms.summaryNanos
    wallOffset = RealtimeClock.offsetFromMonotonic()
    stages.summarizeNext(after: &summaryCursor, into: &latency.counters)
    latency.publish()
    let isDue = reporter.isDue(now)
    let notes = notes?.take() ?? []
    guard isDue || !notes.isEmpty else { return }
    publishReport(now, notes, isLast: false, includesOwn: isDue)
    publishCounters()
  }

  private mutating func publishReport(
    _ now: UInt64, _ notes: [SystemMessage], isLast: Bool, includesOwn: Bool
  ) {
    for note in notes { derive(note) }
    guard includesOwn else { return }
    var own: [SystemMessage] = []
    reporter.report(stages, now: now, isLast: isLast) { own.append($0) }
    for note in own { derive(note) }
  }

  /// After a batch, and when there is nothing to do: readers see that the writer lives, and the
  /// journal gets what has waited long enough.
  mutating func beat() {
    let now = MonotonicClock.now().rawValue
    ring.flush(tsEvent: lastEvent, tsRecv: lastReceive, nowNanos: now)
    journal.handOverIfOlder(than: journalFlushNanos, nowNanos: now)
    if fallback.isOn { takeSwitches() }
    if taps.count > 0 { taps.beat(now) }
    if measuresLatency, now >= nextSummary { reportLatency(now) }
  }

  /// Readers see that the writer lives.
  mutating func signOfLife() {
    ring.flush(tsEvent: lastEvent, tsRecv: lastReceive, nowNanos: MonotonicClock.now().rawValue)
  }

  /// The readers have ended: accounts for what gave way unseen, gives out what is unfinished.
  /// `written` is what each source has put into its lane.
  mutating func finish(written: [UInt64]) {
    if fallback.isOn { takeSwitches() }
    for source in 0..<sourceCount {
      // Safety: `source` is below the count of both tables.
      unsafe lanes[source].accountForEnd(written: written[source])
      counters.counters.dropped[source & 63] = unsafe lanes[source].dropped
      let states = unsafe sources
      unsafe flushIntervals(&states[source])
    }
    if measuresLatency {
      publishReport(
        MonotonicClock.now().rawValue, notes?.take() ?? [], isLast: true, includesOwn: true)
    }
    signOfLife()
    journal.handOver()
    taps.finish()
    publishCounters()
    stages.summarize(into: &latency.counters)
    latency.publish()
  }

  /// Forgets the books of a source, for a session that starts over.
  mutating func restart(_ source: inout SourceState) {
    source.restart(expectedOrders: expectedOrders)
  }

  /// Open orders, and bytes of all books.
  var memory: (openOrders: Int, bytes: Int) {
    var result = (openOrders: 0, bytes: 0)
    for source in 0..<sourceCount {
      unsafe result.openOrders += sources[source].orders.openOrders
      unsafe result.bytes += sources[source].orders.memoryBytes
      unsafe result.bytes += sources[source].levels.memoryBytes
    }
    return result
  }
}
