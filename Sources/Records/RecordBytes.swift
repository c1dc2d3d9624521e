// The only unsafe code of this module: records as bytes and bytes as records.

extension Record {
  /// The record whose bytes begin at `offset` of `bytes`, at any alignment; nil where they end
  /// before it does. The caller has looked at the type; the length is not read.
  @inlinable
  public init?(copying bytes: RawSpan, at offset: Int = 0) {
    guard offset >= 0, offset <= bytes.byteCount - MemoryLayout<Self>.size else { return nil }
    // Safety: the bounds were checked; records hold integers only, so any bits are a valid value.
    self = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: Self.self)
  }

  /// Appends the record's bytes, as they stand in a file.
  @inlinable
  public func append(to buffer: inout [UInt8]) {
    // Safety: a record has no padding, so all of its bytes are initialised.
    unsafe withUnsafeBytes(of: self) { unsafe buffer.append(contentsOf: $0) }
  }
}

extension RecordHeader {
  /// The header whose bytes begin at `offset`, or nil where fewer than 16 bytes follow.
  @inlinable
  public init?(copying bytes: RawSpan, at offset: Int = 0) {
    guard offset >= 0, offset <= bytes.byteCount - MemoryLayout<Self>.size else { return nil }
    // Safety: the bounds were checked; any bits are a valid header.
    self = unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: Self.self)
  }
}

/// Borrows an array's elements as raw bytes.
@inlinable
@_lifetime(borrow array)
public func rawBytes(of array: borrowing [UInt8]) -> RawSpan {
  // Safety: bytes are their own raw form; the span lives no longer than the borrow.
  unsafe array.span.bytes
}
