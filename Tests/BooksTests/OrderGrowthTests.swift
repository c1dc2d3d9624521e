import Books
import TestSupport
import Testing

/// Tables that grow, and order ids that are chosen to be slow.
struct OrderGrowthTests {
  enum Pattern: CaseIterable, Sendable {
    case sequential, equalLowBits, collidingHash, descendingFromMaximum, random

    func id(_ index: UInt64, _ random: inout SeededGenerator) -> UInt64 {
      switch self {
      case .sequential: index
      case .equalLowBits: index << 32
      // Equal in their low 24 bits, which crowds the ring that the table begins as; and the inverse
      // of its first multiplier sends all of these to its first slot.
      case .collidingHash: ((index << 21) &* 0xCFEE_444D_8B59_A89B) << 3
      case .descendingFromMaximum: UInt64.max - index
      case .random: random.next()
      }
    }
  }

  @Test(arguments: Pattern.allCases)
  func everyOrderIsFoundWhileTheTableGrows(pattern: Pattern) {
    var random = SeededGenerator(seed: 11)
    var books = OrderBooks()
    let ids = (0..<20_000).map { pattern.id($0, &random) }
    var seen = Set<UInt64>()
    for (index, id) in ids.enumerated() where seen.insert(id).inserted {
      let effect = books.add(
        instrument: UInt32(index % 50), orderID: id, side: index % 2 == 0 ? .bid : .ask,
        price: Int64(index % 97), size: 1 + UInt32(index % 9), priority: UInt64(index))
      #expect(effect.outcome == .applied)
    }
    let open = books.openOrders
    #expect(open == seen.count)
    for (index, id) in ids.enumerated() where index % 3 != 0 && seen.remove(id) != nil {
      let effect = books.delete(orderID: id)
      #expect(effect.outcome == .applied && effect.belongs(to: index))
    }
    for id in ids {
      let isOpen = books.order(id) != nil
      #expect(isOpen == seen.contains(id))
    }
    let (rest, fault) = (books.openOrders, books.checkInvariants())
    #expect(rest == seen.count && fault == nil)
  }

  @Test func memoryFollowsTheOpenOrdersNotTheMessages() {
    var books = OrderBooks(expectedOrders: 1000)
    let before = books.memoryBytes
    for id in 0..<100_000 as Range<UInt64> {
      _ = books.add(
        instrument: 3, orderID: id, side: .bid, price: Int64(id % 40), size: 5, priority: id)
      if id >= 900 { _ = books.delete(orderID: id - 900) }
    }
    let (open, after) = (books.openOrders, books.memoryBytes)
    #expect(open == 900)
    #expect(after <= before + 1 << 18)
  }

  @Test func deepBooksStaySorted() {
    var random = SeededGenerator(seed: 3)
    var books = OrderBooks()
    let prices = (0..<3000).map { Int64($0) * 10 }.shuffled(using: &random)
    for (index, price) in prices.enumerated() {
      let better = prices[..<index].filter { $0 < price }.count
      let effect = books.add(
        instrument: 1 << 30, orderID: UInt64(index), side: .ask, price: price, size: 1,
        priority: 0)
      #expect(effect.depth == UInt16(better))
    }
    for index in stride(from: 0, to: 3000, by: 2) { _ = books.delete(orderID: UInt64(index)) }
    let (fault, count) = (
      books.checkInvariants(), books.levels.levelCount(instrument: 1 << 30, side: .ask)
    )
    #expect(fault == nil && count == 1500)
  }

  @Test func manyInstrumentsOfAnyNumber() {
    var books = OrderBooks()
    let instruments = (0..<500).map { UInt32($0) &* 2_654_435_761 }
    for (index, instrument) in instruments.enumerated() {
      _ = books.add(
        instrument: instrument, orderID: UInt64(index), side: .bid, price: Int64(index), size: 1,
        priority: 0)
    }
    for (index, instrument) in instruments.enumerated() {
      let best = books.levels.best(instrument: instrument, side: .bid)
      #expect(best?.price == Int64(index))
    }
    let count = books.levels.bookCount
    #expect(count == 500)
  }
}

extension BookEffect {
  /// Whether price and size are those that the growth test gave to the order of this index.
  fileprivate func belongs(to index: Int) -> Bool {
    price == Int64(index % 97) && size == 1 + UInt32(index % 9) && instrument == index % 50
  }
}
