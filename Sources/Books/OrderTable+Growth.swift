/// Rebuilding the order table: rare, allocates, and touches every open order once.
extension OrderTable {
  /// Doubles the table.
  @usableFromInline @inline(never)
  mutating func grow() { rebuild(slots: slots.count * 2) }

  /// Leaves the ring for scattered groups; where these collide too, for a hash that nobody outside
  /// can steer: with a random odd multiplier multiplicative hashing is universal (Dietzfelbinger
  /// et al., 1997). The probe limit doubles each time, so that this happens a few times at most.
  @usableFromInline @inline(never)
  mutating func scatter() {
    if multiplier == 0 {
      multiplier = Self.firstMultiplier
      probeLimit = BookLimits.orderProbes
    } else {
      multiplier = UInt64.random(in: 0...UInt64.max) | 1
      probeLimit *= 2
    }
    rebuild(slots: slots.count)
  }

  private mutating func rebuild(slots count: Int) {
    let old = exchange(&slots, with: MappedTable(count: count))
    slots.populate()
    mask = count - 1
    kept = multiplier == 0 ? UInt64(mask) : (1 << Self.groupBits) - 1
    shift = Self.shift(slots: count)
    for index in 0..<old.count where old[index].size != 0 {
      sortIn(old[index], at: probe(old[index].id))
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
