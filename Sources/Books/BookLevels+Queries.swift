public import Records

/// One price level of a book.
public struct BookLevel: Hashable, Sendable, BitwiseCopyable {
  /// Price in 1e-9.
  public var price: Int64
  /// Open size of all orders at this price.
  public var size: UInt64
  /// Number of orders at this price; 0 where the feed does not tell.
  public var orders: UInt32

  @inlinable
  public init(price: Int64, size: UInt64, orders: UInt32) {
    self.price = price
    self.size = size
    self.orders = orders
  }
}

extension BookLevels {
  /// The level at a distance from the touch (0 = the touch), or nil where there is none.
  @inlinable
  public func level(_ depth: Int, instrument: UInt32, side: BookSide) -> BookLevel? {
    guard let number = number(instrument, side) else { return nil }
    return level(depth, number: number)
  }

  /// The best level of a side, or nil where the side is empty.
  @inlinable
  public func best(instrument: UInt32, side: BookSide) -> BookLevel? {
    level(0, instrument: instrument, side: side)
  }

  @inlinable @inline(__always)
  func level(_ depth: Int, number: Int) -> BookLevel? {
    let index = Int(sides[number].count) &- 1 &- depth
    guard index >= 0, depth >= 0 else { return nil }
    let total = sides[number].total(at: index)
    let key = sides[number].key(at: index)
    return BookLevel(
      price: Self.key(price: key, side: UInt32(truncatingIfNeeded: number)), size: total.size,
      orders: total.orders)
  }

  /// Number of price levels of a side.
  @inlinable
  public func levelCount(instrument: UInt32, side: BookSide) -> Int {
    guard let number = number(instrument, side) else { return 0 }
    return Int(sides[number].count)
  }

  /// Number of open orders of a side, summed over its levels; 0 where the feed does not tell.
  public func openOrders(instrument: UInt32, side: BookSide) -> Int {
    guard let number = number(instrument, side) else { return 0 }
    return (0..<Int(sides[number].count)).reduce(0) {
      $0 + Int(sides[number].total(at: $1).orders)
    }
  }

  /// The best levels of both sides as DBN has them (MBP-1: one, MBP-10: ten), best first; missing
  /// levels have the undefined price. Sizes saturate at 2^32 - 2, below DBN's "undefined".
  @inlinable
  public func pairs<let count: Int>(
    instrument: UInt32, _: Int = count
  ) -> InlineArray<count, BidAskPair> {
    var result = InlineArray<count, BidAskPair>(repeating: BidAskPair())
    guard let bids = number(instrument, .bid) else { return result }
    for depth in 0..<count {
      let bid = level(depth, number: bids)
      let ask = level(depth, number: bids &+ 1)
      if bid == nil, ask == nil { break }
      result[depth] = Self.pair(bid, ask)
    }
    return result
  }

  /// One level of both sides as DBN has it.
  @inlinable
  public func pair(_ depth: Int, instrument: UInt32) -> BidAskPair {
    guard let bids = number(instrument, .bid) else { return BidAskPair() }
    return Self.pair(level(depth, number: bids), level(depth, number: bids &+ 1))
  }

  @inlinable @inline(__always)
  static func pair(_ bid: BookLevel?, _ ask: BookLevel?) -> BidAskPair {
    let largest = UInt64(UInt32.max) - 1
    var pair = BidAskPair()
    if let bid {
      pair.bidPx = bid.price
      pair.bidSz = UInt32(truncatingIfNeeded: min(bid.size, largest))
      pair.bidCt = bid.orders
    }
    if let ask {
      pair.askPx = ask.price
      pair.askSz = UInt32(truncatingIfNeeded: min(ask.size, largest))
      pair.askCt = ask.orders
    }
    return pair
  }

  /// Whether the best bid is above the best ask: in continuous trading a sign of lost messages.
  @inlinable
  public func isCrossed(instrument: UInt32) -> Bool {
    guard let gap = gap(instrument) else { return false }
    return gap.bid > gap.ask
  }

  /// Whether the best bid equals the best ask.
  @inlinable
  public func isLocked(instrument: UInt32) -> Bool {
    guard let gap = gap(instrument) else { return false }
    return gap.bid == gap.ask
  }

  /// Best bid and ask prices of a two-sided book.
  @inlinable @inline(__always)
  func gap(_ instrument: UInt32) -> (bid: Int64, ask: Int64)? {
    guard let bids = number(instrument, .bid) else { return nil }
    guard sides[bids].count > 0, sides[bids &+ 1].count > 0 else { return nil }
    return (sides[bids].bestKey, ~sides[bids &+ 1].bestKey)
  }
}
