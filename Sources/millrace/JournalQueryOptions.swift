internal import Records

/// Which records of a journal are wanted: the options that its verbs share.
enum JournalQueryOptions {
  static let from = CommandOption.time(
    "from", help: "records received at this time or later: 13:30, 2023-08-22T13:30:00Z, ns")
  static let until = CommandOption.time("until", help: "records received before this time")
  /// The same as `until`, for verbs whose `--to` means nothing else.
  static let to = CommandOption.time("to", help: "the same as --until")
  static let symbols = CommandOption.text(
    "symbols", "A,B", help: "records of these symbols only; may be repeated")
  static let instruments = CommandOption.text(
    "instruments", "N,M", help: "records of these instrument ids only; may be repeated")
  static let schema = CommandOption.text(
    "schema", "LIST", help: "records of these schemas only: mbo, trades, mbp-1, definition, ...")

  /// All of them; `replay`, whose `--to` names an outlet, takes `allButTo`.
  static var all: [any DeclaredOption] { [from, until, to, symbols, instruments, schema] }
  static var allButTo: [any DeclaredOption] { [from, until, symbols, instruments, schema] }

  /// What the command line asks for. `firstTime` gives the data's first receive time; it is called
  /// only where a time without a day was given.
  static func selection(
    _ arguments: CommandArguments, verb: String,
    firstTime: () throws(CommandError) -> UInt64
  ) throws(CommandError) -> JournalSelection {
    var selection = JournalSelection()
    selection.symbols = words(arguments.all(symbols))
    for word in words(arguments.all(instruments)) {
      guard let number = UInt32(word) else {
        throw failure(verb, "not an instrument id", "--instruments \(word)", "ids are numbers")
      }
      selection.instruments.append(number)
    }
    for word in words(arguments.all(schema)) {
      selection.schemas.append(try schema(named: word, verb: verb))
    }
    let from = arguments[from]
    let until = arguments[until] ?? arguments[to]
    var first: UInt64 = 0
    if from?.needsData == true || until?.needsData == true { first = try firstTime() }
    selection.from = try nanos(from, "--from", first, verb)
    selection.until = try nanos(until, "--until", first, verb)
    if let from = selection.from, let until = selection.until, until <= from {
      throw failure(
        verb, "the time ends before it begins",
        "--from \(Timestamp.text(from)) --until \(Timestamp.text(until))",
        "times without an offset are UTC")
    }
    return selection
  }

  private static func nanos(
    _ time: TimeArgument?, _ option: String, _ first: UInt64, _ verb: String
  ) throws(CommandError) -> UInt64? {
    guard let time else { return nil }
    guard let nanos = time.nanos(dataFrom: first) else {
      throw failure(verb, "the time cannot be counted in ns", option, TimeArgument.expects)
    }
    return nanos
  }

  private static func schema(named word: String, verb: String) throws(CommandError) -> Schema {
    if let schema = Schema(name: word) { return schema }
    let known = (0..<64).compactMap { Schema(rawValue: $0).name }
    throw failure(
      verb, "there is no such schema", "--schema \(word)",
      NearestName.of(word, among: known).map { "did you mean \($0)?" }
        ?? "known are \(known.joined(separator: ", "))")
  }

  /// The words of options that take lists by commas, in their order, each once.
  private static func words(_ lists: [String]) -> [String] {
    var seen: Set<String> = []
    return lists.flatMap { $0.split(separator: ",").map(String.init) }
      .filter { seen.insert($0).inserted }
  }

  private static func failure(
    _ verb: String, _ happened: String, _ what: String, _ remedy: String
  ) -> CommandError {
    CommandError(.usage, verb: verb, happened: happened, what: what, remedy: remedy)
  }
}

/// The records that are wanted; empty lists and nil times leave all in.
struct JournalSelection: Sendable {
  /// First receive time, and the one before which it ends, ns.
  var from: UInt64?
  var until: UInt64?
  var symbols: [String] = []
  var instruments: [UInt32] = []
  var schemas: [Schema] = []
}
