internal import FeedKit

/// Writes the messages of one session as IEX-TP segments: numbers, offsets and lengths are its own.
struct IexSegmentWriter {
  let protocolID: UInt16
  let sessionID: UInt32
  /// Number of the next message.
  private(set) var sequence: UInt64 = 1
  /// Payload bytes of the segments before the open one.
  private(set) var offset: UInt64 = 0
  /// Messages of the open segment.
  private(set) var count: UInt64 = 0
  private var payload: [UInt8] = []

  init(protocolID: UInt16, sessionID: UInt32) {
    self.protocolID = protocolID
    self.sessionID = sessionID
  }

  var payloadBytes: Int { payload.count }

  /// Writes the open segment to `segment`, a heartbeat where it has no message, and opens the next.
  mutating func close(sendTime: UInt64, into segment: inout [UInt8]) {
    segment.removeAll(keepingCapacity: true)
    segment.append(1)
    segment.append(0)
    segment.appendLE(protocolID)
    segment.appendLE(UInt32(1))
    segment.appendLE(sessionID)
    segment.appendLE(UInt16(payload.count))
    segment.appendLE(UInt16(count))
    segment.appendLE(offset)
    segment.appendLE(sequence)
    segment.appendLE(sendTime)
    segment += payload
    offset += UInt64(payload.count)
    sequence += count
    count = 0
    payload.removeAll(keepingCapacity: true)
  }

  /// Begins a message: length field, type, second byte, time, and the symbol where it has one.
  private mutating func begin(
    _ type: UInt8, _ byteCount: Int, _ second: UInt8, _ time: UInt64, _ symbol: UInt64?
  ) {
    payload.appendLE(UInt16(byteCount))
    payload.append(type)
    payload.append(second)
    payload.appendLE(time)
    if let symbol { payload.appendLE(symbol) }
    count += 1
  }

  mutating func systemEvent(_ event: Character, time: UInt64) {
    begin(
      Iex.MessageType.systemEvent, Iex.SystemEvent.byteCount, event.asciiValue ?? 0, time, nil)
  }

  mutating func directory(_ symbol: UInt64, price: Int64, time: UInt64) {
    begin(
      Iex.MessageType.securityDirectory, Iex.SecurityDirectory.byteCount, 0, time, symbol)
    payload.appendLE(UInt32(100))
    payload.appendLE(price)
    payload.append(1)
  }

  mutating func tradingStatus(
    _ status: Character, _ reason: StaticString, _ symbol: UInt64, time: UInt64
  ) {
    begin(
      Iex.MessageType.tradingStatus, Iex.TradingStatus.byteCount, status.asciiValue ?? 0, time,
      symbol)
    payload.append(contentsOf: reason.description.utf8.prefix(4))
  }

  mutating func operationalHalt(_ status: Character, _ symbol: UInt64, time: UInt64) {
    begin(
      Iex.MessageType.operationalHaltStatus, Iex.OperationalHaltStatus.byteCount,
      status.asciiValue ?? 0, time, symbol)
  }

  mutating func priceTest(_ symbol: UInt64, time: UInt64) {
    begin(
      Iex.MessageType.shortSalePriceTestStatus, Iex.ShortSalePriceTestStatus.byteCount, 0, time,
      symbol)
    payload.append(UInt8(ascii: " "))
  }

  mutating func retailLiquidity(_ symbol: UInt64, time: UInt64) {
    begin(
      Iex.MessageType.retailLiquidityIndicator, Iex.RetailLiquidityIndicator.byteCount,
      UInt8(ascii: " "), time, symbol)
  }

  mutating func securityEvent(_ event: Character, _ symbol: UInt64, time: UInt64) {
    begin(
      Iex.MessageType.securityEvent, Iex.SecurityEvent.byteCount, event.asciiValue ?? 0, time,
      symbol)
  }

  mutating func officialPrice(
    _ type: Character, _ symbol: UInt64, price: Int64, time: UInt64
  ) {
    begin(
      Iex.MessageType.officialPrice, Iex.OfficialPrice.byteCount, type.asciiValue ?? 0, time,
      symbol)
    payload.appendLE(price)
  }

  mutating func auction(_ type: Character, _ symbol: UInt64, price: Int64, time: UInt64) {
    begin(
      Iex.MessageType.auctionInformation, Iex.AuctionInformation.byteCount, type.asciiValue ?? 0,
      time, symbol)
    payload.appendLE(UInt32(1_000))
    payload.appendLE(price)
    payload.appendLE(price)
    payload.appendLE(UInt32(200))
    payload.append(UInt8(ascii: "B"))
    payload.append(0)
    payload.appendLE(UInt32(truncatingIfNeeded: time / 1_000_000_000 + 60))
    payload.appendLE(price)
    payload.appendLE(price)
    payload.appendLE(price * 9 / 10)
    payload.appendLE(price * 11 / 10)
  }

  mutating func level(
    isBid: Bool, isComplete: Bool, _ symbol: UInt64, size: UInt32, price: Int64, time: UInt64
  ) {
    begin(
      isBid ? Iex.MessageType.priceLevelBuyUpdate : Iex.MessageType.priceLevelSellUpdate,
      Iex.PriceLevelUpdate.byteCount, isComplete ? 1 : 0, time, symbol)
    payload.appendLE(size)
    payload.appendLE(price)
  }

  mutating func quote(
    _ symbol: UInt64, bid: IexSimulatedLevel?, ask: IexSimulatedLevel?, time: UInt64
  ) {
    begin(Iex.MessageType.quoteUpdate, Iex.QuoteUpdate.byteCount, 0, time, symbol)
    payload.appendLE(bid?.size ?? 0)
    payload.appendLE(bid?.price ?? 0)
    payload.appendLE(ask?.price ?? 0)
    payload.appendLE(ask?.size ?? 0)
  }

  /// A trade report, or the break of one.
  mutating func trade(_ trade: IexSimulatedTrade, isBreak: Bool = false, time: UInt64) {
    begin(
      isBreak ? Iex.MessageType.tradeBreak : Iex.MessageType.tradeReport,
      Iex.TradeReport.byteCount, 0, time, trade.symbol)
    payload.appendLE(trade.size)
    payload.appendLE(trade.price)
    payload.appendLE(trade.id)
  }
}

/// One price level, in raw prices of the wire.
struct IexSimulatedLevel: Equatable {
  var price: Int64
  var size: UInt32
}

struct IexSimulatedTrade {
  var symbol: UInt64
  var size: UInt32
  var price: Int64
  var id: UInt64
}
