/// Options that every verb has.
enum GlobalOptions {
  static let json = CommandOption.flag("json", help: "print JSON, for programs")
  static let quiet = CommandOption.flag("quiet", letter: "q", help: "no progress and no notes")
  static let verbose = CommandOption.flag(
    "verbose", letter: "v", help: "say more about what is done")
  static let noColor = CommandOption.flag("no-color", help: "no colours, as with NO_COLOR set")
  static let help = CommandOption.flag("help", letter: "h", help: "print this text")
  static let version = CommandOption.flag("version", help: "print the program's version")

  static let all: [any DeclaredOption] = [json, quiet, verbose, noColor, help, version]
}

/// A verb's command line, parsed and checked against what the verb declares.
///
/// `--name value`, `--name=value` and `-v`; what follows `--` are operands, whatever they look
/// like.
struct CommandArguments {
  /// What is not an option, in order.
  let operands: [String]
  private let values: [String: [any Sendable]]

  init(_ words: [String], verb: any Verb.Type) throws(CommandError) {
    var parser = Parser(verb: verb.name, options: verb.options + GlobalOptions.all)
    try parser.parse(words)
    operands = parser.operands
    for option in parser.options where parser.values[option.name] == nil {
      guard let text = option.defaultText else { continue }
      guard let value = option.parsed(text) else {
        preconditionFailure("--\(option.name): its own default \(text) does not parse")
      }
      parser.values[option.name] = [value]
    }
    values = parser.values
    guard operands.isEmpty || !verb.operands.isEmpty else {
      throw CommandError(
        .usage, verb: verb.name, happened: "the verb takes options only", what: operands[0],
        remedy: "see millrace help \(verb.name)")
    }
    if self[GlobalOptions.help] || self[GlobalOptions.version] { return }
    guard !operands.isEmpty || !Self.needsOperands(verb) else {
      throw CommandError(
        .usage, verb: verb.name, happened: "something is missing", what: verb.operands,
        remedy: "see millrace help \(verb.name)")
    }
  }

  /// Operands in brackets may be left out.
  private static func needsOperands(_ verb: any Verb.Type) -> Bool {
    !verb.operands.isEmpty && !verb.operands.hasPrefix("[")
  }

  /// Whether a switch was given.
  subscript(flag: CommandOption<Bool>) -> Bool { values[flag.name] != nil }

  /// The last value given, or the option's default, or nil.
  subscript<Value>(option: CommandOption<Value>) -> Value? {
    values[option.name]?.last as? Value
  }

  /// All values given for an option that may be repeated.
  func all<Value>(_ option: CommandOption<Value>) -> [Value] {
    (values[option.name] ?? []).compactMap { $0 as? Value }
  }

  /// The value of an option that has a default.
  func value<Value>(of option: CommandOption<Value>) -> Value {
    guard let value = self[option] else {
      preconditionFailure("--\(option.name) has no default")
    }
    return value
  }
}

/// Walks the words of one command line.
private struct Parser {
  let verb: String
  let options: [any DeclaredOption]
  var values: [String: [any Sendable]] = [:]
  var operands: [String] = []

  init(verb: String, options: [any DeclaredOption]) {
    self.verb = verb
    self.options = options
  }

  mutating func parse(_ words: [String]) throws(CommandError) {
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        operands += rest
        return
      }
      guard word.hasPrefix("-"), word.count > 1 else {
        operands.append(word)
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let option = try option(named: String(parts[0]))
      var text = parts.count > 1 ? String(parts[1]) : nil
      if option.placeholder == nil {
        guard text == nil else {
          throw failure("the option takes no value", word, "leave out what follows the =")
        }
      } else if text == nil {
        text = rest.popFirst()
      }
      guard let value = option.parsed(text ?? "") else {
        throw failure(
          text == nil ? "the option needs a value" : "the value is wrong",
          text.map { "--\(option.name) \($0)" } ?? word, "give \(option.expects)")
      }
      values[option.name, default: []].append(value)
    }
  }

  private func option(named word: String) throws(CommandError) -> any DeclaredOption {
    let known = options.first { option in
      word == "--" + option.name || option.letter.map { word == "-\($0)" } ?? false
    }
    if let known { return known }
    let names = options.map { "--" + $0.name }
    let hint = NearestName.of(word, among: names).map { "did you mean \($0)?" }
    throw failure("there is no such option", word, hint ?? "see millrace help \(verb)")
  }

  private func failure(_ happened: String, _ what: String, _ remedy: String) -> CommandError {
    CommandError(.usage, verb: verb, happened: happened, what: what, remedy: remedy)
  }
}
