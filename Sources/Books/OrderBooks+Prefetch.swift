/// Prefetching for batches: while one message waits for memory, the lines of the next ones travel.
///
/// A worker goes three times over a batch of about 32 messages:
/// 1. `prefetchOrder` (of a replace also the new id) and `prefetchBook`: slot and header;
/// 2. `prefetchLevels`: what slot and header point to;
/// 3. the operation itself.
///
/// Operations themselves give no hints: who has no batch calls `prefetch` first.
///
/// All of them are hints: nothing changes, and unknown orders and instruments are ignored. They
/// choose addresses instead of branching, because a wrong guess would cost what they save.
extension OrderBooks {
  /// Stage 1: the slot where the order is or will be.
  @inlinable @inline(__always)
  public func prefetchOrder(_ orderID: UInt64) {
    orders.prefetch(orderID)
  }

  /// Stage 1: the header of the instrument's book.
  @inlinable @inline(__always)
  public func prefetchBook(_ instrument: UInt32) {
    levels.sides.prefetch(2 &* levels.instruments.hint(instrument))
  }

  /// Stage 2: the touch of the order's side; `side` is read only if the order `isNew`.
  @inlinable @inline(__always)
  public func prefetchLevels(
    orderID: UInt64, instrument: UInt32, side: BookSide, isNew: Bool
  ) {
    let newSide = 2 &* levels.instruments.hint(instrument) &+ Int(side.rawValue)
    let restingSide = orders.hint(orderID)
    // A mask: of `isNew ? … : …` the compiler made a branch, which nothing can predict.
    let mask = 0 &- (isNew ? 1 : 0)
    levels.sides[restingSide ^ (restingSide ^ newSide) & mask].prefetchTouch()
  }

  /// Before a single operation: lets its slot and the touch of both sides of its book travel
  /// at once. In a batch the stages above do more.
  @inlinable @inline(__always)
  public func prefetch(_ orderID: UInt64, of instrument: UInt32) {
    orders.prefetch(orderID)
    let bids = 2 &* levels.instruments.hint(instrument)
    levels.sides[bids].prefetchBest()
    levels.sides[bids &+ 1].prefetchBest()
  }
}
