internal import FeedKit

/// One open order: 24 bytes in its symbol's segment, linked into the queue of its price level.
struct MarketOrder: BitwiseCopyable {
  static var none: UInt16 { .max }
  static var askBit: UInt16 { 0x8000 }

  var reference: UInt64
  var shares: UInt32
  /// The tick, and the side in the highest bit.
  var tickAndSide: UInt16
  var older: UInt16 = Self.none
  var newer: UInt16 = Self.none

  @inline(__always)
  init(reference: UInt64, shares: UInt32, tick: Int, isAsk: Bool) {
    self.reference = reference
    self.shares = shares
    tickAndSide = UInt16(truncatingIfNeeded: tick) | (isAsk ? Self.askBit : 0)
  }

  @inline(__always)
  var tick: Int { Int(tickAndSide & 0xFF) }
  @inline(__always)
  var isAsk: Bool { tickAndSide & Self.askBit != 0 }
}

/// The first and last order of a price level, as places in the symbol's segment.
struct MarketLevel: BitwiseCopyable {
  var first: UInt16 = MarketOrder.none
  var last: UInt16 = MarketOrder.none
}

/// One instrument: where its orders lie, its best prices, and its centre of trading.
///
/// A book is a window of 256 ticks. Bids and asks never overlap in it, so they share one table of
/// levels and one bitmap of the occupied ones: every occupied tick up to `bestBid` is a bid.
struct MarketSymbol: BitwiseCopyable {
  static var tickCount: Int { 256 }
  static var noBid: Int16 { -1 }
  static var noAsk: Int16 { 256 }

  /// Eight characters in wire order.
  var stock: UInt64 = 0
  var occupied: InlineArray<4, UInt64> = InlineArray(repeating: 0)
  /// Price(4) of tick 0.
  var basePrice: UInt32 = 0
  /// The segment's start in the table of orders.
  var firstOrder: UInt32 = 0
  var tickSize: UInt16 = 100
  var capacity: UInt16 = 0
  var count: UInt16 = 0
  var target: UInt16 = 0
  var bestBid: Int16 = Self.noBid
  var bestAsk: Int16 = Self.noAsk
  var centre: Int16 = 128
  /// Not zero while nothing may be executed.
  var isHalted: UInt8 = 0
  var regSHO: UInt8 = 0x30

  @inline(__always)
  func price(_ tick: Int) -> UInt32 {
    basePrice &+ UInt32(truncatingIfNeeded: tick) &* UInt32(tickSize)
  }

  @inline(__always)
  var lowCount: Int { Int(target) &* 3 / 4 }
  @inline(__always)
  var highCount: Int { Int(target) &+ Int(target) / 4 }

  @inline(__always)
  mutating func occupy(_ tick: Int) { occupied[tick >> 6] |= 1 << UInt64(tick & 63) }
  @inline(__always)
  mutating func vacate(_ tick: Int) { occupied[tick >> 6] &= ~(1 << UInt64(tick & 63)) }

  /// The highest occupied tick at or below `tick`, or -1.
  @inline(__always)
  func highest(atMost tick: Int) -> Int16 {
    guard tick >= 0 else { return -1 }
    var word = tick >> 6
    var bits = occupied[word] << UInt64(63 - tick & 63)
    if bits != 0 { return Int16(truncatingIfNeeded: tick - bits.leadingZeroBitCount) }
    while word > 0 {
      word -= 1
      bits = occupied[word]
      if bits != 0 {
        return Int16(truncatingIfNeeded: word << 6 + 63 - bits.leadingZeroBitCount)
      }
    }
    return Self.noBid
  }

  /// The lowest occupied tick at or above `tick`, or 256.
  @inline(__always)
  func lowest(atLeast tick: Int) -> Int16 {
    guard tick < Self.tickCount else { return Self.noAsk }
    var word = tick >> 6
    var bits = occupied[word] >> UInt64(tick & 63)
    if bits != 0 { return Int16(truncatingIfNeeded: tick + bits.trailingZeroBitCount) }
    while word < 3 {
      word += 1
      bits = occupied[word]
      if bits != 0 { return Int16(truncatingIfNeeded: word << 6 + bits.trailingZeroBitCount) }
    }
    return Self.noAsk
  }
}

extension ItchMarket {
  /// Puts an order at the end of its level's queue. The caller has checked the symbol's capacity
  /// and that the price does not cross.
  @inline(__always)
  mutating func insert(_ locate: Int, _ order: MarketOrder) {
    let first = Int(symbols[locate].firstOrder)
    let place = symbols[locate].count
    assert(place < symbols[locate].capacity)
    symbols[locate].count = place &+ 1
    openOrderCount &+= 1
    let tick = order.tick
    let level = locate << 8 | tick
    var order = order
    order.newer = MarketOrder.none
    order.older = levels[level].last
    orders[first &+ Int(place)] = order
    levels[level].last = place
    if order.older != MarketOrder.none {
      orders[first &+ Int(order.older)].newer = place
      return
    }
    levels[level].first = place
    symbols[locate].occupy(tick)
    let tick16 = Int16(truncatingIfNeeded: tick)
    if order.isAsk {
      if tick16 < symbols[locate].bestAsk { symbols[locate].bestAsk = tick16 }
    } else if tick16 > symbols[locate].bestBid {
      symbols[locate].bestBid = tick16
    }
  }

  /// Takes the order at `place` out of its queue and moves the segment's last order into the hole.
  @inline(__always)
  mutating func remove(_ locate: Int, _ place: UInt16) {
    let first = Int(symbols[locate].firstOrder)
    let order = orders[first &+ Int(place)]
    let level = locate << 8 | order.tick
    if order.older == MarketOrder.none {
      levels[level].first = order.newer
    } else {
      orders[first &+ Int(order.older)].newer = order.newer
    }
    if order.newer == MarketOrder.none {
      levels[level].last = order.older
    } else {
      orders[first &+ Int(order.newer)].older = order.older
    }
    if order.older == MarketOrder.none, order.newer == MarketOrder.none {
      leaveLevel(locate, order)
    }
    let last = symbols[locate].count &- 1
    symbols[locate].count = last
    openOrderCount &-= 1
    if last != place { move(locate, from: last, to: place) }
  }

  @inline(__always)
  private mutating func leaveLevel(_ locate: Int, _ order: MarketOrder) {
    let tick = order.tick
    symbols[locate].vacate(tick)
    if order.isAsk {
      if Int(symbols[locate].bestAsk) == tick {
        symbols[locate].bestAsk = symbols[locate].lowest(atLeast: tick &+ 1)
      }
    } else if Int(symbols[locate].bestBid) == tick {
      symbols[locate].bestBid = symbols[locate].highest(atMost: tick &- 1)
    }
  }

  @inline(__always)
  private mutating func move(_ locate: Int, from source: UInt16, to place: UInt16) {
    let first = Int(symbols[locate].firstOrder)
    let order = orders[first &+ Int(source)]
    orders[first &+ Int(place)] = order
    let level = locate << 8 | order.tick
    if order.older == MarketOrder.none {
      levels[level].first = place
    } else {
      orders[first &+ Int(order.older)].newer = place
    }
    if order.newer == MarketOrder.none {
      levels[level].last = place
    } else {
      orders[first &+ Int(order.newer)].older = place
    }
  }
}
