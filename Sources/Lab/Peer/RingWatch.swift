internal import Ledger
internal import Records
internal import SharedMemory
internal import Timing
internal import Wire

/// What the other process reads; or nothing (`NoRing`).
protocol PeerEnd: ~Copyable {
  /// Takes what is there, some records at most; gives how many it were.
  mutating func poll(_ clock: TickClock, _ watch: inout HiccupWatch) -> Int
  /// Uses a moment without work for the samples that wait.
  mutating func settle(now: UInt64)
  var received: UInt64 { get }
  consuming func finish(into result: inout PeerResult)
}

/// Reads nothing.
struct NoRing: PeerEnd, ~Copyable {
  mutating func poll(_ clock: TickClock, _ watch: inout HiccupWatch) -> Int { 0 }
  mutating func settle(now: UInt64) {}
  var received: UInt64 { 0 }
  consuming func finish(into result: inout PeerResult) {}
}

/// Reads the ring of a running pipeline and takes the time of each record: the end of its way.
struct RingWatch: PeerEnd, ~Copyable {
  private var reader: BroadcastReader
  private var total: LatencyRecorder
  private var quote: LatencyRecorder
  private let start: UInt64
  private let end: UInt64
  /// Whether the due time stands in `ts_event` instead of `ts_recv`.
  private let usesEventTime: Bool

  /// Records that are taken before the caller has a turn.
  private static var recordsATurn: Int { 32 }

  init(
    path: String, start: UInt64, nanos: UInt64, slotNanos: UInt64, usesEventTime: Bool,
    marks: WindowMarks
  ) throws(LabFailure) {
    // The last slot takes what is due at the very end.
    let slots = Int(nanos / slotNanos) + 1
    total = LatencyRecorder(
      LatencyRecorder.Options(start: start, slots: slots, slotNanos: slotNanos), marks: marks)
    quote = LatencyRecorder(LatencyRecorder.Options(start: start), marks: marks)
    self.start = start
    end = start &+ nanos
    self.usesEventTime = usesEventTime
    do throws(SharedMemoryError) {
      reader = try BroadcastReader(path: path, start: .newest)
    } catch {
      throw .peer("\(error)")
    }
  }

  var received: UInt64 { reader.received }

  mutating func poll(_ clock: TickClock, _ watch: inout HiccupWatch) -> Int {
    for index in 0..<Self.recordsATurn {
      switch reader.poll() {
      case .record:
        let now = clock.now
        watch.note(now)
        take(seen: now)
      case .lost, .newEpoch: continue
      case .none, .closed, .replaced: return index
      }
    }
    return Self.recordsATurn
  }

  private mutating func take(seen now: UInt64) {
    let record = reader.record
    let rtype = RType(rawValue: record.uncheckedByte(at: 1))
    let offset = usesEventTime ? 8 : Self.receiveTimeOffset(rtype)
    guard offset > 0, record.byteCount >= offset &+ 8 else { return }
    let due = record.uncheckedLE(UInt64.self, at: offset)
    // Before the start: the lead. Anything else that is not a due time is none of the load.
    guard due >= start, due < end else { return }
    switch rtype {
    case .mbo, .trade, .status, .imbalance, .statistics, .instrumentDefinition:
      total.record(due: due, seen: now)
    case .mbp1, .mbp10, .bbo1s: quote.record(due: due, seen: now)
    default: break
    }
  }

  /// Position of `ts_recv` in the records that have one; 0 for others.
  @inline(__always)
  private static func receiveTimeOffset(_ rtype: RType) -> Int {
    switch rtype {
    case .mbo: 40
    case .trade, .mbp1, .mbp10, .bbo1s: 32
    case .status, .imbalance, .statistics, .instrumentDefinition: 16
    default: 0
    }
  }

  mutating func settle(now: UInt64) {
    total.settle(now: now, atMost: 8)
    quote.settle(now: now, atMost: 8)
  }

  consuming func finish(into result: inout PeerResult) {
    total.finish()
    quote.finish()
    result.received = reader.received
    result.lost = reader.lost
    result.corrupt = reader.corrupt
    result.nextOrdinal = reader.nextOrdinal
    result.overflowed = total.overflowed
    result.total = LabStage("total", from: "due", total)
    if quote.all.count > 0 { result.quote = LabStage("quote", from: "due", quote) }
    for slot in total.series.slots {
      result.seen.append(slot.seen)
      result.arrived.append(slot.offered)
      result.p50.append(slot.p50)
      result.p99.append(slot.p99)
      result.max.append(slot.max)
    }
  }
}
