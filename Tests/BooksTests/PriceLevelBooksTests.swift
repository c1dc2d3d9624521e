import Books
import TestSupport
import Testing

/// Aggregated books, as IEX DEEP builds them.
struct PriceLevelBooksTests {
  @Test func setMakesChangesAndRemovesLevels() {
    var books = PriceLevelBooks()
    let made = books.set(instrument: 1, side: .bid, price: 100, size: 5)
    #expect(made.changes == [.bestPrice, .bestSize, .levels] && made.remaining == 5)
    let changed = books.set(instrument: 1, side: .bid, price: 100, size: 8, orders: 3)
    #expect(changed.changes == [.bestSize])
    let deeper = books.set(instrument: 1, side: .bid, price: 99, size: 1)
    #expect(deeper.changes == [.levels] && deeper.depth == 1)
    let best = books.levels.best(instrument: 1, side: .bid)
    #expect(best == BookLevel(price: 100, size: 8, orders: 3))
    let removed = books.set(instrument: 1, side: .bid, price: 100, size: 0)
    #expect(removed.changes == [.bestPrice, .bestSize, .levels])
    let second = books.levels.best(instrument: 1, side: .bid)
    #expect(second?.price == 99)
  }

  @Test func whatCannotBeDoneIsCounted() {
    var books = PriceLevelBooks()
    #expect(books.set(instrument: 1, side: .ask, price: 5, size: 0).outcome == .unknownLevel)
    _ = books.set(instrument: 1, side: .ask, price: 5, size: 1)
    #expect(books.set(instrument: 1, side: .ask, price: 6, size: 0).outcome == .unknownLevel)
    #expect(books.set(instrument: 1, side: .ask, price: .max, size: 1).outcome == .undefinedPrice)
    #expect(books.set(instrument: 1, side: .ask, price: 7, size: .max).outcome == .limitReached)
    let counters = books.counters
    #expect((counters.unknownLevels, counters.undefinedPrices) == (2, 1))
    #expect(counters.limitsReached == 1)
  }

  @Test(arguments: [UInt64(1), 2, 3, 4])
  func agreesWithADictionary(seed: UInt64) {
    print("seed \(seed)")
    var random = SeededGenerator(seed: seed)
    var books = PriceLevelBooks()
    var model: [UInt32: [BookSide: [Int64: UInt64]]] = [:]
    for step in 0..<4000 {
      let instrument = UInt32(random.next() % 3)
      let side: BookSide = random.next() % 2 == 0 ? .bid : .ask
      let price = Int64(random.next() % 60) - 30
      let size = random.next() % 3 == 0 ? 0 : random.next() % 1000
      let known = model[instrument]?[side]?[price] != nil
      let effect = books.set(instrument: instrument, side: side, price: price, size: size)
      #expect(effect.outcome == (size == 0 && !known ? .unknownLevel : .applied))
      model[instrument, default: [:]][side, default: [:]][price] = size == 0 ? nil : size
      if step == 3000 {
        books.clear(instrument: 1)
        model[1] = nil
      }
    }
    let fault = books.checkInvariants()
    #expect(fault == nil)
    for instrument in 0..<3 as Range<UInt32> {
      for side in BookSide.allCases {
        let expected = (model[instrument]?[side] ?? [:])
          .map { BookLevel(price: $0.key, size: $0.value, orders: 0) }
          .sorted { side == .bid ? $0.price > $1.price : $0.price < $1.price }
        let found = levels(books.levels, instrument, side)
        #expect(found == expected)
      }
    }
  }
}
