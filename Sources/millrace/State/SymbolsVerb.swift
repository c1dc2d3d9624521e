internal import Catalog
internal import Ledger
internal import Records
internal import Sqlite

/// `millrace symbols`: the symbol master. Each of its verbs is one file and one line in the table.
enum SymbolsVerb: Verb {
  static var name: String { "symbols" }
  static var summary: String { "look up, import and check symbols of live sources" }
  static var operands: String { "[VERB]" }
  static var options: [any DeclaredOption] { [] }
  static var subverbs: [any Verb.Type] {
    [SymbolsLookupVerb.self, SymbolsImportVerb.self, SymbolsVerifyVerb.self]
  }
  static var notes: String { Subverbs.notes(of: name, subverbs) }

  /// Only called where no verb of the table was named first.
  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    throw Subverbs.missing(name, subverbs, context.arguments.operands.first)
  }
}

/// What verbs with verbs below them have in common.
enum Subverbs {
  /// The verbs and what they do, for help.
  static func notes(of name: String, _ verbs: [any Verb.Type]) -> String {
    let words = verbs.map { word(of: $0, name) }
    let width = words.map(\.count).max() ?? 0
    let lines = zip(words, verbs).map { word, verb in
      "  \(word)\(String(repeating: " ", count: width - word.count))  \(verb.summary)"
    }
    return """
      verbs:
      \(lines.joined(separator: "\n"))

      Each has options of its own: millrace \(name) \(words.first ?? "") --help
      """
  }

  static func missing(
    _ name: String, _ verbs: [any Verb.Type], _ given: String?
  ) -> CommandError {
    let words = verbs.map { word(of: $0, name) }
    let hint = given.flatMap { NearestName.of($0, among: words) }.map { "did you mean \($0)?" }
    return CommandError(
      .usage, verb: name, happened: given == nil ? "a verb is missing" : "there is no such verb",
      what: given ?? "millrace \(name)",
      remedy: hint ?? "known are \(words.joined(separator: ", ")); see millrace help \(name)")
  }

  private static func word(of verb: any Verb.Type, _ name: String) -> String {
    String(verb.name.dropFirst(name.count + 1))
  }
}

/// `millrace symbols lookup`: what a name meant at a time.
enum SymbolsLookupVerb: Verb {
  static var name: String { "symbols lookup" }
  static var summary: String { "what a symbol, canonical symbol, key or id means at a time" }
  static var operands: String { "[NAME...]" }
  static var options: [any DeclaredOption] { [StateFolder.option, at, ever, all] }
  static var notes: String {
    """
    NAME: a canonical symbol, a source's symbol (SOURCE:SYMBOL for one source only), an upstream's
    key (IB: conId), or an instrument id. --json prints a line for each listing, which millrace
    symbols import reads.
      millrace symbols lookup AAPL --at 2026-06-01
      millrace symbols lookup --all --json > symbols.jsonl
    Exit codes: 0 found, 1 a name means nothing at that time.
    """
  }

  static let at = CommandOption.time("at", help: "the moment that is meant (default: now)")
  static let ever = CommandOption.flag("ever", help: "at any time")
  static let all = CommandOption.flag("all", help: "every listing of every time, without NAME")

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    let arguments = context.arguments
    guard arguments.operands.isEmpty == arguments[all] else {
      throw CommandError(
        .usage, verb: name, happened: "nothing says what is to be looked up",
        what: arguments.operands.first ?? "NAME", remedy: "give NAME..., or --all for everything")
    }
    let master = try StateFolder(arguments, verb: name).symbolMaster()
    let now = RealtimeClock.now().rawValue
    let moment = arguments[ever] ? nil : arguments[at]?.nanos(dataFrom: now) ?? now
    var code = ExitCode.ok
    var lines = SymbolLines(context)
    do throws(SqliteError) {
      if arguments[all] {
        try master.each { (one) throws(SqliteError) in lines.add(one) }
      }
      for operand in arguments.operands {
        let found = try master.find(operand, at: moment)
        for one in found { lines.add(one) }
        guard found.isEmpty else { continue }
        code = .findings
        let when = moment.map { "at \(CatalogTime.text($0))" } ?? "at any time"
        context.terminal.error(
          "\(operand): means nothing \(when)" + (moment == nil ? "" : " (--ever)"))
      }
    } catch {
      throw CommandError(error, verb: name)
    }
    try lines.finish()
    return code
  }
}

/// Listings as they are printed.
struct SymbolLines {
  private let context: CommandContext
  private var json = JSONText()
  private var rows: [[String]] = []
  /// What several names led to is printed once.
  private var printed: Set<String> = []

  init(_ context: CommandContext) { self.context = context }

  mutating func add(_ one: Listing) {
    guard printed.insert("\(one.source):\(one.symbol)@\(one.validFrom)").inserted else { return }
    guard context.arguments[GlobalOptions.json] else {
      rows.append([
        one.canonical.isEmpty ? "-" : one.canonical, "\(one.instrument)", one.source, one.symbol,
        one.details.securityType, one.details.exchange, one.details.currency,
        one.details.tickSize > 0 ? Price.text(one.details.tickSize) : "", one.details.key,
        CatalogTime.text(one.validFrom), one.validTo.map { CatalogTime.text($0) } ?? "",
      ])
      return
    }
    json.object { json in
      json.field("source", one.source)
      json.field("symbol", one.symbol)
      json.field("canonical", one.canonical)
      json.field("instrument", one.instrument)
      json.field("name", one.details.name)
      json.field("exchange", one.details.exchange)
      json.field("currency", one.details.currency)
      json.field("type", one.details.securityType)
      json.field("key", one.details.key)
      json.field("tick_size", mantissa: one.details.tickSize, decimals: 9)
      json.field("valid_from", CatalogTime.text(one.validFrom))
      json.field("valid_to", one.validTo.map { CatalogTime.text($0) })
    }
    json.newLine()
  }

  mutating func finish() throws(CommandError) {
    if !rows.isEmpty {
      let header = [
        "CANONICAL", "ID", "SOURCE", "SYMBOL", "TYPE", "EXCHANGE", "CURRENCY", "TICK", "KEY",
        "FROM", "TO",
      ]
      try context.output.write(TextTable(rows: [header] + rows).text)
    }
    try context.output.write(json.utf8)
  }
}
