internal import FeedKit

/// A marketable order at work: it executes against the best level until it is filled.
struct MarketTake: BitwiseCopyable {
  var shares: UInt32 = 0
  var locate = 0
  /// The limit: the tick of the level that it takes.
  var tick: Int16 = 0
  /// Whether it takes from the asks.
  var takesAsks = false
  /// Whether what is left rests in the book instead of being cancelled.
  var rests = false
}

extension ItchMarket {
  /// One message of continuous trading.
  @inline(__always)
  mutating func flow(_ out: inout MutableRawSpan, _ at: Int) -> Int {
    if take.shares > 0 { return continueTake(&out, at) }
    let bits = lookAhead()
    let more = random.next()
    advanceClock(bits >> 20)
    if messageCount >= eventAt {
      let size = event(&out, at)
      if size > 0 { return size }
    }
    var locate = Int(symbolTable[Int(truncatingIfNeeded: bits) & (symbolTable.count &- 1)])
    if pace.microburstLeft > 0 {
      pace.microburstLeft &-= 1
      locate = pace.microburstLocate
    }
    let action = actionTable[day.actions &+ Int(truncatingIfNeeded: bits >> 30) & 4_095]
    let pick = bits >> 42
    if action == MarketAction.add { return add(&out, at, locate, more, pick) }
    if action == MarketAction.delete { return delete(&out, at, locate, more, pick) }
    if action == MarketAction.replace { return replace(&out, at, locate, more, pick) }
    return rarer(&out, at, locate, action, more, pick)
  }

  /// Draws the bits of a message four ahead and fetches what it will need: the symbol's line now,
  /// the order and the level two messages later, when that line is there. The books of thousands of
  /// symbols do not fit into the cache.
  @inline(__always)
  private mutating func lookAhead() -> UInt64 {
    let slot = Int(truncatingIfNeeded: drawn & 3)
    let bits = ahead[slot]
    let fresh = random.next()
    ahead[slot] = fresh
    drawn &+= 1
    symbols.prefetch(Int(symbolTable[Int(truncatingIfNeeded: fresh) & (symbolTable.count &- 1)]))
    let near = ahead[(slot &+ 2) & 3]
    let locate = Int(symbolTable[Int(truncatingIfNeeded: near) & (symbolTable.count &- 1)])
    let count = Int(symbols[locate].count)
    orders.prefetch(Int(symbols[locate].firstOrder) &+ Int(choose(count, near >> 42)))
    levels.prefetch(locate << 8 | Int(symbols[locate].centre))
    return bits
  }

  @inline(__always)
  private mutating func advanceClock(_ bits: UInt64) {
    let mean = pace.microburstLeft > 0 ? pace.microburstGap : pace.meanGap
    let gap = (UInt64(gapTable[Int(truncatingIfNeeded: bits & 1_023)]) &* mean) >> 16
    pace.due &+= gap
    clock &+= gap
    if pace.due >= pace.nextEdge { passEdge() }
  }

  @inline(never)
  private mutating func passEdge() {
    let edge = pace.passEdge()
    if edge.endsPhase { day.flowEnd = messageCount }
    if edge.beginsMicroburst {
      pace.microburstLeft = options.microburstMessages
      pace.microburstLocate = Int(
        symbolTable[Int(truncatingIfNeeded: random.next()) & (symbolTable.count - 1)])
    }
  }

  @inline(never)
  private mutating func rarer(
    _ out: inout MutableRawSpan, _ at: Int, _ locate: Int, _ action: UInt8, _ more: UInt64,
    _ pick: UInt64
  ) -> Int {
    switch action {
    case MarketAction.take: beginTake(&out, at, locate, more, pick)
    case MarketAction.cancel: cancel(&out, at, locate, more, pick)
    case MarketAction.hiddenTrade: hiddenTrade(&out, at, locate, more, pick)
    default: imbalance(&out, at)
    }
  }

  // MARK: Adds and deletes

  @inline(__always)
  private mutating func add(
    _ out: inout MutableRawSpan, _ at: Int, _ locate: Int, _ more: UInt64, _ pick: UInt64
  ) -> Int {
    let count = Int(symbols[locate].count)
    if count >= symbols[locate].highCount {
      return deleteOne(&out, at, locate, count, pick)
    }
    return addOne(&out, at, locate, more)
  }

