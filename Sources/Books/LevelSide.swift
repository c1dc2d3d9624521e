public import CLinux

/// Open size and number of orders at one price, in one word: size × 2^24 + orders.
///
/// Eight levels fit a cache line, and an order comes or goes with one addition. The bounds that
/// this sets are in `BookLimits`; an order beyond them is refused.
@usableFromInline
struct LevelTotal: BitwiseCopyable, Equatable {
  @usableFromInline var bits: UInt64

  @inlinable static var orderBits: UInt64 { 24 }

  @inlinable @inline(__always)
  init(size: UInt64, orders: UInt32) {
    bits = size &<< Self.orderBits | UInt64(orders)
  }

  @inlinable @inline(__always)
  init(bits: UInt64) { self.bits = bits }

  @inlinable var size: UInt64 { bits &>> Self.orderBits }
  @inlinable var orders: UInt32 { UInt32(truncatingIfNeeded: bits & ((1 &<< Self.orderBits) - 1)) }
}

/// What one operation did to the levels of a side.
@usableFromInline
struct LevelChange: BitwiseCopyable {
  /// Distance of the level from the touch, 0 = the touch.
  @usableFromInline var depth: Int
  /// Whether the level came into being or vanished by it.
  @usableFromInline var isStructural: Bool

  @inlinable
  init(depth: Int, isStructural: Bool) {
    self.depth = depth
    self.isStructural = isStructural
  }

  /// The change as a `BookEffect` tells it.
  @inlinable @inline(__always)
  var changes: BookChanges {
    let structural: UInt8 = isStructural ? 1 : 0
    let best: UInt8 = depth == 0 ? 1 : 0
    return BookChanges(rawValue: structural &* 4 | best &* 2 | structural & best)
  }
}

/// One side of one book: price levels in ascending order of goodness, the touch last.
///
/// Most changes happen near the touch, so the search begins there and an insertion moves only the
/// few better levels. Keys lie by themselves, and unused ones are `Int64.max`: a window of sixteen
/// keys is compared without a branch, and the number of keys not above the one sought is its
/// place. A side is 32 bytes, a book one cache line.
///
///     keys    | 100 | 101 | 103 | max | … | max |  count 3, capacity 16
///     totals  | s,n | s,n | s,n |                 directly behind the keys
///
/// All bits zero is an empty side without a block.
@safe
@usableFromInline
struct LevelSide: BitwiseCopyable {
  @usableFromInline var keys: UnsafeMutablePointer<Int64>?
  /// Number of levels.
  @usableFromInline var count: UInt32
  @usableFromInline var capacity: UInt32
  /// The instrument of the book.
  @usableFromInline var instrument: UInt32
  @usableFromInline var unused: UInt32
  @usableFromInline var unused2: UInt64

  @inlinable static var smallestCapacity: Int { 16 }

  @inlinable
  init(instrument: UInt32) {
    unsafe keys = nil
    count = 0
    capacity = 0
    self.instrument = instrument
    unused = 0
    unused2 = 0
  }

  // Safety: the three below are called only while the side has a block, which `reserve` sees to
  // before the first level is stored.
  @inlinable @inline(__always)
  var block: UnsafeMutablePointer<Int64> {
    assert(capacity > 0)
    return unsafe keys.unsafelyUnwrapped
  }

  @inlinable @inline(__always)
  var totals: UnsafeMutablePointer<UInt64> {
    unsafe UnsafeMutableRawPointer(block + Int(capacity)).assumingMemoryBound(to: UInt64.self)
  }

  @inlinable @inline(__always)
  func key(at index: Int) -> Int64 {
    assert(index >= 0 && index < Int(count))
    return unsafe block[index]
  }

  /// Key of the touch of a side that is not empty.
  @inlinable @inline(__always)
  var bestKey: Int64 { key(at: Int(count) &- 1) }

  @inlinable @inline(__always)
  func total(at index: Int) -> LevelTotal {
    assert(index >= 0 && index < Int(count))
    return unsafe LevelTotal(bits: totals[index])
  }

  /// Index of the last level whose key is not above `key`, or -1. Needs a block.
  @inlinable @inline(__always)
  func position(of key: Int64) -> Int {
    // Safety: the block has `capacity` keys, a multiple of 16, the unused ones `Int64.max`.
    unsafe ml_position(block, Int(count), key)
  }

