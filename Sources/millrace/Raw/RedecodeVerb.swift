internal import Engine
internal import FeedKit
internal import FeedRegistry
internal import Journal
internal import Ledger

/// `millrace redecode`: raw captures through today's decoder into a new journal.
enum RedecodeVerb: Verb {
  static var name: String { "redecode" }
  static var summary: String { "decode raw captures once more into a new journal" }
  static var operands: String { "RAW..." }
  static var options: [any DeclaredOption] {
    [to, feed, date, start, shards, outputs, codec, block, folder]
  }
  static var notes: String {
    """
    RAW: files that `millrace run --capture raw` has written, of one source, in the order of their
    times. They take the way of live bytes once more, with the same receive times, into a tick
    journal below the folder given with --to. The same captures give the same record bytes, every
    time; give --shards and --outputs as the live run had them to get its records.

      millrace redecode journal/XNAS.ITCH/2023-11-14/*-itch50.pcapng.lz4 --to mended

    Exit code 1: an equation of the ledger was violated, a capture is damaged, or the journal could
    not be written whole.
    """
  }

  static let to = CommandOption.text("to", "DIR", help: "root of the new journal")
  static let feed = CommandOption.text(
    "feed", "NAME", help: "the feed of the captures; that of their dataset if not given")
  static let date = CommandOption.date(
    "date", help: "trading day of a feed whose times count from midnight")
  static let start = CommandOption.choice(
    "start", ["first-seen", "one"],
    help: "where the session is taken up: one counts what came before the first message as lost",
    default: "first-seen")
  static let shards = CommandOption.count(
    "shards", in: 1...64, help: "shards of the new journal", default: "1")
  static let outputs = CommandOption.text(
    "outputs", "LIST", help: "what workers add, as for millrace run", default: "books,mbp-1")
  static let codec = CommandOption<JournalCodec>.codec(
    "codec", help: "how segments are written (default: zstd:1)")
  static let block = CommandOption.count(
    "block", in: 64...JournalLimits.blockRecords, help: "records of a full block",
    default: "16384")
  static let folder = CommandOption.text(
    "folder", "DIR", help: "folder of rings and counters", default: "/dev/shm/millrace")

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    StopSignals.hold()
    let arguments = context.arguments
    guard let root = arguments[to] else {
      throw CommandError(
        .usage, verb: name, happened: "no folder for the new journal", what: "--to",
        remedy: "name it with --to DIR")
    }
    let source = try source(arguments)
    let options = try pipelineOptions(arguments, root: root)
    let pipeline: Pipeline
    do throws(EngineError) {
      pipeline = try Pipeline(options: options, sources: [source], version: Version.text)
      try pipeline.start()
    } catch {
      throw CommandError(error, verb: name)
    }
    var isStopped = false
    while !pipeline.isFinished, !isStopped { isStopped = StopSignals.wait(nanos: 20_000_000) }
    let violations = pipeline.stop()
    return try report(pipeline, violations, root: root, isStopped: isStopped, context)
  }

  private static func report(
    _ pipeline: Pipeline, _ violations: [Ledger.Violation], root: String, isStopped: Bool,
    _ context: CommandContext
  ) throws(CommandError) -> ExitCode {
    for failure in pipeline.failures { context.terminal.error("\(failure.error)") }
    for violation in violations { context.terminal.error("ledger: \(violation)") }
    let records = pipeline.journalRecords
    let messages = pipeline.reports.reduce(0) { $0 + $1.messages }
    if context.arguments[GlobalOptions.json] {
      var json = JSONText()
      json.object {
        $0.field("messages", messages)
        $0.field("records", records.written)
        $0.field("lost", records.lost)
        $0.field("root", root)
        $0.field("stopped", isStopped)
      }
      json.newLine()
      try context.output.write(json.utf8)
    } else {
      try context.output.write(
        "\(messages) messages decoded, \(records.written) records written below \(root)"
          + (records.lost > 0 ? "; \(records.lost) lost\n" : "\n"))
    }
    if isStopped { return .stopped }
    let isGood = violations.isEmpty && pipeline.failures.isEmpty && records.lost == 0
    return isGood ? .ok : .findings
  }

  private static func pipelineOptions(
    _ arguments: CommandArguments, root: String
  ) throws(CommandError) -> PipelineOptions {
    var options = PipelineOptions(
      instance: "redecode-\(SystemCalls.processID)", verb: name)
    options.shards = arguments.value(of: shards)
    options.folder = arguments.value(of: folder)
    options.outputs = try RunSetup.outputs(arguments.value(of: outputs))
    var journal = JournalSettings(root: root)
    if let codec = arguments[codec] { journal.codec = codec }
    journal.blockRecords = arguments.value(of: block)
    journal.sync = .off
    // Blocks are full or the last ones: their bounds do not depend on how fast this machine is.
    journal.flushNanos = .max
    options.journal = journal
    return options
  }

  private static func source(
    _ arguments: CommandArguments
  ) throws(CommandError) -> SourceConfiguration {
    var first: SegmentHeader?
    var firstNanos: UInt64 = 0
    for path in arguments.operands {
      do throws(JournalError) {
        var reader = try SegmentReader(path: path)
        guard reader.header.dbnVersion == 0, !reader.isForeign else {
          throw .notASegment(path: path, detail: "it is no raw capture")
        }
        if first == nil {
          first = reader.header
          firstNanos = try reader.nextBlock()?.minTsRecv ?? reader.header.createdNanos
        }
      } catch {
        throw CommandError(error, verb: name)
      }
    }
    let feed = try RawFeed.of(
      dataset: first?.dataset ?? "", named: arguments[feed], verb: name)
    // The source's name stands in no record; the instance has it behind a slash.
    let source = first?.instance.split(separator: "/").last.map(String.init)
    var configuration = SourceConfiguration(
      name: source ?? feed.description.name, feed: feed, input: .raw(paths: arguments.operands))
    configuration.midnight = NewYorkTime.midnight(
      of: arguments[date] ?? NewYorkTime.date(of: firstNanos))
    configuration.gaps.start = arguments.value(of: start) == "one" ? .one : .firstSeen
    // A live pipeline waits longer for gaps where it has a server to ask.
    configuration.gaps.requestLimit = try hasAnswers(arguments.operands, first) ? 8 : 0
    configuration.gaps.largestGapMessages = 1 << 36
    return configuration
  }
}

