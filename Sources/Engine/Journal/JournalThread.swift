internal import Journal
internal import Lanes
internal import Ledger
internal import Synchronization
internal import Wire

/// The thread that stores what one worker publishes: takes blocks from the lane, compresses and
/// writes them, keeps the outlet's account.
///
///     worker ─▶ BlockLane ─▶ this thread ─▶ JournalWriter ─▶ segments
///
/// Where the disk refuses, the writer loses blocks and counts them, so that the lane stays empty
/// and the worker goes on.
final class JournalThread: @unchecked Sendable {
  // Safety of `@unchecked`: writer, reader and account are touched by the thread alone until it was
  // joined.
  let lane: BlockLane
  let name: String
  private var writer: JournalWriter
  private var reader: BlockLaneReader
  private var account: JournalAccount
  private let isDraining = Atomic(false)
  private let events = Mutex<[JournalEvent]>([])
  private var thread: NativeThread?

  /// Between two ticks of the writer while no block comes.
  private static var tickNanos: Int64 { 20_000_000 }
  /// Events that are kept until somebody asks for them.
  private static var eventLimit: Int { 64 }

  init(
    name: String, writer: consuming JournalWriter, lane: BlockLane,
    outlet: consuming CounterBlock<OutletCounters>
  ) {
    self.name = name
    self.lane = lane
    self.writer = writer
    reader = BlockLaneReader(lane)
    account = JournalAccount(outlet)
  }

  /// What was written and lost. After `drain`.
  var status: JournalStatus { writer.status }

  func start(cpu: Int?) throws(EngineError) {
    thread = try NativeThread(name: name, cpu: cpu) { [self] in run() }
  }

  /// Stores what the worker has handed over, ends the segment, and ends. The worker has ended.
  func drain() {
    isDraining.store(true, ordering: .releasing)
    lane.ringReader()
    thread?.join()
  }

  /// What has changed since the last call. Any thread.
  func takeEvents() -> [JournalEvent] {
    events.withLock { events in
      defer { events.removeAll() }
      return events
    }
  }

  private func run() {
    while true {
      if storeBlocks() { continue }
      writer.tick(nowNanos: RealtimeClock.now().rawValue)
      note()
      // Pairs with the store in `drain`: the lane is looked at once more after it was seen.
      if isDraining.load(ordering: .acquiring) {
        if reader.hasBlock { continue }
        break
      }
      reader.wait(timeoutNanos: Self.tickNanos) { isDraining.load(ordering: .acquiring) }
    }
    writer.close(nowNanos: RealtimeClock.now().rawValue)
    note()
  }

  /// What was mended of earlier runs, and what could not be. Before `start`.
  var recovery: (segments: [RecoveredSegment], errors: [JournalError]) {
    (writer.recovered, writer.recoveryErrors)
  }

  /// Stores what has been handed over; false where nothing was.
  private func storeBlocks() -> Bool {
    guard reader.next() else { return false }
    repeat {
      let count = reader.recordCount
      account.take(count)
      writer.write(
        reader.records, recordCount: count, nowNanos: RealtimeClock.now().rawValue)
      reader.release()
      writer.tick(nowNanos: RealtimeClock.now().rawValue)
      note()
    } while reader.next()
    return true
  }

  /// Publishes the account, and tells when writing has begun or ceased to fail.
  private func note() {
    let change = account.update(
      writer.status, holds: lane.holds, nowNanos: RealtimeClock.now().rawValue)
    guard let isFailing = change else { return }
    let event = JournalEvent(
      outlet: name, error: isFailing ? writer.status.lastError : nil, lost: writer.status.lost)
    events.withLock { events in
      if events.count < Self.eventLimit { events.append(event) }
    }
  }
}

/// The ledger block of one journal. Owned by its thread.
struct JournalAccount: ~Copyable {
  private var outlet: CounterBlock<OutletCounters>
  private var isFailing = false

  init(_ outlet: consuming CounterBlock<OutletCounters>) { self.outlet = outlet }

  /// Counts a block taken from the lane, before it is written.
  mutating func take(_ records: Int) { outlet.counters.offered &+= UInt64(records) }

  /// Publishes what the writer says; gives whether it fails now, where that has changed.
  mutating func update(
    _ status: JournalStatus, holds: (count: UInt64, nanos: UInt64), nowNanos: UInt64
  ) -> Bool? {
    outlet.counters.written = status.written
    for (cause, ours) in Self.causes {
      outlet.counters.lost[Int(ours.rawValue)] = status.lost(cause)
    }
    outlet.counters.durable = status.durable
    outlet.counters.bytesWritten = status.bytesWritten
    outlet.counters.blocks = status.blocks
    outlet.counters.segments = status.segments
    outlet.counters.failures = status.failures
    outlet.counters.holds = holds.count
    outlet.counters.heldNanos = holds.nanos
    if case .system(_, _, let code) = status.lastError {
      outlet.counters.lastError = UInt64(clamping: code)
    }
    let hasChanged = status.isFailing != isFailing
    isFailing = status.isFailing
    if hasChanged { outlet.counters.failingSince = isFailing ? nowNanos : 0 }
    outlet.publish()
    return hasChanged ? isFailing : nil
  }

  /// The writer's causes in the ledger's words.
  private static var causes: [(JournalLossCause, LossCause)] {
    [
      (.noSpace, .noSpace), (.readOnly, .readOnly), (.device, .device), (.refused, .refused),
      (.other, .failed),
    ]
  }
}
