internal import FeedKit

/// What is open in the books: orders, quotes of market makers, price levels. The wire does not say
/// whether a line is new or a change (section 5: a change of an unknown key is an add), and empties
/// one side by name only, while records say both.
struct IqfeedBooks: ~Copyable {
  private var entries = FixedTable<Entry>(repeating: Entry(), count: 256)
  private(set) var count = 0

  /// What a key is.
  enum Kind: UInt64 {
    /// An order's id.
    case order
    /// Four letters of a market maker or venue.
    case maker
    /// A price in units of 1e-9.
    case level
  }

  struct Entry: BitwiseCopyable, Equatable {
    /// Instrument's index, kind and side, and the top bit; 0 for a free place.
    var owner: UInt64 = 0
    var key: UInt64 = 0
    /// 1 for the ask: of orders, whose owner has no side.
    var isAsk: UInt64 = 0
  }

  /// Entries at most.
  private static var limit: Int { 1 << 21 }

  static func owner(_ index: Int32, _ kind: Kind, isAsk: Bool) -> UInt64 {
    1 << 63 | UInt64(UInt32(bitPattern: index)) << 3 | kind.rawValue << 1
      | (isAsk && kind != .order ? 1 : 0)
  }

  static func index(of owner: UInt64) -> Int32 { Int32(truncatingIfNeeded: owner >> 3) }
  static func kind(of owner: UInt64) -> Kind { Kind(rawValue: owner >> 1 & 3) ?? .order }

  private func home(_ owner: UInt64, _ key: UInt64) -> Int {
    let mixed = (key ^ owner &* 0xD6E8_FEB8_6659_FD93) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: mixed &>> 32) & (entries.count &- 1)
  }

  /// Where the entry is, or would be.
  private func place(_ owner: UInt64, _ key: UInt64) -> Int {
    var place = home(owner, key)
    // At most half of the places are in use, so that every search ends.
    while entries[place].owner != 0, entries[place].owner != owner || entries[place].key != key {
      place = (place &+ 1) & (entries.count &- 1)
    }
    return place
  }

  /// The entry; nil where it is not open.
  func find(_ owner: UInt64, _ key: UInt64) -> Entry? {
    let entry = entries[place(owner, key)]
    return entry.owner == 0 ? nil : entry
  }

  /// Opens or changes an entry; false where there is no room.
  mutating func set(_ entry: Entry) -> Bool {
    let place = place(entry.owner, entry.key)
    if entries[place].owner != 0 {
      entries[place] = entry
      return true
    }
    guard count < Self.limit else { return false }
    if 2 * (count + 1) > entries.count { grow() }
    entries[self.place(entry.owner, entry.key)] = entry
    count += 1
    return true
  }

  private mutating func grow() {
    var older = FixedTable<Entry>(repeating: Entry(), count: 2 * entries.count)
    swap(&older, &entries)
    for index in 0..<older.count where older[index].owner != 0 {
      entries[place(older[index].owner, older[index].key)] = older[index]
    }
  }

  /// Closes an entry; false where it was not open.
  mutating func remove(_ owner: UInt64, _ key: UInt64) -> Bool {
    var hole = place(owner, key)
    guard entries[hole].owner != 0 else { return false }
    count -= 1
    // What stands behind the hole and was pushed over it moves up, so that no search ends early.
    let mask = entries.count - 1
    var next = (hole + 1) & mask
    while entries[next].owner != 0 {
      let wanted = home(entries[next].owner, entries[next].key)
      if (next - wanted) & mask >= (next - hole) & mask {
        entries[hole] = entries[next]
        hole = next
      }
      next = (next + 1) & mask
    }
    entries[hole] = Entry()
    return true
  }

  /// The first entry at or behind `start` that belongs to one side of an instrument, and its place;
  /// nil where there is none. For rare lines: looks through the table. After the removal of an
  /// entry the search goes on at its place, into which another one may have moved.
  func next(of index: Int32, isAsk: Bool, from start: Int) -> (entry: Entry, place: Int)? {
    for place in start..<entries.count where entries[place].owner != 0 {
      let entry = entries[place]
      if Self.index(of: entry.owner) == index, entry.isAsk == (isAsk ? 1 : 0) {
        return (entry, place)
      }
    }
    return nil
  }

  /// Forgets everything.
  mutating func removeAll() {
    guard count > 0 else { return }
    for index in 0..<entries.count { entries[index] = Entry() }
    count = 0
  }
}
