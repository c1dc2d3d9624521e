/// Instrument ids to dense indices 0, 1, 2 … in order of appearance.
///
/// Ids below `BookLimits.directInstruments` cost one load from a table that grows to the largest
/// id seen; larger ones go through open addressing. Nothing is ever removed.
@usableFromInline
struct InstrumentMap: ~Copyable {
  /// Index plus one by id; 0 = not seen.
  @usableFromInline private(set) var direct = MappedTable<UInt32>(count: 1024)
  private var hashed = MappedTable<HashedInstrument>(count: 64)
  private var hashedCount = 0
  /// Number of instruments.
  @usableFromInline private(set) var count = 0

  struct HashedInstrument: BitwiseCopyable {
    var instrument: UInt32
    /// Index plus one; 0 = free slot.
    var number: UInt32
  }

  init() {}

  var byteCount: Int { direct.byteCount + hashed.byteCount }

  /// The index of an instrument that was seen before, or nil.
  @inlinable @inline(__always)
  func find(_ instrument: UInt32) -> Int? {
    if Int(instrument) < direct.count { return findDirect(instrument) }
    return findHashed(instrument)
  }

  /// The index of an instrument with a direct id that was seen before, or nil.
  @inlinable @inline(__always)
  func findDirect(_ instrument: UInt32) -> Int? {
    guard Int(instrument) < direct.count else { return nil }
    let number = direct[Int(instrument)]
    return number == 0 ? nil : Int(number) &- 1
  }

  /// The index of an instrument with a direct id, or any index: for prefetching.
  @inlinable @inline(__always)
  func hint(_ instrument: UInt32) -> Int {
    let number = direct[min(Int(instrument), direct.count &- 1)]
    return Int(max(number, 1) &- 1)
  }

  @usableFromInline @inline(never)
  func findHashed(_ instrument: UInt32) -> Int? {
    guard Int(instrument) >= BookLimits.directInstruments else { return nil }
    let number = hashed[slot(of: instrument)].number
    return number == 0 ? nil : Int(number) - 1
  }

  /// Gives a new instrument the next index; nil when the limit of books is reached.
  @usableFromInline @inline(never)
  mutating func insert(_ instrument: UInt32) -> Int? {
    assert(find(instrument) == nil)
    guard count < BookLimits.books else { return nil }
    let index = count
    count += 1
    if Int(instrument) < BookLimits.directInstruments {
      var room = direct.count
      while room <= Int(instrument) { room *= 2 }
      if room > direct.count { direct.grow(to: room) }
      direct[Int(instrument)] = UInt32(count)
      return index
    }
    if hashedCount * 2 >= hashed.count { growHashed() }
    hashed[slot(of: instrument)] = HashedInstrument(instrument: instrument, number: UInt32(count))
    hashedCount += 1
    return index
  }

  /// The slot of an instrument, or the free one where it belongs.
  private func slot(of instrument: UInt32) -> Int {
    let mask = hashed.count - 1
    var slot = Int(truncatingIfNeeded: (UInt64(instrument) &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
    while hashed[slot].number != 0, hashed[slot].instrument != instrument {
      slot = (slot + 1) & mask
    }
    return slot
  }

  private mutating func growHashed() {
    let old = exchange(&hashed, with: MappedTable(count: hashed.count * 2))
    for index in 0..<old.count where old[index].number != 0 {
      hashed[slot(of: old[index].instrument)] = old[index]
    }
  }
}
