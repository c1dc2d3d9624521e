internal import Journal
internal import Records
internal import Wire

/// Holds a lane's cursor, so that a list can have several.
final class ReplayLane {
  var cursor: LaneCursor

  init(_ cursor: consuming LaneCursor) { self.cursor = cursor }
}

/// The records of one shard of a journal, in order, as far as they are wanted. One thread.
struct LaneCursor: ~Copyable {
  let ring: Int
  private var stream: JournalStream
  /// Where the next record begins in the stream's run.
  private var position = 0
  private var left = 0
  private var isOver = false
  private let times = RecordTimes(.receive)
  /// Receive time of the next record, or of the last one before it that has one.
  private(set) var headTime: UInt64 = 0

  init(ring: Int, paths: [String], query: JournalQuery) throws(JournalError) {
    self.ring = ring
    stream = try JournalStream(paths: paths, query: query)
  }

  /// What the lane's files are.
  var metadata: DBNMetadata { stream.metadata }

  /// Whether there is a next record; brings the next run where the last one is used up.
  mutating func hasRecord() throws(JournalError) -> Bool {
    guard left == 0, !isOver else { return left > 0 }
    position = 0
    while try stream.next() {
      guard stream.recordCount > 0 else { continue }
      left = stream.recordCount
      lookAhead()
      return true
    }
    isOver = true
    return false
  }

  /// No more of this lane: its files cannot be read on.
  mutating func giveUp() {
    isOver = true
    left = 0
  }

  private mutating func lookAhead() {
    let bytes = stream.records
    let count = RecordTimes.byteCount(bytes, at: position)
    guard count > 0 else {
      left = 0
      return
    }
    if let time = times.time(bytes, at: position, byteCount: count) { headTime = time }
  }

  /// Moves records to the chunk while their time is `limit` at most, until the chunk is full or
  /// the run is used up.
  mutating func take(until limit: UInt64, into chunk: inout ReplayChunk) {
    // No other lane has anything left: times do not matter any more.
    if limit == .max { return takeAlone(into: &chunk) }
    let bytes = stream.records
    let room = ReplayChunk.enoughBytes - chunk.bytes.count
    let start = position
    var at = position
    var taken = 0
    var time = headTime
    while taken < left, at &- start < room {
      let count = RecordTimes.byteCount(bytes, at: at)
      guard count > 0 else {
        left = taken
        break
      }
      if let own = times.time(bytes, at: at, byteCount: count) {
        time = own
        if own > limit { break }
      }
      at &+= count
      taken &+= 1
    }
    headTime = time
    position = at
    left &-= taken
    if taken > 0 {
      chunk.append(bytes.extracting(start..<at), recordCount: taken, ring: ring)
    }
  }

  /// Moves records until the chunk is full or the run is used up; only their lengths are looked at.
  private mutating func takeAlone(into chunk: inout ReplayChunk) {
    let bytes = stream.records
    let start = position
    let end = min(bytes.byteCount, start + ReplayChunk.enoughBytes - chunk.bytes.count)
    var at = start
    var taken = 0
    while at < end, taken < left {
      let count = RecordTimes.byteCount(bytes, at: at)
      guard count > 0 else {
        left = taken
        break
      }
      at &+= count
      taken &+= 1
    }
    position = at
    left &-= taken
    if taken > 0 {
      chunk.append(bytes.extracting(start..<at), recordCount: taken, ring: ring)
    }
  }

  var findings: [JournalFinding] { stream.findings }
  var progress: (done: UInt64, total: UInt64) { stream.progress }
}
