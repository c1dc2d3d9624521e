internal import CMillrace
internal import Hashing
public import Wire

/// The header before a payload, without its instrument map (`millrace_block_header`).
public struct BlockHeader: Equatable, Sendable {
  public var segmentID: UInt64 = 0
  /// 0 for the segment's first block.
  public var number: UInt64 = 0
  /// Records of the segment before this block.
  public var firstRecord: UInt64 = 0
  public var recordCount: UInt32 = 0
  /// Bytes of the records before compression.
  public var rawBytes: UInt32 = 0
  /// Bytes of the payload's frame.
  public var storedBytes: UInt32 = 0
  /// Bytes of the instrument map, 0 or a power of two.
  public var mapBytes: UInt32 = 0
  /// ns; they hold where `hasReceiveTimes`.
  public var minTsRecv: UInt64 = 0
  public var maxTsRecv: UInt64 = 0
  /// They hold where `hasSequences`.
  public var minSequence: UInt64 = 0
  public var maxSequence: UInt64 = 0
  /// ns; 2^64-1 and 0 where no record has an event time.
  public var minTsEvent: UInt64 = .max
  public var maxTsEvent: UInt64 = 0
  public var payload: JournalPayload = .dbn
  public var coder: JournalCoder = .none
  public var isRepeated = false
  public var hasSequences = false
  public var hasReceiveTimes = false
  /// Whether no symbol mapping and no definition is among the records; false where the writer has
  /// not looked.
  public var hasNoSymbols = false
  /// XXH3-64 of the payload's frame as stored.
  public var payloadHash: UInt64 = 0

  public init() {}

  /// Header and map together: where the payload begins behind the header's first byte.
  public var headerBytes: Int { JournalLimits.blockHeaderBytes + Int(mapBytes) }

  /// Records of the segment up to the end of this block.
  public var endRecord: UInt64 { firstRecord &+ UInt64(recordCount) }

  /// Header, map and payload.
  public var totalBytes: Int { headerBytes + Int(storedBytes) }

  /// Appends header and map; the map's bytes must be `mapBytes`.
  public func append(map: RawSpan, to buffer: inout ByteBuffer) {
    precondition(map.byteCount == Int(mapBytes), "the map that the header announces")
    var flags: UInt32 = 0
    if isRepeated { flags |= MILLRACE_BLOCK_REPEATED }
    if hasSequences { flags |= MILLRACE_BLOCK_HAS_SEQUENCE }
    if hasReceiveTimes { flags |= MILLRACE_BLOCK_HAS_TS_RECV }
    if hasNoSymbols { flags |= MILLRACE_BLOCK_NO_SYMBOLS }
    let raw = millrace_block_header(
      frame_magic: MILLRACE_SKIPPABLE_MAGIC, frame_bytes: 120 + mapBytes,
      magic: MILLRACE_BLOCK_MAGIC, segment_id: segmentID, number: number,
      first_record: firstRecord, record_count: recordCount, raw_bytes: rawBytes,
      stored_bytes: storedBytes, map_bytes: mapBytes, min_ts_recv: minTsRecv,
      max_ts_recv: maxTsRecv, min_sequence: minSequence, max_sequence: maxSequence,
      payload: payload.rawValue, coder: coder.rawValue, flags: UInt16(flags), reserved: 0,
      min_ts_event: minTsEvent, max_ts_event: maxTsEvent, payload_hash: payloadHash,
      header_hash: 0)
    let start = buffer.count
    buffer.append(value: raw)
    buffer.append(map)
    let hash = ContentHash.hash(buffer.bytes.extracting(start..<buffer.count))
    // Safety: the header's 128 bytes from `start` on were written just now.
    unsafe (buffer.base + start + 120).storeBytes(of: hash, as: UInt64.self)
  }

  /// Reads the header at `offset` and checks it with its hash; nil where none lies there whole.
  ///
  /// The map follows at `offset + 128`, `mapBytes` long. Lengths are within `JournalLimits`.
  public init?(_ bytes: RawSpan, at offset: Int = 0) {
    guard offset >= 0, offset <= bytes.byteCount - JournalLimits.blockHeaderBytes else {
      return nil
    }
    // Safety: 128 bytes lie at `offset`; any bits are a valid struct of integers.
    var raw = unsafe bytes.unsafeLoadUnaligned(
      fromUncheckedByteOffset: offset, as: millrace_block_header.self)
    guard raw.frame_magic == MILLRACE_SKIPPABLE_MAGIC, raw.magic == MILLRACE_BLOCK_MAGIC,
      raw.map_bytes <= MILLRACE_BLOCK_MAX_MAP_BYTES, raw.frame_bytes == 120 + raw.map_bytes,
      raw.map_bytes & (raw.map_bytes &- 1) == 0,
      raw.record_count <= MILLRACE_BLOCK_MAX_RECORDS,
      raw.raw_bytes <= MILLRACE_BLOCK_MAX_RAW_BYTES,
      raw.stored_bytes <= MILLRACE_BLOCK_MAX_RAW_BYTES + (1 << 20),
      raw.number < MILLRACE_COUNT_LIMIT, raw.first_record < MILLRACE_COUNT_LIMIT,
      let payload = JournalPayload(rawValue: raw.payload),
      let coder = JournalCoder(rawValue: raw.coder),
      offset <= bytes.byteCount - JournalLimits.blockHeaderBytes - Int(raw.map_bytes)
    else { return nil }
    let stated = raw.header_hash
    raw.header_hash = 0
    var hash = RunningHash()
    // Safety: the struct has no padding; the span lives for the call only.
    unsafe withUnsafeBytes(of: raw) { unsafe hash.add($0.bytes) }
    let map = offset + JournalLimits.blockHeaderBytes
    hash.add(bytes.extracting(map..<(map + Int(raw.map_bytes))))
    guard hash.value == stated else { return nil }
    segmentID = raw.segment_id
    number = raw.number
    firstRecord = raw.first_record
    recordCount = raw.record_count
    rawBytes = raw.raw_bytes
    storedBytes = raw.stored_bytes
    mapBytes = raw.map_bytes
    (minTsRecv, maxTsRecv) = (raw.min_ts_recv, raw.max_ts_recv)
    (minSequence, maxSequence) = (raw.min_sequence, raw.max_sequence)
    (minTsEvent, maxTsEvent) = (raw.min_ts_event, raw.max_ts_event)
    self.payload = payload
    self.coder = coder
    let flags = UInt32(raw.flags)
    isRepeated = flags & MILLRACE_BLOCK_REPEATED != 0
    hasSequences = flags & MILLRACE_BLOCK_HAS_SEQUENCE != 0
    hasReceiveTimes = flags & MILLRACE_BLOCK_HAS_TS_RECV != 0
    hasNoSymbols = flags & MILLRACE_BLOCK_NO_SYMBOLS != 0
    payloadHash = raw.payload_hash
  }
}
