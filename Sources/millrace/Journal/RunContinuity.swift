internal import Journal

/// Whether the segments of a run follow each other without a hole.
struct RunContinuity {
  private struct Shard: Hashable {
    var runID: UInt64
    var shard: UInt32
    var dataset: String
    var instance: String
  }

  private struct Piece {
    var path: String
    /// Numbers of its records in the run.
    var first: UInt64
    var end: UInt64
  }

  private var pieces: [Shard: [Piece]] = [:]

  /// Takes a segment in which `records` records were found, repeated ones not among them.
  mutating func add(_ header: SegmentHeader, path: String, records: UInt64) {
    guard header.runID != 0 else { return }
    let shard = Shard(
      runID: header.runID, shard: header.shard, dataset: header.dataset, instance: header.instance)
    pieces[shard, default: []].append(
      Piece(path: path, first: header.firstOrdinal, end: header.firstOrdinal &+ records))
  }

  /// A finding for every hole, in the order of the segments' paths.
  var findings: [JournalFinding] {
    var found: [JournalFinding] = []
    for shard in pieces.values {
      let sorted = shard.sorted { ($0.first, $0.end) < ($1.first, $1.end) }
      for (before, after) in zip(sorted, sorted.dropFirst()) where after.first > before.end {
        found.append(
          JournalFinding(
            path: after.path, block: nil, range: 0..<0,
            text: "\(after.first - before.end) records of the run are missing between "
              + "\(JournalFiles.name(of: before.path)) and this segment"))
      }
    }
    return found.sorted { $0.path < $1.path }
  }
}
