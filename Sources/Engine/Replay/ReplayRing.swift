internal import Ledger
internal import Records
internal import SharedMemory
internal import Wire

/// One shard's ring, its symbols and its part of the ledger, as a live worker has them. One thread.
struct ReplayRing: ~Copyable {
  private var ring: BroadcastWriter
  private var symbols: SymbolWriter
  private var lane: CounterBlock<LaneCounters>
  private var shard: CounterBlock<ShardCounters>
  private var outlet: CounterBlock<OutletCounters>
  private var lastEvent: UInt64 = 0
  private var lastReceive: UInt64 = 0
  private let times = RecordTimes(.receive)

  init(
    ring: consuming BroadcastWriter, symbols: consuming SymbolWriter,
    lane: consuming CounterBlock<LaneCounters>, shard: consuming CounterBlock<ShardCounters>,
    outlet: consuming CounterBlock<OutletCounters>
  ) {
    self.ring = ring
    self.symbols = symbols
    self.lane = lane
    self.shard = shard
    self.outlet = outlet
  }

  /// Publishes whole records.
  mutating func publish(_ records: RawSpan) {
    var at = 0
    var count: UInt64 = 0
    var oversized: UInt64 = 0
    var last = 0
    while true {
      let byteCount = RecordTimes.byteCount(records, at: at)
      guard byteCount > 0 else { break }
      if byteCount > SharedMemoryLimits.maximumRecordBytes {
        oversized &+= 1
      } else {
        if records.uncheckedByte(at: at &+ 1) == RType.symbolMapping.rawValue {
          noteSymbol(records, at: at)
        }
        ring.publish(bytes: records.extracting(at..<(at &+ byteCount)))
      }
      last = at
      at &+= byteCount
      count &+= 1
    }
    guard count > 0 else { return }
    lane.counters.enqueued &+= count
    shard.counters.received &+= count
    shard.counters.delivered &+= count
    outlet.counters.offered &+= count
    outlet.counters.lose(.oversized, count: oversized)
    note(records, at: last)
  }

  /// Before the record: who finds it in the ring finds its symbol in the file.
  @inline(never)
  private mutating func noteSymbol(_ records: RawSpan, at offset: Int) {
    guard let mapping = SymbolMappingMessage(copying: records, at: offset) else { return }
    note(mapping)
  }

  /// A symbol that readers shall find, whether its record is played or not.
  mutating func note(_ mapping: SymbolMappingMessage) {
    shard.counters.instruments &+= 1
    symbols.note(mapping)
  }

  private mutating func note(_ records: RawSpan, at offset: Int) {
    guard let header = RecordHeader(copying: records, at: offset) else { return }
    if header.tsEvent != Undefined.timestamp { lastEvent = header.tsEvent }
    if let time = times.time(records, at: offset, byteCount: header.byteCount) {
      lastReceive = time
    }
  }

  /// The progress hints in the ring's header.
  mutating func flush(nowNanos: UInt64) {
    ring.flush(tsEvent: lastEvent, tsRecv: lastReceive, nowNanos: nowNanos)
    symbols.follow(epoch: ring.epoch)
  }

  /// The ledger's blocks: some hundred nanoseconds.
  mutating func publishCounters() {
    outlet.counters.written = ring.nextOrdinal &- 1
    lane.publish()
    shard.publish()
    outlet.publish()
  }
}
