/// Looking for a byte, eight at a time.
extension RawSpan {
  /// Offset of the first `byte` in `start ..< end`, which must lie inside the span; nil where there
  /// is none.
  @inlinable
  public func firstOffset(of byte: UInt8, from start: Int, to end: Int) -> Int? {
    precondition(start >= 0 && end <= byteCount)
    let pattern = 0x0101_0101_0101_0101 &* UInt64(byte)
    var offset = start
    while offset &+ 8 <= end {
      // A byte that is equal becomes 0; the lowest 0 byte sets its top bit below.
      let word = uncheckedLE(UInt64.self, at: offset) ^ pattern
      let zeros = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
      if zeros != 0 { return offset &+ zeros.trailingZeroBitCount &>> 3 }
      offset &+= 8
    }
    while offset < end {
      if uncheckedByte(at: offset) == byte { return offset }
      offset &+= 1
    }
    return nil
  }
}
