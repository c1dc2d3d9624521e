internal import Records
internal import Wire

/// What the lanes of a stream share.
final class StreamContext {
  let query: JournalQuery
  let filter: RecordFilter?
  /// Whether records are listed one by one: to be merged, filtered, or waited for.
  var listsRecords: Bool
  /// Sees every block with its file's path and its records before they are merged; a block for
  /// which it answers false is left out of the stream.
  var tap: ((String, BlockHeader, RawSpan) -> Bool)?
  private var selections: [String: InstrumentSelection] = [:]

  init(_ query: JournalQuery) {
    self.query = query
    filter = query.isSelecting ? RecordFilter(query) : nil
    listsRecords = query.isSelecting || query.followsLive || query.listsTimes
  }

  /// The selection for a dataset and a day; nil where all instruments are wanted.
  func selection(_ dataset: String, date: UInt32?) -> InstrumentSelection? {
    guard query.isSelectingInstruments else { return nil }
    let key = "\(dataset) \(date ?? 0)"
    if let known = selections[key] { return known }
    let made = InstrumentSelection(query)
    selections[key] = made
    return made
  }
}

/// One shard's segments, one behind the other: the block at hand and where its next record stands.
///
/// At most one segment is open. One thread.
final class JournalLane {
  /// What `advance` came to.
  enum Step {
    /// Records are there.
    case ready
    /// A block without wanted records went by; there may be more.
    case again
    /// Nothing now, and more may be written.
    case waiting
    case ended
  }

  let dataset: String
  let shard: UInt32
  /// Of the folder, or the file, that sets lanes of the same dataset and shard apart.
  let place: String
  var records = BlockRecords()
  var files: [JournalListing.File]
  var nextFile = 0
  var reader: SegmentReader?
  var selection: InstrumentSelection?
  /// Whether the blocks at the open segment's beginning may still be repeated ones.
  var isAtStart = false
  var isFirstSegment = true
  var continuity = SegmentContinuity()
  var findings: [JournalFinding] = []
  /// Bytes of the segments that were read to their ends.
  var bytesDone: UInt64 = 0
  let context: StreamContext

  init(
    dataset: String, shard: UInt32, place: String, files: [JournalListing.File],
    context: StreamContext
  ) {
    self.dataset = dataset
    self.shard = shard
    self.place = place
    self.files = files
    self.context = context
  }

  /// Adds a segment that comes behind those that are known.
  func add(_ file: JournalListing.File) { files.append(file) }

  /// Following: takes a segment that has come to the folder; false where it cannot be told yet
  /// whether it follows the others.
  ///
  /// Whoever goes on to it gives the last one up. A writer's next segment has the later name, or,
  /// where its clock was set back, was made later; all others are copies, and are refused.
  func take(_ file: JournalListing.File) -> Bool {
    guard let last = files.last, StreamPlan.isBefore(file, last) else {
      add(file)
      return true
    }
    guard let made = Self.createdNanos(file.path) else { return false }
    if made > Self.createdNanos(last.path) ?? .max {
      add(file)
    } else {
      findings.append(
        JournalFinding(
          path: file.path, block: nil, range: 0..<0,
          text: "it came while the journal was followed, and was made before the segment that is"
            + " followed: it is left out"))
    }
    return true
  }

  private static func createdNanos(_ path: String) -> UInt64? {
    guard let reader = try? SegmentReader(path: path), !reader.isForeign else { return nil }
    return reader.header.createdNanos
  }

  /// Bytes of the segments that were read, and of the open one as far as it was.
  var bytesRead: UInt64 { bytesDone + UInt64(reader?.bytesRead ?? 0) }

  /// What is damaged so far.
  var allFindings: [JournalFinding] { findings + (reader?.findings ?? []) }

  /// Gives up the records at hand and goes to the next block that may hold wanted ones.
  func advance() throws(JournalError) -> Step {
    records.removeAll()
    if reader == nil {
      guard nextFile < files.count else { return context.query.followsLive ? .waiting : .ended }
      let before = nextFile
      // Passed over: it cannot be read. Not passed over: its beginning is still being written.
      guard openNext() else { return nextFile == before ? .waiting : .again }
    }
    guard let found = try reader?.nextBlock() else { return try endOfBlocks() }
    if isAtStart, !found.isRepeated {
      isAtStart = false
      // What stands before may say what the wanted symbols stand for.
      if isFirstSegment, context.query.symbols.isEmpty, let from = context.query.from,
        found.maxTsRecv < from
      {
        try reader?.seek(tsRecv: from)
        return .again
      }
    }
    return take(found)
  }
}

/// Whether a run's segments follow each other without a gap in their records.
struct SegmentContinuity {
  private var runID: UInt64 = 0
  private var firstOrdinal: UInt64 = 0
  private var repeated: UInt64 = 0
  /// Records of the open segment up to the end of the last block met; nil before the first.
  private var records: UInt64?

  /// Begins a segment; the records that are missing before it, where it goes on with the same run.
  mutating func open(_ header: SegmentHeader) -> UInt64? {
    let expected = records.map { firstOrdinal &+ $0 &- min(repeated, $0) }
    let isSameRun = header.runID == runID && runID != 0
    runID = header.runID
    firstOrdinal = header.firstOrdinal
    repeated = 0
    records = nil
    guard isSameRun, let expected, header.firstOrdinal > expected else { return nil }
    return header.firstOrdinal - expected
  }

  mutating func take(_ block: BlockHeader) {
    if block.isRepeated { repeated &+= UInt64(block.recordCount) }
    records = block.firstRecord &+ UInt64(block.recordCount)
  }
}
