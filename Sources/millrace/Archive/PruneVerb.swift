internal import Journal
internal import Ledger

/// `millrace prune`: retention of a journal by age and size.
enum PruneVerb: Verb {
  static var name: String { "prune" }
  static var summary: String { "delete old segments of a journal that nobody needs any more" }
  static var operands: String { "ROOT" }
  static var options: [any DeclaredOption] { [archive, keepDays, keepBytes, dryRun, force] }
  static var notes: String {
    """
    Oldest first, and never: a segment that is being written or was not closed in order, one that
    a running reader still needs, one that no archive holds whole (unless --force), a file that is
    not the journal's by its content. Symbolic links are not followed.
    Exit codes: 0 done, 1 something that was to go could not be deleted.
    """
  }

  static let archive = CommandOption.text(
    "archive", "DIR", help: "where millrace archive has put the segments")
  static let keepDays = CommandOption.count(
    "keep-days", help: "delete what is of a day more than N days ago (UTC)")
  static let keepBytes = CommandOption.size(
    "keep-bytes", help: "delete the oldest segments until all together are no larger than this")
  static let dryRun = CommandOption.flag(
    "dry-run", help: "delete nothing: say what would go, and why the rest stays")
  static let force = CommandOption.flag(
    "force", help: "delete segments that no archive holds, too")

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    let arguments = context.arguments
    guard arguments.operands.count == 1 else {
      throw usage("one journal at a time", arguments.operands.joined(separator: " "), "name ROOT")
    }
    guard arguments[keepDays] != nil || arguments[keepBytes] != nil else {
      throw usage(
        "nothing says what is to be kept", arguments.operands[0],
        "give --keep-days N or --keep-bytes SIZE")
    }
    let policy = PrunePolicy(
      keepDays: arguments[keepDays], keepBytes: arguments[keepBytes].map { UInt64($0) },
      isForced: arguments[force], now: RealtimeClock.now().rawValue)
    do throws(JournalError) {
      let prune = try JournalPrune(
        root: arguments.operands[0], archive: arguments[archive], policy: policy)
      for (path, reason) in prune.unreadable { context.terminal.note("\(path): \(reason)") }
      return try act(prune, context)
    } catch {
      throw CommandError(error, verb: name)
    }
  }

  private static func usage(_ happened: String, _ what: String, _ remedy: String) -> CommandError {
    CommandError(.usage, verb: name, happened: happened, what: what, remedy: remedy)
  }

  private static func act(
    _ prune: JournalPrune, _ context: CommandContext
  ) throws(JournalError) -> ExitCode {
    var report = PruneReport(isDryRun: context.arguments[dryRun])
    for decision in prune.decisions where !decision.goes {
      report.add(decision, .kept, decision.reason)
    }
    if report.isDryRun {
      for decision in prune.decisions where decision.goes {
        report.add(decision, .removed, decision.reason)
      }
    } else {
      let freed = try prune.perform { decision, outcome in
        switch outcome {
        case .removed: report.add(decision, .removed, decision.reason)
        case .stays(let reason): report.add(decision, .kept, reason)
        case .failed(let error):
          Terminal.writeError("millrace prune: \(error)\n")
          report.add(decision, .failed, "\(error)")
        }
      }
      report.freed = freed
    }
    let text =
      context.arguments[GlobalOptions.json]
      ? report.json : report.text(all: report.isDryRun || context.terminal.isVerbose)
    do throws(CommandError) { try context.output.write(text) } catch { return error.code }
    return report.hasFailures ? .findings : .ok
  }
}

/// What `millrace prune` has done or would do, for people and for programs.
struct PruneReport {
  enum Fate: String {
    case removed
    case kept
    case failed
  }

  struct Row {
    var path: String
    var bytes: UInt64
    var fate: Fate
    var reason: String
  }

  let isDryRun: Bool
  /// Bytes that became free; of a dry run, that would.
  var freed: UInt64 = 0
  private(set) var rows: [Row] = []

  init(isDryRun: Bool) { self.isDryRun = isDryRun }

  var hasFailures: Bool { rows.contains { $0.fate == .failed } }

  mutating func add(_ decision: PrunePolicy.Decision, _ fate: Fate, _ reason: String) {
    rows.append(
      Row(
        path: decision.segment.path, bytes: decision.segment.bytes, fate: fate, reason: reason))
    if isDryRun, fate == .removed { freed &+= decision.segment.bytes }
  }

  private func count(_ fate: Fate) -> Int { rows.count { $0.fate == fate } }

  /// One object, ended by a line feed.
  var json: String {
    var json = JSONText()
    json.object { json in
      json.field("dry_run", isDryRun)
      json.field("freed_bytes", freed)
      json.field("removed", count(.removed))
      json.field("kept", count(.kept))
      json.field("failed", count(.failed))
      json.field("files") { json in
        json.array { json in
          for row in rows {
            json.object {
              $0.field("path", row.path)
              $0.field("bytes", row.bytes)
              $0.field("fate", row.fate.rawValue)
              $0.field("reason", row.reason)
            }
          }
        }
      }
    }
    return json.text + "\n"
  }

  /// A table of the files where `all`, and a sentence.
  func text(all: Bool) -> String {
    var text = ""
    let words: [Fate: String] = [
      .removed: isDryRun ? "would go" : "gone    ", .kept: "stays   ", .failed: "failed  ",
    ]
    for row in all ? rows.sorted(by: { $0.path < $1.path }) : [] {
      let size = ByteText.short(Double(row.bytes))
      let padding = String(repeating: " ", count: max(11 - size.count, 0))
      text += "\(words[row.fate] ?? "")\(padding)\(size)  \(row.path): \(row.reason)\n"
    }
    text += isDryRun ? "would delete" : "deleted"
    text += " \(count(.removed)) of \(rows.count) files, \(ByteText.short(Double(freed)))\n"
    return text
  }
}
