/// An open order as queries show it.
public struct RestingOrder: Hashable, Sendable, BitwiseCopyable {
  public var id: UInt64
  public var instrument: UInt32
  public var side: BookSide
  /// Price in 1e-9.
  public var price: Int64
  /// Open size, never 0.
  public var size: UInt32
  /// Rank within the price level as the feed gave it, smaller first.
  public var priority: UInt64
}

extension OrderBooks {
  /// The open order with this id, or nil.
  public func order(_ orderID: UInt64) -> RestingOrder? {
    guard let slot = orders.find(orderID) else { return nil }
    return resting(orders.slots[slot])
  }

  /// Calls `body` with each open order of a side, in no particular order. Scans the table of all
  /// open orders of the shard: for snapshots and tests, not per message.
  public func forEachOrder(
    instrument: UInt32, side: BookSide, _ body: (RestingOrder) -> Void
  ) {
    guard let number = levels.number(instrument, side) else { return }
    for slot in 0..<orders.slots.count
    where orders.slots[slot].size != 0 && Int(orders.slots[slot].side) == number {
      body(resting(orders.slots[slot]))
    }
  }

  /// The open orders of a side, best price first, and by priority within a price. Scans as
  /// `forEachOrder` does, and allocates.
  public func queue(instrument: UInt32, side: BookSide) -> [RestingOrder] {
    var queue: [RestingOrder] = []
    forEachOrder(instrument: instrument, side: side) { queue.append($0) }
    let sign = UInt32(side.rawValue)
    return queue.sorted {
      let keys = (
        BookLevels.key(price: $0.price, side: sign), BookLevels.key(price: $1.price, side: sign)
      )
      return keys.0 == keys.1 ? ($0.priority, $0.id) < ($1.priority, $1.id) : keys.0 > keys.1
    }
  }

  private func resting(_ order: OpenOrder) -> RestingOrder {
    RestingOrder(
      id: order.id, instrument: levels.sides[Int(order.side)].instrument,
      side: order.side & 1 == 0 ? .bid : .ask,
      price: BookLevels.key(price: order.key, side: order.side), size: order.size,
      priority: order.priority)
  }
}
