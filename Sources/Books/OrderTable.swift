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
  /// `side`, and in the highest bit whether the order in the next slot is not at home there.
  @usableFromInline var sideAndMark: UInt32

  @inlinable static var mark: UInt32 { 1 << 31 }

  /// Index of the book times two, plus one for asks; far below 2^31 (`BookLimits.books`).
  @inlinable var side: UInt32 { sideAndMark & ~Self.mark }

  /// Whether the order in the next slot is not at home there. Kept here so that a removal need not
  /// look at that slot, often a line that is in no cache.
  @inlinable var isBeforeDisplaced: Bool {
    get { sideAndMark & Self.mark != 0 }
    set { sideAndMark = newValue ? sideAndMark | Self.mark : sideAndMark & ~Self.mark }
  }

  @inlinable
  init(id: UInt64, key: Int64, priority: UInt64, size: UInt32, side: UInt32) {
    self.id = id
    self.key = key
    self.priority = priority
    self.size = size
    sideAndMark = side
  }
}

/// Open orders by their 64-bit id: open addressing, linear probing, backward-shift deletion.
///
/// Exchanges number orders nearly in sequence. So the table begins as a ring over the ids: the slot
/// of an id is its low bits. New orders then take one slot after the other, those of the same
/// moment share lines, and one is displaced only by another that has stayed open for a whole round.
///
///     ring:      slot of id = id & mask
///     scattered: slot of id = (id >> 3) * multiplier >> shift, the low 3 bits of the id appended
///
/// Where ids are numbered in a way that crowds the ring (`isStrained`), groups of eight ids are
/// scattered instead; within a group no two ids collide. Nothing depends on how ids are chosen but
/// speed: ids chosen to collide meet a probe limit and a random multiplier.
///
/// The orders of a run are sorted by their home slots ("Robin Hood"), so that a removal moves only
/// those that are not at home.
///
/// Memory: the table doubles when more than half full, so 32 bytes × 2…4 per order at the largest
/// number of open orders so far. Doubling copies everything at once.
@usableFromInline
struct OrderTable: ~Copyable {
  @usableFromInline var slots: MappedTable<OpenOrder>
  /// Number of open orders.
  @usableFromInline var count = 0
  /// Number of slots minus one.
  @usableFromInline var mask: Int
  /// Low bits of an id that stay as they are: all bits of `mask` for a ring, three when scattered.
  @usableFromInline var kept: UInt64
  /// What scatters groups; 0 for a ring, so that one formula serves both.
  @usableFromInline var multiplier: UInt64 = 0
  /// Leaves as many bits as there are groups.
  @usableFromInline var shift: UInt64
  @usableFromInline var probeLimit = Self.ringProbes
  /// Mean distance of displaced orders from home, of some 256 of the last ones, times 256.
  @usableFromInline var strain = 0

  static var smallestBits: Int { 10 }
  /// Ids that stay together when scattered: 2^3 slots of 32 bytes.
  @inlinable static var groupBits: UInt64 { 3 }
  /// Any odd number that scatters groups in sequence. The golden ratio, the usual one, puts each
  /// group next to one of not long ago, whose orders are still open.
  static var firstMultiplier: UInt64 { 0xD6E8_FEB8_6659_FD93 }
  /// Probes at which a ring is given up, and the mean distance. Of ids by chance half a table full
  /// has runs of some 30 slots, and displaced orders stand 3 slots from home.
  @inlinable static var ringProbes: Int { 64 }
  @inlinable static var ringStrain: Int { 8 &* 256 }

  init(expectedOrders: Int) {
    var bits = Self.smallestBits
    while (1 << bits) / 2 < min(expectedOrders, BookLimits.openOrders) { bits += 1 }
    mask = (1 << bits) - 1
    kept = UInt64(mask)
    shift = Self.shift(slots: 1 << bits)
    slots = MappedTable(count: 1 << bits)
    if expectedOrders > 0 { slots.populate() }
  }

