/// Rebuilding the order table: rare, allocates, and touches every open order once.
extension OrderTable {
  /// Doubles the table.
  @usableFromInline @inline(never)
  mutating func grow() {
    rebuild(bits: (mask + 1).trailingZeroBitCount + 1)
  }

  /// Gives up locality for a hash that ids from outside cannot steer.
  @usableFromInline @inline(never)
  mutating func mixAgainstClusters() {
    seed = UInt64.random(in: 0...UInt64.max)
    rebuild(bits: (mask + 1).trailingZeroBitCount)
  }

  @usableFromInline @inline(never)
  mutating func vacancyAfterRebuild(for id: UInt64) -> Int? {
    var slot = home(of: id)
    while slots[slot].size != 0 {
      if slots[slot].id == id { return nil }
      slot = (slot &+ 1) & mask
    }
    return slot
  }

  private mutating func rebuild(bits: Int) {
    let old = exchange(&slots, with: MappedTable(count: 1 << bits))
    mask = (1 << bits) - 1
    limit = Self.loadLimit(bits: bits)
    shift = 64 - UInt64(bits) + (seed == nil ? Self.blockBits : 0)
    for index in 0..<old.count where old[index].size != 0 {
      var slot = home(of: old[index].id)
      while slots[slot].size != 0 { slot = (slot &+ 1) & mask }
      slots[slot] = old[index]
    }
  }

  /// Removes every order of one book. Scans the whole table: for rare messages only.
  mutating func removeAll(ofBook book: UInt32) {
    // Begin after a free slot: then no run wraps around the point where the scan begins, and an
    // order that moves back into the current slot is seen there.
    guard var slot = (0...mask).first(where: { slots[$0].size == 0 }) else { return }
    for _ in 0...mask {
      slot = (slot + 1) & mask
      while slots[slot].size != 0, slots[slot].side >> 1 == book { remove(slot) }
    }
  }
}
