/// Bounds of the order books; reaching one is a counted rejection, never a trap.
public enum BookLimits {
  /// Instruments below this id are found by direct index; larger ids go through a hash table.
  /// 2^20 ids of 4 bytes are 4 MiB at most; ITCH locates and DBN ids of one venue stay far below.
  @inlinable public static var directInstruments: Int { 1 << 20 }

  /// Books (instruments) of one shard.
  @inlinable public static var books: Int { 1 << 22 }

  /// Open orders of one shard: 2^26 orders are at most 4 GiB of table.
  @inlinable public static var openOrders: Int { 1 << 26 }

  /// Price levels of one side of one book. An insertion far from the touch moves the levels above
  /// it, so this bounds the work that one hostile message can cause (2^16 levels: 1 MiB moved).
  @inlinable public static var levelsPerSide: Int { 1 << 16 }

  /// Open size at one price: 2^40 - 1, packed into one word with the number of orders. It takes 256
  /// orders of the largest size to get there.
  @inlinable public static var sizePerLevel: UInt64 { (1 << 40) - 1 }

  /// Orders at one price: 2^24 - 1.
  @inlinable public static var ordersPerLevel: UInt32 { (1 << 24) - 1 }

  /// Steps that an insertion may probe before the order table changes its hash. Honest ids stay
  /// below 50 at the table's largest load.
  @inlinable public static var orderProbes: Int { 256 }
}
