internal import Hashing
public import Records
internal import Wire

/// Many segments written side by side, such as one a symbol: one encoder, one open file at a time,
/// and a bound on the records that wait for their blocks to fill.
///
///     let part = try parts.open(path: path, header: header, metadata: metadata)
///     try parts.append(records, recordCount: 10, to: part)
///     try parts.finish()
///
/// The files stand under temporary names until `finish`; who gives the value up before leaves
/// nothing behind. One thread.
public struct SegmentParts: ~Copyable {
  /// What has become of one part.
  public struct Report: Sendable {
    public var path: String
    public var records: UInt64
    public var blocks: UInt64
    public var bytes: UInt64
  }

  private let codec: JournalCodec
  private let blockRecords: Int
  private let memoryBytes: Int
  private let files = LinuxFiles()
  private var encoder: BlockEncoder
  private var parts: [SegmentPart] = []
  private var pendingBytes = 0
  private var buffer = ByteBuffer()

  /// `memoryBytes` is what all waiting records may take together; when they take more, those of the
  /// parts that have most are written as shorter blocks.
  public init(
    codec: JournalCodec, version: UInt8, blockRecords: Int, memoryBytes: Int = 64 << 20
  ) throws(JournalError) {
    self.codec = codec
    self.blockRecords = min(max(blockRecords, 1), JournalLimits.blockRecords)
    self.memoryBytes = memoryBytes
    encoder = try BlockEncoder(codec, version: max(version, 1))
  }

  deinit {
    // Best effort: a finished part has none of these names any more.
    for part in parts where !part.isFinished {
      for path in part.temporaryPaths { try? files.remove(path) }
    }
  }

  /// Parts that were opened.
  public var count: Int { parts.count }

  /// Begins a part; gives its number. What stands at `path` is replaced by `finish`.
  public mutating func open(
    path: String, header: SegmentHeader, metadata: DBNMetadata
  ) throws(JournalError) -> Int {
    let part = SegmentPart(path: path, header: header, isPlain: codec.isPlain)
    for path in part.temporaryPaths { try files.remove(path) }
    parts.append(part)
    try part.begin(metadata, codec: codec, files: files)
    return parts.count - 1
  }

  /// Takes whole records into a part, back to back.
  public mutating func append(
    _ records: RawSpan, recordCount: Int, to number: Int
  ) throws(JournalError) {
    let part = parts[number]
    part.records.append(records)
    part.recordCount += recordCount
    pendingBytes += records.byteCount
    if part.recordCount >= blockRecords { try flush(part) }
    if pendingBytes > memoryBytes { try relieve() }
  }

  /// Writes what waits, seals all parts and gives them their names.
  public mutating func finish() throws(JournalError) -> [Report] {
    for part in parts {
      try flush(part)
      try part.seal(files: files)
    }
    var reports: [Report] = []
    for part in parts {
      try part.takeName(files: files)
      reports.append(
        Report(
          path: part.path, records: part.recordsWritten, blocks: part.blockCount,
          bytes: part.dataBytes + part.sideBytes))
    }
    return reports
  }

  /// Writes the parts with most records until half of the memory is free.
  private mutating func relieve() throws(JournalError) {
    let largest = parts.indices.sorted { parts[$0].records.count > parts[$1].records.count }
    for index in largest {
      guard pendingBytes > memoryBytes / 2 else { return }
      try flush(parts[index])
    }
  }

  /// Writes all that waits in a part, as blocks of at most `blockRecords`.
  private mutating func flush(_ part: SegmentPart) throws(JournalError) {
    guard part.recordCount > 0 else { return }
    pendingBytes -= part.records.count
    try part.flush(
      with: &encoder, blockRecords: blockRecords, buffer: &buffer, files: files)
  }
}

/// One segment of several. Belongs to its `SegmentParts`.
private final class SegmentPart {
  let path: String
  private var header: SegmentHeader
  private let isPlain: Bool
  /// Records that wait.
  var records = ByteBuffer()
  var recordCount = 0
  private(set) var recordsWritten: UInt64 = 0
  private(set) var blockCount: UInt64 = 0
  private(set) var dataBytes: UInt64 = 0
  private(set) var sideBytes: UInt64 = 0
  private(set) var isFinished = false
  private var countsSampled = false
  private var index = ByteBuffer()

  init(path: String, header: SegmentHeader, isPlain: Bool) {
    self.path = path
    self.header = header
    self.isPlain = isPlain
  }

  /// The data's temporary name, and that of a plain segment's headers.
  var temporaryPaths: [String] { isPlain ? [temporary, temporary + ".blocks"] : [temporary] }

