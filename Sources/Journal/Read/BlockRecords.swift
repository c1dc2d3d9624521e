internal import Records
internal import Wire

/// One block's records with their effective receive times, and the place of the next one.
///
/// A record without a receive time counts with the last one before it in its shard. One thread.
@safe struct BlockRecords: ~Copyable {
  var bytes = ByteBuffer()
  /// Per record its effective time (8 bytes), and where it ends in `bytes` (4 bytes).
  var times = ByteBuffer()
  var ends = ByteBuffer()
  /// The last receive time met.
  var lastTime: UInt64 = 0
  /// Records in `bytes`, and how many of them were given out.
  var count = 0
  var next = 0
  var nextOffset = 0

  /// Empties it for the next block.
  mutating func removeAll() {
    bytes.removeAll()
    (count, next, nextOffset) = (0, 0, 0)
    times.removeAll()
    ends.removeAll()
  }

  var isEmpty: Bool { next == count }

  /// Effective time of the next record; 0 where they were not listed.
  var headTime: UInt64 {
    next < count && times.count > 0 ? times.bytes.uncheckedLE(UInt64.self, at: next * 8) : 0
  }

  /// A block that was not read is passed: its last time is taken to be its greatest.
  mutating func pass(_ block: BlockHeader) {
    if block.hasReceiveTimes { lastTime = block.maxTsRecv }
  }

  /// Takes all of `bytes` as `amount` records, without their times.
  mutating func takeAll(_ amount: Int) {
    (count, next, nextOffset) = (amount, 0, 0)
  }

  /// All that is left.
  var rest: RecordRun { RecordRun(count: count - next, start: nextOffset, end: bytes.count) }

  /// Where the merge stands in these records.
  ///
  /// Safety: the pointers hold until the records are changed.
  var cursor: MergeCursor {
    // Safety: as many times and ends were listed as there are records.
    unsafe MergeCursor(
      bytes: UnsafeRawPointer(bytes.base),
      times: UnsafeRawPointer(times.base).assumingMemoryBound(to: UInt64.self),
      ends: UnsafeRawPointer(ends.base).assumingMemoryBound(to: UInt32.self), count: count,
      next: next, offset: nextOffset)
  }

  /// Goes behind a run.
  mutating func consume(_ run: RecordRun) {
    next += run.count
    nextOffset = run.end
  }
}

/// Records that follow each other in a block.
struct RecordRun {
  var count: Int
  /// In the block's bytes.
  var start: Int
  var end: Int

  var byteCount: Int { end - start }
}
