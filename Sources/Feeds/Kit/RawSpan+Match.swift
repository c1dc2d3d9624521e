public import CLinux

extension RawSpan {
  /// Which of the 16 bytes from `offset` on equal `first` (lower half, bit 0 for the first of them)
  /// and which equal `second` (upper half). All 16 must lie inside the span.
  @inlinable @inline(__always)
  public func match16(at offset: Int, _ first: UInt8, _ second: UInt8) -> UInt32 {
    precondition(offset >= 0 && offset &+ 16 <= byteCount)
    // Safety: the 16 bytes lie inside the span, as was just checked, and are only read.
    return unsafe withUnsafeBytes { bytes in
      unsafe ml_match16(bytes.baseAddress.unsafelyUnwrapped + offset, first, second)
    }
  }
}
