import Books
import Records
import TestSupport
import Testing

/// Random order flow against a naive model.
struct OrderBooksPropertyTests {
  /// How the ids of new orders are chosen.
  enum Identifiers: String, CaseIterable, Sendable {
    case sequential, strided, equalLowBits, boundary, huge
  }

  struct Flow {
    var random: SeededGenerator
    var identifiers: Identifiers
    var issued: [UInt64] = []
    var step: UInt64 = 0

    mutating func newID() -> UInt64 {
      step += 1
      let id: UInt64 =
        switch identifiers {
        case .sequential: step
        case .strided: 1000 + step * 4 + random.next() % 3
        case .equalLowBits: step << 40
        case .boundary: random.boundaryValue()
        case .huge: UInt64.max - step
        }
      issued.append(id)
      return id
    }

    /// Mostly a recent id, sometimes an old or unknown one.
    mutating func knownID() -> UInt64 {
      guard !issued.isEmpty else { return random.next() }
      switch random.next() % 16 {
      case 0: return random.next()
      case 1...5: return issued[Int(random.next() % UInt64(issued.count))]
      default: return issued[issued.count - 1 - Int(random.next() % UInt64(min(40, issued.count)))]
      }
    }

    mutating func price() -> Int64 {
      switch random.next() % 64 {
      case 0: Int64(bitPattern: random.boundaryValue())
      case 1...8: Int64(random.next() % 4000) * 10_000_000
      default: 100_000_000_000 + Int64(random.next() % 24) * 10_000_000
      }
    }

    mutating func size() -> UInt32 {
      random.next() % 32 == 0
        ? UInt32(truncatingIfNeeded: random.boundaryValue()) : UInt32(random.next() % 500)
    }

    mutating func instrument() -> UInt32 {
      [0, 7, 7, 7, 8191, 1 << 20, UInt32.max][Int(random.next() % 7)]
    }
  }

  @Test(arguments: Identifiers.allCases, [UInt64(1), 2, 3])
  func agreesWithTheModel(identifiers: Identifiers, seed: UInt64) throws {
    print("seed \(seed), identifiers \(identifiers)")
    var flow = Flow(random: SeededGenerator(seed: seed), identifiers: identifiers)
    var books = OrderBooks()
    var model = NaiveBooks()
    for step in 0..<6000 {
      let (effect, expected) = apply(&flow, &books, &model)
      try #require(effect.outcome == expected, "step \(step)")
      if step % 500 == 499 { try compare(books, model, step: step) }
    }
    try compare(books, model, step: 6000)
    for instrument in [7, UInt32.max, 99] as [UInt32] {
      let cleared = books.clear(instrument: instrument)
      #expect(cleared == model.clear(instrument))
      try compare(books, model, step: 6001)
    }
  }

  func apply(
    _ flow: inout Flow, _ books: inout OrderBooks, _ model: inout NaiveBooks
  ) -> (BookEffect, BookOutcome) {
    let size = flow.size()
    let price = flow.price()
    let priority = flow.step
    switch flow.random.next() % 100 {
    case ..<45:
      let order = NaiveBooks.Order(
        instrument: flow.instrument(), side: flow.random.next() % 2 == 0 ? .bid : .ask,
        price: price, size: size, priority: priority)
      let id = flow.random.next() % 50 == 0 ? flow.knownID() : flow.newID()
      return (
        books.add(
          instrument: order.instrument, orderID: id, side: order.side, price: price, size: size,
          priority: priority), model.add(id, order)
      )
    case ..<60:
      let id = flow.knownID()
      let instrument = flow.random.next() % 2 == 0 ? flow.instrument() : nil
      return (
        books.execute(orderID: id, size: size, instrument: instrument),
        model.reduce(id, by: size, instrument: instrument, countsClamp: true)
      )
    case ..<70:
      let id = flow.knownID()
      return (
        books.cancel(orderID: id, size: size),
        model.reduce(id, by: size, instrument: nil, countsClamp: size != .max)
      )
    case ..<85:
      let id = flow.knownID()
      return (
        books.delete(orderID: id),
        model.reduce(id, by: .max, instrument: nil, countsClamp: false)
      )
    default:
      let id = flow.knownID()
      let newID = [id, flow.newID(), flow.knownID()][Int(flow.random.next() % 3)]
      return (
        books.replace(
          orderID: id, newOrderID: newID, price: price, size: size, priority: priority),
        model.replace(id, with: newID, price: price, size: size, priority: priority)
      )
    }
  }

  func compare(_ books: borrowing OrderBooks, _ model: NaiveBooks, step: Int) throws {
    let fault = books.checkInvariants()
    try #require(fault == nil, "step \(step)")
    let (openOrders, counters) = (books.openOrders, books.counters)
    #expect(openOrders == model.orders.count)
    #expect(counters == model.counters)
    for (id, order) in model.orders {
      let found = books.order(id)
      let resting = try #require(found)
      #expect(
        NaiveBooks.Order(
          instrument: resting.instrument, side: resting.side, price: resting.price,
          size: resting.size, priority: resting.priority) == order)
    }
    for instrument in [0, 7, 8191, 1 << 20, UInt32.max, 99] as [UInt32] {
      let bids = model.levels(instrument, .bid)
      let asks = model.levels(instrument, .ask)
      let found = (
        bids: levels(books.levels, instrument, .bid), asks: levels(books.levels, instrument, .ask)
      )
      try #require(found.bids == bids, "step \(step)")
      try #require(found.asks == asks, "step \(step)")
      comparePairs(books.levels, instrument, bids: bids, asks: asks)
      for (side, expected) in [(BookSide.bid, bids), (.ask, asks)] {
        let queue = books.queue(instrument: instrument, side: side)
        #expect(queue.count == expected.reduce(0) { $0 + Int($1.orders) })
        let openOrders = books.levels.openOrders(instrument: instrument, side: side)
        #expect(openOrders == queue.count)
        for (first, second) in zip(queue, queue.dropFirst()) where first.price == second.price {
          #expect((first.priority, first.id) < (second.priority, second.id))
        }
      }
    }
  }

  func comparePairs(
    _ books: borrowing BookLevels, _ instrument: UInt32, bids: [BookLevel], asks: [BookLevel]
  ) {
    let pairs: InlineArray<10, BidAskPair> = books.pairs(instrument: instrument)
    for depth in 0..<10 {
      let bid = depth < bids.count ? bids[depth] : nil
      let ask = depth < asks.count ? asks[depth] : nil
      let largest = UInt64(UInt32.max - 1)
      let expected = BidAskPair(
        bidPx: bid?.price ?? .max, askPx: ask?.price ?? .max,
        bidSz: UInt32(min(bid?.size ?? 0, largest)), askSz: UInt32(min(ask?.size ?? 0, largest)),
        bidCt: bid?.orders ?? 0, askCt: ask?.orders ?? 0)
      #expect(pairs[depth] == expected)
      let pair = books.pair(depth, instrument: instrument)
      #expect(pair == expected)
    }
    let isTwoSided = !bids.isEmpty && !asks.isEmpty
    let isCrossed = books.isCrossed(instrument: instrument)
    let isLocked = books.isLocked(instrument: instrument)
    #expect(isCrossed == (isTwoSided && bids[0].price > asks[0].price))
    #expect(isLocked == (isTwoSided && bids[0].price == asks[0].price))
  }
}
