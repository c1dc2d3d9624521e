public import Records

/// Writes one segment file: archives, exports, repairs and merges use it; a pipeline's journal is
/// written by `JournalWriter`, which makes many of them. One thread.
///
/// Every call throws what the system or the compressor refuses; then the blocks before it are
/// whole, and the segment is best given up.
public struct SegmentWriter: ~Copyable {
  private var output: SegmentOutput<LinuxFiles>
  /// Records in all blocks, repeated ones among them.
  public private(set) var recordCount: UInt64 = 0
  /// Bytes of the records before compression.
  public private(set) var rawBytes: UInt64 = 0
  public private(set) var blockCount: UInt64 = 0

  /// Makes `path` (which must not be there; its folder must) for records described by `metadata`.
  ///
  /// Of `header` everything is used but the segment's id where it is 0 (a random one is taken), the
  /// DBN version, which is the metadata's, and what is said about the first frame.
  public init(
    path: String, header: SegmentHeader, metadata: DBNMetadata
  ) throws(JournalError) {
    var header = header
    header.dbnVersion = metadata.version
    try self.init(
      path: path, header: header, preamble: try metadata.journalBytes(),
      countsSampled: metadata.schema.isSampled)
  }

  /// Makes `path` with any content of its first frame, for raw captures.
  public init(path: String, header: SegmentHeader, preamble: [UInt8]) throws(JournalError) {
    try self.init(path: path, header: header, preamble: preamble, countsSampled: false)
  }

  private init(
    path: String, header: SegmentHeader, preamble: [UInt8], countsSampled: Bool
  ) throws(JournalError) {
    var header = header
    if header.segmentID == 0 { header.segmentID = .random(in: 1...UInt64.max) }
    output = try SegmentOutput(
      path: path, header: header, preamble: Records.rawBytes(of: preamble),
      countsSampled: countsSampled, files: LinuxFiles())
  }

  public var path: String { output.path }
  public var header: SegmentHeader { output.header }
  /// Bytes on the disk so far.
  public var byteCount: UInt64 { output.byteCount }

  /// Appends a block of whole DBN records, back to back: `JournalLimits.blockRecords` at most.
  @discardableResult
  public mutating func append(
    _ records: RawSpan, recordCount count: Int, isRepeated: Bool = false
  ) throws(JournalError) -> BlockHeader {
    note(try output.append(records, recordCount: count, isRepeated: isRepeated))
  }

  /// Appends a block of a raw capture; `place` has the count and the range of the times.
  @discardableResult
  public mutating func append(raw bytes: RawSpan, place: BlockHeader) throws(JournalError)
    -> BlockHeader
  {
    note(try output.append(raw: bytes, place: place))
  }

  private mutating func note(_ block: BlockHeader) -> BlockHeader {
    recordCount = output.recordCount
    blockCount = output.blockCount
    rawBytes += UInt64(block.rawBytes)
    return block
  }

  /// Returns when all blocks are on the disk.
  public mutating func sync() throws(JournalError) { try output.sync() }

  /// Ends the segment with its index, and returns when all of it is on the disk.
  public consuming func close() throws(JournalError) {
    try output.seal()
    try output.sync()
  }
}

extension DBNMetadata {
  /// The metadata as a file has it.
  func journalBytes() throws(JournalError) -> [UInt8] {
    var bytes: [UInt8] = []
    do throws(DBNError) {
      try append(to: &bytes)
    } catch {
      throw .badOption("\(error)")
    }
    return bytes
  }
}
