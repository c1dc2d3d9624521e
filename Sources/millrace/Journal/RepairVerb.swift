internal import Journal
internal import Ledger

/// `millrace repair`: what can be read of damaged segments becomes segments again.
enum RepairVerb: Verb {
  static var name: String { "repair" }
  static var summary: String { "make whole segments of what damaged ones still hold" }
  static var operands: String { "SEGMENT..." }
  static var options: [any DeclaredOption] { [output, inPlace] }
  static var notes: String {
    """
    Every block that can be read goes into a new segment with an index, numbered anew. Nothing is
    destroyed: damaged bytes are kept beside the new segment as NAME.damaged (each range after a
    line that names it), the torn tail of a crash as NAME.torn; --in-place keeps the original as
    NAME.orig. Segments that are not damaged are left alone; those that a pipeline is still writing
    are refused. What was lost is printed: records by their numbers in the segment, where the
    headers around tell them.
    Exit codes: 0 nothing was damaged; 1 damage was repaired; 65 nothing can be read, or a pipeline
    is writing it.
    """
  }

  static let output = CommandOption.text(
    "output", "DIR", help: "folder for the repaired segments, under their names")
  static let inPlace = CommandOption.flag(
    "in-place", help: "put the repaired segment where the damaged one was, and keep that as .orig")

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    let folder = context.arguments[output]
    guard (folder != nil) != context.arguments[inPlace] else {
      throw failure(
        .usage, "say where the repaired segments go", "--output DIR or --in-place",
        "one of the two")
    }
    if let folder { try SystemCalls.makeFolder(folder, verb: name) }
    let files = JournalFiles.segments(under: context.arguments.operands)
    var progress = JournalProgress(name, context.terminal)
    var worst = ExitCode.ok
    var isRefused = false
    for path in files {
      var repair = try SegmentRepair(path)
      guard !repair.isBeingWritten else {
        context.terminal.error("\(path): a pipeline is writing it: repair it when that has ended")
        isRefused = true
        continue
      }
      try repair.survey(&progress)
      if !repair.isWhole {
        let target = folder.map { Self.target(of: path, in: $0) } ?? path
        guard folder == nil || SystemCalls.look(at: target) == nil else {
          throw failure(.cannotCreate, "there is a file already", target, "name another folder")
        }
        try repair.write(to: target, keepsOriginal: folder == nil, &progress)
        worst = .findings
      }
      progress.end()
      try print(repair.report, context)
    }
    return isRefused ? .badInput : worst
  }

  private static func target(of path: String, in folder: String) -> String {
    (folder.hasSuffix("/") ? folder : folder + "/") + JournalFiles.name(of: path)
  }

  private static func print(
    _ report: RepairReport, _ context: CommandContext
  ) throws(CommandError) {
    if context.arguments[GlobalOptions.json] {
      try context.output.write(report.json)
    } else {
      try context.output.write(report.text)
    }
    // One segment's end may be long after another's.
    try context.output.flush()
  }

  static func failure(
    _ code: ExitCode, _ happened: String, _ what: String, _ remedy: String
  ) -> CommandError {
    CommandError(code, verb: name, happened: happened, what: what, remedy: remedy)
  }
}

/// What a repair has found and done.
struct RepairReport {
  let path: String
  /// Where the repaired segment is; nil where nothing had to be done.
  var output: String?
  var original: String?
  var damagedFile: String?
  var tornFile: String?
  var blocks: UInt64 = 0
  var records: UInt64 = 0
  /// Records of the segment that are lost, by their numbers.
  var lost: [Range<UInt64>] = []
  var findings: [JournalFinding] = []
  var tail: Range<UInt64>?
  /// Whether the metadata had to be made again.
  var hasMadeMetadata = false

  init(path: String) { self.path = path }

  var lostRecords: UInt64 { lost.reduce(0) { $0 + UInt64($1.count) } }

  var text: String {
    guard let output else {
      return "\(path): nothing is damaged: \(records.grouped) records in \(blocks.grouped) blocks\n"
    }
    var text = "\(path): kept \(records.grouped) records in \(blocks.grouped) blocks: \(output)\n"
    for range in lost {
      text += "  lost records \(range.lowerBound) to \(range.upperBound - 1)"
      text += " (\(UInt64(range.count).grouped))\n"
    }
    for finding in findings { text += "  \(finding)\n" }
    if let tail {
      text += "  torn tail: bytes \(tail.lowerBound)..<\(tail.upperBound), how many records they"
      text += " held cannot be told\n"
    }
    if hasMadeMetadata { text += "  the metadata were lost: made again from the header\n" }
    for (what, file) in [
      ("original", original), ("damaged bytes", damagedFile), ("torn tail", tornFile),
    ] {
      if let file { text += "  \(what): \(file)\n" }
    }
    return text
  }

  var json: [UInt8] {
    var json = JSONText()
    json.object {
      $0.field("file", path)
      $0.field("repaired", output)
      $0.field("original", original)
      $0.field("damaged", damagedFile)
      $0.field("torn", tornFile)
      $0.field("blocks", blocks)
      $0.field("records", records)
      $0.field("lost_records", lostRecords)
      $0.field("lost") { json in
        json.array { json in
          for range in lost {
            json.object {
              $0.field("first", range.lowerBound)
              $0.field("last", range.upperBound - 1)
            }
          }
        }
      }
      $0.field("tail_bytes", tail?.count ?? 0)
      $0.field("made_metadata", hasMadeMetadata)
      $0.field("findings") { json in
        json.array { json in for finding in findings { finding.write(to: &json) } }
      }
    }
    json.newLine()
    return json.utf8
  }
}
