/// Proof for tests and for a paranoid shutdown that the two structures agree.
extension OrderBooks {
  /// Describes the first violated invariant, or nil where all hold. Walks everything.
  ///
  /// - Levels are strictly sorted, none is empty.
  /// - The orders of each level add up to its size and number.
  /// - Every order is found by its id, none twice, and knows whether the next is at home.
  public func checkInvariants() -> String? {
    var expected: [[Int64: (size: UInt64, orders: UInt32)]] = Array(
      repeating: [:], count: 2 * levels.bookCount)
    var seen = 0
    for slot in 0..<orders.slots.count where orders.slots[slot].size != 0 {
      let order = orders.slots[slot]
      guard orders.find(order.id) == slot else { return "order \(order.id) is not found" }
      let next = (slot + 1) & orders.mask
      let isDisplaced = orders.slots[next].size != 0 && orders.home(orders.slots[next].id) != next
      guard order.isBeforeDisplaced == isDisplaced else {
        return "order \(order.id) has a wrong mark"
      }
      guard Int(order.side) < expected.count else { return "order \(order.id) has no book" }
      let sum = expected[Int(order.side)][order.key] ?? (0, 0)
      expected[Int(order.side)][order.key] = (sum.size + UInt64(order.size), sum.orders + 1)
      seen += 1
    }
    guard seen == orders.count else { return "\(seen) orders in the table, not \(orders.count)" }
    for number in expected.indices {
      if let fault = levels.fault(number: number, expected: expected[number]) { return fault }
    }
    return nil
  }
}

extension BookLevels {
  fileprivate func fault(
    number: Int, expected: [Int64: (size: UInt64, orders: UInt32)]
  ) -> String? {
    let side = sides[number]
    if let fault = sortFault(number: number) { return fault }
    guard expected.count == side.count else {
      return "side \(number): \(side.count) levels, not \(expected.count)"
    }
    for index in 0..<Int(side.count) {
      let total = side.total(at: index)
      guard let sum = expected[side.key(at: index)], sum == (total.size, total.orders) else {
        return "side \(number): level \(index) is not the sum of its orders"
      }
    }
    return nil
  }

  /// Describes the first fault in one side's order and touch, or nil.
  func sortFault(number: Int) -> String? {
    let side = sides[number]
    for index in 0..<Int(side.count) {
      if index > 0, side.key(at: index - 1) >= side.key(at: index) {
        return "side \(number): levels \(index - 1) and \(index) are not sorted"
      }
      if side.total(at: index).size == 0 { return "side \(number): level \(index) is empty" }
    }
    return nil
  }
}
