internal import Captures
internal import Catalog
internal import Ledger
internal import Sqlite
internal import Wire

/// `millrace symbols import`: lists of symbols into the symbol master.
enum SymbolsImportVerb: Verb {
  static var name: String { "symbols import" }
  static var summary: String { "read lists of symbols: CSV, IQFeed's list, JSON lines" }
  static var operands: String { "FILE..." }
  static var options: [any DeclaredOption] {
    [StateFolder.option, source, feed, at, canonical, dryRun]
  }
  static var notes: String {
    """
    FILE, plain or gzip:
      symbol,canonical,exchange,currency,type,key,tick_size,valid_from,valid_to
      IQFeed's list of market symbols, tab-separated, with its header
      what millrace symbols lookup --json prints
    Columns are found by their names; only symbol must be there. A symbol whose key, type or
    currency says that it is another instrument ends the old one's validity; a known key under a
    new symbol is a rename and keeps its id. All of it is written, or nothing.
      millrace symbols import us.csv --source iqfeed
    Exit codes: 0 all taken, 1 some were refused, or contradict what is known.
    """
  }

  static let source = CommandOption.text(
    "source", "NAME", help: "whose symbols these are, as the configuration names the source")
  static let feed = CommandOption.text(
    "feed", "NAME", help: "by which feed's rule they are checked (default: the source's name)")
  static let at = CommandOption.time(
    "at", help: "since when symbols without valid_from are valid (default: now)")
  static let canonical = CommandOption.choice(
    "canonical", ["symbol", "known"],
    help: "the canonical symbol of lines without one: the symbol itself, or the one known before",
    default: "known")
  static let dryRun = CommandOption.flag("dry-run", help: "change nothing: say what would change")

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    StopSignals.hold()
    let arguments = context.arguments
    let state = StateFolder(arguments, verb: name)
    if SystemCalls.look(at: state.path) == nil {
      try SystemCalls.makeFolder(state.path, verb: name)
    }
    let master = try state.symbolMaster(.readWrite)
    var session = SymbolImport(context, verb: name)
    do throws(CatalogError) {
      if arguments[dryRun] {
        try master.rehearse { () throws(CatalogError) in try session.run(master) }
      } else {
        try master.transaction { () throws(CatalogError) in try session.run(master) }
      }
    } catch {
      session.end()
      throw session.failure ?? CommandError(error, verb: name)
    }
    session.end()
    try session.report()
    return session.isClean ? .ok : .findings
  }
}

/// One run of `millrace symbols import`.
struct SymbolImport {
  private let context: CommandContext
  private let verb: String
  private let moment: UInt64
  private let start = MonotonicClock.now().rawValue
  private let bar: ProgressBar
  private var result = SymbolImportReport()
  private var mistakes = 0
  private var lines = 0
  private var nanos: UInt64 = 0
  private var sources: Set<String> = []
  /// Why the whole was taken back, where it was not the master's doing.
  private(set) var failure: CommandError?

  /// Mistakes that are told one by one, and lines between two looks at the signals.
  private static var toldMistakes: Int { 10 }
  private static var linesPerLook: Int { 1_024 }
  private static var lineBytes: Int { 64 << 10 }

  init(_ context: CommandContext, verb: String) {
    self.context = context
    self.verb = verb
    let now = RealtimeClock.now().rawValue
    moment = context.arguments[SymbolsImportVerb.at]?.nanos(dataFrom: now) ?? now
    bar = ProgressBar("import", total: 0, unit: .bytes, terminal: context.terminal)
  }

  var isClean: Bool { mistakes == 0 && result.refused == 0 && result.conflicting == 0 }

  mutating func end() {
    bar.end()
    nanos = MonotonicClock.now().rawValue - start
  }

  mutating func run(_ master: SymbolMaster) throws(CatalogError) {
    for path in context.arguments.operands {
      do throws(InputError) {
        var file = try InputFile(path: path)
        try read(&file, master)
      } catch {
        failure = failure ?? CommandError(error, verb: verb)
      }
      // Leaving with an error takes everything back.
      if failure != nil { throw .badName(path, why: "not read to its end") }
    }
  }

  /// A problem of the master goes through `storage`, so that one kind of error leaves here.
  private mutating func read(
    _ file: inout InputFile, _ master: SymbolMaster
  ) throws(InputError) {
    var list = SymbolList()
    let total = SystemCalls.look(at: file.path)?.byteCount ?? 0
    var isLast = false
    while !isLast {
      let more = file.refill()
      isLast = !more
      let consumed = take(file.window, isLast: isLast, &list, master, file.path)
      file.consume(consumed)
      bar.update(file.offset, total: total, note: "\(lines) lines")
      if failure != nil { return }
    }
    if let problem = file.problem {
      failure = CommandError(
        .badInput, verb: verb, happened: "\(problem)", what: file.path,
        remedy: "copy the file again; nothing was imported")
    }
  }

