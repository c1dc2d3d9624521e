public import CLinux

/// Publishing: the hot path of the writer.
///
/// Continuation lines go out before a record's first line, so that who sees the first line finds
/// the whole record (`millrace_shm.h`).
extension BroadcastWriter {
  /// Publishes a record of exactly 56 bytes, given as the first seven of eight little-endian words.
  ///
  /// The eighth is the writer's. The record's length byte must say 14 (56 bytes), as an MBO's does.
  @inlinable @inline(__always)
  public mutating func publish(line: SIMD8<UInt64>) {
    store(line, at: position, word: word)
    position &+= 1
    word &+= 1
  }

  /// Publishes a record of two lines, 60 to 112 bytes, given as the first seven words of each.
  ///
  /// The words behind the record's end must be 0, and its length byte must say its size.
  @inlinable @inline(__always)
  public mutating func publish(_ first: SIMD8<UInt64>, _ second: SIMD8<UInt64>) {
    store(second, at: position &+ 1, word: word | 1 << 63)
    store(first, at: position, word: word)
    position &+= 2
    word &+= 1
  }

  /// Publishes a record that lies in memory as DBN does.
  ///
  /// Its size must be that which its length byte says, 16 to 560 bytes; debug builds assert it.
  @inlinable @inline(__always)
  public mutating func publish<Record: BitwiseCopyable>(_ record: Record) {
    // Safety: the pointer is used inside of the closure only, for the record's own bytes.
    unsafe withUnsafeBytes(of: record) { bytes in
      unsafe publish(bytes.baseAddress.unsafelyUnwrapped, byteCount: MemoryLayout<Record>.size)
    }
  }

  /// Publishes the record whose bytes are `record`: 16 to 560 of them, as its length byte says.
  @inlinable @inline(__always)
  public mutating func publish(bytes record: RawSpan) {
    // Safety: the pointer is used inside of the closure only, for the span's own bytes.
    unsafe record.withUnsafeBytes { bytes in
      precondition(bytes.count >= 16, "a record has at least its header")
      unsafe publish(bytes.baseAddress.unsafelyUnwrapped, byteCount: bytes.count)
    }
  }

  /// Publishes the `byteCount` bytes at `record`: 16 to 560 of them, as its length byte says.
  @inlinable @inline(__always)
  @unsafe public mutating func publish(_ record: UnsafeRawPointer, byteCount: Int) {
    // Safety: the caller vouches for `byteCount` readable bytes, at least 16, for this whole call.
    assert(unsafe Int(record.load(as: UInt8.self)) * 4 == byteCount, "length byte of the record")
    if byteCount == 56 {
      let line = unsafe lineAddress(position)
      // Safety: `line` is a line of our ring, 64-byte aligned; the source has 56 bytes; the
      // machine has the chosen store's instructions.
      switch lineStore {
      case .wide: unsafe ml_line_copy_wide(line, record, word)
      case .pairs:
        unsafe ml_line_invalidate(line)
        unsafe ml_line_copy_pairs(line, record, word)
      case .seqlock: unsafe ml_line_copy_seqlock(line, record, word)
      }
      position &+= 1
    } else {
      unsafe publishLines(record, byteCount: byteCount)
    }
    word &+= 1
  }

  @usableFromInline
  @unsafe mutating func publishLines(_ record: UnsafeRawPointer, byteCount: Int) {
    precondition(
      byteCount >= SharedMemoryLimits.minimumRecordBytes
        && byteCount <= SharedMemoryLimits.maximumRecordBytes, "record of 16 to 560 bytes")
    let lineCount = (byteCount + 55) / 56
    // Safety: every piece lies inside the `byteCount` bytes that the caller vouches for.
    for index in stride(from: lineCount - 1, through: 0, by: -1) {
      let start = index * 56
      let piece = unsafe Self.words(record + start, byteCount: min(56, byteCount - start))
      let continuation: UInt64 = index == 0 ? 0 : 1 << 63
      store(piece, at: position &+ UInt64(index), word: word | continuation)
    }
    position &+= UInt64(lineCount)
  }

  /// Up to 56 bytes as words, the rest zero.
  @inline(__always)
  @unsafe private static func words(_ source: UnsafeRawPointer, byteCount: Int) -> SIMD8<UInt64> {
    var words = SIMD8<UInt64>()
    // Safety: at most 56 bytes into 64 of our own.
    unsafe withUnsafeMutableBytes(of: &words) { target in
      unsafe target.copyMemory(from: UnsafeRawBufferPointer(start: source, count: byteCount))
    }
    return words
  }

  @inlinable @inline(__always)
  func lineAddress(_ position: UInt64) -> UnsafeMutableRawPointer {
    // Safety: the mask keeps the line inside the ring.
    unsafe lines + Int(truncatingIfNeeded: (position & mask) &<< 6)
  }

  @inlinable @inline(__always)
  func store(_ w: SIMD8<UInt64>, at position: UInt64, word: UInt64) {
    let line = unsafe lineAddress(position)
    // Safety: as above.
    switch lineStore {
    case .wide: unsafe ml_line_store_wide(line, w[0], w[1], w[2], w[3], w[4], w[5], w[6], word)
    case .pairs:
      unsafe ml_line_invalidate(line)
      unsafe ml_line_store_pairs(line, w[0], w[1], w[2], w[3], w[4], w[5], w[6], word)
    case .seqlock:
      unsafe ml_line_store_seqlock(line, w[0], w[1], w[2], w[3], w[4], w[5], w[6], word)
    }
  }
}
