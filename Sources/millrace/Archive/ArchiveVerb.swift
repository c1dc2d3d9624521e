internal import FeedKit
internal import Journal
internal import Ledger

/// `millrace archive`: finished segments as columnar files, a day or an instrument each.
enum ArchiveVerb: Verb {
  static var name: String { "archive" }
  static var summary: String { "turn finished segments into a verified columnar archive" }
  static var operands: String { "[ROOT]" }
  static var options: [any DeclaredOption] {
    [output, day, dataset, layout, codec, block, buffer, deleteSource, verify]
  }
  static var notes: String {
    """
    Merges all shards of a dataset and a day, writes DIR/<dataset>/<day>.mrc (or a file for each
    instrument), reads it back, compares every record's hash, and only then writes the manifest.
    What is interrupted goes on with the day at which it stopped. Days that are not over wait,
    unless --day names them.
      millrace archive journal --output archive
      millrace archive journal --output archive --by instrument --delete-source
      millrace archive --verify archive
    Exit codes: 0 well, 1 findings: gaps or damage in the sources, an archive that is not what its
    manifest says.
    """
  }

  static let output = CommandOption.text(
    "output", "DIR", help: "the archive's folder; made where it is missing")
  static let day = CommandOption.date(
    "day", help: "this day only, and as far as it is finished even if it is not over")
  static let dataset = CommandOption.text("dataset", "NAME", help: "this dataset only")
  static let layout = CommandOption.choice(
    "by", ArchiveLayout.allCases.map(\.rawValue), help: "what has a file of its own",
    default: ArchiveLayout.day.rawValue)
  static let codec = CommandOption.codec(
    "codec", help: "how blocks are stored (default columnar+zstd:1)")
  static let block = CommandOption.count(
    "block", in: 1...JournalLimits.blockRecords, help: "records a block at most",
    default: "\(ArchiveOptions.usualBlockRecords)")
  static let buffer = CommandOption.size(
    "buffer", help: "memory for records that are sorted by instrument", default: "128MiB")
  static let deleteSource = CommandOption.flag(
    "delete-source", help: "delete segments once their archive was read back and synced")
  static let verify = CommandOption.text(
    "verify", "DIR", help: "compare an archive with its manifests; may be repeated")

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    let arguments = context.arguments
    let archives = arguments.all(verify)
    if !archives.isEmpty {
      return try ArchiveCheck(context).run(archives + arguments.operands)
    }
    guard let root = arguments.operands.first, arguments.operands.count == 1 else {
      throw usage(
        "one journal is needed", arguments.operands.joined(separator: " "),
        "name ROOT, or check archives with --verify DIR")
    }
    guard let archive = arguments[output] else {
      throw usage("nothing says where the archive is", root, "give --output DIR")
    }
    var options = ArchiveOptions(root: root, archive: archive, tool: "millrace \(Version.text)")
    options.layout = ArchiveLayout(rawValue: arguments.value(of: layout)) ?? .day
    if let codec = arguments[codec] { options.codec = codec }
    options.blockRecords = arguments.value(of: block)
    options.spillBytes = arguments.value(of: buffer)
    let request = ArchivePlan.Request(
      day: arguments[day].map { "\($0)" }, dataset: arguments[dataset],
      now: RealtimeClock.now().rawValue)
    var session = ArchiveSession(context, deletes: arguments[deleteSource])
    do throws(JournalError) {
      return try session.run(options, request)
    } catch {
      throw CommandError(error, verb: name)
    }
  }

  private static func usage(_ happened: String, _ what: String, _ remedy: String) -> CommandError {
    CommandError(.usage, verb: name, happened: happened, what: what, remedy: remedy)
  }
}

/// Progress of archives on the terminal, and the look at the stop signals.
final class ArchiveProgressBar {
  private let terminal: Terminal
  private let label: String
  private var bar: ProgressBar
  private var stage: ArchiveProgress.Stage?
  private var lastLook: UInt64 = 0
  private(set) var isStopped = false

  /// Between two looks at the signals, ns.
  private static var lookNanos: UInt64 { 20_000_000 }

  init(_ label: String, terminal: Terminal) {
    self.label = label
    self.terminal = terminal
    bar = ProgressBar(label, total: 0, unit: .bytes, terminal: terminal)
  }

  /// Draws; false where the work is to stop.
  func goesOn(_ progress: ArchiveProgress) -> Bool {
    if progress.stage != stage {
      stage = progress.stage
      let word =
        switch progress.stage {
        case .reading: "archive"
        case .writing: "write"
        case .verifying: "verify"
        }
      bar.restart("\(word) \(label)", total: progress.total)
    }
    bar.update(
      progress.done, total: progress.total,
      note: "\(RunProgress.short(Double(progress.records))) records")
    let now = MonotonicClock.now().rawValue
    if now &- lastLook > Self.lookNanos {
      lastLook = now
      if StopSignals.hasCome { isStopped = true }
    }
    return !isStopped
  }

  func end() { bar.end() }
}
