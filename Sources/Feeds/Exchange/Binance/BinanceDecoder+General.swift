internal import FeedKit
internal import Lanes
internal import Records
internal import Wire

/// Messages in any order of keys, of new symbols, with spaces or escapes; depth updates; everything
/// from USD-M futures. A message is decoded as a whole or not at all.
extension BinanceDecoder {
  @inline(never)
  mutating func decodeGeneral(
    _ bytes: RawSpan, from start: Int, to end: Int, context: MessageContext,
    into lanes: inout LaneWriter, counters: inout DecodeCounters
  ) {
    let message = BinanceMessage(bytes, from: start, to: end)
    let verdict: RejectReason?
    switch message.type {
    case 0: verdict = message.problem
    case Binance.MessageType.trade, Binance.MessageType.aggregateTrade:
      verdict = decodeTrade(message, bytes, context, into: &lanes)
    case Binance.MessageType.bookTicker:
      verdict = decodeTicker(message, bytes, context, into: &lanes)
    case Binance.MessageType.depthUpdate:
      let decoded = decodeDepth(message, bytes, context, into: &lanes)
      guard decoded.levels > 0 || decoded.problem != nil else {
        return counters.ignore(type: message.type)
      }
      verdict = decoded.problem
    default: return counters.ignore(type: message.type)
    }
    if let verdict { counters.reject(verdict) } else { counters.decoded &+= 1 }
  }

  private mutating func decodeTrade(
    _ message: BinanceMessage, _ bytes: RawSpan, _ context: MessageContext,
    into lanes: inout LaneWriter
  ) -> RejectReason? {
    guard let price = BinanceDecimal(bytes, message.price),
      let quantity = BinanceDecimal(bytes, message.quantity),
      let isBuyerMaker = Self.truth(bytes, message.isBuyerMaker)
    else { return .badField }
    guard let price = price.price, let quantity = quantity.quantity else { return .overflow }
    let time = message.transactionTime.kind == .none ? message.eventTime : message.transactionTime
    guard let tsEvent = Self.nanos(bytes, time) else { return .badField }
    levels[0] = BinanceLevel(price: price, quantity: quantity)
    let target: Target
    switch place(message.symbol, bytes, count: 1, tsEvent: tsEvent, context, into: &lanes) {
    case .success(let found): target = found
    case .failure(let reason): return reason
    }
    write(
      TradeMessage(
        publisherID: Binance.publisherID, instrumentID: target.instrument, tsEvent: tsEvent,
        price: price, size: target.size(quantity), action: .trade,
        side: isBuyerMaker ? .ask : .bid,
        flags: message.type == Binance.MessageType.aggregateTrade
          ? [.last, .publisherSpecific] : .last,
        tsRecv: context.tsRecv, sequence: UInt32(truncatingIfNeeded: context.sequence)),
      into: &lanes)
    return nil
  }

  private mutating func decodeTicker(
    _ message: BinanceMessage, _ bytes: RawSpan, _ context: MessageContext,
    into lanes: inout LaneWriter
  ) -> RejectReason? {
    var problem: RejectReason?
    let bid = Self.level(bytes, message.bid, message.bidSize, &problem)
    let ask = Self.level(bytes, message.ask, message.askSize, &problem)
    if let problem { return problem }
    // Spot's quotes have no time at all.
    var tsEvent = Undefined.timestamp
    let time = message.transactionTime.kind == .none ? message.eventTime : message.transactionTime
    if time.kind != .none {
      guard let nanos = Self.nanos(bytes, time) else { return .badField }
      tsEvent = nanos
    }
    levels[0] = bid
    levels[1] = ask
    let target: Target
    switch place(message.symbol, bytes, count: 2, tsEvent: tsEvent, context, into: &lanes) {
    case .success(let found): target = found
    case .failure(let reason): return reason
    }
    let (bidSize, askSize) = (target.size(bid.quantity), target.size(ask.quantity))
    write(
      MBP1Message(
        publisherID: Binance.publisherID, instrumentID: target.instrument, tsEvent: tsEvent,
        size: 0, flags: [.last, .topOfBook], tsRecv: context.tsRecv,
        sequence: UInt32(truncatingIfNeeded: context.sequence),
        levels: [
          BidAskPair(
            bidPx: bidSize == 0 ? Undefined.price : bid.price,
            askPx: askSize == 0 ? Undefined.price : ask.price, bidSz: bidSize, askSz: askSize)
        ]),
      into: &lanes)
    return nil
  }

  /// Each level as the size that it now has; LAST on the final one.
  private mutating func decodeDepth(
    _ message: BinanceMessage, _ bytes: RawSpan, _ context: MessageContext,
    into lanes: inout LaneWriter
  ) -> (levels: Int, problem: RejectReason?) {
    var count = 0
    if let problem = readLevels(message.bid, bytes, &count) { return (0, problem) }
    let bids = count
    if let problem = readLevels(message.ask, bytes, &count) { return (0, problem) }
    let time = message.transactionTime.kind == .none ? message.eventTime : message.transactionTime
    guard let tsEvent = Self.nanos(bytes, time) else { return (0, .badField) }
    guard count > 0 else { return (0, nil) }
    let target: Target
    switch place(message.symbol, bytes, count: count, tsEvent: tsEvent, context, into: &lanes) {
    case .success(let found): target = found
    case .failure(let reason): return (0, reason)
    }
    for index in 0..<count {
      let level = levels[index]
      let size = target.size(level.quantity)
      write(
        MBOMessage(
          publisherID: Binance.publisherID, instrumentID: target.instrument, tsEvent: tsEvent,
          price: level.price, size: size, flags: index == count &- 1 ? [.mbp, .last] : .mbp,
          action: size == 0 ? .cancel : .modify, side: index < bids ? .bid : .ask,
          tsRecv: context.tsRecv, sequence: UInt32(truncatingIfNeeded: context.sequence)),
        into: &lanes)
    }
    return (count, nil)
  }

  private static func truth(_ bytes: RawSpan, _ token: BinanceToken) -> Bool? {
    guard token.kind == .plain, let text = BinanceShortText(bytes, token) else { return nil }
    return text.matches("true") ? true : text.matches("false") ? false : nil
  }

  private static func nanos(_ bytes: RawSpan, _ token: BinanceToken) -> UInt64? {
    BinanceDecimal(bytes, token)?.integer.flatMap(Binance.nanos)
  }

  /// Price and quantity; `problem` says why there are none.
  static func level(
    _ bytes: RawSpan, _ price: BinanceToken, _ quantity: BinanceToken,
    _ problem: inout RejectReason?
  ) -> BinanceLevel {
    guard let price = BinanceDecimal(bytes, price),
      let quantity = BinanceDecimal(bytes, quantity)
    else {
      problem = .badField
      return BinanceLevel()
    }
    guard let price = price.price, let quantity = quantity.quantity else {
      problem = .overflow
      return BinanceLevel()
    }
    return BinanceLevel(price: price, quantity: quantity)
  }
}
