/// An open order as it lies in the table: 32 bytes, two a cache line.
@usableFromInline
struct OpenOrder: BitwiseCopyable {
  @usableFromInline var id: UInt64
  /// Price of a bid, complement of the price of an ask: larger is better on both sides.
  @usableFromInline var key: Int64
  /// Rank within its price level, smaller first.
  @usableFromInline var priority: UInt64
  /// Open size; 0 marks a free slot, so that fresh (zeroed) memory is an empty table.
  @usableFromInline var size: UInt32
  /// Index of the book times two, plus one for asks.
  @usableFromInline var side: UInt32

  @inlinable
  init(id: UInt64, key: Int64, priority: UInt64, size: UInt32, side: UInt32) {
    self.id = id
    self.key = key
    self.priority = priority
    self.size = size
    self.side = side
  }
}

/// Open orders by their 64-bit id, in two generations.
///
/// Exchanges number orders nearly in sequence, and most messages are about recent ones. So a new
/// order takes the slot of a direct-mapped ring that the low bits of its id name: one probe, one
/// line that is still in the cache, nothing to repair when it closes. An open order that it finds
/// there is an old one and moves to a hash table: open addressing, linear probing, backward-shift
/// deletion. `newestHashed` tells which ids cannot be there, so that adding an order with an id
/// above all of those costs no search.
///
///     slots   | ring: id & ringMask … | hashed: ringCount + (id * multiplier >> shift) …        |
///
/// Nothing depends on how ids are chosen but speed: ids that share their low bits all pass through
/// the hash table, and ids chosen to collide there meet a probe limit and a random multiplier.
///
/// Memory: the hash table doubles when more than half full, so 32 bytes × 2…4 per order at the
/// largest number of open orders so far, and 1/8 of that for the ring (2 MiB at most). Doubling
/// copies everything at once.
@usableFromInline
struct OrderTable: ~Copyable {
  @usableFromInline var slots: MappedTable<OpenOrder>
  /// Number of open orders.
  @usableFromInline var count = 0
  @usableFromInline var ringMask: Int
  /// Number of hashed slots minus one.
  @usableFromInline var hashMask: Int
  /// No hashed order has a larger id.
  @usableFromInline var newestHashed: UInt64 = 0
  @usableFromInline var multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15
  @usableFromInline var shift: UInt64
  var hashedCount = 0
  var probeLimit = BookLimits.orderProbes

  static var smallestBits: Int { 10 }
  static var largestRing: Int { 1 << 16 }

  init(expectedOrders: Int) {
    var bits = Self.smallestBits
    while Self.loadLimit(1 << bits) < min(expectedOrders, BookLimits.openOrders) { bits += 1 }
    hashMask = (1 << bits) - 1
    ringMask = Self.ringCount(1 << bits) - 1
    shift = 64 - UInt64(bits)
    slots = MappedTable(count: ringMask + hashMask + 2)
  }

  static func loadLimit(_ hashSlots: Int) -> Int { hashSlots / 2 }
  static func ringCount(_ hashSlots: Int) -> Int { min(hashSlots / 8, largestRing) }

  @inlinable @inline(__always)
  func ringSlot(_ id: UInt64) -> Int { Int(truncatingIfNeeded: id) & ringMask }

  /// Where the search in the hash table begins, counted from the table's beginning.
  @inlinable @inline(__always)
  func home(_ id: UInt64) -> Int { Int(truncatingIfNeeded: (id &* multiplier) &>> shift) }

  /// The slot of an open order, or nil.
  @inlinable @inline(__always)
  func find(_ id: UInt64) -> Int? {
    let slot = ringSlot(id)
    if slots[slot].id == id, slots[slot].size != 0 { return slot }
    return id > newestHashed ? nil : findHashed(id)
  }

  @inlinable @inline(__always)
  func findHashed(_ id: UInt64) -> Int? {
    let first = ringMask &+ 1
    var place = home(id)
    while slots[first &+ place].size != 0 {
      if slots[first &+ place].id == id { return first &+ place }
      place = (place &+ 1) & hashMask
    }
    return nil
  }

  /// Puts in an order whose id is not open.
  @inlinable @inline(__always)
  mutating func insert(_ order: OpenOrder) {
    let slot = ringSlot(order.id)
    if slots[slot].size == 0 { slots[slot] = order } else { displace(slot, by: order) }
    count &+= 1
  }

  @usableFromInline @inline(never)
  mutating func displace(_ slot: Int, by order: OpenOrder) {
    let displaced = slots[slot]
    // Written first: moving the old order may rebuild the table, ring included.
    slots[slot] = order
    insertHashed(displaced)
  }

  private mutating func insertHashed(_ order: OpenOrder) {
    if hashedCount >= Self.loadLimit(hashMask + 1) { grow() }
    let first = ringMask &+ 1
    let home = home(order.id)
    var place = home
    while slots[first &+ place].size != 0 { place = (place &+ 1) & hashMask }
    slots[first &+ place] = order
    hashedCount &+= 1
    newestHashed = max(newestHashed, order.id)
    if (place &- home) & hashMask > probeLimit { changeMultiplier() }
  }

  /// Frees a slot that `find` gave.
  @inlinable @inline(__always)
  mutating func remove(_ slot: Int) {
    count &-= 1
    if slot <= ringMask { slots[slot].size = 0 } else { removeHashed(slot) }
  }

  /// Frees a hashed slot and closes the hole: later orders of the run move back, if that brings
  /// them no further than their home.
  @usableFromInline @inline(never)
  mutating func removeHashed(_ slot: Int) {
    let first = ringMask &+ 1
    var hole = slot &- first
    var next = (hole &+ 1) & hashMask
    while slots[first &+ next].size != 0 {
      let distance = (next &- home(slots[first &+ next].id)) & hashMask
      if distance >= (next &- hole) & hashMask {
        slots[first &+ hole] = slots[first &+ next]
        hole = next
      }
      next = (next &+ 1) & hashMask
    }
    slots[first &+ hole].size = 0
    hashedCount &-= 1
    if hashedCount == 0 { newestHashed = 0 }
  }
}

/// Hints for batches (`OrderBooks+Prefetch.swift`).
extension OrderTable {
  /// Brings the slots where an open order may be into the cache.
  @inlinable @inline(__always)
  func prefetch(_ id: UInt64) {
    let slot = ringSlot(id)
    slots.prefetch(slot)
    slots.prefetch(id > newestHashed ? slot : ringMask &+ 1 &+ home(id))
  }

  /// The side of an open order if it stands in one of its first slots, else any side.
  @inlinable @inline(__always)
  func hint(_ id: UInt64) -> Int {
    let slot = ringSlot(id)
    let likely = slots[slot].id == id || id > newestHashed ? slot : ringMask &+ 1 &+ home(id)
    return Int(slots[likely].side)
  }

  /// Brings the slot into the cache to which the addition of an order will move another one.
  @inlinable @inline(__always)
  func prefetchDisplaced(_ id: UInt64, isNew: Bool) {
    let slot = ringSlot(id)
    slots.prefetch(isNew ? ringMask &+ 1 &+ home(slots[slot].id) : slot)
  }
}
