/// A market of many instruments, by a seed: trades, quotes, books of ten levels, halts, sessions.
///
///     while let event = market.next(until: now) { send(event, market[event.instrument]) }
///
/// The events depend on the seed, the instruments, the rate and the start alone, not on how often
/// it is asked. Prices are whole ticks. Trades are numbered without gaps per instrument, venue and
/// day, and kept for a while, so that what was streamed can be looked up. Pure; one thread.
public struct SimulatedMarket: ~Copyable {
  public let instruments: [SimulatedInstrument]
  /// Events so far.
  public private(set) var events: UInt64 = 0
  /// Day of New York's calendar, days since 1970.
  public private(set) var day: Int
  public private(set) var history: SimulatedHistory

  var states: FixedTable<SimulatedState>
  var random: SimulationRandom
  /// When it trades; `dayStart` is the midnight in New York of the present day.
  public internal(set) var clock: SimulatedHours
  private let index: [String: Int]
  private let seed: UInt64
  /// Mean time between two events, ns; and of the rate without a burst.
  private var interval: Double
  private let usualInterval: Double
  /// When the next event is due, and the part of a ns that is left over.
  private var nextTime: UInt64
  private var rest = 0.0
  var nextOrder: UInt64 = 1 << 33

  /// Throws: symbols, a rate or hours that cannot be.
  public init(_ options: SimulatorOptions) throws(SimulatorError) {
    guard options.rate > 0, options.rate <= SimulatedMarketLimits.rate else {
      throw SimulatorError(
        "\(options.rate) events a second: give more than 0 and at most 10M")
    }
    let instruments = try SimulatedInstrument.list(options)
    let clock = try SimulatedHours(options.settings["hours"], at: options.start)
    self.instruments = instruments
    self.clock = clock
    day = clock.day
    index = Dictionary(uniqueKeysWithValues: instruments.enumerated().map { ($1.symbol, $0) })
    seed = options.seed
    random = SimulationRandom(seed: options.seed)
    usualInterval = 1e9 / options.rate
    interval = usualInterval
    nextTime = options.start
    history = SimulatedHistory(capacity: options.historyTrades)
    states = FixedTable(
      repeating: SimulatedState(tick: 1, price: 1), count: instruments.count)
    open()
  }

  /// What is known of an instrument now.
  public subscript(instrument: Int) -> SimulatedState {
    _read { yield states[instrument] }
  }

  /// The instrument of this symbol, or nil.
  public func find(_ symbol: String) -> Int? { index[symbol] }

  /// When the next event is due, Unix ns.
  public var nextEvent: UInt64 { nextTime }

  /// Runs at `factor` times the rate.
  public mutating func pace(factor: Double) { interval = usualInterval / max(factor, 1e-6) }

  /// The next event that is due at `now` or before, or nil.
  public mutating func next(until now: UInt64) -> MarketEvent? {
    while nextTime <= now {
      if nextTime >= clock.dayEnd { beginDay() }
      let phase = clock.phase(at: nextTime)
      if phase == .closed {
        nextTime = clock.opening(after: nextTime)
        continue
      }
      let time = nextTime
      pass(phase == .extended ? interval * 8 : interval)
      if let event = step(pick(), time, phase) {
        events &+= 1
        return event
      }
    }
    return nil
  }

  /// The trades of an instrument, the newest first, as long as `take` answers true.
  public func trades(of instrument: Int, while take: (SimulatedTrade) -> Bool) {
    history.walk(from: states[instrument].newest, while: take)
  }

  /// Highest, lowest, first, last price (ticks) and volume of a day before the simulation began.
  public func earlierDay(_ instrument: Int, day: Int) -> SimulatedDay {
    SimulatedDay(
      seed: seed ^ UInt64(instrument) &* 0x9E37_79B9, day: day,
      base: instruments[instrument].basePrice)
  }

  /// Distances are uniform between 0 and twice the mean.
  private mutating func pass(_ mean: Double) {
    let distance = rest + mean * 2 * Double(random.next() >> 11) / Double(1 << 53)
    let whole = distance.rounded(.down)
    rest = distance - whole
    nextTime &+= UInt64(whole)
  }

  /// Half of the events are of all instruments alike, half lean to the first ones.
  private mutating func pick() -> Int {
    let count = instruments.count
    let first = random.below(count)
    guard random.next() & 1 == 0 else { return first }
    return first * random.below(count) / max(count, 1)
  }

  /// All instruments have traded once when the market begins.
  private mutating func open() {
    for index in instruments.indices {
      let instrument = instruments[index]
      var state = SimulatedState(tick: instrument.tick, price: instrument.basePrice)
      state.close = earlierDay(index, day: day - 1).close
      state.bidTime = nextTime
      state.askTime = nextTime
      for place in 0..<SimulatedMarketLimits.levels {
        state.bidSizes[place] = size(instrument.kind)
        state.askSizes[place] = size(instrument.kind)
        state.bidOrders[place] = order()
        state.askOrders[place] = order()
      }
      states[index] = state
      guard clock.phase(at: nextTime) != .closed else { continue }
      _ = trade(index, nextTime, clock.phase(at: nextTime), isOpening: true)
    }
  }

  private mutating func beginDay() {
    clock.beginDay(at: nextTime)
    day = clock.day
    for index in instruments.indices {
      var state = states[index]
      state.close = state.extended.price
      (state.open, state.high, state.low) = (0, 0, 0)
      (state.volume, state.trades) = (0, 0)
      state.numbers = InlineArray(repeating: 0)
      states[index] = state
    }
  }

  mutating func remember(_ trade: SimulatedTrade) -> Int64 { history.append(trade) }

  mutating func order() -> UInt64 {
    nextOrder &+= 1
    return nextOrder
  }
}
