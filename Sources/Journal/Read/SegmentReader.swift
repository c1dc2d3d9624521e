public import Records
internal import Wire

/// Reads one segment block by block: headers first, records only where they are asked for.
///
///     var reader = try SegmentReader(path: path)
///     try reader.seek(tsRecv: from)
///     while let header = try reader.nextBlock() {
///       if reader.mayHold(instrument: 5) { try reader.appendRecords(to: &buffer) }
///     }
///
/// Also reads DBN files that are not ours, plain or zstd, in blocks made up of what they hold.
/// Damage never ends it: what cannot be read is passed over and stands in `findings`. Memory is a
/// block's, whatever the file's size. One thread.
public struct SegmentReader: ~Copyable {
  public let path: String
  /// Of a foreign file only codec and dataset are told.
  public let header: SegmentHeader
  /// Nil for raw captures, and where the first frame is damaged.
  public let metadata: DBNMetadata?
  /// Whether the file has no block headers of ours.
  public let isForeign: Bool
  /// Whether the segment was closed in order: an index ends it.
  public internal(set) var isSealed = false
  /// What is damaged, in the order in which it was met.
  public internal(set) var findings: [JournalFinding] = []
  /// Bytes behind the last whole block of a segment without an index: a block that is being written
  /// or that a crash tore. Known once `nextBlock` has answered nil.
  public internal(set) var tail: Range<UInt64>?
  /// The block that `nextBlock` found last.
  public internal(set) var block: BlockHeader?
  /// Where that block's header begins, in the file that holds the headers.
  public internal(set) var blockOffset = 0

  /// The file with the headers; a plain file's is the one beside it.
  var frames: SegmentBytes
  /// A plain file's records; without one, nothing.
  var plain: SegmentBytes
  let isPlain: Bool
  var foreign: ForeignRecords
  /// A block of a foreign file that a seek has found and `nextBlock` has to answer.
  var isHeld = false
  /// The current block's instrument map.
  var map = ByteBuffer()
  var decoder = BlockDecoder()
  /// Of the records' version.
  let kinds: RecordKinds
  let firstBlock: Int
  /// Where the next header is expected, and in a plain file the next record.
  var position: Int
  var plainPosition: Int
  var blockPlainPosition = 0
  /// Number and first record of the next block, where no seek went between.
  var expected: (number: UInt64, record: UInt64)?
  var index: SegmentIndexTable?
  var isIndexRead = false

  /// Opens a file; a plain `.dbn` is read together with the `.dbn.blocks` beside it.
  ///
  /// Throws: `system` where it cannot be read, `notASegment` for bytes that are no DBN.
  public init(path: String) throws(JournalError) {
    let sidecar = path + ".blocks"
    guard SegmentBytes.exists(sidecar) else {
      try self.init(
        path: path, frames: SegmentBytes(path: path), plain: SegmentBytes(path: path, bytes: []),
        isPlain: false)
      return
    }
    try self.init(
      path: path, frames: SegmentBytes(path: sidecar), plain: SegmentBytes(path: path),
      isPlain: true)
  }

  /// Reads bytes in memory as if they were a file, `sidecar` as the headers beside a plain one;
  /// `name` stands for the path in messages.
  public init(name: String, bytes: [UInt8], sidecar: [UInt8]? = nil) throws(JournalError) {
    let file = SegmentBytes(path: name, bytes: bytes)
    guard let sidecar else {
      try self.init(
        path: name, frames: file, plain: SegmentBytes(path: name, bytes: []), isPlain: false)
      return
    }
    try self.init(
      path: name, frames: SegmentBytes(path: name + ".blocks", bytes: sidecar), plain: file,
      isPlain: true)
  }

  private init(
    path: String, frames: consuming SegmentBytes, plain: consuming SegmentBytes, isPlain: Bool
  ) throws(JournalError) {
    let opening = try SegmentOpening.read(&frames, plain: &plain, isPlain: isPlain)
    var foreign = ForeignRecords()
    var isIndexed = false
    if opening.header == nil {
      // A plain file whose headers are lost altogether is still DBN.
      if isPlain { swap(&frames, &plain) }
      try foreign.open(&frames)
    } else {
      isIndexed = try SegmentIndexTable.offset(in: &frames) != nil
    }
    self.path = path
    firstBlock = opening.firstBlock
    position = opening.firstBlock
    expected = (0, 0)
    findings = opening.findings
    isSealed = isIndexed
    isForeign = opening.header == nil
    self.isPlain = isPlain && opening.header != nil
    header = opening.header ?? foreign.header
    metadata = opening.header == nil ? foreign.metadata : opening.metadata
    kinds = RecordKinds(
      version: header.dbnVersion, countsSampled: metadata?.schema.isSampled ?? false)
    plainPosition = Int(header.firstFrameBytes)
    self.foreign = foreign
    self.frames = frames
    self.plain = plain
  }

  /// Bytes of the file, and of the one beside it, when they were last looked at.
  public var byteCount: Int { frames.byteCount + plain.byteCount }

  /// How many of them lie before the next block.
  public var bytesRead: Int {
    // A plain file may be shorter than its header says the first frame is.
    min(isForeign ? foreign.bytesRead : position + (isPlain ? plainPosition : 0), byteCount)
  }
}
