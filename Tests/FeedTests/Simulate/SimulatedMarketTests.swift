import FeedKit
import Testing

/// The market that simulators share.
@Suite struct SimulatedMarketTests {
  private static let second: UInt64 = 1_000_000_000
  /// 2026-03-03 15:00 UTC, ten in the morning in New York.
  private static let morning: UInt64 = 1_772_550_000 * 1_000_000_000

  private func options(_ seed: UInt64, symbols: Int = 20, rate: Double = 5_000) -> SimulatorOptions
  {
    var options = SimulatorOptions()
    options.seed = seed
    options.symbolCount = symbols
    options.rate = rate
    options.start = Self.morning
    return options
  }

  /// All that happened, as text: what two markets have to agree in.
  private func story(_ market: inout SimulatedMarket, steps: [UInt64]) -> [String] {
    var lines: [String] = []
    for now in steps {
      while let event = market.next(until: now) {
        let state = market[event.instrument]
        lines.append(
          "\(event.time) \(event.instrument) \(event.kind) \(event.change) \(event.level) "
            + "\(state.last) \(state.lastSize) \(state.lastNumber) \(state.bid) \(state.ask) "
            + "\(state.bidSize) \(state.askSize) \(state.volume)")
      }
    }
    return lines
  }

  @Test func theSeedDecidesAndNotHowOftenOneAsks() throws {
    let end = Self.morning + 2 * Self.second
    var once = try SimulatedMarket(options(7))
    var often = try SimulatedMarket(options(7))
    var other = try SimulatedMarket(options(8))
    let steps = (1...200).map { Self.morning + UInt64($0) * 10_000_000 }
    let story = story(&once, steps: [end])
    #expect(story.count > 8_000 && story.count < 12_000)
    #expect(self.story(&often, steps: steps) == story)
    #expect(self.story(&other, steps: [end]) != story)
  }

  @Test(arguments: [1, 2, 3] as [UInt64]) func historyIsWhatHappened(seed: UInt64) throws {
    var market = try SimulatedMarket(options(seed, symbols: 5, rate: 20_000))
    var streamed: [Int: [String]] = [:]
    var numbers: [[Int]: UInt32] = [:]
    var volumes: [Int: UInt64] = [:]
    // Every instrument has traded once before the first event.
    for instrument in market.instruments.indices {
      let state = market[instrument]
      numbers[[instrument, Int(state.lastVenue)]] = state.lastNumber
      volumes[instrument] = state.volume
    }
    while let event = market.next(until: Self.morning + 3 * Self.second) {
      let state = market[event.instrument]
      #expect(state.bid < state.ask)
      #expect(state.bid > 0)
      guard event.kind == .trade else { continue }
      // Dense by venue, and the volume grows by exactly the size.
      let key = [event.instrument, Int(state.lastVenue)]
      #expect(state.lastNumber == (numbers[key] ?? 0) + 1)
      numbers[key] = state.lastNumber
      #expect(state.volume == (volumes[event.instrument] ?? 0) + UInt64(state.lastSize))
      volumes[event.instrument] = state.volume
      streamed[event.instrument, default: []].append(
        "\(state.lastTime) \(state.last) \(state.lastSize) \(state.lastVenue) \(state.lastNumber)")
    }
    #expect(streamed.count == 5)
    for (instrument, expected) in streamed {
      var found: [String] = []
      market.trades(of: instrument) { trade in
        found.append("\(trade.time) \(trade.price) \(trade.size) \(trade.venue) \(trade.number)")
        return found.count < expected.count
      }
      #expect(found.reversed() == expected)
    }
  }

  @Test func tenThousandInstrumentsAllMove() throws {
    var market = try SimulatedMarket(options(3, symbols: 10_000, rate: 200_000))
    var moved: Set<Int> = []
    while let event = market.next(until: Self.morning + Self.second) {
      moved.insert(event.instrument)
    }
    #expect(market.events > 150_000)
    #expect(moved.count > 9_900)
    #expect(Set(market.instruments.map(\.symbol)).count == 10_000)
  }

  @Test func aNewDayBeginsAtMidnightInNewYork() throws {
    var options = options(4, symbols: 3, rate: 100)
    // 2026-03-04 04:59:50 UTC: ten seconds before midnight there.
    options.start = 1_772_600_390 * Self.second
    var market = try SimulatedMarket(options)
    let day = market.day
    var last = market.instruments.indices.map { market[$0].extended.price }
    var first: Int?
    while first == nil, let event = market.next(until: options.start + 60 * Self.second) {
      if market.day == day {
        last[event.instrument] = market[event.instrument].extended.price
      } else {
        first = event.instrument
      }
    }
    #expect(market.day == day + 1)
    for instrument in market.instruments.indices {
      #expect(market[instrument].close == last[instrument])
      #expect(market[instrument].trades == 0 || instrument == first)
    }
  }

  @Test func hoursAreKeptWhereTheyAreWanted() throws {
    var options = options(4, symbols: 3, rate: 1_000)
    options.settings["hours"] = "us"
    // Saturday, 2026-03-07 15:00 UTC.
    options.start = 1_772_895_600 * Self.second
    var market = try SimulatedMarket(options)
    #expect(market.next(until: options.start + 3_600 * Self.second) == nil)
    // Monday at 4:00 in New York is the first time; the clocks changed on Sunday (8:00 UTC).
    let monday = 1_773_043_200 * Self.second
    #expect(market.next(until: monday - 1) == nil)
    let event = market.next(until: monday + 60 * Self.second)
    #expect((event?.time ?? 0) >= monday)
  }

  @Test(arguments: [
    ("rate", "0"), ("symbols", "A,A"), ("symbols", "A B"), ("symbols", ""), ("hours", "mars"),
  ])
  func whatCannotBeIsSaid(what: String, value: String) {
    var options = options(1)
    switch what {
    case "rate": options.rate = 0
    case "hours": options.settings["hours"] = value
    default: options.symbols = value.isEmpty ? [""] : value.split(separator: ",").map(String.init)
    }
    #expect(throws: SimulatorError.self) { _ = try SimulatedMarket(options) }
  }
}
