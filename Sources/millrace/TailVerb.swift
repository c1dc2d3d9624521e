internal import Records
internal import SharedMemory

/// `millrace tail`: the live stream of a pipeline, from shared memory.
enum TailVerb: Verb {
  static var name: String { "tail" }
  static var summary: String {
    "print the live stream of a running pipeline, or the end of a journal"
  }
  static var operands: String { "[PATH...]" }
  static var options: [any DeclaredOption] {
    [
      InstanceOptions.instance, shard, format, symbols, schemas, from, last, count, duration,
      follow, InstanceOptions.folder,
    ]
  }
  static var notes: String {
    """
    Symbols are known whenever one joins: the pipeline keeps them in a file beside each ring.
    --symbols leaves records without an instrument (gaps, sessions) in. Records that were
    overwritten before they were read are counted: a note, and in JSON {"lost":N,"shard":S}.

    With PATH (segments, a day, a dataset, a journal's root) the last records of a journal are
    printed, and with -f what is written to it from then on, across segments and shards.

      millrace tail --symbols AAPL
      millrace tail -f /data/XNAS.ITCH --schemas trades --format json

    Exit codes: 0 the pipeline has ended, or enough was printed; 69 no such instance, or it died;
    1 the journal is damaged, the rest was printed; 66 no such path.
    """
  }

  static let shard = CommandOption.text(
    "shard", "N", help: "this shard only; may be repeated or listed by commas")
  static let format = CommandOption.choice(
    "format", ["text", "json", "csv"], help: "of the lines; csv needs one schema", default: "text")
  static let symbols = CommandOption.text(
    "symbols", "A,B", help: "these instruments only")
  static let schemas = CommandOption.text(
    "schemas", "LIST", help: "these records only: mbo, trades, mbp-1, status, definition, ...")
  static let from = CommandOption.choice(
    "from", ["oldest", "newest"],
    help: "begin with what is still in the ring (the journal's first record), or with what comes",
    default: "newest")
  static let count = CommandOption.count(
    "count", in: 1...Int.max, help: "end after so many records")
  static let duration = CommandOption.duration("duration", help: "end after this time")
  static let follow = CommandOption.flag(
    "follow", letter: "f",
    help: "wait for the next writer where one has ended; for what is written to a journal")
  static let last = CommandOption.count(
    "last", in: 0...100_000, help: "of a journal: begin with so many of its last records",
    default: "10")

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    let arguments = context.arguments
    let printer = try TailPrinter(context, schemas: try chosenSchemas(arguments))
    if !arguments.operands.isEmpty {
      StopSignals.hold()
      let wanted = words(arguments.all(symbols)).sorted()
      let tail = TailJournal(context, symbols: wanted, printer: printer)
      return try tail.run(duration: arguments[duration])
    }
    guard let location = try InstanceFolder(arguments).chosen(arguments, verb: name) else {
      throw failure(
        .usage, "several instances are running", "--instance",
        "millrace status lists them: name one")
    }
    StopSignals.hold()
    let stream = try TailStream(
      location, shards: try chosenShards(arguments),
      start: arguments.value(of: from) == "oldest" ? .oldest : .newest,
      wanted: words(arguments.all(symbols)), follows: arguments[follow],
      terminal: context.terminal)
    return try stream.run(printer, duration: arguments[duration])
  }

  private static func words(_ lists: [String]) -> Set<String> {
    Set(lists.flatMap { $0.split(separator: ",").map(String.init) })
  }

  private static func chosenShards(_ arguments: CommandArguments) throws(CommandError) -> [Int] {
    var shards: [Int] = []
    for word in words(arguments.all(shard)) {
      guard let number = Int(word), (0..<SharedMemoryLimits.maximumShards).contains(number) else {
        throw failure(.usage, "not a shard", "--shard \(word)", "shards are numbered from 0")
      }
      shards.append(number)
    }
    return shards.sorted()
  }

  /// The records' types that are wanted; empty for all.
  private static func chosenSchemas(
    _ arguments: CommandArguments
  ) throws(CommandError) -> [RType] {
    let layouts: [String: RType] = [
      "symbol-mapping": .symbolMapping, "error": .error, "system": .system,
    ]
    var types: [RType] = []
    for word in words(arguments.all(schemas)).sorted() {
      guard let type = Schema(name: word)?.rtype ?? layouts[word] else {
        let known = (0..<64).compactMap { Schema(rawValue: $0).name } + layouts.keys.sorted()
        throw failure(
          .usage, "there is no such schema", "--schemas \(word)",
          NearestName.of(word, among: known).map { "did you mean \($0)?" }
            ?? "known are \(known.joined(separator: ", "))")
      }
      types.append(type)
    }
    return types
  }

  static func failure(
    _ code: ExitCode, _ happened: String, _ what: String, _ remedy: String
  ) -> CommandError {
    CommandError(code, verb: name, happened: happened, what: what, remedy: remedy)
  }
}
