import Books
import Testing

/// Small cases, one rule each.
struct OrderBooksTests {
  /// A book of instrument 5 with two bids at 100, one at 99, and one ask at 102.
  static func small() -> OrderBooks {
    var books = OrderBooks()
    for (id, side, price, size) in [
      (1, BookSide.bid, 100, 10), (2, .bid, 100, 20), (3, .bid, 99, 30), (4, .ask, 102, 40),
    ] as [(UInt64, BookSide, Int64, UInt32)] {
      _ = books.add(
        instrument: 5, orderID: id, side: side, price: price, size: size, priority: id)
    }
    return books
  }

  @Test func addTellsDepthAndChanges() {
    var books = OrderBooks()
    let cases: [(price: Int64, depth: UInt16, changes: BookChanges)] = [
      (100, 0, [.bestPrice, .bestSize, .levels]), (99, 1, [.levels]), (97, 2, [.levels]),
      (98, 2, [.levels]), (100, 0, [.bestSize]), (99, 1, []),
      (101, 0, [.bestPrice, .bestSize, .levels]),
    ]
    for (index, expected) in cases.enumerated() {
      let effect = books.add(
        instrument: 5, orderID: UInt64(index), side: .bid, price: expected.price, size: 7,
        priority: 0)
      #expect(effect.outcome == .applied)
      #expect(effect.depth == expected.depth)
      #expect(effect.changes == expected.changes)
      #expect((effect.size, effect.remaining) == (7, 7))
    }
  }

  @Test func executionIsClampedToWhatIsLeft() {
    var books = Self.small()
    let partial = books.execute(orderID: 1, size: 4)
    #expect((partial.size, partial.remaining, partial.price) == (4, 6, 100))
    #expect(partial.changes == [.bestSize])
    let clamped = books.execute(orderID: 1, size: 7)
    #expect((clamped.size, clamped.remaining) == (6, 0))
    #expect(clamped.changes == [.bestSize, .closed, .clamped])
    let best = books.levels.best(instrument: 5, side: .bid)
    #expect(best == BookLevel(price: 100, size: 20, orders: 1))
    let unknown = books.execute(orderID: 1, size: 1, instrument: 5)
    #expect(unknown.outcome == .unknownOrder && unknown.instrument == 5 && unknown.price == .max)
    let counters = books.counters
    #expect(counters.clampedSizes == 1 && counters.unknownOrders == 1)
  }

  @Test(arguments: [(5, 5), (9, 1), (10, 0), (11, 0), (UInt32.max, 0)] as [(UInt32, UInt32)])
  func cancelTakesAtMostTheOrder(size: UInt32, remaining: UInt32) {
    var books = Self.small()
    let effect = books.cancel(orderID: 1, size: size)
    #expect(effect.remaining == remaining && effect.size == 10 - remaining)
    #expect(effect.changes.contains(.closed) == (remaining == 0))
    #expect(effect.changes.contains(.clamped) == (size == 11))
    let open = books.openOrders
    #expect(open == (remaining == 0 ? 3 : 4))
  }

  @Test func deletingTheLastOrderOfTheTouchMovesIt() {
    var books = Self.small()
    let first = books.delete(orderID: 2)
    #expect(first.changes == [.bestSize, .closed])
    let second = books.delete(orderID: 1)
    #expect(second.changes == [.bestPrice, .bestSize, .levels, .closed])
    let best = books.levels.best(instrument: 5, side: .bid)
    #expect(best == BookLevel(price: 99, size: 30, orders: 1))
  }

  @Test func replaceKeepsSideAndInstrument() {
    var books = Self.small()
    let effect = books.replace(
      orderID: 4, newOrderID: 40, price: 101, size: 15, priority: 9, instrument: 6)
    #expect(effect.side == .ask && effect.instrument == 5 && effect.price == 101)
    #expect(effect.changes.isSuperset(of: [.bestPrice, .closed, .wrongInstrument]))
    let (old, new) = (books.order(4), books.order(40))
    #expect(old == nil && new?.price == 101 && new?.priority == 9)
    let counters = books.counters
    #expect(counters.wrongInstruments == 1)
  }

  @Test func replaceLosesPriority() {
    var books = Self.small()
    _ = books.replace(orderID: 1, newOrderID: 1, price: 100, size: 10, priority: 50)
    let queue = books.queue(instrument: 5, side: .bid).map(\.id)
    #expect(queue == [2, 1, 3])
  }

  @Test func refusedReplaceRemovesTheOldOrder() {
    var books = Self.small()
    let duplicate = books.replace(orderID: 1, newOrderID: 3, price: 98, size: 1, priority: 0)
    #expect(duplicate.outcome == .duplicateOrder)
    let empty = books.replace(orderID: 4, newOrderID: 41, price: 102, size: 0, priority: 0)
    #expect(empty.outcome == .zeroSize)
    let (kept, fault, open) = (books.order(3), books.checkInvariants(), books.openOrders)
    #expect(kept?.price == 99 && fault == nil && open == 2)
  }

  @Test func addRefusesWhatCannotRest() {
    var books = Self.small()
    let cases: [(id: UInt64, price: Int64, size: UInt32, outcome: BookOutcome)] = [
      (1, 50, 5, .duplicateOrder), (9, 50, 0, .zeroSize), (9, .max, 5, .undefinedPrice),
      (9, .min, 5, .undefinedPrice), (9, .max - 1, 5, .applied), (10, .min + 1, 5, .applied),
    ]
    for expected in cases {
      let effect = books.add(
        instrument: 5, orderID: expected.id, side: .ask, price: expected.price,
        size: expected.size, priority: 0)
      #expect(effect.outcome == expected.outcome)
    }
    let (counters, fault) = (books.counters, books.checkInvariants())
    #expect((counters.duplicateOrders, counters.zeroSizes) == (1, 1))
    #expect(counters.undefinedPrices == 2 && fault == nil)
  }

  @Test func levelTotalsRefuseToOverflow() {
    var books = OrderBooks()
    var refused = 0
    for id in 0..<300 as Range<UInt64> {
      let effect = books.add(
        instrument: 1, orderID: id, side: .bid, price: 1, size: .max, priority: 0)
      if effect.outcome == .limitReached { refused += 1 }
    }
    let (counters, fault) = (books.counters, books.checkInvariants())
    #expect(refused == 300 - 256 && counters.limitsReached == 44 && fault == nil)
  }

  @Test func crossedAndLockedBooksAreSeen() {
    var books = Self.small()
    for (price, isLocked, isCrossed) in [
      (101, false, false), (102, true, false), (103, false, true),
    ]
      as [(Int64, Bool, Bool)]
    {
      _ = books.add(
        instrument: 5, orderID: UInt64(price), side: .bid, price: price, size: 1, priority: 0)
      let found = (books.levels.isLocked(instrument: 5), books.levels.isCrossed(instrument: 5))
      #expect(found == (isLocked, isCrossed))
    }
  }

  @Test func prefetchingChangesNothing() {
    let books = Self.small()
    for id in [0, 1, 77, UInt64.max] {
      books.prefetchOrder(id)
      books.prefetchBook(UInt32(truncatingIfNeeded: id))
      for isNew in [false, true] {
        books.prefetchLevels(
          orderID: id, instrument: UInt32(truncatingIfNeeded: id), side: .ask, isNew: isNew)
      }
    }
    let (open, fault) = (books.openOrders, books.checkInvariants())
    #expect(open == 4 && fault == nil)
  }
}
