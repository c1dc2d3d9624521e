internal import CMillrace
internal import Glibc
internal import Hashing
internal import Lz4
internal import Records
internal import Wire
internal import Zstd

/// One sealed segment of an archive, written front to back. One thread.
///
/// It is written under the name that it is given; who opens it gives a temporary one and renames
/// the file when it has been read back. A file that was not closed is removed.
struct ArchiveFile: ~Copyable {
  let path: String
  private(set) var header: SegmentHeader
  /// Bytes written.
  private(set) var byteCount: UInt64 = 0
  private(set) var repeatedRecords: UInt64 = 0
  private let descriptor: Int32
  private var encoder: BlockEncoder
  private var block = ByteBuffer()
  private var entries = ByteBuffer()
  private var blockCount: UInt64 = 0
  private var recordCount: UInt64 = 0
  private var isClosed = false

  /// Opens a new file and writes metadata and header; `header` needs no id and no frame.
  init(
    path: String, header: SegmentHeader, metadata: DBNMetadata
  ) throws(JournalError) {
    let encoder = try BlockEncoder(header.codec, version: header.dbnVersion)
    var header = header
    header.segmentID = .random(in: 1...UInt64.max)
    var front = ByteBuffer()
    try Self.appendFirstFrame(metadata, header.codec, to: &front)
    header.firstFrameBytes = UInt32(front.count)
    header.firstFrameHash = ContentHash.hash(front.bytes)
    header.append(to: &front)
    // Safety: the path is NUL-terminated for the call.
    let made = unsafe open(
      path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o666)
    guard made >= 0 else { throw FileTree.failure("open", path) }
    descriptor = made
    self.path = path
    self.header = header
    self.encoder = encoder
    try write(front)
  }

  deinit {
    Glibc.close(descriptor)
    // Safety: the path is NUL-terminated for the call.
    if !isClosed { unsafe unlink(path) }
  }

  /// Writes a block of whole records.
  mutating func add(
    _ records: RawSpan, count: Int, isRepeated: Bool = false
  ) throws(JournalError) {
    guard count > 0 else { return }
    var place = BlockHeader()
    place.segmentID = header.segmentID
    place.number = blockCount
    place.firstRecord = recordCount
    place.isRepeated = isRepeated
    block.removeAll()
    let made = try encoder.append(records, recordCount: count, place: place, to: &block)
    entries.append(
      value: millrace_index_entry(
        offset: byteCount, first_record: recordCount, min_ts_recv: made.minTsRecv,
        max_ts_recv: made.maxTsRecv, min_sequence: made.minSequence,
        max_sequence: made.maxSequence, record_count: made.recordCount,
        flags: Self.flags(of: made), reserved: 0))
    try writeBlock()
    blockCount += 1
    recordCount += UInt64(count)
    if isRepeated { repeatedRecords += UInt64(count) }
  }

  /// Writes the index and brings all of it to the disk.
  mutating func finish() throws(JournalError) {
    var index = ByteBuffer()
    index.append(
      value: millrace_index_head(
        frame_magic: MILLRACE_SKIPPABLE_MAGIC, frame_bytes: UInt32(48 + entries.count),
        magic: MILLRACE_INDEX_MAGIC, segment_id: header.segmentID, block_count: blockCount))
    index.append(entries.bytes)
    index.append(value: byteCount)
    let hashAt = index.count
    index.append(value: UInt64(0))
    index.append(value: MILLRACE_INDEX_MAGIC)
    let hash = ContentHash.hash(index.bytes)
    // Safety: the eight bytes at `hashAt` were appended above.
    unsafe (index.base + hashAt).storeBytes(of: hash, as: UInt64.self)
    try write(index)
    guard fsync(descriptor) == 0 else { throw FileTree.failure("fsync", path) }
    // What is read back is to come from the disk. Only advice: nothing depends on it.
    _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
    isClosed = true
  }

  private mutating func writeBlock() throws(JournalError) {
    try Self.write(block, to: descriptor, path)
    byteCount += UInt64(block.count)
  }

  private mutating func write(_ bytes: borrowing ByteBuffer) throws(JournalError) {
    try Self.write(bytes, to: descriptor, path)
    byteCount += UInt64(bytes.count)
  }

  private static func write(
    _ bytes: borrowing ByteBuffer, to descriptor: Int32, _ path: String
  ) throws(JournalError) {
    var written = 0
    while written < bytes.count {
      // Safety: the range lies in the buffer, which lives through the call.
      let count = unsafe Glibc.write(descriptor, bytes.base + written, bytes.count - written)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw FileTree.failure("write", path) }
      written += count
    }
  }

  private static func flags(of header: BlockHeader) -> UInt16 {
    var flags: UInt32 = 0
    if header.isRepeated { flags |= MILLRACE_BLOCK_REPEATED }
    if header.hasSequences { flags |= MILLRACE_BLOCK_HAS_SEQUENCE }
    if header.hasReceiveTimes { flags |= MILLRACE_BLOCK_HAS_TS_RECV }
    return UInt16(flags)
  }

  /// The metadata in a frame of the file's own kind: zstd, or LZ4 for LZ4 payloads.
  private static func appendFirstFrame(
    _ metadata: DBNMetadata, _ codec: JournalCodec, to buffer: inout ByteBuffer
  ) throws(JournalError) {
    var plain: [UInt8] = []
    do {
      try metadata.append(to: &plain)
      if codec.payload == .dbn, codec.coder == .lz4 {
        var frames = try Lz4FrameCompressor()
        try frames.appendFrame(rawBytes(of: plain), to: &buffer)
      } else {
        var frames = try ZstdCompressor(level: 3)
        try frames.appendFrame(rawBytes(of: plain), to: &buffer)
      }
    } catch {
      throw .coder("the metadata: \(error)")
    }
  }
}
