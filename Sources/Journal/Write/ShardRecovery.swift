internal import Wire

/// Recovers all segments of a dataset that one writer answers for.
struct ShardRecovery<Files: JournalFiles> {
  let files: Files
  let root: String
  let dataset: String

  /// Segments that were put right, and what could not be.
  struct Outcome {
    var recovered: [RecoveredSegment] = []
    var errors: [JournalError] = []
  }

  /// Looks at every segment whose source `isOurs` says yes to.
  ///
  /// An error of one segment does not keep the others, nor the writer, from going on: it stays as
  /// it is, and new records go into a new one.
  func run(isOurs: (SegmentName) -> Bool) -> Outcome {
    var outcome = Outcome()
    let folder = "\(root)/\(dataset)"
    for day in files.names(in: folder) where JournalPath.isDay(day) {
      for file in files.names(in: "\(folder)/\(day)") {
        guard let name = SegmentName(day: day, file: file), isOurs(name) else { continue }
        var recovery = SegmentRecovery(files: files)
        do throws(JournalError) {
          if let done = try recovery.recover("\(folder)/\(day)/\(file)") {
            outcome.recovered.append(done)
          }
        } catch {
          outcome.errors.append(error)
        }
      }
    }
    return outcome
  }

  /// Name of the segment that a file belongs to: without `.blocks`, `.torn` and `.torn.2`.
  static func segmentFile(_ file: String) -> String {
    var parts = file.split(separator: ".", omittingEmptySubsequences: false)
    if let torn = parts.firstIndex(of: "torn") { parts.removeSubrange(torn...) }
    if parts.last == "blocks" { parts.removeLast() }
    return parts.joined(separator: ".")
  }
}
