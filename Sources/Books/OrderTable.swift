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

/// Open orders by their 64-bit id: open addressing, linear probing, no tombstones.
///
/// Exchanges number orders nearly in sequence and most messages refer to recent ones. So ids that
/// share all but their lowest bits share a block of neighbouring slots (few cache lines for the
/// recent orders), while the blocks themselves are spread by a multiplicative hash (a run of ids
/// does not pile up on the survivors of an older run). Ids chosen to collide hit the probe limit
/// of `BookLimits`; then the table is rebuilt once with a seeded mixing hash.
///
/// Memory: the table doubles when more than 3/5 full, so 32 bytes × 1.67…3.33 per open order at
/// the largest number of open orders so far. Doubling copies everything at once.
@usableFromInline
struct OrderTable: ~Copyable {
  @usableFromInline var slots: MappedTable<OpenOrder>
  /// Number of open orders.
  @usableFromInline var count = 0
  @usableFromInline var mask: Int
  @usableFromInline var limit: Int
  /// Right shift that leaves the number of a block (or of a slot, with the mixing hash).
  @usableFromInline var shift: UInt64
  /// Seed of the mixing hash; nil while the blocked one serves.
  @usableFromInline var seed: UInt64?

  @inlinable static var blockBits: UInt64 { 3 }
  static var minimumBits: Int { 10 }

  init(expectedOrders: Int) {
    var bits = Self.minimumBits
    while Self.loadLimit(bits: bits) < min(expectedOrders, BookLimits.openOrders) { bits += 1 }
    slots = MappedTable(count: 1 << bits)
    mask = (1 << bits) - 1
    limit = Self.loadLimit(bits: bits)
    shift = 64 - UInt64(bits) + Self.blockBits
    seed = nil
  }

  static func loadLimit(bits: Int) -> Int { (1 << bits) / 5 * 3 }

  /// The slot where the search for an id begins.
  @inlinable @inline(__always)
  func home(of id: UInt64) -> Int {
    if let seed { return mixedHome(of: id, seed: seed) }
    let block = ((id &>> Self.blockBits) &* 0x9E37_79B9_7F4A_7C15) &>> shift
    return Int(truncatingIfNeeded: block &<< Self.blockBits | id & ((1 &<< Self.blockBits) &- 1))
  }

  @usableFromInline @inline(never)
  func mixedHome(of id: UInt64, seed: UInt64) -> Int {
    var mixed = (id ^ seed) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed &>> 29) ^ seed) &* 0x94D0_49BB_1331_11EB
    return Int(truncatingIfNeeded: (mixed ^ (mixed &>> 32)) &* 0x9E37_79B9_7F4A_7C15 &>> shift)
  }

  /// The slot of an open order, or nil.
  @inlinable @inline(__always)
  func find(_ id: UInt64) -> Int? {
    var slot = home(of: id)
    while true {
      if slots[slot].id == id { return slots[slot].size == 0 ? nil : slot }
      if slots[slot].size == 0 { return nil }
      slot = (slot &+ 1) & mask
    }
  }

  /// The slot of an open order within the first `probes` slots, as a hint for prefetching.
  @inlinable @inline(__always)
  func glance(_ id: UInt64) -> Int? {
    let first = home(of: id)
    if slots[first].id == id { return first }
    let second = (first &+ 1) & mask
    return slots[second].id == id ? second : nil
  }

  /// Brings the line of an id's first slot into the cache.
  @inlinable @inline(__always)
  func prefetch(_ id: UInt64) {
    slots.prefetch(home(of: id))
  }

  /// Where an order that is not in the table belongs: its slot, or nil where its id is taken.
  ///
  /// The slot is valid until the table changes; `fill` takes it.
  @inlinable @inline(__always)
  mutating func vacancy(for id: UInt64) -> Int? {
    if count >= limit { grow() }
    let first = home(of: id)
    var slot = first
    while slots[slot].size != 0 {
      if slots[slot].id == id { return nil }
      slot = (slot &+ 1) & mask
    }
    if (slot &- first) & mask > BookLimits.orderProbes, seed == nil {
      mixAgainstClusters()
      return vacancyAfterRebuild(for: id)
    }
    return slot
  }

  @inlinable @inline(__always)
  mutating func fill(_ slot: Int, with order: OpenOrder) {
    slots[slot] = order
    count &+= 1
  }

  /// Frees a slot and closes the hole: later orders of the run move back, if that brings them
  /// no further than their home.
  @inlinable @inline(__always)
  mutating func remove(_ slot: Int) {
    var hole = slot
    var next = (hole &+ 1) & mask
    while slots[next].size != 0 {
      let distance = (next &- home(of: slots[next].id)) & mask
      if distance >= (next &- hole) & mask {
        slots[hole] = slots[next]
        hole = next
      }
      next = (next &+ 1) & mask
    }
    slots[hole].size = 0
    count &-= 1
  }
}
