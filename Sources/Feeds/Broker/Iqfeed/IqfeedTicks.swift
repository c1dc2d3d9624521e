internal import FeedKit

/// The last tick id of each instrument and market center: IQFeed numbers the trades of a market
/// center 1, 2, 3 ... without gaps, anew each day (section 6, "Tick ID is a counter"), so that a
/// jump is trades that did not come.
///
/// Nothing is assumed of the first number seen. Grows while new pairs come; then it allocates
/// nothing.
struct IqfeedTicks: ~Copyable {
  private var entries = FixedTable<Entry>(repeating: Entry(), count: 256)
  private var count = 0

  struct Entry: BitwiseCopyable {
    /// Index and market center, and 1; 0 for a free place.
    var key: UInt64 = 0
    var last: UInt64 = 0
    var day: Int32 = 0
    /// How often the numbers jumped, against how often they did not.
    var doubt: Int32 = 0
  }

  /// What a tick id says.
  enum Verdict: Equatable {
    case fine
    /// Trades first ... id - 1 did not come.
    case missing(first: UInt64)
    /// The numbers of this pair jump all the time: they count something else, and are left alone.
    case notDense
  }

  /// Pairs at most; those beyond are not watched.
  private static var limit: Int { 1 << 20 }
  private static var doubtAfterJump: Int32 { 4 }
  private static var doubtLimit: Int32 { 64 }
  /// A jump that is no loss but another numbering.
  private static var jumpLimit: UInt64 { 1_000_000 }

  @inline(__always)
  private static func key(_ index: Int32, _ center: Int64) -> UInt64 {
    UInt64(UInt32(bitPattern: index)) << 16 | UInt64(bitPattern: center) & 0xFFFF | 1 << 63
  }

  @inline(__always)
  private func place(_ key: UInt64) -> Int {
    let mask = entries.count &- 1
    var place = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) &>> 32) & mask
    // At most half of the places are in use, so that every search ends.
    while entries[place].key != 0, entries[place].key != key { place = (place &+ 1) & mask }
    return place
  }

  /// Notes the tick id of a trade.
  @inline(__always)
  mutating func note(index: Int32, center: Int64, day: Int32, id: UInt64) -> Verdict {
    let key = Self.key(index, center)
    let place = place(key)
    let entry = entries[place]
    if entry.key == key, entry.day == day, id == entry.last &+ 1 {
      entries[place].last = id
      if entry.doubt > 0, entry.doubt < Self.doubtLimit { entries[place].doubt = entry.doubt &- 1 }
      return .fine
    }
    return noteOdd(place, key, day, id)
  }

  /// The first of a pair or a day, a jump, or one that comes late or twice.
  @inline(never)
  private mutating func noteOdd(_ place: Int, _ key: UInt64, _ day: Int32, _ id: UInt64) -> Verdict
  {
    var entry = entries[place]
    guard entry.key == key else {
      add(Entry(key: key, last: id, day: day))
      return .fine
    }
    guard entry.day == day else {
      // Late trades of the day before change nothing.
      guard day > entry.day else { return .fine }
      (entry.day, entry.last) = (day, id)
      entries[place] = entry
      return .fine
    }
    guard id > entry.last else { return .fine }
    let first = entry.last &+ 1
    entry.last = id
    guard entry.doubt < Self.doubtLimit else {
      entries[place] = entry
      return .fine
    }
    entry.doubt += Self.doubtAfterJump
    entries[place] = entry
    if entry.doubt >= Self.doubtLimit { return .notDense }
    return id - first < Self.jumpLimit ? .missing(first: first) : .fine
  }

  private mutating func add(_ entry: Entry) {
    guard count < Self.limit else { return }
    if 2 * count >= entries.count { grow() }
    entries[place(entry.key)] = entry
    count += 1
  }

  private mutating func grow() {
    var older = FixedTable<Entry>(repeating: Entry(), count: 2 * entries.count)
    swap(&older, &entries)
    for index in 0..<older.count where older[index].key != 0 {
      entries[place(older[index].key)] = older[index]
    }
  }

  mutating func removeAll() {
    for index in 0..<entries.count { entries[index] = Entry() }
    count = 0
  }
}