  private var temporary: String {
    let folder = FileTree.parent(of: path).map { $0 == "/" ? "/" : $0 + "/" } ?? ""
    return "\(folder).\(FileTree.name(of: path)).part"
  }

  func begin(
    _ metadata: DBNMetadata, codec: JournalCodec, files: LinuxFiles
  ) throws(JournalError) {
    countsSampled = metadata.schema.isSampled
    var preamble: [UInt8] = []
    do throws(DBNError) {
      try metadata.append(to: &preamble)
    } catch {
      throw .badOption("\(error)")
    }
    var first = ByteBuffer()
    try codec.appendFrame(rawBytes(of: preamble), to: &first)
    header.codec = codec
    header.firstFrameBytes = UInt32(first.count)
    header.firstFrameHash = ContentHash.hash(first.bytes)
    var head = ByteBuffer()
    header.append(to: &head)
    if isPlain {
      try files.create(temporaryPaths[1]).write(head.bytes, at: 0)
      sideBytes = UInt64(head.count)
    } else {
      first.append(head.bytes)
    }
    try files.create(temporary).write(first.bytes, at: 0)
    dataBytes = UInt64(first.count)
  }

  func flush(
    with encoder: inout BlockEncoder, blockRecords: Int, buffer: inout ByteBuffer,
    files: LinuxFiles
  ) throws(JournalError) {
    let data = try files.open(temporary)
    let side = isPlain ? try files.open(temporaryPaths[1]) : nil
    encoder.countsSampled = countsSampled
    var start = 0
    while start < records.count {
      let (end, count) = Self.block(of: records, from: start, most: blockRecords)
      try write(
        records, start..<end, count: count, with: &encoder, buffer: &buffer, data: data,
        side: side)
      start = end
    }
    // Given back, not kept: thousands of parts would each keep the room of their largest block.
    records = ByteBuffer()
    recordCount = 0
  }

  /// Where the block that begins at `start` ends, and its records.
  private static func block(
    of records: borrowing ByteBuffer, from start: Int, most: Int
  ) -> (end: Int, count: Int) {
    let bytes = records.bytes
    var end = start
    var count = 0
    while count < most, end < bytes.byteCount {
      // 16: no record is shorter, so that the walk ends whatever the bytes are.
      end += max(Int(bytes.uncheckedByte(at: end)) * 4, 16)
      count += 1
    }
    return (min(end, bytes.byteCount), count)
  }

  private func write(
    _ records: borrowing ByteBuffer, _ range: Range<Int>, count: Int,
    with encoder: inout BlockEncoder,
    buffer: inout ByteBuffer, data: LinuxFile, side: LinuxFile?
  ) throws(JournalError) {
    var place = BlockHeader()
    place.segmentID = header.segmentID
    place.number = blockCount
    place.firstRecord = recordsWritten
    buffer.removeAll()
    let block: BlockHeader
    if let side {
      block = try encoder.appendHeader(
        ofPlain: records.bytes.extracting(range), recordCount: count, place: place, to: &buffer)
      try data.write(records.bytes.extracting(range), at: dataBytes)
      try side.write(buffer.bytes, at: sideBytes)
      IndexFrame.append(block, at: sideBytes, to: &index)
      dataBytes += UInt64(range.count)
      sideBytes += UInt64(buffer.count)
    } else {
      block = try encoder.append(
        records.bytes.extracting(range), recordCount: count, place: place, to: &buffer)
      try data.write(buffer.bytes, at: dataBytes)
      IndexFrame.append(block, at: dataBytes, to: &index)
      dataBytes += UInt64(buffer.count)
    }
    blockCount += 1
    recordsWritten += UInt64(block.recordCount)
  }

  /// Ends the file with its index and waits until it is on the disk.
  func seal(files: LinuxFiles) throws(JournalError) {
    var frame = ByteBuffer()
    let offset = isPlain ? sideBytes : dataBytes
    IndexFrame.appendFrame(
      entries: index, segmentID: header.segmentID, offset: offset, to: &frame)
    let file = try files.open(isPlain ? temporaryPaths[1] : temporary)
    try file.write(frame.bytes, at: offset)
    try file.sync()
    if isPlain {
      sideBytes += UInt64(frame.count)
      try files.open(temporary).sync()
    } else {
      dataBytes += UInt64(frame.count)
    }
    index = ByteBuffer()
  }

  /// The headers of a plain segment come first: records without theirs would be another file's.
  func takeName(files: LinuxFiles) throws(JournalError) {
    if isPlain { try files.rename(temporaryPaths[1], to: path + ".blocks") }
    try files.rename(temporary, to: path)
    isFinished = true
  }
}
