/// All order-by-order (L3) books of one shard, owned by one thread.
///
/// Two structures hold everything: the open orders by id, and per book and side the price levels
/// as sorted arrays with the touch last. They always agree: the orders of a level add up to it,
/// and no level is empty (`checkInvariants`). Prices are Int64 in units of 1e-9, sizes as in DBN.
///
/// No operation traps on what comes from outside, whatever the order ids, sizes and instruments:
/// it is refused or clamped, counted in `counters` and reported in its `BookEffect`. In a steady
/// state nothing is allocated; tables grow by doubling (amortised, at once) and never shrink, so
/// memory is proportional to the largest number of open orders and price levels so far.
///
/// No matching is done: a book may be crossed if the messages say so (`isCrossed`).
public struct OrderBooks: ~Copyable {
  @usableFromInline var orders: OrderTable
  /// Price levels of all books, for queries.
  public var levels = BookLevels()
  /// What was refused, clamped or contradictory so far.
  public internal(set) var counters = BookCounters()

  /// Makes empty books with room for a number of open orders; more make the tables grow.
  public init(expectedOrders: Int = 0) {
    orders = OrderTable(expectedOrders: expectedOrders)
  }

  /// Number of open orders of all books.
  @inlinable public var openOrders: Int { orders.count }

  /// Bytes of all tables: orders (64 to 128 bytes per open order at the peak) and levels.
  public var memoryBytes: Int { orders.slots.byteCount + levels.memoryBytes }
}
