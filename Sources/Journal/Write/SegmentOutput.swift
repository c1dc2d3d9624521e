internal import CMillrace
internal import Hashing
internal import Wire

/// One segment while it is written: first frame, header, blocks, index.
///
/// Every block goes out in one write. A call that throws leaves the segment as it was before it,
/// but for bytes behind the last whole block, which `cutTail` takes away. One thread.
struct SegmentOutput<Files: JournalFiles>: ~Copyable {
  let path: String
  let header: SegmentHeader
  /// Blocks and records (repeated ones too) so far.
  private(set) var blockCount: UInt64 = 0
  private(set) var recordCount: UInt64 = 0
  /// Bytes of the file up to the end of the last whole block.
  private(set) var dataBytes: UInt64 = 0
  /// The same of the file with a plain DBN segment's headers; 0 for all other segments.
  private(set) var sideBytes: UInt64 = 0
  /// Whether bytes may stand behind the last whole block.
  private(set) var hasTail = false
  /// The last block's symbol mappings or definitions wait to be learnt.
  var hasSymbols: Bool { encoder.hasSymbols }

  private let data: Files.File
  /// `<name>.dbn.blocks` of a plain DBN segment.
  private let side: Files.File?
  private var encoder: BlockEncoder
  private var buffer = ByteBuffer(capacity: 1 << 20)
  private var index = ByteBuffer()

  /// Makes the file(s) and writes the first frame, which holds `preamble`, and the header.
  ///
  /// Nothing stays where that fails.
  init(
    path: String, header: SegmentHeader, preamble: RawSpan, countsSampled: Bool = false,
    files: Files
  ) throws(JournalError) {
    var encoder = try BlockEncoder(header.codec, version: max(header.dbnVersion, 1))
    encoder.countsSampled = countsSampled
    let data = try files.create(path)
    var started = Started(path: path, files: files)
    let side: Files.File? =
      header.codec.isPlain ? try started.create(JournalCodec.sidecarPath(path)) : nil
    var header = header
    var first = ByteBuffer()
    do throws(JournalError) {
      try encoder.codec.appendFrame(preamble, to: &first)
      header.firstFrameBytes = UInt32(first.count)
      header.firstFrameHash = ContentHash.hash(first.bytes)
      try Self.begin(header, first: &first, data: data, side: side)
    } catch {
      started.remove()
      throw error
    }
    self.path = path
    self.header = header
    self.data = data
    self.side = side
    self.encoder = encoder
    if side != nil {
      dataBytes = UInt64(header.firstFrameBytes)
      sideBytes = UInt64(JournalLimits.segmentHeaderBytes)
    } else {
      dataBytes = UInt64(header.firstFrameBytes) + UInt64(JournalLimits.segmentHeaderBytes)
    }
  }

  private static func begin(
    _ header: SegmentHeader, first: inout ByteBuffer, data: Files.File, side: Files.File?
  ) throws(JournalError) {
    guard let side else {
      header.append(to: &first)
      return try data.write(first.bytes, at: 0)
    }
    try data.write(first.bytes, at: 0)
    var head = ByteBuffer()
    header.append(to: &head)
    try side.write(head.bytes, at: 0)
  }

  /// Bytes that the segment takes on the disk.
  var byteCount: UInt64 { dataBytes + sideBytes }

  /// Appends a block of whole DBN records and gives its header.
  mutating func append(
    _ records: RawSpan, recordCount count: Int, isRepeated: Bool = false
  ) throws(JournalError) -> BlockHeader {
    var place = nextPlace
    place.isRepeated = isRepeated
    buffer.removeAll()
    let written: BlockHeader
    if let side {
      // Data first: a header stands only for data that is there.
      written = try encoder.appendHeader(
        ofPlain: records, recordCount: count, place: place, to: &buffer)
      hasTail = true
      try data.write(records, at: dataBytes)
      try side.write(buffer.bytes, at: sideBytes)
    } else {
      written = try encoder.append(records, recordCount: count, place: place, to: &buffer)
      hasTail = true
      try data.write(buffer.bytes, at: dataBytes)
    }
    note(written)
    return written
  }

  /// Appends a block of a raw capture; `place` has the count and the range of the times.
  mutating func append(raw bytes: RawSpan, place: BlockHeader) throws(JournalError) -> BlockHeader {
    var place = place
    let next = nextPlace
    (place.segmentID, place.number) = (next.segmentID, next.number)
    place.firstRecord = next.firstRecord
    buffer.removeAll()
    let written = try encoder.append(raw: bytes, place: place, to: &buffer)
    hasTail = true
    try data.write(buffer.bytes, at: dataBytes)
    note(written)
    return written
  }

  private var nextPlace: BlockHeader {
    var place = BlockHeader()
    place.segmentID = header.segmentID
    place.number = blockCount
    place.firstRecord = recordCount
    return place
  }

  private mutating func note(_ block: BlockHeader) {
    hasTail = false
    IndexFrame.append(block, at: side == nil ? dataBytes : sideBytes, to: &index)
    if side == nil {
      dataBytes += UInt64(block.totalBytes)
    } else {
      dataBytes += UInt64(block.storedBytes)
      sideBytes += UInt64(block.headerBytes)
    }
    blockCount += 1
    recordCount += UInt64(block.recordCount)
  }

  /// Returns when all blocks are on the disk.
  ///
  /// After it has thrown, Linux may have dropped what was not written: the segment is given up, for
  /// a second call that succeeds would promise what nobody knows.
  mutating func sync() throws(JournalError) {
    try data.sync()
    try side?.sync()
  }

  /// Cuts what a failed write has left behind the last whole block.
  mutating func cutTail() throws(JournalError) {
    guard hasTail else { return }
    try side?.truncate(to: sideBytes)
    try data.truncate(to: dataBytes)
    hasTail = false
  }

  /// Ends the segment with its index. Nothing is appended afterwards.
  mutating func seal() throws(JournalError) {
    let offset = side == nil ? dataBytes : sideBytes
    buffer.removeAll()
    IndexFrame.appendFrame(
      entries: index, segmentID: header.segmentID, offset: offset, to: &buffer)
    hasTail = true
    try (side ?? data).write(buffer.bytes, at: offset)
    hasTail = false
    if side == nil { dataBytes += UInt64(buffer.count) } else { sideBytes += UInt64(buffer.count) }
  }

  /// Files that a segment's beginning has made, to be removed where it fails.
  private struct Started {
    let files: Files
    var paths: [String]

    init(path: String, files: Files) {
      self.files = files
      paths = [path]
    }

    mutating func create(_ path: String) throws(JournalError) -> Files.File {
      do throws(JournalError) {
        let file = try files.create(path)
        paths.append(path)
        return file
      } catch {
        remove()
        throw error
      }
    }

    /// Best effort: what stays is found by the next start's recovery.
    func remove() {
      for path in paths { try? files.remove(path) }
    }
  }
}
