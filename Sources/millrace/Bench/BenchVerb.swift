/// `millrace bench`: the latency lab. Each of its verbs is one file in this folder and one line in
/// the table.
enum BenchVerb: Verb {
  static var name: String { "bench" }
  static var summary: String {
    "measure latency under load: bursts, capacity, pauses of the machine, reports"
  }
  static var operands: String { "[VERB | B.json]" }
  static var options: [any DeclaredOption] { [compare, ReportVerb.output] }
  static var subverbs: [any Verb.Type] {
    [
      BurstVerb.self,
      CapacityVerb.self,
      MachineVerb.self,
      SoakVerb.self,
      ReportVerb.self,
    ]
  }
  static var notes: String {
    let width = subverbs.map { word(of: $0).count }.max() ?? 0
    let lines = subverbs.map { verb in
      let word = word(of: verb)
      return "  \(word)\(String(repeating: " ", count: width - word.count))  \(verb.summary)"
    }
    return """
      verbs:
      \(lines.joined(separator: "\n"))

      Each has options of its own: millrace bench \(subverbs.first.map(word) ?? "") --help
      """
  }

  private static let compare = CommandOption.text(
    "compare", "A.json", help: "draw B.json, named behind it, over A.json: as bench report does")

  /// The word after `millrace bench`.
  private static func word(of verb: any Verb.Type) -> String {
    String(verb.name.dropFirst(name.count + 1))
  }

  /// Only called where no verb of the table was named first.
  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    let arguments = context.arguments
    if let first = arguments[compare] {
      guard !arguments.operands.isEmpty else {
        throw CommandError(
          .usage, verb: name, happened: "a second result is missing", what: "--compare \(first)",
          remedy: "name it behind: millrace bench --compare \(first) B.json")
      }
      return try ReportVerb.write(
        [first] + arguments.operands, to: arguments[ReportVerb.output], context)
    }
    let words = subverbs.map(Self.word)
    guard let word = arguments.operands.first else {
      throw CommandError(
        .usage, verb: name, happened: "a verb is missing", what: "millrace bench",
        remedy: "known are \(words.joined(separator: ", ")); see millrace help bench")
    }
    let isKnown = words.contains(word)
    let hint =
      isKnown
      ? "write it first: millrace bench \(word) [OPTIONS]"
      : NearestName.of(word, among: words).map { "did you mean \($0)?" }
        ?? "known are \(words.joined(separator: ", "))"
    throw CommandError(
      .usage, verb: name,
      happened: isKnown ? "options stand behind the verb" : "there is no such verb", what: word,
      remedy: hint)
  }
}
