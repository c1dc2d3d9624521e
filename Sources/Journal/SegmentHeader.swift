internal import CMillrace
internal import Hashing
public import Wire

/// What a segment is (`millrace_segment_header`, field by field).
public struct SegmentHeader: Equatable, Sendable {
  /// Random; every block of the segment repeats it.
  public var segmentID: UInt64 = 0
  /// Random; the same in all segments of one run of a pipeline.
  public var runID: UInt64 = 0
  /// When the segment was opened, ns.
  public var createdNanos: UInt64 = 0
  /// Records that the shard wrote in this run before this segment; repeated ones are not counted.
  public var firstOrdinal: UInt64 = 0
  /// XXH3-64 of the first frame as stored, and its bytes.
  public var firstFrameHash: UInt64 = 0
  public var firstFrameBytes: UInt32 = 0
  /// Index of the shard; of the source for raw captures.
  public var shard: UInt32 = 0
  public var shardCount: UInt32 = 1
  /// Records a block at most.
  public var blockRecords: UInt32 = 0
  public var codec = JournalCodec()
  /// Version of the DBN records; 0 for raw captures.
  public var dbnVersion: UInt8 = 3
  /// 1 for the first segment of the hour.
  public var part: UInt32 = 1
  /// DBN dataset, at most 15 bytes.
  public var dataset = ""
  /// Name of the pipeline, at most 47 bytes.
  public var instance = ""

  public init() {}

  /// Appends the header's 256 bytes.
  public func append(to buffer: inout ByteBuffer) {
    var raw = millrace_segment_header()
    raw.frame_magic = MILLRACE_SKIPPABLE_MAGIC
    raw.frame_bytes = 248
    raw.magic = MILLRACE_SEGMENT_MAGIC
    raw.segment_id = segmentID
    raw.run_id = runID
    raw.created_ns = createdNanos
    raw.first_ordinal = firstOrdinal
    raw.first_frame_hash = firstFrameHash
    raw.first_frame_bytes = firstFrameBytes
    raw.shard = shard
    raw.shard_count = shardCount
    raw.block_records = blockRecords
    raw.payload = codec.payload.rawValue
    raw.coder = codec.coder.rawValue
    raw.level = codec.level
    raw.dbn_version = dbnVersion
    raw.part = part
    // Safety: the texts are cut to their fields, which keep a NUL at their ends.
    unsafe withUnsafeMutableBytes(of: &raw) { bytes in
      for (index, byte) in dataset.utf8.prefix(15).enumerated() { unsafe bytes[80 + index] = byte }
      for (index, byte) in instance.utf8.prefix(47).enumerated() { unsafe bytes[96 + index] = byte }
    }
    let start = buffer.count
    buffer.append(value: raw)
    let hash = ContentHash.hash(buffer.bytes.extracting(start..<buffer.count))
    // Safety: the header's 256 bytes from `start` on were written just now.
    unsafe (buffer.base + start + 248).storeBytes(of: hash, as: UInt64.self)
  }

  /// Reads the header at `offset` and checks it with its hash; nil where none lies there whole.
  public init?(_ bytes: RawSpan, at offset: Int = 0) {
    guard offset >= 0, offset <= bytes.byteCount - JournalLimits.segmentHeaderBytes else {
      return nil
    }
    // Safety: 256 bytes lie at `offset`; any bits are a valid struct of integers.
    var raw = unsafe bytes.unsafeLoadUnaligned(
      fromUncheckedByteOffset: offset, as: millrace_segment_header.self)
    guard raw.frame_magic == MILLRACE_SKIPPABLE_MAGIC, raw.magic == MILLRACE_SEGMENT_MAGIC,
      raw.frame_bytes == 248, raw.first_ordinal < MILLRACE_COUNT_LIMIT,
      let payload = JournalPayload(rawValue: raw.payload),
      let coder = JournalCoder(rawValue: raw.coder)
    else { return nil }
    let stated = raw.header_hash
    raw.header_hash = 0
    // Safety: the struct has no padding; the span lives for the call only.
    let hash = unsafe withUnsafeBytes(of: raw) { unsafe ContentHash.hash($0.bytes) }
    guard hash == stated else { return nil }
    segmentID = raw.segment_id
    runID = raw.run_id
    createdNanos = raw.created_ns
    firstOrdinal = raw.first_ordinal
    firstFrameHash = raw.first_frame_hash
    firstFrameBytes = raw.first_frame_bytes
    shard = raw.shard
    shardCount = raw.shard_count
    blockRecords = raw.block_records
    codec = JournalCodec(payload: payload, coder: coder, level: raw.level)
    dbnVersion = raw.dbn_version
    part = raw.part
    dataset = bytes.text(at: offset + 80, count: 16)
    instance = bytes.text(at: offset + 96, count: 48)
  }
}
