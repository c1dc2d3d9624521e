internal import Config
internal import Ledger

/// `millrace validate config`: everything that is wrong with a configuration, or what it means.
enum ValidateConfigVerb: Verb {
  static var name: String { "validate config" }
  static var summary: String { "check a configuration file; list all that is wrong with it" }
  static var operands: String { "[FILE]" }
  static var options: [any DeclaredOption] { [printEffective, reference] }
  static var notes: String {
    """
    What is wrong is listed as FILE:LINE:COLUMN: MESSAGE. Files of symbols and secrets that the
    configuration names are read too, and so is the environment for ${NAME}. Nothing is connected.

      millrace validate config config/iqfeed.yaml
      millrace validate config live.yaml --print-effective | less

    Exit codes: 0 valid, 66 no such file, 78 something is wrong with it.
    """
  }

  private static let printEffective = CommandOption.flag(
    "print-effective",
    help: "print every key with its value in effect; secrets as where they come from")
  private static let reference = CommandOption.flag(
    "reference", help: "print the reference of all keys (docs/configuration.md) instead")

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    let arguments = context.arguments
    if arguments[reference] {
      try context.output.write(Configuration.reference)
      return .ok
    }
    guard let path = arguments.operands.first, arguments.operands.count == 1 else {
      throw CommandError(
        .usage, verb: name,
        happened: arguments.operands.isEmpty ? "a file is missing" : "more than one file",
        what: "millrace validate config", remedy: "name one: millrace validate config FILE")
    }
    let configuration: Configuration
    do throws(ConfigError) {
      configuration = try Configuration(
        path: path, environment: Configuration.processEnvironment())
    } catch {
      return try report(error, path, context)
    }
    try write(configuration, context)
    return .ok
  }

  private static func write(
    _ configuration: Configuration, _ context: CommandContext
  ) throws(CommandError) {
    let instruments = configuration.sources.reduce(0) { $0 + $1.instruments.count }
    let isEffective = context.arguments[printEffective]
    if context.arguments[GlobalOptions.json] {
      var json = JSONText()
      json.object { json in
        json.field("file", configuration.path)
        json.field("valid", true)
        json.field("sources", configuration.sources.count)
        json.field("instruments", instruments)
      }
      var text = String(decoding: json.utf8, as: UTF8.self)
      if isEffective { text = text.dropLast() + ",\"effective\":\(configuration.effectiveJSON)}" }
      try context.output.write(text + "\n")
    } else if isEffective {
      try context.output.write(configuration.effectiveYAML)
    } else if !context.arguments[GlobalOptions.quiet] {
      let sources = configuration.sources.count == 1 ? "source" : "sources"
      try context.output.write(
        "\(configuration.path): valid: \(configuration.sources.count) \(sources), "
          + "\(instruments) instruments\n")
    }
  }

  private static func report(
    _ error: ConfigError, _ path: String, _ context: CommandContext
  ) throws(CommandError) -> ExitCode {
    let code = error.isUnreadable ? ExitCode.noInput : .configuration
    if context.arguments[GlobalOptions.json] {
      var json = JSONText()
      json.object { json in
        json.field("file", path)
        json.field("valid", false)
        json.field("findings") { json in
          json.array { json in
            for finding in error.findings { Self.write(finding, &json) }
          }
        }
      }
      try context.output.write(String(decoding: json.utf8, as: UTF8.self) + "\n")
      return code
    }
    for finding in error.findings { Terminal.writeError("\(finding)\n") }
    let count = error.findings.count
    throw CommandError(
      code, verb: name, happened: count == 1 ? "1 mistake" : "\(count) mistakes", what: path,
      remedy: error.isUnreadable ? "check the path" : "see docs/configuration.md")
  }

  private static func write(_ finding: ConfigFinding, _ json: inout JSONText) {
    json.object { json in
      json.field("file", finding.file)
      json.field("line", finding.line)
      json.field("column", finding.column)
      json.field("path", finding.path)
      json.field("message", finding.message)
    }
  }
}
