import TestSupport
import Testing

@testable import ExchangeFeeds

/// The stream replayed by a naive model: lifecycles, priority, halts, and the simulator's own book.
@Suite struct ItchSimulatorBookTests {
  @Test(arguments: [1, 2, 3, 77] as [UInt64])
  func everyStepIsLegal(seed: UInt64) throws {
    var market = try ItchMarket(eventfulOptions(seed: seed))
    var model = NaiveMarket()
    for message in try #require(WireMessage.split(market.rest())) { model.apply(message) }
    #expect(model.violations == [], "seed \(seed)")
    #expect(model.orders.count == market.openOrders)
    #expect(model.counts["J", default: 0] > 0)
  }

  @Test func tightBooksAreLegal() throws {
    var options = eventfulOptions(seed: 9)
    // Four orders a symbol: sides run empty all the time.
    options.openOrders = 1
    var market = try ItchMarket(options)
    var model = NaiveMarket()
    for message in try #require(WireMessage.split(market.rest())) { model.apply(message) }
    #expect(model.violations == [])
  }

  /// Options at and between their limits: the day ends, in order, and every step is legal.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func anyOptionsGiveALegalDay(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    func pick(_ values: [Int]) -> Int { values[Int(random.next() % UInt64(values.count))] }
    var options = ItchMarketOptions()
    options.seed = random.boundaryValue()
    options.symbols = pick([16, 17, 50, 300])
    options.openOrders = pick([1, 100, 5_000, 1_000_000])
    options.activityOffset = pick([0, 1, 8, 1_000_000])
    options.participantsPerSymbol = pick([0, 1, 16])
    options.initialOfferings = pick([0, 1, 8])
    options.messagesPerHalt = pick([0, 1, 7, 500, 1_000_000])
    options.haltMessages = pick([1, 2, 30, 2_000])
    options.messagesPerRarity = pick([0, 1, 50])
    options.rate = pick([1, 3_000, 1_000_000, 1_000_000_000])
    options.burstFactor = pick([1, 8, 1_000])
    options.burstIntervalNanos = UInt64(pick([0, 1_000, 1_000_000_000]))
    options.burstDurationNanos = options.burstIntervalNanos / 2
    options.microburstIntervalNanos = UInt64(pick([0, 1, 100_000]))
    options.microburstMessages = pick([1, 48, 65_536])
    options.microburstGapNanos = UInt64(pick([1, 150, 1_000_000]))
    if random.next() % 4 != 0 {
      options.messages = options.minimumMessages + pick([0, 1, 5_000, 20_000])
    }
    var market = try ItchMarket(options)
    var bytes: [UInt8] = []
    if options.messages == nil {
      var buffer = [UInt8](repeating: 0, count: 1_000_000)
      let count = withRaw(writing: &buffer) { market.fill(&$0) }
      bytes = Array(buffer[0..<count])
      market.endDay()
    }
    bytes += market.rest()
    let messages = try #require(WireMessage.split(bytes))
    var model = NaiveMarket()
    for message in messages { model.apply(message) }
    #expect(model.violations == [], "seed \(seed)")
    let events = messages.filter { $0.type == "S" }.map { $0.character(11) }
    #expect(String(events) == "OSQMEC", "seed \(seed)")
    if let wanted = options.messages, options.rate > 1 { #expect(messages.count == wanted) }
    let openOrders = market.openOrders
    #expect(model.orders.count == openOrders)
  }

  @Test(arguments: [4, 5] as [UInt64])
  func ownBookIsWhatTheStreamSays(seed: UInt64) throws {
    var market = try ItchMarket(eventfulOptions(seed: seed))
    var model = NaiveMarket()
    var buffer = [UInt8](repeating: 0, count: 200_000)
    while true {
      let count = withRaw(writing: &buffer) { market.fill(&$0) }
      if count == 0 { break }
      for message in try #require(WireMessage.split(Array(buffer[0..<count]))) {
        model.apply(message)
      }
      for locate in 1...market.options.symbols {
        let own = market.book(locate)
        let expected =
          model.references(locate, isAsk: false) + model.references(locate, isAsk: true)
        #expect(own.map(\.reference) == expected)
        for order in own { #expect(model.orders[order.reference]?.matches(order) == true) }
        checkQuote(market.bestBidAsk(locate), own)
        #expect(market.isHalted(locate) == model.halted.contains(locate))
      }
    }
  }

  @Test func unknownLocatesHaveNoBook() throws {
    let market = try ItchMarket(eventfulOptions())
    for locate in [-1, 0, 121, 70_000] {
      #expect(market.book(locate) == [])
      #expect(market.bestBidAsk(locate) == ItchMarketQuote(bid: nil, ask: nil))
      #expect(market.stock(locate) == nil)
    }
    #expect(market.stock(1) == "AAAA")
  }

  private func checkQuote(_ quote: ItchMarketQuote, _ book: [ItchMarketOrder]) {
    for (level, isAsk) in [(quote.bid, false), (quote.ask, true)] {
      let side = book.filter { $0.isAsk == isAsk }
      let best = side.filter { $0.price == side.first?.price }
      #expect(level?.price == best.first?.price)
      #expect(level?.orders ?? 0 == best.count)
      #expect(level?.shares ?? 0 == best.reduce(0) { $0 + UInt64($1.shares) })
    }
  }
}

extension NaiveMarket.Order {
  fileprivate func matches(_ order: ItchMarketOrder) -> Bool {
    reference == order.reference && price == UInt64(order.price)
      && shares == UInt64(order.shares) && isAsk == order.isAsk
  }
}
