internal import Catalog
internal import FeedKit
internal import FeedRegistry
internal import Ledger
internal import Wire

/// `millrace quarantine replay`: rejected messages through the decoder of today.
enum QuarantineReplayVerb: Verb {
  static var name: String { "quarantine replay" }
  static var summary: String { "run rejected messages again: which decode now, which do not" }
  static var operands: String { "[FILE...]" }
  static var options: [any DeclaredOption] {
    [StateFolder.option, QuarantineInput.feed, QuarantineInput.reason, decoder, prune]
  }
  static var notes: String {
    """
    FILE: quarantine files; all below --state if none is named. Each message is read in the state
    that it came in, as far as that was kept with it. --prune takes those out that are read now;
    a file that a running pipeline writes stays as it is.
    Exit codes: 0 all are read now, 1 some are still rejected or cannot be run.
    """
  }

  static let decoder = CommandOption.text(
    "as", "NAME", help: "run them by this feed's decoder instead of their own")
  static let prune = CommandOption.flag("prune", help: "take out of the files what is read now")

  /// Messages that are told one by one, unless more is asked for.
  private static var told: Int { 20 }

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    StopSignals.hold()
    let replay = QuarantineReplay(feed: try feed(context.arguments))
    let files = try QuarantineInput.read(context, verb: name)
    let total = files.reduce(0) { $0 + $1.content.entries.count }
    let bar = ProgressBar(
      "replay", total: UInt64(total), unit: .records, terminal: context.terminal)
    var tally = ReplayTally(context)
    for file in files {
      var good: Set<Int> = []
      for (index, entry) in file.content.entries.enumerated() {
        if tally.total % 64 == 0, StopSignals.hasCome { throw .stopped(verb: name) }
        let outcome = replay.run(entry)
        if outcome.isGood { good.insert(index) }
        try tally.add(entry, outcome, file.path, index)
        bar.update(UInt64(tally.total))
      }
      if context.arguments[prune], !good.isEmpty {
        tally.pruned += try prune(file, good, context)
      }
    }
    bar.end()
    try tally.finish()
    return tally.bad == 0 ? .ok : .findings
  }

  private static func feed(
    _ arguments: CommandArguments
  ) throws(CommandError) -> (any Feed.Type)? {
    guard let name = arguments[decoder] else { return nil }
    if let feed = FeedRegistry.feed(named: name) { return feed }
    let known = FeedRegistry.feeds.map { $0.description.name }.joined(separator: ", ")
    throw CommandError(
      .usage, verb: Self.name, happened: "no such feed", what: "--as \(name)",
      remedy: "known are \(known)")
  }

  /// Takes the messages out that are read now; a file in use stays.
  private static func prune(
    _ file: QuarantineInput.File, _ good: Set<Int>, _ context: CommandContext
  ) throws(CommandError) -> Int {
    let gone = good.map { file.content.entries[$0] }
    do throws(QuarantineError) {
      try QuarantineReader.remove(from: file.path) { gone.contains($0) }
      return gone.count
    } catch {
      guard error.kind == .inUse else { throw CommandError(error, verb: name) }
      context.terminal.note("\(file.path): a running pipeline writes it: nothing was taken out")
      return 0
    }
  }

  /// What is printed.
  private struct ReplayTally {
    private let context: CommandContext
    private var reasons: [String: Int] = [:]
    private(set) var total = 0
    private(set) var decoded = 0
    private(set) var ignored = 0
    private(set) var bad = 0
    var pruned = 0

    init(_ context: CommandContext) { self.context = context }

    mutating func add(
      _ entry: QuarantineEntry, _ outcome: QuarantineReplay.Outcome, _ path: String, _ index: Int
    ) throws(CommandError) {
      total += 1
      if outcome == .decoded { decoded += 1 } else if outcome == .ignored { ignored += 1 }
      if !outcome.isGood {
        bad += 1
        reasons[outcome.reason, default: 0] += 1
      }
      if context.arguments[GlobalOptions.json] {
        var json = JSONText()
        json.object {
          $0.field("file", path)
          $0.field("index", index)
          $0.field("time", CatalogTime.text(entry.time))
          $0.field("source", entry.source)
          $0.field("feed", entry.feed)
          $0.field("before", entry.reason.name)
          $0.field("outcome", outcome.name)
          $0.field("reason", outcome.reason)
        }
        json.newLine()
        try context.output.write(json.utf8)
      } else if context.terminal.isVerbose || !outcome.isGood && bad <= told {
        let now = outcome.isGood ? outcome.name : "\(outcome.name) (\(outcome.reason))"
        try context.output.write(
          "\(CatalogTime.text(entry.time))  \(entry.source)  \(entry.reason.name) -> \(now)  "
            + QuarantineShowVerb.printable(entry.bytes.prefix(80)) + "\n")
      }
    }

    func finish() throws(CommandError) {
      guard !context.arguments[GlobalOptions.json] else { return }
      let why = reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        .map { "\($0.key) \($0.value)" }.joined(separator: ", ")
      var text = "\(total) messages: \(decoded) decoded, \(ignored) ignored, \(bad) not read"
      if !why.isEmpty { text += " (\(why))" }
      if context.arguments[prune] { text += "; \(pruned) taken out" }
      try context.output.write(text + "\n")
    }
  }
}
