internal import Wire

/// Some records on their way from the thread that decodes them to the one that gives them out.
struct ReplayChunk: ~Copyable {
  /// Whole records of one lane, back to back.
  struct Run {
    /// Index of the ring that the lane belongs to.
    let ring: Int
    /// Where the run ends in `bytes`; it begins where the one before ends.
    var end: Int
    var recordCount: Int
  }

  /// Bytes from which a chunk goes on its way: four of them fit the second-level cache.
  static var enoughBytes: Int { 256 << 10 }

  var bytes = ByteBuffer(capacity: ReplayChunk.enoughBytes + 4_096)
  /// What orders the records, 8 bytes each (`JournalStream.times`); empty where nobody wants it.
  private(set) var times = ByteBuffer()
  private(set) var runs: [Run] = []
  private(set) var recordCount = 0
  /// Bytes of the files that were read so far.
  var doneBytes: UInt64 = 0

  var isFull: Bool { bytes.count >= Self.enoughBytes }

  /// Adds whole records of a lane behind what is there.
  mutating func append(
    _ records: RawSpan, times more: RawSpan, recordCount count: Int, ring: Int
  ) {
    bytes.append(records)
    times.append(more)
    recordCount += count
    if let last = runs.last, last.ring == ring {
      runs[runs.count - 1] = Run(
        ring: ring, end: bytes.count, recordCount: last.recordCount + count)
    } else {
      runs.append(Run(ring: ring, end: bytes.count, recordCount: count))
    }
  }

  mutating func removeAll() {
    bytes.removeAll()
    times.removeAll()
    runs.removeAll(keepingCapacity: true)
    recordCount = 0
  }
}

/// A chunk that goes round; whoever holds it has it alone (`ReplayQueue`).
final class ReplayChunkBox {
  var chunk = ReplayChunk()
}
