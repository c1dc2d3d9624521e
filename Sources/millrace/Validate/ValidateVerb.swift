/// `millrace validate`: checks what people write. Each of its verbs is one file in this folder and
/// one line in the table.
enum ValidateVerb: Verb {
  static var name: String { "validate" }
  static var summary: String { "check a configuration before it is used" }
  static var operands: String { "[config FILE]" }
  static var options: [any DeclaredOption] { [] }
  static var subverbs: [any Verb.Type] { [ValidateConfigVerb.self] }
  static var notes: String {
    """
    verbs:
      config  \(ValidateConfigVerb.summary)

    It has options of its own: millrace validate config --help
    """
  }

  /// Only called where no verb of the table was named first.
  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    let word = context.arguments.operands.first
    throw CommandError(
      .usage, verb: name, happened: word == nil ? "a verb is missing" : "there is no such verb",
      what: word ?? "millrace validate", remedy: "write millrace validate config FILE")
  }
}
