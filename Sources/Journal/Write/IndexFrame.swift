internal import CMillrace
internal import Hashing
internal import Wire

/// The index frame at the end of a segment (`millrace_index_head`, `_entry`, `_tail`).
enum IndexFrame {
  static var headBytes: Int { 32 }
  static var entryBytes: Int { 56 }
  static var tailBytes: Int { 24 }

  /// Bytes of an index frame.
  static func frameBytes(blocks: Int) -> Int { headBytes + entryBytes * blocks + tailBytes }

  /// Appends the entry of a block whose header stands at `offset`.
  static func append(_ block: BlockHeader, at offset: UInt64, to entries: inout ByteBuffer) {
    var flags: UInt32 = 0
    if block.isRepeated { flags |= MILLRACE_BLOCK_REPEATED }
    if block.hasSequences { flags |= MILLRACE_BLOCK_HAS_SEQUENCE }
    if block.hasReceiveTimes { flags |= MILLRACE_BLOCK_HAS_TS_RECV }
    if block.hasNoSymbols { flags |= MILLRACE_BLOCK_NO_SYMBOLS }
    entries.append(
      value: millrace_index_entry(
        offset: offset, first_record: block.firstRecord, min_ts_recv: block.minTsRecv,
        max_ts_recv: block.maxTsRecv, min_sequence: block.minSequence,
        max_sequence: block.maxSequence, record_count: block.recordCount, flags: UInt16(flags),
        reserved: 0))
  }

  /// Appends the whole frame, which will stand at `offset` in its file.
  static func appendFrame(
    entries: borrowing ByteBuffer, segmentID: UInt64, offset: UInt64, to output: inout ByteBuffer
  ) {
    let start = output.count
    output.append(
      value: millrace_index_head(
        frame_magic: MILLRACE_SKIPPABLE_MAGIC,
        frame_bytes: UInt32(headBytes - 8 + entries.count + tailBytes),
        magic: MILLRACE_INDEX_MAGIC, segment_id: segmentID,
        block_count: UInt64(entries.count / entryBytes)))
    output.append(entries.bytes)
    output.append(
      value: millrace_index_tail(frame_offset: offset, index_hash: 0, magic: MILLRACE_INDEX_MAGIC))
    let hash = ContentHash.hash(output.bytes.extracting(start..<output.count))
    // Safety: the tail's last 24 bytes were appended just now; the hash is its middle field.
    unsafe (output.base + output.count - 16).storeBytes(of: hash, as: UInt64.self)
  }

  /// Whether `frame` is a whole index frame that stands at `offset`, of the segment `segmentID`.
  static func isWhole(_ frame: RawSpan, segmentID: UInt64, offset: UInt64) -> Bool {
    let size = frame.byteCount
    guard size >= frameBytes(blocks: 0), (size - frameBytes(blocks: 0)) % entryBytes == 0,
      frame.uncheckedLE(UInt32.self, at: 0) == MILLRACE_SKIPPABLE_MAGIC,
      Int(frame.uncheckedLE(UInt32.self, at: 4)) == size - 8,
      frame.uncheckedLE(UInt64.self, at: 8) == MILLRACE_INDEX_MAGIC,
      frame.uncheckedLE(UInt64.self, at: 16) == segmentID,
      frame.uncheckedLE(UInt64.self, at: 24)
        == UInt64(
          (size - frameBytes(blocks: 0)) / entryBytes),
      frame.uncheckedLE(UInt64.self, at: size - 24) == offset,
      frame.uncheckedLE(UInt64.self, at: size - 8) == MILLRACE_INDEX_MAGIC
    else { return false }
    var hash = RunningHash()
    hash.add(frame.extracting(0..<(size - 16)))
    var rest = ByteBuffer()
    rest.append(value: UInt64(0))
    rest.append(value: MILLRACE_INDEX_MAGIC)
    hash.add(rest.bytes)
    return hash.value == frame.uncheckedLE(UInt64.self, at: size - 16)
  }
}
