internal import FeedKit
internal import Records

/// One row of one side of a book.
struct IbBookRow: BitwiseCopyable {
  var price = Undefined.price
  var size: UInt32 = 0
}

/// What a change of rows has done to the sizes at prices: at most three of them.
struct IbBookEffect {
  var prices = InlineArray<3, Int64>(repeating: Undefined.price)
  var count = 0
  /// The change did not fit the rows that were there.
  var isOdd = false

  mutating func note(_ price: Int64) {
    guard price != Undefined.price else { return }
    for index in 0..<count where prices[index] == price { return }
    guard count < 3 else { return }
    prices[count] = price
    count += 1
  }
}

/// The rows of all books, by position as the upstream numbers them (section 8). Several rows may
/// have one price (market makers); what goes out is the whole size at a price.
struct IbBooks: ~Copyable {
  private var rows: FixedTable<IbBookRow>
  private var sides: FixedTable<Side>
  private(set) var count = 0
  private let capacity: Int

  struct Side: BitwiseCopyable {
    var count = 0
    /// Rows that this side may have: those asked for, or the highest position ever named. An insert
    /// that makes it one more pushes the last one out without a word of the upstream.
    var limit = 0
  }

  init(capacity: Int) {
    self.capacity = max(capacity, 1)
    rows = FixedTable(repeating: IbBookRow(), count: max(capacity, 1) * 2 * IbLimits.bookRows)
    sides = FixedTable(repeating: Side(), count: max(capacity, 1) * 2)
  }

  /// A new book of so many rows a side; nil where there is no room.
  mutating func add(rows limit: Int) -> Int? {
    guard count < capacity else { return nil }
    let book = count
    count += 1
    for side in 0..<2 {
      sides[book * 2 + side] = Side(count: 0, limit: min(max(limit, 1), IbLimits.bookRows))
    }
    return book
  }

  mutating func clear(_ book: Int) {
    for side in 0..<2 { sides[book * 2 + side].count = 0 }
  }

  mutating func clearAll() {
    for book in 0..<count { clear(book) }
  }

  /// Rows of a side.
  func rowCount(_ book: Int, side: Int) -> Int { sides[book * 2 + side].count }

  func row(_ book: Int, side: Int, _ position: Int) -> IbBookRow {
    rows[(book * 2 + side) * IbLimits.bookRows + position]
  }

  /// The whole size at a price, and whether it fits 32 bits.
  func size(_ book: Int, side: Int, at price: Int64) -> UInt32? {
    let base = (book * 2 + side) * IbLimits.bookRows
    var sum: UInt64 = 0
    for index in 0..<sides[book * 2 + side].count where rows[base + index].price == price {
      sum += UInt64(rows[base + index].size)
    }
    return sum < 0xFFFF_FFFF ? UInt32(sum) : nil
  }

  /// Applies one change; nil where its position is beyond all books, or nothing is there to delete.
  mutating func apply(
    _ book: Int, side: Int, position: Int, operation: Int, row: IbBookRow
  ) -> IbBookEffect? {
    guard position >= 0, position < IbLimits.bookRows else { return nil }
    let index = book * 2 + side
    let base = index * IbLimits.bookRows
    var state = sides[index]
    var effect = IbBookEffect()
    if operation == 2 {
      guard position < state.count else { return nil }
      effect.note(rows[base + position].price)
      for at in position..<(state.count - 1) { rows[base + at] = rows[base + at + 1] }
      state.count -= 1
    } else if operation == 1, position < state.count {
      effect.note(rows[base + position].price)
      rows[base + position] = row
      effect.note(row.price)
    } else {
      insert(row, at: min(position, state.count), base, &state, &effect)
      // An update of a row that was never there, or an insert behind a hole.
      effect.isOdd = operation == 1 || position > state.count - 1
      state.limit = max(state.limit, position + 1)
    }
    sides[index] = state
    return effect
  }

  private mutating func insert(
    _ row: IbBookRow, at position: Int, _ base: Int, _ state: inout Side,
    _ effect: inout IbBookEffect
  ) {
    if state.count >= state.limit, position < state.count {
      // The row pushed out; the last one makes room.
      effect.note(rows[base + state.count - 1].price)
      state.count -= 1
    }
    var at = state.count
    while at > position {
      rows[base + at] = rows[base + at - 1]
      at -= 1
    }
    rows[base + position] = row
    state.count += 1
    effect.note(row.price)
  }
}
