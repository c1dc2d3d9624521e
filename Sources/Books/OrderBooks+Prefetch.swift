/// Prefetching for batches: while one message waits for memory, the lines of the next ones travel.
///
/// A worker goes three times over a batch of about 32 messages:
/// 1. `prefetchOrder` (of a replace also the new id) and `prefetchBook`: slot and header;
/// 2. `prefetchLevels`: what slot and header point to;
/// 3. the operation itself.
///
/// All of them are hints: nothing changes, and unknown orders and instruments are ignored. They
/// choose addresses instead of branching, because a wrong guess would cost what they save.
extension OrderBooks {
  /// Stage 1: the slots where the order is or will be.
  @inlinable @inline(__always)
  public func prefetchOrder(_ orderID: UInt64) {
    orders.prefetch(orderID)
  }

  /// Stage 1: the header of the instrument's book.
  @inlinable @inline(__always)
  public func prefetchBook(_ instrument: UInt32) {
    levels.sides.prefetch(2 &* levels.instruments.hint(instrument))
  }

  /// Stage 2: the touch of the order's side, and for a new order also the slot of the order that
  /// has to make room for it. `side` is read only if the order `isNew`. The form to use where the
  /// kind of message cannot be predicted: it has no branch.
  @inlinable @inline(__always)
  public func prefetchLevels(
    orderID: UInt64, instrument: UInt32, side: BookSide, isNew: Bool
  ) {
    let newSide = 2 &* levels.instruments.hint(instrument) &+ Int(side.rawValue)
    let restingSide = orders.hint(orderID)
    orders.prefetchDisplaced(orderID, isNew: isNew)
    levels.sides[isNew ? newSide : restingSide].prefetchTouch()
  }

  /// Stage 2, for a new order: the touch of its side.
  @inlinable @inline(__always)
  public func prefetchLevels(instrument: UInt32, side: BookSide) {
    levels.sides[2 &* levels.instruments.hint(instrument) &+ Int(side.rawValue)].prefetchTouch()
  }

  /// Stage 2, for a message about a resting order: the touch of its side.
  @inlinable @inline(__always)
  public func prefetchLevels(orderID: UInt64) {
    levels.sides[orders.hint(orderID)].prefetchTouch()
  }
}
