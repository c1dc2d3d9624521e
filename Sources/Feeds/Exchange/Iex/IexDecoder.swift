internal import FeedKit
internal import Lanes
internal import Records
internal import Wire

/// The decoder of one of IEX's feeds, for the runner that is made with it.
struct IexProfileDecoder<Profile: IexProfile>: ~Copyable, MessageDecoder {
  private var decoder: IexDecoder

  init(_ options: DecoderOptions) {
    decoder = IexDecoder(
      options, publisherID: Profile.description.publisherID, messages: Profile.messages,
      tradesEndEvents: Profile.tradesEndEvents)
  }

  mutating func decodeRun(
    _ bytes: RawSpan, from start: Int, to end: Int, limit: Int, context: MessageContext,
    into lanes: inout LaneWriter, counters: inout DecodeCounters
  ) -> RunProgress {
    decoder.decodeRun(
      bytes, from: start, to: end, limit: limit, context: context, into: &lanes,
      counters: &counters)
  }

  mutating func decodeMessage(
    _ bytes: RawSpan, from start: Int, to end: Int, context: MessageContext,
    into lanes: inout LaneWriter, counters: inout DecodeCounters
  ) {
    decoder.decodeOne(
      bytes, at: start, count: end - start, context: context, into: &lanes, counters: &counters)
  }
}

/// TOPS, DEEP and DEEP+ to DBN. Keeps only the table of symbols. The mapping of each type stands in
/// `Iex.docc`.
struct IexDecoder: ~Copyable {
  let shards: Int
  let publisherID: UInt16
  private let tradeFlags: Flags
  /// Least bytes of each message type that the feed has; 0 for all others.
  private var least = InlineArray<256, UInt8>(repeating: 0)
  private var symbols = IexSymbols()

  init(
    _ options: DecoderOptions, publisherID: UInt16, messages: MessageTable, tradesEndEvents: Bool
  ) {
    shards = options.shards
    self.publisherID = publisherID
    tradeFlags = tradesEndEvents ? .last : []
    for (type, message) in messages.messages {
      least[Int(type)] = UInt8(message.byteCount)
    }
  }

  mutating func decodeRun(
    _ bytes: RawSpan, from start: Int, to end: Int, limit: Int, context: MessageContext,
    into lanes: inout LaneWriter, counters: inout DecodeCounters
  ) -> RunProgress {
    var offset = start
    var messages = 0
    while messages < limit, offset &+ 2 <= end {
      let count = Int(bytes.uncheckedLE(UInt16.self, at: offset))
      guard offset &+ 2 &+ count <= end else { break }
      decodeOne(
        bytes, at: offset &+ 2, count: count,
        context: MessageContext(
          sequence: context.sequence &+ UInt64(messages), tsRecv: context.tsRecv),
        into: &lanes, counters: &counters)
      offset &+= 2 &+ count
      messages &+= 1
    }
    return RunProgress(offset: offset, messages: messages)
  }

  @inline(__always)
  mutating func decodeOne(
    _ bytes: RawSpan, at start: Int, count: Int, context: MessageContext,
    into lanes: inout LaneWriter, counters: inout DecodeCounters
  ) {
    guard count > 0 else { return counters.ignore(type: 0) }
    let type = bytes.uncheckedByte(at: start)
    let needed = Int(least[Int(type)])
    guard needed > 0 else { return counters.ignore(type: type) }
    guard count >= needed else { return counters.reject(.truncated) }
    let message = Message(bytes: bytes, start: start, context: context)
    let verdict: RejectReason?
    switch type {
    case Iex.MessageType.priceLevelBuyUpdate:
      verdict = decodeLevel(message, side: .bid, into: &lanes)
    case Iex.MessageType.priceLevelSellUpdate:
      verdict = decodeLevel(message, side: .ask, into: &lanes)
    case Iex.MessageType.quoteUpdate: verdict = decodeQuote(message, into: &lanes)
    case Iex.MessageType.tradeReport:
      verdict = decodeTrade(message, flags: tradeFlags, into: &lanes)
    case Iex.MessageType.tradeBreak, Iex.MessageType.retailLiquidityIndicator:
      return counters.ignore(type: type)
    default: verdict = decodeOther(message, type: type, into: &lanes)
    }
    if let verdict { counters.reject(verdict) } else { counters.decoded &+= 1 }
  }

