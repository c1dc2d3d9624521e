/// Prefetching for batches: while one message waits for memory, the lines of the next ones travel.
///
/// A worker goes three times over a batch of about 32 messages:
/// 1. `prefetchOrder` (of a replace also the new id) and `prefetchBook`: slot and header;
/// 2. `prefetchNewOrder` for new ids, `prefetchLevels`: what slot and header point to;
/// 3. the operation itself.
///
/// All of them are hints: nothing changes, and unknown orders and instruments are ignored.
extension OrderBooks {
  /// Stage 1: the slots where the order is or will be.
  @inlinable @inline(__always)
  public func prefetchOrder(_ orderID: UInt64) {
    orders.prefetch(orderID)
  }

  /// Stage 1: the header of the instrument's book.
  @inlinable @inline(__always)
  public func prefetchBook(_ instrument: UInt32) {
    if let book = levels.instruments.find(instrument) { levels.sides.prefetch(2 &* book) }
  }

  /// Stage 2, for an id that will be added: where the order goes that has to make room for it.
  @inlinable @inline(__always)
  public func prefetchNewOrder(_ orderID: UInt64) {
    orders.prefetchDisplaced(orderID)
  }

  /// Stage 2, for a new order: the touch of its side.
  @inlinable @inline(__always)
  public func prefetchLevels(instrument: UInt32, side: BookSide) {
    guard let book = levels.instruments.find(instrument) else { return }
    levels.sides[2 &* book &+ Int(side.rawValue)].prefetchTouch()
  }

  /// Stage 2, for a message about a resting order: the touch of its side.
  @inlinable @inline(__always)
  public func prefetchLevels(orderID: UInt64) {
    guard let slot = orders.find(orderID) else { return }
    levels.sides[Int(orders.slots[slot].side)].prefetchTouch()
  }
}
