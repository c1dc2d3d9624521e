import Hashing
import Lz4
import Records
import TestSupport
import Wire
import Zstd

@testable import Journal

/// Makes whole segments in memory, of any codec, byte by byte as the format says.
struct SegmentBuilder {
  private(set) var header = SegmentHeader()
  /// The segment; for a plain one metadata and records.
  private(set) var file: [UInt8] = []
  /// What stands beside a plain one.
  private(set) var sidecar: [UInt8] = []
  private(set) var blocks: [BlockHeader] = []
  private(set) var offsets: [Int] = []
  /// The records of each block.
  private(set) var parts: [[UInt8]] = []
  private(set) var records: UInt64 = 0

  var isPlain: Bool { header.codec.payload == .dbn && header.codec.coder == .none }

  /// Begins a segment with its first frame and its header; `change` may alter the header before.
  init(
    _ codec: JournalCodec = JournalCodec(), metadata: DBNMetadata? = nil,
    change: (inout SegmentHeader) -> Void = { _ in }
  ) throws {
    header.segmentID = 0x5E61_0000_0000_0001
    (header.runID, header.dataset, header.instance) = (7, "XNAS.ITCH", "test")
    header.codec = codec
    header.blockRecords = 16_384
    change(&header)
    var plain: [UInt8] = []
    try (metadata ?? DBNMetadata(dataset: header.dataset)).append(to: &plain)
    let first = try Self.firstFrame(plain, codec)
    header.firstFrameBytes = UInt32(first.count)
    header.firstFrameHash = ContentHash.hash(first.rawSpan)
    file = first
    var buffer = ByteBuffer()
    header.append(to: &buffer)
    appendFrame(bytes(of: buffer))
  }

  /// Appends a block.
  ///
  /// `lie` may change what its header says before that is hashed.
  mutating func append(
    _ made: MadeRecords, isRepeated: Bool = false, lie: (inout BlockHeader) -> Void = { _ in }
  ) throws {
    var place = BlockHeader()
    (place.segmentID, place.number) = (header.segmentID, UInt64(blocks.count))
    (place.firstRecord, place.isRepeated) = (records, isRepeated)
    offsets.append(isPlain ? sidecar.count : file.count)
    var buffer = ByteBuffer()
    var encoder = try BlockEncoder(header.codec)
    parts.append(made.bytes)
    if isPlain {
      blocks.append(
        try encoder.appendHeader(
          ofPlain: made.bytes.rawSpan, recordCount: made.count, place: place, to: &buffer))
      sidecar += bytes(of: buffer)
      file += made.bytes
    } else {
      blocks.append(
        try encoder.append(
          made.bytes.rawSpan, recordCount: made.count, place: place, to: &buffer))
      let stored = bytes(of: buffer)
      var head = blocks[blocks.count - 1]
      lie(&head)
      var rewritten = ByteBuffer()
      let map = Array(stored[128..<head.headerBytes])
      head.append(map: map.rawSpan, to: &rewritten)
      file += bytes(of: rewritten) + stored[head.headerBytes...]
    }
    records += UInt64(made.count)
  }

  /// Appends a block of any bytes, as a raw capture has them.
  mutating func append(
    raw made: [UInt8], count: Int, payload: JournalPayload = .pcapng
  ) throws {
    var place = BlockHeader()
    (place.segmentID, place.number) = (header.segmentID, UInt64(blocks.count))
    (place.firstRecord, place.recordCount) = (records, UInt32(count))
    offsets.append(file.count)
    var buffer = ByteBuffer()
    var encoder = try BlockEncoder(
      JournalCodec(payload: payload, coder: header.codec.coder, level: 1))
    blocks.append(try encoder.append(raw: made.rawSpan, place: place, to: &buffer))
    file += bytes(of: buffer)
    parts.append(made)
    records += UInt64(count)
  }

  /// Ends the segment with its index.
  mutating func seal() {
    var buffer = ByteBuffer()
    let start = isPlain ? sidecar.count : file.count
    buffer.append(value: UInt32(0x184D_2A5D))
    buffer.append(value: UInt32(48 + 56 * blocks.count))
    for word in [SegmentMagic.index, header.segmentID, UInt64(blocks.count)] {
      buffer.append(value: word)
    }
    for (block, offset) in zip(blocks, offsets) {
      for word in [
        UInt64(offset), block.firstRecord, block.minTsRecv, block.maxTsRecv, block.minSequence,
        block.maxSequence,
      ] { buffer.append(value: word) }
      buffer.append(value: block.recordCount)
      let flags =
        (block.isRepeated ? 1 : 0) | (block.hasSequences ? 2 : 0) | (block.hasReceiveTimes ? 4 : 0)
      buffer.append(value: UInt32(flags))
    }
    buffer.append(value: UInt64(start))
    buffer.append(value: UInt64(0))
    buffer.append(value: SegmentMagic.index)
    var frame = bytes(of: buffer)
    let hash = ContentHash.hash(frame.rawSpan)
    for index in 0..<8 {
      frame[frame.count - 16 + index] = UInt8(truncatingIfNeeded: hash >> (8 * UInt64(index)))
    }
    appendFrame(frame)
  }

  /// Cuts the file with the headers.
  mutating func cut(to length: Int) {
    if isPlain { sidecar = Array(sidecar[..<length]) } else { file = Array(file[..<length]) }
  }

  /// Forgets blocks behind the first so many; a plain file's records go with them.
  mutating func keep(blocks count: Int) {
    if isPlain { file.removeLast(parts[count...].reduce(0) { $0 + $1.count }) }
    blocks = Array(blocks[..<count])
    offsets = Array(offsets[..<count])
    parts = Array(parts[..<count])
  }

  /// Replaces one byte of the segment, counted from the file's first, then the sidecar's.
  mutating func set(_ byte: UInt8, at offset: Int) {
    if offset < file.count { file[offset] = byte } else { sidecar[offset - file.count] = byte }
  }

  private mutating func appendFrame(_ frame: [UInt8]) {
    if isPlain { sidecar += frame } else { file += frame }
  }

  private static func firstFrame(_ plain: [UInt8], _ codec: JournalCodec) throws -> [UInt8] {
    var buffer = ByteBuffer()
    switch codec.coder {
    case .none where codec.payload == .dbn: return plain
    case .lz4:
      var lz4 = try Lz4FrameCompressor()
      try lz4.appendFrame(plain.rawSpan, to: &buffer)
    default:
      var zstd = try ZstdCompressor()
      try zstd.appendFrame(plain.rawSpan, to: &buffer)
    }
    return bytes(of: buffer)
  }
}