extension RedecodeVerb {
  /// Whether the captured pipeline had a re-request server.
  private static func hasAnswers(
    _ paths: [String], _ header: SegmentHeader?
  ) throws(CommandError) -> Bool {
    guard let path = paths.first, let header, header.codec.payload == .pcapng else { return false }
    do throws(JournalError) {
      let preamble = try RawPreamble.read(path: path, header: header)
      return String(decoding: preamble, as: UTF8.self).contains("answers of")
    } catch {
      throw CommandError(error, verb: name)
    }
  }
}

/// The feed of a raw capture.
enum RawFeed {
  static func of(
    dataset: String, named name: String?, verb: String
  ) throws(CommandError) -> any Feed.Type {
    let known = FeedRegistry.feeds.map { $0.description.name }.joined(separator: ", ")
    if let name {
      if let feed = FeedRegistry.feed(named: name) { return feed }
      throw CommandError(
        .usage, verb: verb, happened: "no such feed", what: "--feed \(name)",
        remedy: "known are \(known)")
    }
    let feeds = FeedRegistry.feeds.filter { $0.description.dataset == dataset }
    guard feeds.count == 1, let feed = feeds.first else {
      throw CommandError(
        .usage, verb: verb, happened: "the dataset tells no feed", what: dataset,
        remedy: "name it with --feed; known are \(known)")
    }
    return feed
  }
}
