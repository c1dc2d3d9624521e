/// The program's entry: one verb, its options, one exit code.
@main
struct Main {
  static func main() {
    SystemCalls.ignoreBrokenPipes()
    SystemCalls.exit(run(SystemCalls.arguments))
  }

  /// Runs the command line without the program's name; gives the exit code and has written all.
  private static func run(_ words: [String]) -> ExitCode {
    guard let first = words.first else {
      Terminal.writeError(HelpText.overview)
      return .usage
    }
    do throws(CommandError) {
      let output = OutputWriter()
      let code = try dispatch(first, Array(words.dropFirst()), output)
      try output.flush()
      return code
    } catch {
      // A reader that has seen enough (`| head`) is no failure.
      if error.isClosedOutput { return .ok }
      Terminal.writeError("\(error)\n")
      return error.code
    }
  }

  private static func dispatch(
    _ first: String, _ rest: [String], _ output: OutputWriter
  ) throws(CommandError) -> ExitCode {
    switch first {
    case "--version":
      try output.write("millrace \(Version.text)\n")
      return .ok
    case "help", "--help", "-h":
      guard let name = rest.first else {
        try output.write(HelpText.overview)
        return .ok
      }
      try output.write(HelpText.text(of: try verb(named: name, rest.dropFirst()).verb))
      return .ok
    default: break
    }
    let (verb, words) = try verb(named: first, rest[...])
    let arguments = try CommandArguments(
      try ArgumentFile.expand(Array(words), verb: verb.name), verb: verb)
    if arguments[GlobalOptions.help] {
      try output.write(HelpText.text(of: verb))
      return .ok
    }
    if arguments[GlobalOptions.version] {
      try output.write("millrace \(Version.text)\n")
      return .ok
    }
    let terminal = Terminal(arguments)
    return try verb.run(CommandContext(arguments: arguments, output: output, terminal: terminal))
  }

  /// The verb of this name, or the one below it that the next word names, and the words behind.
  private static func verb(
    named name: String, _ rest: ArraySlice<String>
  ) throws(CommandError) -> (verb: any Verb.Type, rest: ArraySlice<String>) {
    if let verb = (VerbTable.verbs + VerbTable.hidden).first(where: { $0.name == name }) {
      let subverb = verb.subverbs.first { $0.name == "\(name) \(rest.first ?? "")" }
      return subverb.map { ($0, rest.dropFirst()) } ?? (verb, rest)
    }
    let names = VerbTable.verbs.map { $0.name }
    let isOption = name.hasPrefix("-")
    let hint = NearestName.of(name, among: names).map { "did you mean \($0)?" }
    throw CommandError(
      .usage, verb: "", happened: isOption ? "a verb must come first" : "there is no such verb",
      what: name, remedy: hint ?? "see millrace --help")
  }
}
