internal import CLinux
internal import Synchronization

/// The consuming end of one lane. Owned by the worker of its shard.
@safe public struct LaneReader: ~Copyable {
  /// Records that gave way to newer ones before they were taken (drop-oldest only), exact.
  public private(set) var dropped: UInt64 = 0
  /// Records taken so far.
  public private(set) var taken: UInt64 = 0

  private let lines: UnsafeMutableRawPointer
  private let mask: UInt64
  private let overwritten: Bool
  private let shared: UnsafeMutablePointer<Atomic<UInt64>>
  private var position: UInt64 = 0
  private var expected: UInt64
  private let grid: LaneGrid

  init(grid: LaneGrid, reader: Int, shard: Int) {
    self.grid = grid
    unsafe lines = grid.lines(reader, shard)
    unsafe shared = grid.position(reader, shard)
    mask = UInt64(grid.capacityLines - 1)
    overwritten = grid.policies[reader] == .dropOldest
    expected = LineWord.first(epoch: 1, ordinal: 1)
  }

  private func line(_ position: UInt64) -> UnsafeRawPointer {
    // Safety: the masked position is a line of the ring, which `grid` keeps alive.
    unsafe UnsafeRawPointer(lines + Int(truncatingIfNeeded: position & mask) &* LineWord.lineBytes)
  }

  /// Whether a record is there to be taken (or to be found lost).
  public var hasRecord: Bool {
    let word = unsafe ml_line_word(line(position))
    guard overwritten else { return word == expected }
    // A line that is left of the record before the expected one stands in its way: taking skips it.
    return word & LineWord.continuation == 0
      ? word >= expected : (word & ~LineWord.continuation) &+ 1 >= expected
  }

  /// Takes the records that are there, at most `LaneLimits.batchRecords`, into `batch`.
  ///
  /// One-line records of a waiting lane are handed out in place: they stay valid until `release()`.
  public mutating func take(into batch: inout RecordBatch) {
    batch.removeAll()
    if overwritten { takeCopies(into: &batch) } else { takeInPlace(into: &batch) }
    taken &+= UInt64(batch.count)
  }

  private mutating func takeInPlace(into batch: inout RecordBatch) {
    var position = position
    var expected = expected
    while !batch.isFull {
      // Safety: a line whose word is the expected one was written whole, and the producer does not
      // come back to it before `release`; a record has at most `recordLines` lines, the room's.
      let first = unsafe line(position)
      // Pairs with the producer's release (or 64-byte) store of the word.
      guard unsafe ml_line_word(first) == expected else { break }
      let count = unsafe Self.lineCount(at: first)
      if count == 1 {
        unsafe batch.append(first)
      } else {
        let last = unsafe line(position &+ UInt64(count - 1))
        guard unsafe ml_line_word(last) == expected | LineWord.continuation else { break }
        let room = unsafe batch.appendCopy()
        for index in 0..<count {
          unsafe ml_line_load(
            line(position &+ UInt64(index)), room + index &* LineWord.payloadBytes)
        }
      }
      position &+= UInt64(count)
      expected &+= 1
    }
    self.position = position
    self.expected = expected
  }

  /// Lines of the record whose first line this is; at least 1, whatever the byte says.
  private static func lineCount(at line: UnsafeRawPointer) -> Int {
    let length = unsafe line.load(as: UInt8.self)
    // Nearly all records: without the division, and predicted.
    if Int(length) &* 4 <= LineWord.payloadBytes { return 1 }
    let count = LineWord.lineCount(byteCount: LineWord.recordBytes(length: length))
    return min(max(count, 1), LaneLimits.recordLines)
  }

  /// As the readers of a broadcast ring do: copy, then look whether the line was overwritten.
  private mutating func takeCopies(into batch: inout RecordBatch) {
    while !batch.isFull {
      // Safety: lines are always readable; what was copied counts only if its word has not changed.
      let first = unsafe line(position)
      let word = unsafe ml_line_word(first)
      if word & LineWord.continuation != 0 {
        // Overtaken by a long record: its start is lost. Its last line may also be what is left of
        // the record before the expected one. Older ones are lines not yet written again.
        let ordinal = word & ~LineWord.continuation
        guard ordinal &+ 1 >= expected else { break }
        dropped &+= ordinal &+ 1 &- expected
        expected = ordinal &+ 1
        position &+= 1
        continue
      }
      guard word >= expected else { break }
      dropped &+= word &- expected
      expected = word
      guard unsafe takeCopy(first, word: word, into: &batch) else { break }
    }
  }

  private mutating func takeCopy(
    _ first: UnsafeRawPointer, word: UInt64, into batch: inout RecordBatch
  ) -> Bool {
    // Safety: the room has the largest record's lines, and `lineCount` gives no more.
    let room = unsafe batch.appendCopy()
    unsafe ml_line_load(first, room)
    guard unsafe ml_line_unchanged(first, word) else {
      batch.removeLast()
      return true  // look again: a newer record stands there now
    }
    let count = unsafe Self.lineCount(at: room)
    for index in 1..<max(count, 1) {
      let next = unsafe line(position &+ UInt64(index))
      let tail = unsafe ml_line_word(next)
      guard tail == word | LineWord.continuation else {
        batch.removeLast()
        // Older: not yet written, come again. Newer: overtaken, find it out from the first line.
        return tail & ~LineWord.continuation > word
      }
      unsafe ml_line_load(next, room + index &* LineWord.payloadBytes)
      guard unsafe ml_line_unchanged(next, tail) else {
        batch.removeLast()
        return true
      }
    }
    position &+= UInt64(count)
    expected = word &+ 1
    return true
  }

  /// Gives the lines of all taken records back to the producer. Once per batch.
  public mutating func release() {
    // Pairs with the acquire load in `LaneWriter.makeRoom`.
    // Safety: the position's word belongs to the grid, which `grid` keeps alive.
    unsafe shared.pointee.store(position, ordering: .releasing)
  }

  /// Adds to `dropped` what was never seen: the producer wrote `written` records and is done.
  public mutating func accountForEnd(written: UInt64) {
    let seen = (expected & LineWord.ordinalMask) &- 1
    guard overwritten, written > seen else { return }
    dropped &+= written &- seen
    expected = LineWord.first(epoch: 1, ordinal: written &+ 1)
  }
}