  static func shift(slots: Int) -> UInt64 {
    64 - UInt64(slots.trailingZeroBitCount) + groupBits
  }

  /// Where the search for an id begins.
  @inlinable @inline(__always)
  func home(_ id: UInt64) -> Int {
    let low = id & kept
    let group = ((id ^ low) &* multiplier) &>> shift
    return Int(truncatingIfNeeded: group &<< Self.groupBits | low)
  }

  /// The slot of an open order, or nil.
  @inlinable @inline(__always)
  func find(_ id: UInt64) -> Int? {
    let slot = probe(id)
    return slots[slot].size == 0 ? nil : slot
  }

  /// The slot of an open order, or the free one where it would go. The table is never full.
  @inlinable @inline(__always)
  func probe(_ id: UInt64) -> Int {
    var slot = home(id)
    while slots[slot].id != id, slots[slot].size != 0 { slot = (slot &+ 1) & mask }
    return slot
  }

  /// Whether the next new order needs a larger table. To be asked before the `probe` for it.
  @inlinable @inline(__always)
  var isFull: Bool { count &* 2 > mask }

  /// Puts an order where `probe` found a free slot for it.
  @inlinable @inline(__always)
  mutating func insert(_ order: OpenOrder, at slot: Int) {
    count &+= 1
    if slot == home(order.id) { slots[slot] = order } else { insertDisplaced(order, at: slot) }
  }

  @usableFromInline @inline(never)
  mutating func insertDisplaced(_ order: OpenOrder, at free: Int) {
    sortIn(order, at: free)
    let distance = (free &- home(order.id)) & mask
    strain &+= distance &- strain / 256
    if distance > probeLimit || isStrained { scatter() }
  }

  /// Whether ids crowd the ring. Scattered ids have the probe limit alone.
  private var isStrained: Bool { multiplier == 0 && strain > Self.ringStrain }

  /// Puts an order into its run, which ends before the slot `free`, in the order of homes.
  mutating func sortIn(_ order: OpenOrder, at free: Int) {
    var slot = free
    let home = home(order.id)
    var order = order
    while slot != home {
      let previous = (slot &- 1) & mask
      let distance = (previous &- self.home(slots[previous].id)) & mask
      guard distance < (previous &- home) & mask else { break }
      slots[slot] = slots[previous]
      slots[slot].isBeforeDisplaced = slot != free
      slot = previous
    }
    order.isBeforeDisplaced = slot != free
    slots[slot] = order
    if slot != home { slots[(slot &- 1) & mask].isBeforeDisplaced = true }
  }

  /// Frees the slot of an open order.
  @inlinable @inline(__always)
  mutating func remove(_ slot: Int) {
    count &-= 1
    if slots[slot].isBeforeDisplaced || slot != home(slots[slot].id) {
      removeFromRun(slot)
    } else {
      slots[slot].size = 0
    }
  }

  /// Frees a slot; the orders behind it that are not at home move up.
  @usableFromInline @inline(never)
  mutating func removeFromRun(_ slot: Int) {
    var hole = slot
    slots[(slot &- 1) & mask].isBeforeDisplaced = false
    while slots[hole].isBeforeDisplaced {
      let next = (hole &+ 1) & mask
      slots[hole] = slots[next]
      slots[(hole &- 1) & mask].isBeforeDisplaced = home(slots[hole].id) != hole
      hole = next
    }
    slots[hole].size = 0
  }
}

/// Hints (`OrderBooks+Prefetch.swift`).
extension OrderTable {
  /// Brings the slot where an order is or will be into the cache.
  @inlinable @inline(__always)
  func prefetch(_ id: UInt64) { slots.prefetch(home(id)) }

  /// The side of an open order if it stands in its first slot, else any side.
  @inlinable @inline(__always)
  func hint(_ id: UInt64) -> Int { Int(slots[home(id)].side) }
}
