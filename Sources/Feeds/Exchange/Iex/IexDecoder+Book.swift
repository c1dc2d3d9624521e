internal import FeedKit
internal import Lanes
internal import Records
internal import Wire

/// Levels, quotes, orders and trades. Each gives nil where records were written, else the reason
/// why not.
extension IexDecoder {
  /// Price level update (`8`, `5`): the level's new total size. LAST where the event is complete
  /// and the book consistent again; readers take the best prices only there.
  @inline(__always)
  mutating func decodeLevel(
    _ message: borrowing Message, side: Side, into lanes: inout LaneWriter
  ) -> RejectReason? {
    var prices = IexPrices()
    let price = prices.exact(Iex.PriceLevelUpdate.Price.read(message.bytes, at: message.start))
    guard !prices.overflows else { return .overflow }
    guard let instrument = instrument(of: message, into: &lanes) else { return .instrumentLimit }
    let size = Iex.PriceLevelUpdate.Size.read(message.bytes, at: message.start)
    let isComplete = message.flags & Iex.PriceLevelUpdate.eventCompleteFlag != 0
    write(
      MBOMessage(
        publisherID: publisherID, instrumentID: instrument, tsEvent: message.tsEvent,
        price: price, size: size, flags: isComplete ? [.mbp, .last] : .mbp,
        action: size == 0 ? .cancel : .modify, side: side, tsRecv: message.tsRecv,
        sequence: message.sequence),
      into: &lanes)
    return nil
  }

  /// Quote update (`Q`): the best level of both sides, by no single order's event, so action N. A
  /// side without size has no price. `Flags.publisherSpecific`: not available for trading.
  @inline(__always)
  mutating func decodeQuote(
    _ message: borrowing Message, into lanes: inout LaneWriter
  ) -> RejectReason? {
    let bytes = message.bytes
    let start = message.start
    var prices = IexPrices()
    var best = BidAskPair(
      bidSz: Iex.QuoteUpdate.BidSize.read(bytes, at: start),
      askSz: Iex.QuoteUpdate.AskSize.read(bytes, at: start))
    if best.bidSz != 0 {
      best.bidPx = prices.exact(Iex.QuoteUpdate.BidPrice.read(bytes, at: start))
    }
    if best.askSz != 0 {
      best.askPx = prices.exact(Iex.QuoteUpdate.AskPrice.read(bytes, at: start))
    }
    guard !prices.overflows else { return .overflow }
    guard let instrument = instrument(of: message, into: &lanes) else { return .instrumentLimit }
    var flags: Flags = [.last, .topOfBook]
    if message.flags & Iex.QuoteUpdate.unavailableFlag != 0 { flags.insert(.publisherSpecific) }
    write(
      MBP1Message(
        publisherID: publisherID, instrumentID: instrument, tsEvent: message.tsEvent, size: 0,
        action: .none, flags: flags, tsRecv: message.tsRecv, sequence: message.sequence,
        levels: [best]),
      into: &lanes)
    return nil
  }

  /// Trade report (`T`): the wire does not say who was the aggressor.
  @inline(__always)
  mutating func decodeTrade(
    _ message: borrowing Message, flags: Flags, into lanes: inout LaneWriter
  ) -> RejectReason? {
    var prices = IexPrices()
    let price = prices.exact(Iex.TradeReport.Price.read(message.bytes, at: message.start))
    guard !prices.overflows else { return .overflow }
    guard let instrument = instrument(of: message, into: &lanes) else { return .instrumentLimit }
    write(
      TradeMessage(
        publisherID: publisherID, instrumentID: instrument, tsEvent: message.tsEvent,
        price: price, size: Iex.TradeReport.Size.read(message.bytes, at: message.start),
        action: .trade, side: .none, flags: flags, tsRecv: message.tsRecv,
        sequence: message.sequence),
      into: &lanes)
    return nil
  }

  /// Add order (`a`).
  mutating func decodeAdd(
    _ message: borrowing Message, into lanes: inout LaneWriter
  ) -> RejectReason? {
    let side: Side
    switch Iex.AddOrder.Side.read(message.bytes, at: message.start) {
    case Iex.MessageType.priceLevelBuyUpdate: side = .bid
    case Iex.MessageType.priceLevelSellUpdate: side = .ask
    default: return .badField
    }
    return writeOrder(
      message, action: .add, side: side,
      id: Iex.AddOrder.OrderID.read(message.bytes, at: message.start),
      price: Iex.AddOrder.Price.read(message.bytes, at: message.start),
      size: Iex.AddOrder.Size.read(message.bytes, at: message.start), into: &lanes)
  }

  /// Order modify (`M`): in the lane's convention a replacement whose old and new id are the same.
  mutating func decodeModify(
    _ message: borrowing Message, into lanes: inout LaneWriter
  ) -> RejectReason? {
    let id = Iex.OrderModify.OrderID.read(message.bytes, at: message.start)
    return writeOrder(
      message, action: .modify, id: id,
      price: Iex.OrderModify.Price.read(message.bytes, at: message.start),
      size: Iex.OrderModify.Size.read(message.bytes, at: message.start),
      delta: Int32(truncatingIfNeeded: id), into: &lanes)
  }

  /// Order delete (`R`).
  mutating func decodeDelete(
    _ message: borrowing Message, into lanes: inout LaneWriter
  ) -> RejectReason? {
    writeOrder(
      message, action: .cancel,
      id: Iex.OrderDelete.OrderID.read(message.bytes, at: message.start), into: &lanes)
  }

  /// Order executed (`L`), at the price that it states.
  mutating func decodeExecution(
    _ message: borrowing Message, into lanes: inout LaneWriter
  ) -> RejectReason? {
    writeOrder(
      message, action: .fill,
      id: Iex.OrderExecuted.OrderID.read(message.bytes, at: message.start),
      price: Iex.OrderExecuted.Price.read(message.bytes, at: message.start),
      size: Iex.OrderExecuted.Size.read(message.bytes, at: message.start), into: &lanes)
  }

  /// Clear book (`C`).
  mutating func decodeClear(
    _ message: borrowing Message, into lanes: inout LaneWriter
  ) -> RejectReason? {
    writeOrder(message, action: .clear, id: 0, size: 0, into: &lanes)
  }

  private mutating func writeOrder(
    _ message: borrowing Message, action: Action, side: Side = .none, id: UInt64,
    price raw: Int64? = nil, size: UInt32 = Undefined.orderSize, delta: Int32 = 0,
    into lanes: inout LaneWriter
  ) -> RejectReason? {
    var prices = IexPrices()
    let price = raw.map { prices.exact($0) } ?? Undefined.price
    guard !prices.overflows else { return .overflow }
    guard let instrument = instrument(of: message, into: &lanes) else { return .instrumentLimit }
    write(
      MBOMessage(
        publisherID: publisherID, instrumentID: instrument, tsEvent: message.tsEvent, orderID: id,
        price: price, size: size, flags: .last, action: action, side: side,
        tsRecv: message.tsRecv, tsInDelta: delta, sequence: message.sequence),
      into: &lanes)
    return nil
  }
}