  /// Adds an order's size to the level of `key`, making the level if needed; nil at the limit of
  /// levels. The key must not be `Int64.max`.
  @inlinable @inline(__always)
  mutating func add(key: Int64, size: UInt32, arena: inout LevelArena) -> LevelChange? {
    if count == capacity {
      guard reserve(&arena) else { return nil }
    }
    let index = position(of: key)
    // Safety: index < count ≤ capacity, and keys and totals have `capacity` elements.
    if index >= 0, unsafe block[index] == key {
      let (sum, overflow) = unsafe totals[index].addingReportingOverflow(
        LevelTotal(size: UInt64(size), orders: 1).bits)
      let result = LevelTotal(bits: sum)
      guard !overflow, result.orders != 0 else { return nil }
      unsafe totals[index] = sum
      return LevelChange(depth: Int(count) &- 1 &- index, isStructural: false)
    }
    insert(key: key, total: LevelTotal(size: UInt64(size), orders: 1), at: index &+ 1)
    return LevelChange(depth: Int(count) &- 1 &- (index &+ 1), isStructural: true)
  }

  /// Takes size, and with `isWhole` the order itself, from the level of `key`, which must exist.
  @inlinable @inline(__always)
  mutating func subtract(key: Int64, size: UInt32, isWhole: Bool) -> LevelChange {
    let index = position(of: key)
    assert(index >= 0 && self.key(at: index) == key)
    let depth = Int(count) &- 1 &- index
    // Safety: every open order has its level (the invariant of `OrderBooks`), so index < count.
    let totals = unsafe totals
    let gone: UInt32 = isWhole ? 1 : 0
    let rest = unsafe totals[index] &- LevelTotal(size: UInt64(size), orders: gone).bits
    unsafe totals[index] = rest
    guard rest == 0 else { return LevelChange(depth: depth, isStructural: false) }
    remove(at: index)
    return LevelChange(depth: depth, isStructural: true)
  }

  @inlinable @inline(__always)
  mutating func insert(key: Int64, total: LevelTotal, at index: Int) {
    // Safety: count < capacity (`reserve`), so one more element fits behind the last one.
    let place = unsafe block + index
    let totalPlace = unsafe totals + index
    unsafe ml_open_gap(place, totalPlace, Int(count) &- index)
    unsafe place.pointee = key
    unsafe totalPlace.pointee = total.bits
    count &+= 1
  }

  @inlinable @inline(__always)
  mutating func remove(at index: Int) {
    // Safety: index < count ≤ capacity.
    count &-= 1
    unsafe ml_close_gap(block + index, totals + index, Int(count) &- index)
    unsafe block[Int(count)] = .max
  }

  /// Brings the best level and a few next to it into the cache.
  @inlinable @inline(__always)
  func prefetchBest() {
    guard capacity > 0 else { return }
    let last = Int(max(count, 1) &- 1)
    // Safety: addresses inside the block; a prefetch reads nothing.
    unsafe ml_prefetch(block + last)
    unsafe ml_prefetch(totals + last)
  }

  /// Brings the levels next to the touch into the cache.
  @inlinable @inline(__always)
  func prefetchTouch() {
    guard capacity > 0 else { return }
    let last = Int(max(count, 1) &- 1)
    let farther = max(last &- 8, 0)
    // Safety: addresses inside the block; a prefetch reads nothing.
    unsafe ml_prefetch(block + last)
    unsafe ml_prefetch(block + farther)
    unsafe ml_prefetch(totals + last)
    unsafe ml_prefetch(totals + farther)
  }
}

extension LevelSide {
  /// Makes room for one more level; false at the limit.
  @usableFromInline @inline(never)
  mutating func reserve(_ arena: inout LevelArena) -> Bool {
    let wider = max(Int(capacity) * 2, Self.smallestCapacity)
    guard wider <= BookLimits.levelsPerSide else { return false }
    // Safety: the new block has twice the room of the old one and does not overlap it.
    let newKeys = unsafe arena.take(capacity: wider)
    if capacity > 0 {
      let oldKeys = unsafe block
      let newTotals = unsafe UnsafeMutableRawPointer(newKeys + wider)
        .bindMemory(to: UInt64.self, capacity: wider)
      unsafe newKeys.update(from: oldKeys, count: Int(count))
      unsafe newTotals.update(from: totals, count: Int(count))
      unsafe arena.put(oldKeys, capacity: Int(capacity))
    }
    unsafe keys = newKeys
    capacity = UInt32(wider)
    return true
  }

  /// Forgets all levels and gives the block back.
  mutating func removeAll(_ arena: inout LevelArena) {
    guard capacity > 0 else { return }
    unsafe arena.put(block, capacity: Int(capacity))
    self = LevelSide(instrument: instrument)
  }

  mutating func replaceTotal(at index: Int, with total: LevelTotal) {
    assert(index >= 0 && index < Int(count))
    // Safety: index < count ≤ capacity.
    unsafe totals[index] = total.bits
  }
}
