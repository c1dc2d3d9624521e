/// Fixed-offset fields of wire messages: one unaligned load and at most one byte swap each.
///
/// A layout declares a field as a type, `typealias Shares = BE<UInt32, 19>`, so there is nothing to
/// construct and nothing to initialise lazily.

/// A big-endian integer at a fixed byte offset from the start of a message.
public enum BE<Value: FixedWidthInteger & BitwiseCopyable, let offset: Int> {
  /// Reads the field of the message that starts at byte `start`.
  ///
  /// The caller has checked that the whole message lies in `bytes`; debug builds assert it.
  @inlinable @inline(__always)
  public static func read(_ bytes: RawSpan, at start: Int) -> Value {
    assert(start >= 0 && start + offset + MemoryLayout<Value>.size <= bytes.byteCount)
    // Safety: the caller has checked the message's length; any bits are a valid integer.
    return unsafe Value(
      bigEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: start &+ offset, as: Value.self)
    )
  }

  /// The field's distance in bytes from the start of its message.
  @inlinable @inline(__always)
  public static var byteOffset: Int { offset }

  /// The field's size in bytes.
  @inlinable @inline(__always)
  public static var byteCount: Int { MemoryLayout<Value>.size }
}

/// A little-endian integer at a fixed byte offset from the start of a message.
public enum LE<Value: FixedWidthInteger & BitwiseCopyable, let offset: Int> {
  /// Reads the field of the message that starts at byte `start`.
  ///
  /// The caller has checked that the whole message lies in `bytes`; debug builds assert it.
  @inlinable @inline(__always)
  public static func read(_ bytes: RawSpan, at start: Int) -> Value {
    assert(start >= 0 && start + offset + MemoryLayout<Value>.size <= bytes.byteCount)
    // Safety: the caller has checked the message's length; any bits are a valid integer.
    return unsafe Value(
      littleEndian: bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: start &+ offset, as: Value.self))
  }

  /// The field's distance in bytes from the start of its message.
  @inlinable @inline(__always)
  public static var byteOffset: Int { offset }

  /// The field's size in bytes.
  @inlinable @inline(__always)
  public static var byteCount: Int { MemoryLayout<Value>.size }
}

/// A 48-bit big-endian integer at a fixed byte offset (Nasdaq's nanoseconds since midnight).
public enum BE48<let offset: Int> {
  /// Reads the six bytes as two loads; the upper 16 bits of the result are zero.
  @inlinable @inline(__always)
  public static func read(_ bytes: RawSpan, at start: Int) -> UInt64 {
    let high = BE<UInt16, offset>.read(bytes, at: start)
    let low = BE<UInt32, offset>.read(bytes, at: start &+ 2)
    return UInt64(high) << 32 | UInt64(low)
  }

  /// The field's distance in bytes from the start of its message.
  @inlinable @inline(__always)
  public static var byteOffset: Int { offset }
}
