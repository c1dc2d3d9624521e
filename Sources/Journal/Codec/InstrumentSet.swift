internal import Wire

/// The instruments of one block as bits, folded to the block header's instrument map. One thread.
@safe struct InstrumentSet: ~Copyable {
  /// Bits of the scratch, as many as the largest map has; an id sets bit (id mod 65,536).
  static var bits: Int { JournalLimits.mapBytes * 8 }
  private static var words: Int { bits / 64 }

  private let scratch: UnsafeMutablePointer<UInt64>

  init() {
    // Safety: owned by this value alone and freed once; all words are set here.
    unsafe scratch = .allocate(capacity: Self.words)
    unsafe scratch.initialize(repeating: 0, count: Self.words)
  }

  deinit {
    // Safety: made in `init`.
    unsafe scratch.deallocate()
  }

  /// Takes an instrument into the set.
  @inline(__always)
  mutating func insert(_ instrument: UInt32) {
    let word = Int(truncatingIfNeeded: instrument >> 6) & (Self.words &- 1)
    // Safety: the mask keeps the index below `words`.
    unsafe scratch[word] = scratch[word] | (1 << UInt64(truncatingIfNeeded: instrument & 63))
  }

  /// Appends the set as a map and empties it; gives the map's bytes.
  ///
  /// The map is folded by halves until about one bit in eight is set, and to 1/256 of the block's
  /// bytes at most (a map that costs more than it saves is of no use), but never below 64 bits.
  mutating func fold(blockBytes: Int, into map: inout ByteBuffer) -> Int {
    var members = 0
    // Safety: all indices here are below `words`.
    for index in 0..<Self.words { unsafe members += scratch[index].nonzeroBitCount }
    guard members > 0 else { return 0 }
    var count = 1
    let wanted = members * 8
    while count < Self.words, count * 64 < wanted, count * 16 <= blockBytes / 256 { count *= 2 }
    var half = Self.words / 2
    while half >= count {
      for index in 0..<half { unsafe scratch[index] = scratch[index] | scratch[index + half] }
      half /= 2
    }
    for index in 0..<count { unsafe map.append(value: scratch[index].littleEndian) }
    unsafe scratch.update(repeating: 0, count: Self.words)
    return count * 8
  }

  /// Empties the set.
  mutating func removeAll() {
    // Safety: `words` words are there.
    unsafe scratch.update(repeating: 0, count: Self.words)
  }

  /// Whether `map` may hold `instrument`: no map says nothing, so it may.
  static func mayHold(_ instrument: UInt32, map: RawSpan) -> Bool {
    let bits = UInt32(map.byteCount * 8)
    guard bits > 0, bits & (bits - 1) == 0 else { return true }
    let bit = Int(instrument & (bits - 1))
    return map.uncheckedByte(at: bit / 8) & (1 << UInt8(bit % 8)) != 0
  }
}
