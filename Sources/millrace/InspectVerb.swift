internal import Captures
internal import FeedKit
internal import FeedRegistry

/// `millrace inspect`: what is in captures, files of market data and journals.
enum InspectVerb: Verb {
  static var name: String { "inspect" }
  static var summary: String { "say what is in captures, journals and files of market data" }
  static var operands: String { "FILE..." }
  static var options: [any DeclaredOption] { [feed, messages, date, blocks, quick] }
  static var notes: String {
    """
    Files may be pcap, pcapng or messages of a feed with or without length fields, plain or gzip;
    segments of a journal or folders of them; DBN, plain or zstd. Their bytes decide, not their
    names. With --json one object a file; --messages prints one line of JSON a message before it,
    --blocks one line a block. Exit code 1: a file is damaged; 65: nothing of it can be read.
    """
  }

  static let feed = CommandOption.choice(
    "feed", FeedRegistry.feeds.map { $0.description.name },
    help: "take the files for this feed's (default: recognised by their bytes)")
  static let messages = CommandOption.flag(
    "messages", help: "print every message with all its fields, one JSON object a line")
  static let date = CommandOption.date(
    "date",
    help: "trading day, for feeds that count from midnight in New York (default: that of the "
      + "first packet, of the file's name, or of its last change)")

  static let blocks = CommandOption.flag(
    "blocks", help: "list the blocks of journal segments: offsets, counts, times, sizes")
  static let quick = CommandOption.flag(
    "quick", help: "read the headers of journal segments only: no records by schema")

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    var worst = ExitCode.ok
    for path in context.arguments.operands {
      let code: ExitCode
      do throws(CommandError) {
        code = try inspect(path, context)
      } catch {
        // One bad file does not hide the others.
        if error.isClosedOutput { throw error }
        Terminal.writeError("\(error)\n")
        code = error.code
      }
      if code.rawValue > worst.rawValue { worst = code }
    }
    return worst
  }

  private static func inspect(
    _ path: String, _ context: CommandContext
  ) throws(CommandError) -> ExitCode {
    if context.arguments[feed] == nil, SegmentInspection.recognises(path) {
      return try SegmentInspection(context).run(path)
    }
    let wanted = context.arguments[feed].flatMap(FeedRegistry.feed(named:))
    let recognition: InputRecognition
    let file: InputFile
    do throws(InputError) {
      recognition = try InputRecognition(path: path, as: wanted)
      file = try InputFile(path: path)
    } catch {
      throw CommandError(error, verb: name)
    }
    var inspection = FileInspection(
      recognition, date: tradingDay(recognition, context.arguments[date]),
      progress: InspectProgress(path, terminal: context.terminal))
    var lines: InspectLines?
    if context.arguments[messages], let feed = recognition.feed {
      lines = InspectLines(feed: feed, output: context.output)
    }
    try inspection.run(file, lines: &lines)
    let summary = FileSummary(inspection)
    if context.arguments[GlobalOptions.json] {
      try context.output.write(summary.json)
    } else {
      try context.output.write(summary.text(context.terminal))
    }
    guard !summary.isUnreadable else {
      throw CommandError(
        .badInput, verb: name, happened: "nothing in it can be read", what: path,
        remedy: "captures are pcap or pcapng; name the feed of other files with --feed")
    }
    return summary.problem == nil ? .ok : .findings
  }

  /// The day that a feed's midnight is of; nil for feeds with whole times.
  static func tradingDay(_ recognition: InputRecognition, _ stated: CivilDate?) -> CivilDate? {
    guard let feed = recognition.feed, feed.description.countsFromMidnight else { return nil }
    if let stated { return stated }
    if recognition.firstTimestamp > 0 { return NewYorkTime.date(of: recognition.firstTimestamp) }
    return TradingDay.date(inFileName: recognition.path)
      ?? SystemCalls.modificationTime(recognition.path).map(NewYorkTime.date(of:))
  }
}