  /// Orders of DEEP+, and what comes rarely.
  @inline(never)
  private mutating func decodeOther(
    _ message: borrowing Message, type: UInt8, into lanes: inout LaneWriter
  ) -> RejectReason? {
    switch type {
    case Iex.MessageType.addOrder: decodeAdd(message, into: &lanes)
    case Iex.MessageType.orderModify: decodeModify(message, into: &lanes)
    case Iex.MessageType.orderDelete: decodeDelete(message, into: &lanes)
    case Iex.MessageType.orderExecuted: decodeExecution(message, into: &lanes)
    case Iex.MessageType.clearBook: decodeClear(message, into: &lanes)
    case Iex.MessageType.systemEvent: decodeSystemEvent(message, into: &lanes)
    case Iex.MessageType.securityDirectory: decodeDirectory(message, into: &lanes)
    case Iex.MessageType.officialPrice: decodeOfficialPrice(message, into: &lanes)
    case Iex.MessageType.auctionInformation: decodeAuction(message, into: &lanes)
    default: decodeStatus(message, type: type, into: &lanes)
    }
  }

  /// A message whose length has been checked against its type, and what the transport knows of it.
  struct Message: ~Escapable {
    let bytes: RawSpan
    let start: Int
    let context: MessageContext

    @_lifetime(copy bytes)
    init(bytes: RawSpan, start: Int, context: MessageContext) {
      self.bytes = bytes
      self.start = start
      self.context = context
    }

    var flags: UInt8 { Iex.Header.Flags.read(bytes, at: start) }
    var symbol: UInt64 { Iex.Header.Symbol.read(bytes, at: start) }
    var symbolAt: Int { start &+ Iex.Header.symbolOffset }
    var tsEvent: UInt64 { Iex.Header.Timestamp.read(bytes, at: start) }
    var sequence: UInt32 { UInt32(truncatingIfNeeded: context.sequence) }
    var tsRecv: UInt64 { context.tsRecv }
  }

  /// The instrument of the message's symbol. At first sight its mapping goes out before everything
  /// else of it. Nil where the table is full.
  @inline(__always)
  mutating func instrument(
    of message: borrowing Message, into lanes: inout LaneWriter
  ) -> UInt32? {
    let known = symbols.find(message.symbol)
    return known != 0 ? known : introduce(message, into: &lanes)
  }

  @inline(never)
  private mutating func introduce(
    _ message: borrowing Message, into lanes: inout LaneWriter
  ) -> UInt32? {
    let instrument = symbols.add(message.symbol)
    guard instrument != 0 else { return nil }
    var mapping = SymbolMappingMessage(
      publisherID: publisherID, instrumentID: instrument, tsEvent: message.tsEvent,
      stypeIn: .rawSymbol, stypeOut: .instrumentID, startTs: message.tsEvent)
    mapping.stypeInSymbol.setText(
      spacePadded: message.bytes, at: message.symbolAt, count: Iex.Header.symbolByteCount)
    mapping.stypeOutSymbol = mapping.stypeInSymbol
    write(mapping, into: &lanes)
    return instrument
  }

  /// Writes a record to the shard of its instrument.
  @inline(__always)
  func write<R: Record>(_ record: R, into lanes: inout LaneWriter) {
    lanes.push(
      record, shard: ShardMap.shard(instrument: record.header.instrumentID, shards: shards))
  }
}

/// Prices of one message in units of 1e-9. The wire's range is wider than the record's, so that a
/// price may not fit; then the message is rejected as a whole.
struct IexPrices {
  private(set) var overflows = false

  /// A price in which 0 is a price.
  @inline(__always)
  mutating func exact(_ raw: Int64) -> Int64 {
    let (price, overflow) = raw.multipliedReportingOverflow(by: Iex.priceFactor)
    overflows = overflows || overflow
    return price
  }

  /// A price in which 0 means that there is none.
  @inline(__always)
  mutating func optional(_ raw: Int64) -> Int64 { raw == 0 ? Undefined.price : exact(raw) }
}
