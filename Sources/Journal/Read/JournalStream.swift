internal import CLinux
public import Records
internal import Wire

/// All records under some paths in one order: by receive time, then dataset, then shard, and within
/// a shard as they were written.
///
///     var stream = try JournalStream(paths: [root], query: query)
///     while try stream.next() { use(stream.records, stream.recordCount) }
///
/// A record without a receive time counts with the last one before it in its shard. The order, and
/// so every byte, is the same each time. Records come in runs as long as the order allows: a shard
/// alone gives whole blocks, which are not copied after they were decompressed. At most one segment
/// a shard is open. Blocks that repeat what an earlier segment holds are left out behind the first
/// segment of a shard. One thread.
///
/// With `followsLive`, `next` answers false and `isWaiting` is true when nothing is there now; call
/// it again a little later. A shard that has had nothing for `idleNanos` is not waited for any
/// longer: within a shard the order stays exact, among shards it then is what has been written.
@safe public struct JournalStream: ~Copyable {
  /// What all files together are: the earliest start, the latest end, all symbols.
  public let metadata: DBNMetadata
  /// Whole records in the run that `next` found.
  public internal(set) var recordCount = 0
  /// Following, and nothing is there now.
  public internal(set) var isWaiting = false

  var lanes: [JournalLane]
  /// Lanes with records; indices into `lanes`, ascending: the order that breaks ties.
  var ready: [Int] = []
  /// Lanes that have to be advanced.
  var hungry: [Int] = []
  /// Following: when each lane has run dry, ns of the monotonic clock; 0 for those with records.
  var drySince: [UInt64]
  /// Short runs, put together.
  var gathered = ByteBuffer()
  /// The lane whose block holds the run, or nil for `gathered`.
  var source: JournalLane?
  var range = 0..<0
  /// Number of the run's first record among those of its block that are wanted.
  var firstInBlock = 0
  let context: StreamContext
  private let totalBytes: UInt64
  private let openingFindings: [JournalFinding]
  let paths: [String]
  /// Following: every path that was ever listed, those left out too: none of them is a new segment.
  var known: Set<String>
  var nextListingNanos: UInt64 = 0
  let clock = StreamClock()

  /// Following: how long a dry shard holds up the others, 1 s.
  public static var idleNanos: UInt64 { 1_000_000_000 }
  /// Runs shorter than this are put together, up to `gatheredBytes`.
  static var longRunBytes: Int { 4 << 10 }
  static var gatheredBytes: Int { 64 << 10 }

  /// Looks at files, days, datasets or roots.
  ///
  /// Throws for a path where nothing is, for a named file that is no journal and no DBN, and for
  /// files that cannot be one stream (another version of DBN, with and without send times).
  public init(paths: [String], query: JournalQuery) throws(JournalError) {
    var plan = StreamPlan(query)
    try plan.add(paths)
    self.paths = paths
    context = plan.context
    lanes = plan.lanes
    metadata = plan.metadata
    totalBytes = plan.totalBytes
    openingFindings = plan.findings
    known = plan.known
    hungry = Array(lanes.indices)
    drySince = [UInt64](repeating: 0, count: lanes.count)
    if lanes.count > 1 { context.listsRecords = true }
  }

  /// The run that `next` found, whole records back to back; valid until the next call.
  public var records: RawSpan {
    @_lifetime(borrow self)
    get {
      guard let source else { return gathered.bytes }
      // Safety: the range lies in the lane's block, which is not touched before the next call of
      // `next`; that call ends the borrow.
      return unsafe _overrideLifetime(
        RawSpan(
          _unsafeStart: source.records.bytes.base + range.lowerBound, byteCount: range.count),
        borrowing: self)
    }
  }

  /// The times by which the run's records are ordered, 8 bytes each: their receive times, and of a
  /// record without one that of the last record before it in its shard, wanted or not; 0 where none
  /// was. Empty without `listsTimes`, and in a stream of several shards. Valid as `records`.
  public var times: RawSpan {
    @_lifetime(borrow self)
    get {
      let first = firstInBlock * 8
      guard let source, source.records.times.count >= first + recordCount * 8 else {
        return gathered.bytes.extracting(0..<0)
      }
      // Safety: as in `records`; as many times were listed as there are records.
      return unsafe _overrideLifetime(
        RawSpan(
          _unsafeStart: source.records.times.base + first, byteCount: recordCount * 8),
        borrowing: self)
    }
  }

  /// Bytes of files read so far, and in all when the stream was opened.
  public var progress: (done: UInt64, total: UInt64) {
    (lanes.reduce(0) { $0 + $1.bytesRead }, totalBytes)
  }

  /// What is damaged, missing or not readable, so far.
  public var findings: [JournalFinding] {
    openingFindings + lanes.flatMap(\.allFindings)
  }
}
