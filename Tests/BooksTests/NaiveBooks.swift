import Books

/// The model that the books are compared with: a dictionary of orders, and everything else
/// computed from it when asked.
struct NaiveBooks {
  struct Order: Equatable {
    var instrument: UInt32
    var side: BookSide
    var price: Int64
    var size: UInt32
    var priority: UInt64
  }

  var orders: [UInt64: Order] = [:]
  var counters = BookCounters()

  mutating func add(_ id: UInt64, _ order: Order) -> BookOutcome {
    if order.size == 0 {
      counters.zeroSizes += 1
      return .zeroSize
    }
    if order.price == .max || order.price == .min {
      counters.undefinedPrices += 1
      return .undefinedPrice
    }
    if orders[id] != nil {
      counters.duplicateOrders += 1
      return .duplicateOrder
    }
    orders[id] = order
    return .applied
  }

  mutating func reduce(
    _ id: UInt64, by size: UInt32, instrument: UInt32?, countsClamp: Bool
  ) -> BookOutcome {
    guard var order = orders[id] else {
      counters.unknownOrders += 1
      return .unknownOrder
    }
    if size > order.size, countsClamp { counters.clampedSizes += 1 }
    if let instrument, instrument != order.instrument { counters.wrongInstruments += 1 }
    order.size -= min(size, order.size)
    orders[id] = order.size == 0 ? nil : order
    return .applied
  }

  mutating func replace(
    _ id: UInt64, with newID: UInt64, price: Int64, size: UInt32, priority: UInt64
  ) -> BookOutcome {
    guard var order = orders.removeValue(forKey: id) else {
      counters.unknownOrders += 1
      return .unknownOrder
    }
    order.price = price
    order.size = size
    order.priority = priority
    return add(newID, order)
  }

  mutating func clear(_ instrument: UInt32) -> Int {
    let before = orders.count
    orders = orders.filter { $0.value.instrument != instrument }
    return before - orders.count
  }

  /// Levels of a side, best first.
  func levels(_ instrument: UInt32, _ side: BookSide) -> [BookLevel] {
    var byPrice: [Int64: BookLevel] = [:]
    for order in orders.values where order.instrument == instrument && order.side == side {
      byPrice[order.price, default: BookLevel(price: order.price, size: 0, orders: 0)].size +=
        UInt64(order.size)
      byPrice[order.price]?.orders += 1
    }
    return byPrice.values.sorted { side == .bid ? $0.price > $1.price : $0.price < $1.price }
  }
}

/// Levels of a side as the books tell them, best first.
func levels(_ books: borrowing BookLevels, _ instrument: UInt32, _ side: BookSide) -> [BookLevel] {
  var result: [BookLevel] = []
  while let level = books.level(result.count, instrument: instrument, side: side) {
    result.append(level)
  }
  return result
}
