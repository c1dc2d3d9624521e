internal import Glibc
internal import Wire

// What the module does with raw bytes outside of its kernels.

extension RawSpan {
  /// The byte that all of them are; nil where two differ or there is none.
  var constantByte: UInt8? {
    guard byteCount > 0 else { return nil }
    // Safety: reads within the span.
    return unsafe withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return nil }
      // A stream equals itself moved by one byte where all bytes are the same.
      let isSame = unsafe memcmp(base, base + 1, bytes.count - 1) == 0
      return isSame ? unsafe bytes[0] : nil
    }
  }
}

extension ByteBuffer {
  /// Appends `amount` bytes of `value`.
  mutating func append(repeating value: UInt8, count amount: Int) {
    reserve(count + amount)
    // Safety: the room was reserved.
    unsafe (base + count).initializeMemory(as: UInt8.self, repeating: value, count: amount)
    unsafe setCount(count + amount)
  }
}

extension ByteBuffer {
  /// Bytes that were written behind `base`, in use or not.
  @_lifetime(borrow self)
  func written(_ range: Range<Int>) -> RawSpan {
    precondition(range.lowerBound >= 0 && range.upperBound <= capacity, "within the buffer")
    // Safety: the bounds were checked; the caller has written there.
    let bytes = unsafe RawSpan(_unsafeStart: base + range.lowerBound, byteCount: range.count)
    return unsafe _overrideLifetime(bytes, borrowing: self)
  }

  /// Forgets all but the first `kept` bytes.
  mutating func removeAll(keeping kept: Int) {
    // Safety: fewer bytes than there are.
    unsafe setCount(min(kept, count))
  }

  /// Makes all bytes zero.
  mutating func clear() {
    // Safety: `count` bytes are there.
    unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: count)
  }

  /// Overwrites bytes from `offset` on, all of which are in use.
  mutating func store<Value: BitwiseCopyable>(_ value: Value, at offset: Int) {
    precondition(offset >= 0 && offset + MemoryLayout<Value>.size <= count, "within the bytes")
    // Safety: the bounds were checked.
    unsafe (base + offset).storeBytes(of: value, as: Value.self)
  }
}

extension RawSpan {
  /// A value without padding and pointers at any alignment; nil outside of the span.
  func load<Value: BitwiseCopyable>(_ type: Value.Type, at offset: Int) -> Value? {
    guard offset >= 0, offset <= byteCount - MemoryLayout<Value>.size else { return nil }
    // Safety: the bounds were checked; the format's structs hold integers only.
    return unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: type)
  }
}