  @inline(__always)
  private mutating func delete(
    _ out: inout MutableRawSpan, _ at: Int, _ locate: Int, _ more: UInt64, _ pick: UInt64
  ) -> Int {
    let count = Int(symbols[locate].count)
    if count <= symbols[locate].lowCount { return addOne(&out, at, locate, more) }
    return deleteOne(&out, at, locate, count, pick)
  }

  /// A new order near the centre; one that would cross is placed beside the other side's best.
  private mutating func addOne(
    _ out: inout MutableRawSpan, _ at: Int, _ locate: Int, _ more: UInt64
  ) -> Int {
    let isAsk = more & 1 != 0
    let order = MarketOrder(
      reference: takeReference(more), shares: drawShares(more),
      tick: drawTick(locate, isAsk, more), isAsk: isAsk)
    insert(locate, order)
    // 10 of 1,024 orders carry a market participant's name, as on the real day.
    let attributed = more >> 21 & 1_023 < 10
    let attribution = attributed ? MarketText.participant(Int(truncatingIfNeeded: more >> 36)) : 0
    return writeAdd(&out, at, locate, order, attribution: attribution)
  }

  private mutating func deleteOne(
    _ out: inout MutableRawSpan, _ at: Int, _ locate: Int, _ count: Int, _ pick: UInt64
  ) -> Int {
    let place = choose(count, pick)
    let reference = orders[Int(symbols[locate].firstOrder) &+ Int(place)].reference
    remove(locate, place)
    return writeDelete(&out, at, locate, reference: reference)
  }

  /// Two of three times one of the newest orders: most real orders are short-lived.
  @inline(__always)
  private func choose(_ count: Int, _ pick: UInt64) -> UInt16 {
    let draw = Int(truncatingIfNeeded: pick & 0xFFFF)
    if pick >> 16 & 63 < 42 {
      return UInt16(truncatingIfNeeded: count &- 1 &- (draw &* min(count, 8)) >> 16)
    }
    return UInt16(truncatingIfNeeded: (draw &* count) >> 16)
  }

  @inline(__always)
  private mutating func takeReference(_ more: UInt64) -> UInt64 {
    lastReference &+= 1 &+ more >> 31 & 3
    return lastReference
  }

  @inline(__always)
  private func drawShares(_ more: UInt64) -> UInt32 {
    UInt32(sizeTable[Int(truncatingIfNeeded: more >> 11) & 1_023])
  }

  @inline(__always)
  private func drawTick(_ locate: Int, _ isAsk: Bool, _ more: UInt64) -> Int {
    let distance = Int(distanceTable[Int(truncatingIfNeeded: more >> 1) & 1_023])
    let centre = Int(symbols[locate].centre)
    if isAsk { return max(centre &+ 1 &+ distance, Int(symbols[locate].bestBid) &+ 1) }
    return min(centre &- distance, Int(symbols[locate].bestAsk) &- 1)
  }

  // MARK: Replaces and cancels

  private mutating func replace(
    _ out: inout MutableRawSpan, _ at: Int, _ locate: Int, _ more: UInt64, _ pick: UInt64
  ) -> Int {
    let count = Int(symbols[locate].count)
    if count <= 2 { return addOne(&out, at, locate, more) }
    let place = choose(count, pick)
    let old = orders[Int(symbols[locate].firstOrder) &+ Int(place)]
    remove(locate, place)
    let shares = more >> 33 & 3 == 0 ? drawShares(more) : old.shares
    let order = MarketOrder(
      reference: takeReference(more), shares: shares, tick: drawTick(locate, old.isAsk, more),
      isAsk: old.isAsk)
    insert(locate, order)
    return writeReplace(&out, at, locate, original: old.reference, order)
  }

  private mutating func cancel(
    _ out: inout MutableRawSpan, _ at: Int, _ locate: Int, _ more: UInt64, _ pick: UInt64
  ) -> Int {
    let count = Int(symbols[locate].count)
    var draw = pick
    for _ in 0..<4 where count > 0 {
      let index = Int(symbols[locate].firstOrder) &+ Int(choose(count, draw))
      let shares = orders[index].shares
      if shares > 100 {
        let lots = Int(truncatingIfNeeded: shares &- 1) / 100
        let cancelled = UInt32(100 * (1 + Int(truncatingIfNeeded: more & 0xFFFF) % lots))
        orders[index].shares = shares &- cancelled
        return writeCancel(
          &out, at, locate, reference: orders[index].reference, shares: cancelled)
      }
      draw = draw &* 0x9E37_79B9_7F4A_7C15 >> 17
    }
    return delete(&out, at, locate, more, pick)
  }

