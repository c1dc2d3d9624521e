extension SimulatedMarket {
  /// What happens to an instrument; nil where nothing does (halted).
  mutating func step(
    _ index: Int, _ time: UInt64, _ phase: SimulatedHours.Phase
  ) -> MarketEvent? {
    if states[index].haltedUntil > 0 {
      guard time >= states[index].haltedUntil else { return nil }
      states[index].haltedUntil = 0
      return MarketEvent(.resume, index, time)
    }
    let draw = random.below(1_000_000)
    if draw < 5 {
      states[index].haltedUntil = time &+ UInt64(5 + random.below(25)) * 1_000_000_000
      return MarketEvent(.halt, index, time)
    }
    if draw < 350_000 { return trade(index, time, phase, isOpening: false) }
    if draw < 750_000 { return resize(index, time) }
    return move(index, time)
  }

  /// A trade at the best price of one side; it takes from that level.
  mutating func trade(
    _ index: Int, _ time: UInt64, _ phase: SimulatedHours.Phase, isOpening: Bool
  ) -> MarketEvent {
    var event = MarketEvent(.trade, index, time)
    var state = states[index]
    let kind = instruments[index].kind
    let hitsBid = random.next() & 1 == 0
    let isNeither = random.below(16) == 0
    let available = hitsBid ? state.bidSize : state.askSize
    let wanted = tradeSize(kind)
    let size = isNeither ? wanted : min(wanted, available)
    let venue = kind == .stock ? random.below(SimulatedMarketLimits.venues) : 0
    let isOddLot = kind == .stock && size < 100
    state.last = hitsBid ? state.bid : state.ask
    state.lastSize = size
    state.lastTime = time
    state.lastVenue = UInt8(venue)
    state.isOddLot = isOddLot
    state.lastBasis = isOddLot ? .other : phase == .extended ? .extended : .qualified
    state.lastAggressor = isNeither ? 3 : hitsBid ? 2 : 1
    state.volume &+= UInt64(size)
    state.trades &+= 1
    state.numbers[venue] &+= 1
    state.lastNumber = state.numbers[venue]
    count(&state, &event)
    state.newest = remember(
      SimulatedTrade(
        time: time, price: state.last, bid: state.bid, ask: state.ask, volume: state.volume,
        previous: state.newest, number: state.lastNumber, size: size, day: Int32(day),
        venue: UInt8(venue), basis: state.lastBasis, aggressor: state.lastAggressor,
        isOddLot: isOddLot))
    states[index] = state
    if isOpening || isNeither { return event }
    if size == available {
      worsen(index, isBid: hitsBid, time, &event)
    } else {
      resize(index, isBid: hitsBid, level: 0, to: available - size, time, &event)
    }
    return event
  }

  /// Only qualified trades make open, high and low.
  private func count(_ state: inout SimulatedState, _ event: inout MarketEvent) {
    guard state.lastBasis != .other else { return }
    state.extended = SimulatedPrint(
      price: state.last, size: state.lastSize, time: state.lastTime, venue: state.lastVenue)
    guard state.lastBasis == .qualified else { return }
    state.regular = state.extended
    if state.open == 0 {
      (state.open, state.high, state.low) = (state.last, state.last, state.last)
      (event.isOpen, event.isHigh, event.isLow) = (true, true, true)
      return
    }
    if state.last > state.high {
      state.high = state.last
      event.isHigh = true
    }
    if state.last < state.low {
      state.low = state.last
      event.isLow = true
    }
  }

  private mutating func resize(_ index: Int, _ time: UInt64) -> MarketEvent {
    var event = MarketEvent(.book, index, time)
    let isBid = random.next() & 1 == 0
    let level = random.below(10) < 6 ? 0 : random.below(SimulatedMarketLimits.levels)
    resize(index, isBid: isBid, level: level, to: size(instruments[index].kind), time, &event)
    return event
  }

  private mutating func resize(
    _ index: Int, isBid: Bool, level: Int, to size: UInt32, _ time: UInt64,
    _ event: inout MarketEvent
  ) {
    var state = states[index]
    let place = state.place(isBid: isBid, level: level)
    if isBid { state.bidSizes[place] = size } else { state.askSizes[place] = size }
    touch(index, &state, isBid: isBid, isBest: level == 0, time)
    states[index] = state
    event.change = .size
    event.isBid = isBid
    event.level = level
  }

  /// The best price of a side moves by one tick. Spreads stay between 1 and 4 ticks, and prices
  /// are drawn back to the first one, so that they never reach 0.
  private mutating func move(_ index: Int, _ time: UInt64) -> MarketEvent {
    var event = MarketEvent(.book, index, time)
    let spread = states[index].ask - states[index].bid
    let drift = states[index].bid - instruments[index].basePrice
    let reach = max(instruments[index].basePrice / 4, 4)
    let goesUp = random.below(1 << 16) * Int(2 * reach) < (1 << 16) * Int(reach - drift)
    if spread <= 1 {
      worsen(index, isBid: !goesUp, time, &event)
    } else if spread >= 4 || random.next() & 1 == 0 {
      improve(index, isBid: goesUp, time, &event)
    } else {
      worsen(index, isBid: !goesUp, time, &event)
    }
    return event
  }

  /// The last level becomes the first, one tick better.
  private mutating func improve(
    _ index: Int, isBid: Bool, _ time: UInt64, _ event: inout MarketEvent
  ) {
    var state = states[index]
    let last = SimulatedMarketLimits.levels - 1
    let gone = state.level(isBid: isBid, last)
    if isBid {
      state.bidHead = gone.place
      state.bid += 1
    } else {
      state.askHead = gone.place
      state.ask -= 1
    }
    replace(&state, gone, isBid: isBid, index, &event)
    touch(index, &state, isBid: isBid, isBest: true, time)
    states[index] = state
    event.change = .improved
    event.level = 0
  }

  /// The first level becomes the last one, ten ticks worse.
  private mutating func worsen(
    _ index: Int, isBid: Bool, _ time: UInt64, _ event: inout MarketEvent
  ) {
    var state = states[index]
    let gone = state.level(isBid: isBid, 0)
    let next = (gone.place + 1) % SimulatedMarketLimits.levels
    if isBid {
      state.bidHead = next
      state.bid -= 1
    } else {
      state.askHead = next
      state.ask += 1
    }
    replace(&state, gone, isBid: isBid, index, &event)
    touch(index, &state, isBid: isBid, isBest: true, time)
    states[index] = state
    event.change = .worsened
    event.level = SimulatedMarketLimits.levels - 1
  }

  /// Puts a new order in the place of one that is gone.
  private mutating func replace(
    _ state: inout SimulatedState, _ gone: SimulatedLevel, isBid: Bool, _ index: Int,
    _ event: inout MarketEvent
  ) {
    let size = size(instruments[index].kind)
    let order = order()
    if isBid {
      state.bidSizes[gone.place] = size
      state.bidOrders[gone.place] = order
    } else {
      state.askSizes[gone.place] = size
      state.askOrders[gone.place] = order
    }
    event.isBid = isBid
    event.goneOrder = gone.order
    event.gonePrice = gone.price
  }

  private mutating func touch(
    _ index: Int, _ state: inout SimulatedState, isBid: Bool, isBest: Bool, _ time: UInt64
  ) {
    guard isBest else { return }
    let isStock = instruments[index].kind == .stock
    let venue = isStock ? UInt8(random.below(SimulatedMarketLimits.venues)) : 0
    if isBid {
      state.bidTime = time
      state.bidVenue = venue
    } else {
      state.askTime = time
      state.askVenue = venue
    }
  }

  /// What stands at a level.
  mutating func size(_ kind: SimulatedInstrument.Kind) -> UInt32 {
    kind == .future ? UInt32(1 + random.below(200)) : UInt32(1 + random.below(40)) * 100
  }

  /// A quarter of a stock's trades are odd lots.
  private mutating func tradeSize(_ kind: SimulatedInstrument.Kind) -> UInt32 {
    if kind == .future { return UInt32(1 + random.below(20)) }
    if random.below(4) == 0 { return UInt32(1 + random.below(99)) }
    return UInt32(1 + random.below(12)) * 100
  }
}
