internal import Ledger
internal import Logging

/// `millrace session audit`: checks the chain of an audit log.
enum SessionAuditVerb: Verb {
  static var name: String { "session audit" }
  static var summary: String { "check that no line of an audit log was changed or removed" }
  static var operands: String { "FILE" }
  static var options: [any DeclaredOption] { [] }
  static var notes: String {
    """
    Each line is bound to the one before it by its hash. Cut-off last lines do not show in the file
    itself: compare the number and the hash that are printed with the last audit.entry in the log.
    Exit codes: 0 the chain holds, 1 it does not.
    """
  }

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    let paths = context.arguments.operands
    guard paths.count == 1 else {
      throw CommandError(
        .usage, verb: name, happened: "one file at a time", what: paths.joined(separator: " "),
        remedy: "name the audit log, usually audit.log in the state folder")
    }
    let verdict: AuditLog.Verdict
    do throws(LogError) {
      verdict = try AuditLog.verify(paths[0])
    } catch {
      throw CommandError(
        .noInput, verb: name, happened: error.text, what: paths[0], remedy: "check the path")
    }
    if context.arguments[GlobalOptions.json] {
      var json = JSONText()
      json.object { json in
        json.field("whole", verdict.isWhole)
        json.field("entries", verdict.entries)
        json.field("head", verdict.head)
        json.field("findings") { json in
          json.array { json in for finding in verdict.findings { json.value(finding) } }
        }
      }
      try context.output.write(json.text + "\n")
    } else {
      for finding in verdict.findings { try context.output.write(finding + "\n") }
      let word = verdict.isWhole ? "whole" : "broken"
      try context.output.write(
        "\(word): \(verdict.entries) entries, the last hash is \(verdict.head)\n")
    }
    return verdict.isWhole ? .ok : .findings
  }
}
