internal import Control
internal import Ledger
internal import SharedMemory

/// `millrace session list`: how the live sessions of a pipeline stand.
enum SessionListVerb: Verb {
  static var name: String { "session list" }
  static var summary: String { "list the live sessions: state, connection, instruments, health" }
  static var operands: String { "" }
  static var options: [any DeclaredOption] { [InstanceOptions.instance, InstanceOptions.folder] }
  static var notes: String {
    """
    Reads the counters file only: it also works where the pipeline is stuck or has ended. With
    --json the running pipeline is asked for its whole status, as /status.json gives it.
    Exit codes: 0 all sessions are live or degraded, 1 one is not, 69 there is no such instance.
    """
  }

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    if context.arguments[GlobalOptions.json] {
      let answer = try SessionVerb.answer(to: .status, verb: name, context)
      try context.output.write(answer.text + "\n")
      return answer.isDone ? .ok : .unavailable
    }
    let folder = InstanceFolder(context.arguments)
    guard let location = try folder.chosen(context.arguments, verb: name),
      let report = folder.report(of: location.instance)
    else {
      throw CommandError(
        .usage, verb: name, happened: "several instances are there",
        what: folder.names.joined(separator: ", "), remedy: "name one with --instance")
    }
    let sessions = report.blocks(of: .session)
    guard !sessions.isEmpty else {
      context.terminal.note("this pipeline has no live sessions")
      return .ok
    }
    let rows = sessions.map { Self.row(SessionLine($0, takenAt: report.snapshot.takenAt)) }
    try context.output.write(TextTable(rows: [SessionLine.titles] + rows).text)
    let isWell = sessions.allSatisfy { SessionLine($0, takenAt: report.snapshot.takenAt).isWell }
    return isWell ? .ok : .findings
  }

  private static func row(_ line: SessionLine) -> [String] { line.cells.map(\.text) }
}
