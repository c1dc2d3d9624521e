internal import FeedKit
internal import Lanes
internal import Records
internal import Wire

/// Binance's JSON messages to DBN. Keeps the table of symbols, and room for the levels of one
/// message. The mapping of each type stands in `Binance.docc`.
///
/// Messages that are written as the venue writes them take the fast path, which knows the order of
/// the keys (`BinanceDecoder+Fast.swift`); everything else goes through the general one, which
/// gives the same records.
struct BinanceDecoder: ~Copyable, MessageDecoder {
  let shards: Int
  var instruments = BinanceInstruments()
  var levels = FixedTable(repeating: BinanceLevel(), count: BinanceLimits.levels)
  /// Whether the fast path is used.
  private let isFast: Bool

  init(_ options: DecoderOptions) {
    shards = options.shards
    isFast = options.usesWideInstructions
  }

  /// Messages of text have no length fields.
  mutating func decodeRun(
    _ bytes: RawSpan, from start: Int, to end: Int, limit: Int, context: MessageContext,
    into lanes: inout LaneWriter, counters: inout DecodeCounters
  ) -> RunProgress {
    RunProgress(offset: start, messages: 0)
  }

  mutating func decodeMessage(
    _ bytes: RawSpan, from start: Int, to end: Int, context: MessageContext,
    into lanes: inout LaneWriter, counters: inout DecodeCounters
  ) {
    if isFast, start &+ BinanceLimits.readAhead <= bytes.byteCount,
      decodeFast(bytes, at: start, end: end, context: context, into: &lanes) != 0
    {
      counters.decoded &+= 1
    } else {
      decodeGeneral(
        bytes, from: start, to: end, context: context, into: &lanes, counters: &counters)
    }
  }

  mutating func decodeLines(
    _ bytes: RawSpan, from start: Int, to end: Int, isLast: Bool, context: MessageContext,
    into lanes: inout LaneWriter, counters: inout DecodeCounters
  ) -> RunProgress {
    var progress = RunProgress(offset: start, messages: 0)
    while true {
      while isFast, progress.offset &+ BinanceLimits.readAhead <= end {
        let next = decodeFast(
          bytes, at: progress.offset, end: -1,
          context: MessageContext(
            sequence: context.sequence &+ UInt64(truncatingIfNeeded: progress.messages),
            tsRecv: context.tsRecv),
          into: &lanes)
        guard next != 0 else { break }
        progress.offset = next &+ 1
        progress.messages &+= 1
        counters.decoded &+= 1
      }
      guard
        decodeLine(
          bytes, to: end, isLast: isLast, context: context, into: &lanes, counters: &counters,
          progress: &progress)
      else { return progress }
    }
  }

  /// Writes a record to the shard of its instrument.
  @inline(__always)
  func write<R: Record>(_ record: R, into lanes: inout LaneWriter) {
    lanes.push(
      record, shard: ShardMap.shard(instrument: record.header.instrumentID, shards: shards))
  }
}

/// One level of a depth update.
struct BinanceLevel: BitwiseCopyable {
  /// In units of 1e-9.
  var price: Int64 = 0
  /// In units of 1e-8.
  var quantity: UInt64 = 0
}