  /// Takes the whole lines of a window, and the last one without a line feed where it is the file's
  /// last or too long to wait for; gives the bytes taken.
  private mutating func take(
    _ bytes: RawSpan, isLast: Bool, _ list: inout SymbolList, _ master: SymbolMaster,
    _ path: String
  ) -> Int {
    var at = 0
    while at < bytes.byteCount, failure == nil {
      let feed = bytes.firstOffset(of: 0x0A, from: at, to: bytes.byteCount)
      if feed == nil, !isLast, bytes.byteCount - at <= Self.lineBytes { break }
      let end = feed ?? bytes.byteCount
      take(Self.line(bytes, at..<end), &list, master, path)
      at = min(end + 1, bytes.byteCount)
    }
    return at
  }

  private static func line(_ bytes: RawSpan, _ range: Range<Int>) -> [UInt8] {
    range.map { bytes.uncheckedByte(at: $0) }
  }

  private mutating func take(
    _ line: [UInt8], _ list: inout SymbolList, _ master: SymbolMaster, _ path: String
  ) {
    lines += 1
    if lines % Self.linesPerLook == 0, StopSignals.hasCome {
      failure = CommandError.stopped(verb: verb)
      return
    }
    let read: SymbolList.Line?
    do throws(SymbolList.Mistake) {
      guard line.count <= Self.lineBytes else {
        throw .init("a line has more than \(Self.lineBytes) bytes")
      }
      read = try list.read(line)
    } catch {
      return mistake(error, path, list.lines)
    }
    guard let read else { return }
    guard let source = context.arguments[SymbolsImportVerb.source] ?? read.source else {
      failure = CommandError(
        .usage, verb: verb, happened: "nothing says whose symbols these are", what: path,
        remedy: "give --source NAME, as the configuration names the source")
      return
    }
    var definition = read.definition
    if context.arguments.value(of: SymbolsImportVerb.canonical) == "symbol" {
      definition.canonical = definition.canonical ?? definition.symbol
    }
    let feed = context.arguments[SymbolsImportVerb.feed] ?? source
    do throws(CatalogError) {
      if sources.insert(source).inserted { try master.setFeed(feed, of: source) }
      try master.take(
        definition, source: source, at: moment,
        isValid: { FeedSymbols.isValid(feed: feed, symbol: $0) ?? true }, into: &result)
    } catch {
      failure = CommandError(error, verb: verb)
    }
  }

  private mutating func mistake(_ mistake: SymbolList.Mistake, _ path: String, _ line: Int) {
    mistakes += 1
    if line == 1 || mistakes > 10_000 {
      failure = CommandError(
        .badInput, verb: verb, happened: "\(mistake)", what: "\(path):\(line)",
        remedy: "see millrace help symbols import; nothing was imported")
    } else if mistakes <= Self.toldMistakes {
      context.terminal.error("\(path):\(line): \(mistake)")
    }
  }

  func report() throws(CommandError) {
    guard !context.arguments[GlobalOptions.json] else { return try context.output.write(json) }
    let rate = Double(lines) / (Double(max(nanos, 1)) / 1e9)
    var text = context.arguments[SymbolsImportVerb.dryRun] ? "would have read " : "read "
    text +=
      "\(lines) lines (\(RunProgress.short(rate))/s): \(result.added) new symbols, "
      + "\(result.instruments) new instruments, \(result.changed) changed, \(result.renamed) "
      + "renamed, \(result.reused) reused, \(result.unchanged) unchanged, \(result.refused) "
      + "refused, \(mistakes) unreadable, \(result.conflicting) conflicts\n"
    let shown = context.terminal.isVerbose ? Int.max : Self.toldMistakes
    for one in result.refusals.prefix(shown) { text += "refused  \(one.symbol): \(one.text)\n" }
    for one in result.conflicts.prefix(shown) { text += "conflict \(one.symbol): \(one.text)\n" }
    try context.output.write(text)
  }

  private var json: String {
    var json = JSONText()
    json.object { json in
      json.field("dry_run", context.arguments[SymbolsImportVerb.dryRun])
      json.field("lines", lines)
      json.field("added", result.added)
      json.field("instruments", result.instruments)
      json.field("changed", result.changed)
      json.field("renamed", result.renamed)
      json.field("reused", result.reused)
      json.field("unchanged", result.unchanged)
      json.field("refused", result.refused)
      json.field("unreadable", mistakes)
      json.field("conflicts", result.conflicting)
      for (name, remarks) in [
        ("refusals", result.refusals), ("conflicting", result.conflicts),
      ] {
        json.field(name) { json in
          json.array { json in
            for one in remarks {
              json.object {
                $0.field("symbol", one.symbol)
                $0.field("text", one.text)
              }
            }
          }
        }
      }
    }
    return json.text + "\n"
  }
}
