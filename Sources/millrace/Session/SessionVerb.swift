internal import Control
internal import Ledger
internal import SharedMemory

/// `millrace session`: talks to the live sessions of a running pipeline.
enum SessionVerb: Verb {
  static var name: String { "session" }
  static var summary: String { "show and command the live sessions of a running pipeline" }
  static var operands: String { "VERB [SOURCE]" }
  static var options: [any DeclaredOption] { [] }
  static var subverbs: [any Verb.Type] {
    [
      SessionListVerb.self,
      SessionResetVerb.self,
      SessionReconnectVerb.self,
      SessionReloadVerb.self,
      SessionAuditVerb.self,
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

      Commands go through the socket in the instance's folder, which only its own user and root may
      use; the pipeline writes each into its audit log before it is carried out.

        millrace session list
        millrace session reset iqfeed
      """
  }

  static func word(of verb: any Verb.Type) -> String {
    String(verb.name.dropFirst(name.count + 1))
  }

  /// Only called where no verb of the table was named first.
  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    let words = subverbs.map(word)
    let given = context.arguments.operands.first
    throw CommandError(
      .usage, verb: name, happened: given == nil ? "a verb is missing" : "there is no such verb",
      what: given ?? "millrace session", remedy: "known are \(words.joined(separator: ", "))")
  }

  /// Sends a command to the instance that is meant, prints the answer.
  static func ask(
    _ command: ControlCommand, verb: String, _ context: CommandContext
  ) throws(CommandError) -> ExitCode {
    let answer = try answer(to: command, verb: verb, context)
    if context.arguments[GlobalOptions.json] {
      var json = JSONText()
      json.object {
        $0.field("done", answer.isDone)
        $0.field("text", answer.text)
      }
      try context.output.write(json.text + "\n")
    } else if answer.isDone {
      try context.output.write(answer.text + "\n")
    }
    guard answer.isDone else {
      throw CommandError(
        .unavailable, verb: verb, happened: "the pipeline has refused", what: answer.text,
        remedy: "")
    }
    return .ok
  }

  static func answer(
    to command: ControlCommand, verb: String, _ context: CommandContext
  ) throws(CommandError) -> (isDone: Bool, text: String) {
    let folder = InstanceFolder(context.arguments)
    guard let location = try folder.chosen(context.arguments, verb: verb) else {
      throw CommandError(
        .usage, verb: verb, happened: "several instances are there",
        what: folder.names.joined(separator: ", "), remedy: "name one with --instance")
    }
    let path = ControlSocket.path(instanceFolder: location.instanceFolder)
    do throws(ControlSocketError) {
      let text = try ControlClient.ask(command, at: path)
      if text == "ok" || text.hasPrefix("ok ") || text.hasPrefix("ok\n") {
        return (true, String(text.dropFirst(3)))
      }
      return (false, text.hasPrefix("error ") ? String(text.dropFirst(6)) : text)
    } catch {
      throw CommandError(
        .unavailable, verb: verb, happened: error.text, what: path,
        remedy: error.isAbsent
          ? "live sessions are commanded in pipelines that millrace run --config started" : "")
    }
  }
}

/// `millrace session reset`: closes the open circuit of a session.
enum SessionResetVerb: Verb {
  static var name: String { "session reset" }
  static var summary: String { "close a session's open circuit, so that it connects at once" }
  static var operands: String { "SOURCE" }
  static var options: [any DeclaredOption] { [InstanceOptions.instance, InstanceOptions.folder] }
  static var notes: String {
    """
    After too many failures in a row a session waits for its cool-down; mend the cause, then reset.
    Exit code 69: there is no such session, or nobody answers.
    """
  }

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    let source = try SessionOperand.source(context, verb: name)
    return try SessionVerb.ask(.resetCircuit(source: source), verb: name, context)
  }
}

/// `millrace session reconnect`: a new connection in place of the one that stands.
enum SessionReconnectVerb: Verb {
  static var name: String { "session reconnect" }
  static var summary: String { "drop a session's connection and make a new one" }
  static var operands: String { "SOURCE" }
  static var options: [any DeclaredOption] { [InstanceOptions.instance, InstanceOptions.folder] }
  static var notes: String {
    """
    What the upstream sends meanwhile is missed: a gap, with the cause "stopped", is recorded.
    Exit code 69: there is no such session, or nobody answers.
    """
  }

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    let source = try SessionOperand.source(context, verb: name)
    return try SessionVerb.ask(.reconnect(source: source), verb: name, context)
  }
}

/// `millrace session reload`: as SIGHUP, with the answer.
enum SessionReloadVerb: Verb {
  static var name: String { "session reload" }
  static var summary: String {
    "read the configuration again, apply what is safe, say what was not"
  }
  static var operands: String { "" }
  static var options: [any DeclaredOption] { [InstanceOptions.instance, InstanceOptions.folder] }
  static var notes: String { "Exit code 69: the new configuration was refused, or nobody answers." }

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    try SessionVerb.ask(.reload, verb: name, context)
  }
}

enum SessionOperand {
  /// The one source that is named.
  static func source(
    _ context: CommandContext, verb: String
  ) throws(CommandError) -> String {
    let words = context.arguments.operands
    guard words.count == 1, !words[0].contains(" "), !words[0].contains("\n") else {
      throw CommandError(
        .usage, verb: verb,
        happened: words.isEmpty ? "a source is missing" : "one source at a time",
        what: words.joined(separator: " "), remedy: "millrace session list names them")
    }
    return words[0]
  }
}
