import Books

/// Books with a steady number of open orders: one order goes, chosen at random, and one comes.
///
/// Ids are consecutive, instruments all alike, prices lie near the touch: most within eight ticks.
/// What happens is drawn before it is timed.
struct BookChurn: ~Copyable {
  private(set) var books: OrderBooks
  private var operations: [Operation] = []

  private struct Operation {
    var id: UInt64
    var price: Int64
    var instrument: UInt32
    var side: BookSide
    var isNew: Bool
  }

  private static var tick: Int64 { 10_000_000 }
  private static var batch: Int { 32 }

  /// Opens the orders and draws the operations. One in two is a deletion, so that their number
  /// ends as it began where `operations` is even.
  init(openOrders: Int, instruments: Int, operations count: Int, seed: UInt64) {
    books = OrderBooks(expectedOrders: openOrders)
    var random = Xorshift(state: seed | 1)
    var open: [Operation] = []
    open.reserveCapacity(openOrders)
    for id in 0..<UInt64(openOrders) {
      let order = Self.order(id + 1, of: instruments, &random)
      apply(order)
      open.append(order)
    }
    operations.reserveCapacity(count)
    var next = UInt64(openOrders) + 1
    for index in 0..<count {
      if index % 2 == 0 {
        let chosen = Int(random.next() % UInt64(open.count))
        var gone = open[chosen]
        open.swapAt(chosen, open.count - 1)
        open.removeLast()
        gone.isNew = false
        operations.append(gone)
      } else {
        let order = Self.order(next, of: instruments, &random)
        next += 1
        open.append(order)
        operations.append(order)
      }
    }
  }

  private static func order(
    _ id: UInt64, of instruments: Int, _ random: inout Xorshift
  ) -> Operation {
    let bits = random.next()
    let distance = Int64(bits & 63 & (bits >> 6) & 63)
    let side: BookSide = bits >> 12 & 1 == 0 ? .bid : .ask
    let touch: Int64 = side == .bid ? 10_000 : 10_001
    return Operation(
      id: id, price: (side == .bid ? touch - distance : touch + distance) * tick,
      instrument: 1 + UInt32((bits >> 16) % UInt64(instruments)), side: side, isNew: true)
  }

  /// Does all that was drawn, in batches as a worker does.
  mutating func run() {
    var start = 0
    while start < operations.count {
      let end = min(start + Self.batch, operations.count)
      for index in start..<end {
        books.prefetchOrder(operations[index].id)
        books.prefetchBook(operations[index].instrument)
      }
      for index in start..<end {
        let operation = operations[index]
        books.prefetchLevels(
          orderID: operation.id, instrument: operation.instrument, side: operation.side,
          isNew: operation.isNew)
      }
      for index in start..<end { apply(operations[index]) }
      start = end
    }
  }

  @inline(__always)
  private mutating func apply(_ operation: Operation) {
    if operation.isNew {
      _ = books.add(
        instrument: operation.instrument, orderID: operation.id, side: operation.side,
        price: operation.price, size: 100, priority: operation.id)
    } else {
      _ = books.delete(orderID: operation.id, instrument: operation.instrument)
    }
  }
}

/// Numbers that repeat for a seed and cost next to nothing.
struct Xorshift {
  var state: UInt64

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}