  // MARK: Executions

  private mutating func beginTake(
    _ out: inout MutableRawSpan, _ at: Int, _ locate: Int, _ more: UInt64, _ pick: UInt64
  ) -> Int {
    let symbol = symbols[locate]
    let takesAsks: Bool
    if symbol.bestAsk <= symbol.centre {
      takesAsks = true
    } else if symbol.bestBid > symbol.centre {
      takesAsks = false
    } else {
      takesAsks = more & 1 != 0
    }
    let tick = takesAsks ? symbol.bestAsk : symbol.bestBid
    guard symbol.isHalted == 0, tick >= 0, tick < MarketSymbol.tickCount else {
      return delete(&out, at, locate, more, pick)
    }
    let head = Int(levels[locate << 8 | Int(tick)].first) &+ Int(symbol.firstOrder)
    let wanted = drawShares(more)
    // Half of the takers ask for exactly what the first order shows.
    take.shares = more >> 34 & 1 == 0 ? orders[head].shares : wanted
    take.locate = locate
    take.tick = tick
    take.takesAsks = takesAsks
    take.rests = more >> 35 & 3 == 0
    moveCentre(locate, up: takesAsks, more >> 37)
    return execute(&out, at, atBetterPrice: more >> 40 & 255 == 0)
  }

  /// The centre follows trades every other time, inside the room that the distances leave.
  private mutating func moveCentre(_ locate: Int, up: Bool, _ bits: UInt64) {
    guard bits & 1 == 0 else { return }
    let centre = symbols[locate].centre + (up ? 1 : -1)
    let room = Int16(MarketTables.maximumDistance + 1)
    if centre >= room, centre < Int16(MarketSymbol.tickCount) - room {
      symbols[locate].centre = centre
    }
  }

  /// Executes the first order of the take's level; leaves the take with what may follow.
  private mutating func execute(
    _ out: inout MutableRawSpan, _ at: Int, atBetterPrice: Bool
  ) -> Int {
    let locate = take.locate
    let place = levels[locate << 8 | Int(take.tick)].first
    let index = Int(symbols[locate].firstOrder) &+ Int(place)
    let reference = orders[index].reference
    let shares = min(take.shares, orders[index].shares)
    orders[index].shares &-= shares
    take.shares &-= shares
    if orders[index].shares == 0 { remove(locate, place) }
    let best = take.takesAsks ? symbols[locate].bestAsk : symbols[locate].bestBid
    if best != take.tick, !take.rests { take.shares = 0 }
    if atBetterPrice {
      let half = UInt32(symbols[locate].tickSize / 2)
      let price = symbols[locate].price(Int(take.tick))
      return writeExecutedWithPrice(
        &out, at, locate, reference: reference, shares: shares,
        price: take.takesAsks ? price &+ half : price &- half, printable: true)
    }
    return writeExecuted(&out, at, locate, reference: reference, shares: shares)
  }

  /// The same aggressor's next execution, at the same time, or its rest as a new order.
  private mutating func continueTake(_ out: inout MutableRawSpan, _ at: Int) -> Int {
    let locate = take.locate
    let best = take.takesAsks ? symbols[locate].bestAsk : symbols[locate].bestBid
    if best == take.tick { return execute(&out, at, atBetterPrice: false) }
    let order = MarketOrder(
      reference: takeReference(0), shares: take.shares, tick: Int(take.tick),
      isAsk: !take.takesAsks)
    take.shares = 0
    insert(locate, order)
    return writeAdd(&out, at, locate, order, attribution: 0)
  }

  /// A trade against an order that is not displayed: at the touch or, sometimes, in the middle.
  private mutating func hiddenTrade(
    _ out: inout MutableRawSpan, _ at: Int, _ locate: Int, _ more: UInt64, _ pick: UInt64
  ) -> Int {
    let symbol = symbols[locate]
    guard symbol.isHalted == 0, symbol.bestBid >= 0, symbol.bestAsk < MarketSymbol.tickCount else {
      return delete(&out, at, locate, more, pick)
    }
    let bid = symbol.price(Int(symbol.bestBid))
    let ask = symbol.price(Int(symbol.bestAsk))
    let price =
      switch more & 3 {
      case 0: bid
      case 1: ask
      default: bid + (ask - bid) / 2
      }
    return writeTrade(&out, at, locate, shares: drawShares(more), price: price)
  }
}
