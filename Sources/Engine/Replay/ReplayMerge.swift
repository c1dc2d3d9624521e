internal import Journal

/// All lanes in the order of receive time; of equal times the lane with the smaller number first.
///
/// Belongs to the thread that fills chunks.
final class ReplayMerge {
  private let lanes: [ReplayLane]
  /// What could not be read, beside the findings of the lanes.
  private(set) var failures: [JournalError] = []

  init(_ lanes: [ReplayLane]) { self.lanes = lanes }

  /// Fills the chunk with what comes next; false where nothing is left.
  func fill(_ chunk: inout ReplayChunk) -> Bool {
    while !chunk.isFull {
      guard let (first, limit) = next() else { break }
      lanes[first].cursor.take(until: limit, into: &chunk)
    }
    chunk.doneBytes = lanes.reduce(0) { $0 + $1.cursor.progress.done }
    return chunk.recordCount > 0
  }

  /// The lane whose record comes next, and the last time up to which it comes before all others.
  private func next() -> (lane: Int, limit: UInt64)? {
    var first = -1
    var second = -1
    for index in lanes.indices where hasRecord(index) {
      if first < 0 || headTime(index) < headTime(first) {
        second = first
        first = index
      } else if second < 0 || headTime(index) < headTime(second) {
        second = index
      }
    }
    guard first >= 0 else { return nil }
    guard second >= 0 else { return (first, .max) }
    let other = headTime(second)
    // A lane with a greater number waits for equal times; then `other` is above its own time.
    return (first, first < second ? other : other - 1)
  }

  private func headTime(_ index: Int) -> UInt64 { lanes[index].cursor.headTime }

  private func hasRecord(_ index: Int) -> Bool {
    do throws(JournalError) {
      return try lanes[index].cursor.hasRecord()
    } catch {
      failures.append(error)
      lanes[index].cursor.giveUp()
      return false
    }
  }

  var findings: [JournalFinding] { lanes.flatMap { $0.cursor.findings } }
  var totalBytes: UInt64 { lanes.reduce(0) { $0 + $1.cursor.progress.total } }
}
