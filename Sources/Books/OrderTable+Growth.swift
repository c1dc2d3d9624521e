/// Rebuilding the order table: rare, allocates, and touches every open order once.
extension OrderTable {
  /// Doubles the table.
  mutating func grow() { rebuild(hashSlots: (hashMask + 1) * 2) }

  /// Goes over to a hash that ids from outside cannot steer: with a random odd multiplier
  /// multiplicative hashing is universal (Dietzfelbinger et al., 1997). The probe limit doubles, so
  /// that this happens a few times at most.
  mutating func changeMultiplier() {
    multiplier = UInt64.random(in: 0...UInt64.max) | 1
    probeLimit *= 2
    rebuild(hashSlots: hashMask + 1)
  }

  private mutating func rebuild(hashSlots: Int) {
    let ringCount = Self.ringCount(hashSlots)
    let old = exchange(&slots, with: MappedTable(count: ringCount + hashSlots))
    let oldRingCount = ringMask + 1
    ringMask = ringCount - 1
    hashMask = hashSlots - 1
    shift = 64 - UInt64(hashSlots.trailingZeroBitCount)
    for slot in 0..<oldRingCount where old[slot].size != 0 {
      slots[ringSlot(old[slot].id)] = old[slot]
    }
    for slot in oldRingCount..<old.count where old[slot].size != 0 {
      var place = home(old[slot].id)
      while slots[ringCount &+ place].size != 0 { place = (place &+ 1) & hashMask }
      slots[ringCount &+ place] = old[slot]
    }
  }

  /// Removes every order of one book. Scans the whole table: for rare messages only.
  mutating func removeAll(ofBook book: UInt32) {
    for slot in 0...ringMask where slots[slot].size != 0 && slots[slot].side >> 1 == book {
      remove(slot)
    }
    // Begin after a free slot: then no run wraps around the point where the scan begins, and an
    // order that moves back into the current slot is seen there.
    let first = ringMask + 1
    guard var place = (0...hashMask).first(where: { slots[first + $0].size == 0 }) else { return }
    for _ in 0...hashMask {
      place = (place + 1) & hashMask
      while slots[first + place].size != 0, slots[first + place].side >> 1 == book {
        remove(first + place)
      }
    }
  }
}
