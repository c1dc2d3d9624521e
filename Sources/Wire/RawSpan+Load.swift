/// Loads at computed offsets, for framing and for cold paths.
///
/// `load…` checks its bounds and answers nil outside of them; `unchecked…` is for loops that have
/// checked a whole frame before.
extension RawSpan {
  /// The byte at `offset`, or nil outside the span.
  @inlinable @inline(__always)
  public func loadByte(at offset: Int) -> UInt8? {
    guard offset >= 0, offset < byteCount else { return nil }
    return uncheckedByte(at: offset)
  }

  /// A big-endian integer at `offset`, or nil where it does not lie wholly inside the span.
  @inlinable @inline(__always)
  public func loadBE<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type, at offset: Int
  ) -> Value? {
    guard offset >= 0, offset <= byteCount - MemoryLayout<Value>.size else { return nil }
    return uncheckedBE(type, at: offset)
  }

  /// A little-endian integer at `offset`, or nil where it does not lie wholly inside the span.
  @inlinable @inline(__always)
  public func loadLE<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type, at offset: Int
  ) -> Value? {
    guard offset >= 0, offset <= byteCount - MemoryLayout<Value>.size else { return nil }
    return uncheckedLE(type, at: offset)
  }

  /// The byte at `offset`, which the caller has checked.
  @inlinable @inline(__always)
  public func uncheckedByte(at offset: Int) -> UInt8 {
    assert(offset >= 0 && offset < byteCount)
    // Safety: the caller has checked the bounds.
    return unsafe unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
  }

  /// A big-endian integer at `offset`, which the caller has checked.
  @inlinable @inline(__always)
  public func uncheckedBE<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type, at offset: Int
  ) -> Value {
    assert(offset >= 0 && offset + MemoryLayout<Value>.size <= byteCount)
    // Safety: the caller has checked the bounds; any bits are a valid integer.
    return unsafe Value(
      bigEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: Value.self))
  }

  /// A little-endian integer at `offset`, which the caller has checked.
  @inlinable @inline(__always)
  public func uncheckedLE<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type, at offset: Int
  ) -> Value {
    assert(offset >= 0 && offset + MemoryLayout<Value>.size <= byteCount)
    // Safety: the caller has checked the bounds; any bits are a valid integer.
    return unsafe Value(
      littleEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: Value.self))
  }

  /// ASCII text of `count` bytes at `offset` as a String with its trailing spaces and NULs cut, for
  /// cold paths only. Bytes outside printable ASCII become `\xNN`. Empty outside the span.
  public func text(at offset: Int, count: Int) -> String {
    guard offset >= 0, count >= 0, offset <= byteCount - count else { return "" }
    var end = count
    while end > 0 {
      let byte = uncheckedByte(at: offset + end - 1)
      guard byte == 0x20 || byte == 0 else { break }
      end -= 1
    }
    var result = ""
    for index in 0..<end {
      let byte = uncheckedByte(at: offset + index)
      if byte >= 0x20, byte < 0x7F {
        result.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = String(byte, radix: 16)
        result += "\\x" + (digits.count == 1 ? "0" + digits : digits)
      }
    }
    return result
  }
}
