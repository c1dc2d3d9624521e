internal import Hashing
internal import Records
internal import Wire

/// What comes in from the segments of a day: records of each source are counted and hashed block by
/// block before they are merged, and repeated blocks are kept apart. One thread.
final class ArchiveIntake {
  private final class Tally {
    var hash = RunningHash()
    var records: UInt64 = 0
  }

  private var tallies: [String: Tally] = [:]
  /// Records of repeated blocks that were not fetched yet, whole and back to back.
  private var repeated = ByteBuffer()
  private var repeatedCount = 0
  /// What the merge found.
  var findings: [JournalFinding] = []

  /// The merged records of segments, those of repeated blocks left out.
  func stream(_ paths: [String]) throws(JournalError) -> JournalStream {
    let stream = try JournalStream(paths: paths, query: JournalQuery())
    stream.context.tap = { [self] path, block, records in take(path, block, records) }
    return stream
  }

  /// Whether the merge is to have the block.
  private func take(_ path: String, _ block: BlockHeader, _ records: RawSpan) -> Bool {
    if block.isRepeated {
      repeated.append(records)
      repeatedCount += Int(block.recordCount)
      return false
    }
    let tally: Tally
    if let known = tallies[path] {
      tally = known
    } else {
      tally = Tally()
      tallies[path] = tally
    }
    tally.hash.add(records)
    tally.records &+= UInt64(block.recordCount)
    return true
  }

  /// Records of a source so far, without repeated ones, and their hash.
  func tally(of path: String) -> (records: UInt64, hash: UInt64) {
    guard let tally = tallies[path] else { return (0, RunningHash().value) }
    return (tally.records, tally.hash.value)
  }

  /// Gives the repeated records that have come since the last call to `body`; most often none.
  func fetchRepeated(
    _ body: (RawSpan, Int) throws(JournalError) -> Void
  ) throws(JournalError) {
    guard repeatedCount > 0 else { return }
    var taken = ByteBuffer()
    swap(&taken, &repeated)
    let count = repeatedCount
    repeatedCount = 0
    try body(taken.bytes, count)
  }
}

/// Records gathered into blocks of a size. One thread.
struct BlockGather: ~Copyable {
  private var buffer = ByteBuffer()
  private var count = 0
  private let mostRecords: Int
  private let mostBytes: Int

  init(mostRecords: Int, mostBytes: Int = ArchiveOptions.blockBytes) {
    self.mostRecords = max(mostRecords, 1)
    self.mostBytes = mostBytes
  }

  /// Adds whole records and hands full blocks on.
  mutating func add(
    _ records: RawSpan, count added: Int,
    to body: (RawSpan, Int) throws(JournalError) -> Void
  ) throws(JournalError) {
    if fits(added, records.byteCount) {
      buffer.append(records)
      count += added
      return
    }
    try flush(to: body)
    if fits(added, records.byteCount) {
      buffer.append(records)
      count = added
      return
    }
    var start = 0
    var end = 0
    while end &+ 16 <= records.byteCount {
      let size = Int(records.uncheckedByte(at: end)) &* 4
      guard size >= 16, end &+ size <= records.byteCount else { break }
      if !fits(1, end - start + size) {
        buffer.append(records.extracting(start..<end))
        try flush(to: body)
        start = end
      }
      count += 1
      end += size
    }
    buffer.append(records.extracting(start..<end))
  }

  /// Hands on what there is.
  mutating func flush(
    to body: (RawSpan, Int) throws(JournalError) -> Void
  ) throws(JournalError) {
    guard count > 0 else { return }
    try body(buffer.bytes, count)
    buffer.removeAll()
    count = 0
  }

  private func fits(_ added: Int, _ bytes: Int) -> Bool {
    count + added <= mostRecords && buffer.count + bytes <= mostBytes
  }
}
