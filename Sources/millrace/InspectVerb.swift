/// `millrace inspect`: what is in a file of market data.
enum InspectVerb: Verb {
  static var name: String { "inspect" }
  static var summary: String { "say what is in files of market data" }
  static var operands: String { "FILE..." }
  static var options: [any DeclaredOption] { [feed] }
  static var notes: String { "" }

  static let feed = CommandOption.text("feed", "NAME", help: "read the files as this feed's")

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode { .ok }
}
