internal import FeedKit
internal import Lanes
internal import Records
internal import Wire

/// TotalView-ITCH 5.0 to DBN. Keeps no orders and no symbols: what a message does not say is left
/// to the worker's book (`LaneConvention`). The mapping of each type stands in `Itch.docc`.
struct ItchDecoder: ~Copyable, MessageDecoder {
  let midnight: UInt64
  let shards: Int
  private let rows: ItchHotRows
  private var permuter: FramePermuter?

  static var publisherID: UInt16 { 2 }

  /// Bytes that the scalar order path reads from the start of a message, whatever its type.
  private static var readAhead: Int { 32 }

  init(_ options: DecoderOptions) {
    midnight = options.midnight
    shards = options.shards
    rows = ItchHotRows(publisherID: Self.publisherID)
    var templates: [UInt8: FramePermuter.Template] = [:]
    for hot in ItchHotType.all {
      templates[hot.type] = hot.template(publisherID: Self.publisherID)
    }
    permuter =
      options.usesWideInstructions
      ? FramePermuter(templates: templates, shape: ItchHotType.shape, shards: options.shards)
      : nil
  }

  mutating func decodeRun(
    _ bytes: RawSpan, from start: Int, to end: Int, limit: Int, context: MessageContext,
    into lanes: inout LaneWriter, counters: inout DecodeCounters
  ) -> RunProgress {
    var offset = start
    var messages = 0
    let isPermuted = permuter != nil && lanes.acceptsPermutedLines
    while messages < limit, offset &+ 2 <= end {
      let sequence = context.sequence &+ UInt64(messages)
      if isPermuted {
        let progress = permuter?.decode(
          bytes, from: offset, to: end, limit: limit &- messages,
          sequence: UInt32(truncatingIfNeeded: sequence), eventBase: midnight,
          tsRecv: context.tsRecv, into: &lanes)
        if let progress, progress.messages > 0 {
          offset = progress.offset
          messages &+= progress.messages
          counters.decoded &+= UInt64(progress.messages)
          continue
        }
      }
      let count = Int(bytes.uncheckedBE(UInt16.self, at: offset))
      guard count > 0, offset &+ 2 &+ count <= end else { break }
      decodeOne(
        bytes, at: offset &+ 2, count: count,
        context: MessageContext(sequence: sequence, tsRecv: context.tsRecv), into: &lanes,
        counters: &counters)
      offset &+= 2 &+ count
      messages &+= 1
    }
    return RunProgress(offset: offset, messages: messages)
  }

  mutating func decodeMessage(
    _ bytes: RawSpan, from start: Int, to end: Int, context: MessageContext,
    into lanes: inout LaneWriter, counters: inout DecodeCounters
  ) {
    decodeOne(
      bytes, at: start, count: end - start, context: context, into: &lanes, counters: &counters)
  }

  @inline(__always)
  private func decodeOne(
    _ bytes: RawSpan, at start: Int, count: Int, context: MessageContext,
    into lanes: inout LaneWriter, counters: inout DecodeCounters
  ) {
    if start &+ Self.readAhead <= bytes.byteCount,
      let record = rows.record(
        bytes, at: start, count: count, eventBase: midnight,
        context: context.sequence << 32, tsRecv: context.tsRecv)
    {
      let locate = UInt32(truncatingIfNeeded: record[0] >> 32)
      lanes.push(words: record, shard: ShardMap.shard(instrument: locate, shards: shards))
      counters.decoded &+= 1
      return
    }
    decodeRare(
      bytes, at: start, count: count, context: context, into: &lanes, counters: &counters)
  }

  /// Everything but well-formed order messages with a record's worth of bytes behind them.
  @inline(never)
  private func decodeRare(
    _ bytes: RawSpan, at start: Int, count: Int, context: MessageContext,
    into lanes: inout LaneWriter, counters: inout DecodeCounters
  ) {
    guard count > 0 else { return counters.ignore(type: 0) }
    let type = bytes.uncheckedByte(at: start)
    let least = Itch.byteCount(of: type)
    guard least > 0 else { return counters.reject(.unknownType) }
    guard count >= least else { return counters.reject(.truncated) }
    let message = Message(bytes: bytes, start: start, context: context, midnight: midnight)
    switch type {
    case Itch.MessageType.addOrder, Itch.MessageType.addOrderAttributed,
      Itch.MessageType.orderExecuted, Itch.MessageType.orderExecutedWithPrice,
      Itch.MessageType.orderCancel, Itch.MessageType.orderDelete, Itch.MessageType.orderReplace:
      decodeOrder(message, type: type, into: &lanes, counters: &counters)
    case Itch.MessageType.trade: decodeTrade(message, into: &lanes, counters: &counters)
    case Itch.MessageType.crossTrade: decodeCross(message, into: &lanes, counters: &counters)
    case Itch.MessageType.netOrderImbalance:
      decodeImbalance(message, into: &lanes, counters: &counters)
    case Itch.MessageType.stockDirectory:
      decodeDirectory(message, into: &lanes, counters: &counters)
    case Itch.MessageType.marketParticipantPosition, Itch.MessageType.retailInterest,
      Itch.MessageType.brokenTrade:
      counters.ignore(type: type)
    default: decodeEvent(message, type: type, into: &lanes, counters: &counters)
    }
  }

  /// A message whose length has been checked against its type, and what the transport knows of it.
  struct Message: ~Escapable {
    let bytes: RawSpan
    let start: Int
    let context: MessageContext
    let midnight: UInt64

    @_lifetime(copy bytes)
    init(bytes: RawSpan, start: Int, context: MessageContext, midnight: UInt64) {
      self.bytes = bytes
      self.start = start
      self.context = context
      self.midnight = midnight
    }

    var locate: UInt32 { UInt32(Itch.Header.StockLocate.read(bytes, at: start)) }
    var tsEvent: UInt64 { midnight &+ Itch.Header.Timestamp.read(bytes, at: start) }
    var sequence: UInt32 { UInt32(truncatingIfNeeded: context.sequence) }
    var tsRecv: UInt64 { context.tsRecv }
  }

  /// Writes a record to the shard of its instrument, or to all for the whole market's.
  func write<R: Record>(_ record: R, into lanes: inout LaneWriter) {
    let instrument = record.header.instrumentID
    if instrument == 0 {
      lanes.broadcast(record)
    } else {
      lanes.push(record, shard: ShardMap.shard(instrument: instrument, shards: shards))
    }
  }

  /// A Price(4) as 1e-9 units.
  static func price(_ raw: UInt32) -> Int64 { Int64(raw) * Itch.price4Factor }

  /// A Price(4) in which 0 means that there is none.
  static func optionalPrice(_ raw: UInt32) -> Int64 { raw == 0 ? Undefined.price : price(raw) }
}
