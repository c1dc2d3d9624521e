internal import FeedKit

/// A cross at work: over a range of symbols, some non-printable executions each, then its `Q`.
struct MarketCross: BitwiseCopyable {
  var isActive = false
  var type: UInt8 = 0
  var locate = 0
  var last = 0
  /// Messages that the cross may still take.
  var messagesLeft = 0
  /// Whether `locate` has its price and the executions have begun.
  var isPriced = false
  var price: UInt32 = 0
  var tick: Int16 = 0
  var crossesAsks = false
  /// Displayed orders still to be executed, and the part of the last one in 1/256.
  var ordersLeft = 0
  var lastPart: UInt32 = 256
  var executed: UInt64 = 0
  var hidden: UInt64 = 0
}

extension ItchMarket {
  /// Interrupts the order flow until every symbol of the range has crossed.
  mutating func beginCross(
    _ type: Unicode.Scalar, _ locates: ClosedRange<Int>, messages: Int
  ) {
    cross = MarketCross()
    cross.isActive = true
    cross.type = UInt8(truncatingIfNeeded: type.value)
    cross.locate = locates.lowerBound
    cross.last = locates.upperBound
    cross.messagesLeft = messages
    day.heldFlowEnd = day.flowEnd
    day.flowEnd = 0
  }

  /// The cross's next message, or 0 when it is over.
  ///
  /// A displayed book does not cross itself: what it trades with are undisplayed on-open and
  /// on-close orders. So one side's best level takes part, in time priority; where the whole level
  /// is executed, the cross price may lie a tick deeper (price improvement, hence `C`, not `E`).
  mutating func crossStep(_ out: inout MutableRawSpan, _ at: Int) -> Int {
    while cross.isActive, !cross.isPriced {
      while cross.locate <= cross.last, symbols[cross.locate].isHalted != 0 { cross.locate += 1 }
      guard cross.locate <= cross.last else {
        cross.isActive = false
        return 0
      }
      priceCross()
    }
    guard cross.isActive else { return 0 }
    tickOver()
    cross.messagesLeft -= 1
    if cross.ordersLeft > 0 { return crossOrder(&out, at) }
    let locate = cross.locate
    cross.isPriced = false
    cross.locate += 1
    return writeCross(
      &out, at, locate, shares: cross.executed + cross.hidden, price: cross.price,
      type: cross.type)
  }

  private mutating func priceCross() {
    let symbol = symbols[cross.locate]
    let bits = random.next()
    cross.isPriced = true
    cross.ordersLeft = 0
    cross.executed = 0
    cross.hidden = 0
    cross.crossesAsks = bits & 1 != 0
    cross.tick = cross.crossesAsks ? symbol.bestAsk : symbol.bestBid
    // A symbol without interest gets an empty cross: no shares, no price.
    cross.price = 0
    let hasLevel = cross.tick >= 0 && cross.tick < MarketSymbol.tickCount
    guard hasLevel, bits >> 1 & 7 != 0 else { return }
    cross.price = symbol.price(Int(cross.tick))
    cross.hidden = 100 * (1 + bits >> 8 & 63)
    // Every later symbol needs one message for its own cross.
    let spare = cross.messagesLeft - (cross.last - cross.locate + 1)
    guard bits >> 4 & 3 != 0, spare > 0 else { return }
    let level = ordersOfLevel(cross.locate, cross.tick, limit: 4)
    let wanted = min(1 + Int(bits >> 16 & 3), spare)
    cross.ordersLeft = min(level, wanted)
    cross.lastPart = bits >> 18 & 1 == 0 ? 256 : 128
    guard level <= 3, cross.ordersLeft == level, bits >> 20 & 1 == 0 else { return }
    cross.lastPart = 256
    let deeper = Int(cross.tick) + (cross.crossesAsks ? 1 : -1)
    if deeper >= 0 { cross.price = symbol.price(deeper) }
  }

  private func ordersOfLevel(_ locate: Int, _ tick: Int16, limit: Int) -> Int {
    var place = levels[locate << 8 | Int(tick)].first
    var count = 0
    while place != MarketOrder.none, count < limit {
      count += 1
      place = orders[Int(symbols[locate].firstOrder) + Int(place)].newer
    }
    return count
  }

  private mutating func crossOrder(_ out: inout MutableRawSpan, _ at: Int) -> Int {
    let locate = cross.locate
    let place = levels[locate << 8 | Int(cross.tick)].first
    let index = Int(symbols[locate].firstOrder) + Int(place)
    let reference = orders[index].reference
    let open = orders[index].shares
    cross.ordersLeft -= 1
    let part = cross.ordersLeft == 0 ? cross.lastPart : 256
    let shares = max(open * part / 256, 1)
    orders[index].shares -= shares
    if orders[index].shares == 0 { remove(locate, place) }
    cross.executed += UInt64(shares)
    return writeExecutedWithPrice(
      &out, at, locate, reference: reference, shares: shares, price: cross.price,
      printable: false)
  }

  /// One NOII message; the symbols take turns, the busy ones as often as the quiet ones.
  mutating func imbalance(_ out: inout MutableRawSpan, _ at: Int) -> Int {
    day.cursor = day.cursor % options.symbols + 1
    let type: Unicode.Scalar = day.stage == .openingAuction ? "O" : "C"
    return writeImbalance(&out, at, day.cursor, type: type)
  }

  mutating func writeImbalance(
    _ out: inout MutableRawSpan, _ at: Int, _ locate: Int, type: Unicode.Scalar
  ) -> Int {
    let bits = random.next()
    let symbol = symbols[locate]
    let size = begin(&out, at, 0x49, 50, locate)
    let isHalted = symbol.isHalted != 0
    let drawn = MarketText.four("B", "S", "N", "O") >> UInt32(8 * (bits & 3))
    let direction = isHalted && type != "H" ? 0x50 : UInt8(truncatingIfNeeded: drawn)
    let hasPrice = direction != 0x4F && direction != 0x50
    let reference = hasPrice ? symbol.price(Int(symbol.centre)) : 0
    let near = hasPrice ? symbol.price(Int(symbol.centre) + Int(bits >> 2 & 1)) : 0
    let far = hasPrice ? symbol.price(Int(symbol.centre) + Int(bits >> 3 & 3)) : 0
    out.putBE(hasPrice ? 100 * (bits >> 8 & 1_023) : 0, at + 13)
    out.putBE(direction == 0x42 || direction == 0x53 ? 100 * (1 + bits >> 20 & 255) : 0, at + 21)
    out.put(direction, at + 29)
    out.putBE(symbol.stock, at + 30)
    out.putBE(far, at + 38)
    out.putBE(near, at + 42)
    out.putBE(reference, at + 46)
    out.put(UInt8(truncatingIfNeeded: type.value), at + 50)
    out.put(hasPrice ? Self.variation(reference, near) : 0x20, at + 51)
    return size
  }

  /// How far the near price is from the reference: L below 1 %, 1 below 2 %, … 9 below 10 %.
  private static func variation(_ reference: UInt32, _ near: UInt32) -> UInt8 {
    guard reference > 0 else { return 0x20 }
    let distance = near >= reference ? near - reference : reference - near
    let percent = UInt64(distance) * 100 / UInt64(reference)
    return percent == 0 ? 0x4C : UInt8(0x30 + min(percent, 9))
  }
}
