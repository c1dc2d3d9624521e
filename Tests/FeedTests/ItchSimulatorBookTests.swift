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
