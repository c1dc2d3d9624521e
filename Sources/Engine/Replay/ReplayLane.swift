internal import Journal
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
  /// Its number in the run, and how many there are from it on.
  private var index = 0
  private var left = 0
  private var isOver = false
  /// What orders the next record: its receive time, or that of the last one before it in the
  /// shard, played or not. 0 where the query lists no times.
  private(set) var headTime: UInt64 = 0

  init(ring: Int, paths: [String], query: JournalQuery) throws(JournalError) {
    self.ring = ring
    stream = try JournalStream(paths: paths, query: query)
  }

  /// Whether there is a next record; brings the next run where the last one is used up.
  mutating func hasRecord() throws(JournalError) -> Bool {
    guard left == 0, !isOver else { return left > 0 }
    (position, index) = (0, 0)
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
    guard left > 0, stream.times.byteCount > 0 else { return }
    headTime = stream.times.uncheckedLE(UInt64.self, at: index &* 8)
  }

  /// Moves records to the chunk while their time is `limit` at most, until the chunk is full or
  /// the run is used up.
  mutating func take(until limit: UInt64, into chunk: inout ReplayChunk) {
    let room = ReplayChunk.enoughBytes - chunk.bytes.count
    // No other lane has anything left: times do not matter any more.
    let (end, taken, isWhole) =
      limit == .max ? extent(room: room) : extent(until: limit, room: room)
    give(to: end, taken, into: &chunk)
    position = end
    index &+= taken
    left = isWhole ? left &- taken : 0
    lookAhead()
  }

  /// Where the records end that come until `limit`, and how many they are; `isWhole` is false
  /// where what follows is no record.
  private func extent(
    until limit: UInt64, room: Int
  ) -> (end: Int, taken: Int, isWhole: Bool) {
    let bytes = stream.records
    let times = stream.times
    var at = position
    var taken = 0
    while taken < left, at &- position < room {
      guard times.uncheckedLE(UInt64.self, at: (index &+ taken) &* 8) <= limit else { break }
      let count = RecordTimes.byteCount(bytes, at: at)
      guard count > 0 else { return (at, taken, false) }
      at &+= count
      taken &+= 1
    }
    return (at, taken, true)
  }

  /// The same without a limit: only the records' lengths are looked at.
  private func extent(room: Int) -> (end: Int, taken: Int, isWhole: Bool) {
    let bytes = stream.records
    let end = min(bytes.byteCount, position + room)
    var at = position
    var taken = 0
    while at < end, taken < left {
      let count = RecordTimes.byteCount(bytes, at: at)
      guard count > 0 else { return (at, taken, false) }
      at &+= count
      taken &+= 1
    }
    return (at, taken, true)
  }

  /// Gives the chunk `taken` records, which end at `end`.
  private func give(to end: Int, _ taken: Int, into chunk: inout ReplayChunk) {
    guard taken > 0 else { return }
    let times = stream.times
    chunk.append(
      stream.records.extracting(position..<end),
      times: times.byteCount > 0
        ? times.extracting((index &* 8)..<((index &+ taken) &* 8)) : times,
      recordCount: taken, ring: ring)
  }

  var findings: [JournalFinding] { stream.findings }
  var progress: (done: UInt64, total: UInt64) { stream.progress }
}
