internal import Hashing
internal import Lz4
internal import Records
internal import Wire
internal import Zstd

/// What a file's beginning says: header, metadata, and where the blocks begin.
struct SegmentOpening {
  /// Nil for a file that is not ours.
  var header: SegmentHeader?
  var metadata: DBNMetadata?
  /// Where the first block header stands, in the file that holds the headers.
  var firstBlock = 0
  var findings: [JournalFinding] = []

  /// How far behind the file's first byte the segment header is looked for: as long as the metadata
  /// may be.
  static var searchBytes: Int { RecordLimits.metadataBytes }

  /// Reads the beginning of a segment; `plain` is the file beside its headers, if they stand alone.
  static func read(
    _ frames: inout SegmentBytes, plain: inout SegmentBytes, isPlain: Bool
  ) throws(JournalError) -> SegmentOpening {
    var opening = SegmentOpening()
    let end = min(frames.byteCount, searchBytes)
    var position = 0
    while let found = try frames.find(SegmentMagic.segment, from: position, to: end) {
      if found >= 8, try opening.take(headerAt: found - 8, in: &frames, isAlone: isPlain) { break }
      position = found + 1
    }
    if opening.header == nil { try opening.takeFirstBlock(in: &frames, to: end) }
    guard opening.header != nil else { return opening }
    guard isPlain else {
      try opening.readMetadata(in: &frames)
      return opening
    }
    if !opening.findings.isEmpty {
      let size = try plainMetadataBytes(&plain)
      opening.header?.firstFrameBytes = UInt32(clamping: size)
    }
    try opening.readMetadata(in: &plain)
    return opening
  }

  private mutating func take(
    headerAt offset: Int, in file: inout SegmentBytes, isAlone: Bool
  ) throws(JournalError) -> Bool {
    let count = try file.load(at: offset, count: JournalLimits.segmentHeaderBytes)
    guard let found = SegmentHeader(file.bytes(at: offset, count: count)) else { return false }
    guard Int(found.firstFrameBytes) == offset || (isAlone && offset == 0) else { return false }
    header = found
    firstBlock = offset + JournalLimits.segmentHeaderBytes
    return true
  }

  /// A segment whose own header is lost is known by its first whole block header.
  private mutating func takeFirstBlock(
    in file: inout SegmentBytes, to end: Int
  ) throws(JournalError) {
    guard let (offset, block) = try file.nextBlock(from: 0, to: end, segmentID: nil) else {
      return
    }
    var made = SegmentHeader()
    made.segmentID = block.segmentID
    made.codec = JournalCodec(payload: block.payload, coder: block.coder, level: 0)
    made.firstFrameBytes = UInt32(clamping: max(offset - JournalLimits.segmentHeaderBytes, 0))
    header = made
    firstBlock = offset
    findings.append(
      JournalFinding(
        path: file.path, block: nil, range: 0..<UInt64(offset),
        text: "the segment header is damaged; the blocks behind it are read"))
  }

  private static func plainMetadataBytes(_ file: inout SegmentBytes) throws(JournalError) -> Int {
    let count = try file.load(at: 0, count: 8)
    return (try? DBNMetadata.byteCount(file.bytes(at: 0, count: count))) ?? 0
  }

  private mutating func readMetadata(in file: inout SegmentBytes) throws(JournalError) {
    guard let header else { return }
    let size = Int(header.firstFrameBytes)
    let count = try file.load(at: 0, count: min(size, Self.searchBytes))
    let frame = file.bytes(at: 0, count: count)
    let isMade = !findings.isEmpty
    if !isMade, count != size || ContentHash.hash(frame) != header.firstFrameHash {
      note(file.path, size, "the first frame is damaged")
    }
    guard header.codec.payload == .dbn || header.codec.payload == .columnar else { return }
    metadata = FirstFrame.metadata(frame)
    if metadata == nil, findings.isEmpty { note(file.path, size, "the metadata are not readable") }
  }

  private mutating func note(_ path: String, _ size: Int, _ text: String) {
    findings.append(JournalFinding(path: path, block: nil, range: 0..<UInt64(size), text: text))
  }
}

/// The metadata in a segment's first frame.
enum FirstFrame {
  /// Nil where the frame does not hold any.
  static func metadata(_ frame: RawSpan) -> DBNMetadata? {
    switch frame.loadLE(UInt32.self, at: 0) {
    case 0xFD2F_B528: zstd(frame)
    case 0x184D_2204: lz4(frame)
    default: try? DBNMetadata(frame)
    }
  }

  private static func zstd(_ frame: RawSpan) -> DBNMetadata? {
    var input: [UInt8] = []
    for index in 0..<frame.byteCount { input.append(frame.uncheckedByte(at: index)) }
    guard var stream = try? ZstdDecompressor() else { return nil }
    var plain: [UInt8] = []
    var position = 0
    while plain.count <= RecordLimits.metadataBytes {
      let before = plain.count
      guard let used = try? stream.decompress(input[position...], to: &plain) else { return nil }
      position += used
      if used == 0, plain.count == before { break }
    }
    return try? DBNMetadata(rawBytes(of: plain))
  }

  private static func lz4(_ frame: RawSpan) -> DBNMetadata? {
    // Bit 3 of the flags: the content's size follows the two descriptor bytes (LZ4 frame format).
    guard let flags = frame.loadByte(at: 4), flags & 8 != 0,
      let size = frame.loadLE(UInt64.self, at: 6), size <= UInt64(RecordLimits.metadataBytes),
      var stream = try? Lz4FrameDecompressor()
    else { return nil }
    var plain = ByteBuffer()
    guard (try? stream.appendContent(of: frame, rawBytes: Int(size), to: &plain)) != nil else {
      return nil
    }
    return try? DBNMetadata(plain.bytes)
  }
}

/// The magic numbers that a scan looks for.
enum SegmentMagic {
  static var segment: UInt64 { 0x3154_4D47_4553_524D }
  static var block: UInt64 { 0x314B_434F_4C42_524D }
  static var index: UInt64 { 0x3158_4544_4E49_524D }
}

extension SegmentBytes {
  /// The block header at `offset` with its hash right, and of the segment if one is named.
  mutating func block(at offset: Int, segmentID: UInt64?) throws(JournalError) -> BlockHeader? {
    let most = JournalLimits.blockHeaderBytes + JournalLimits.mapBytes
    let count = try load(at: offset, count: most)
    guard let header = BlockHeader(bytes(at: offset, count: count)) else { return nil }
    guard segmentID == nil || header.segmentID == segmentID else { return nil }
    return header
  }

  /// The first block header that begins at or behind `offset` and before `end`.
  mutating func nextBlock(
    from offset: Int, to end: Int, segmentID: UInt64?
  ) throws(JournalError) -> (offset: Int, header: BlockHeader)? {
    // The magic number stands 8 bytes behind the header's first.
    var position = offset + 8
    while let found = try find(SegmentMagic.block, from: position, to: min(end, byteCount) + 16) {
      let start = found - 8
      guard start < end else { return nil }
      if let header = try block(at: start, segmentID: segmentID) { return (start, header) }
      position = found + 1
    }
    return nil
  }
}
