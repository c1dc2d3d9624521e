/// The price levels of all books of one shard: the common part of order-by-order and of aggregated
/// books, and the place of all queries about prices.
///
/// Owned by one thread. Instruments that are not known have empty books.
public struct BookLevels: ~Copyable {
  @usableFromInline var instruments = InstrumentMap()
  /// Sides of all books: bids of book b at 2b, asks at 2b + 1.
  @usableFromInline var sides = MappedTable<LevelSide>(count: 64)
  @usableFromInline var arena = LevelArena()

  init() {}

  /// Number of instruments that were named by a change so far.
  @inlinable public var bookCount: Int { instruments.count }

  /// Bytes of the tables: 16 × 1…2 per level plus blocks kept for later use, 64 per book, 4 per
  /// instrument id.
  public var memoryBytes: Int { sides.byteCount + arena.byteCount + instruments.byteCount }

  /// Price to key and back: larger is better on both sides. The complement reverses the order of
  /// all integers and, unlike negation, overflows for none. Odd `side` numbers are asks.
  @inlinable @inline(__always)
  static func key(price: Int64, side: UInt32) -> Int64 {
    price ^ (0 &- Int64(side & 1))
  }

  /// Number of the bid side of an instrument's book, made if new; nil at the limit of books.
  @inlinable @inline(__always)
  mutating func bids(of instrument: UInt32) -> UInt32? {
    if let book = instruments.findDirect(instrument) {
      return UInt32(truncatingIfNeeded: book) &* 2
    }
    return findOrMakeBook(instrument)
  }

  @usableFromInline @inline(never)
  mutating func findOrMakeBook(_ instrument: UInt32) -> UInt32? {
    if let book = instruments.find(instrument) { return UInt32(2 * book) }
    guard let book = instruments.insert(instrument) else { return nil }
    if 2 * book + 1 >= sides.count { sides.grow(to: sides.count * 2) }
    sides[2 * book] = LevelSide(instrument: instrument)
    sides[2 * book + 1] = LevelSide(instrument: instrument)
    return UInt32(2 * book)
  }

  /// Number of an instrument's side, or nil where the instrument is not known.
  @inlinable @inline(__always)
  func number(_ instrument: UInt32, _ side: BookSide) -> Int? {
    guard let book = instruments.find(instrument) else { return nil }
    return book &* 2 &+ Int(side.rawValue)
  }
}
