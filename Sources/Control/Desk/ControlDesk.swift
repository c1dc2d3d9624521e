public import Engine
public import Logging
internal import Sessions

/// Carries out what operators ask, and writes down who asked for what.
///
/// Owned by the control thread. Nothing is done that could not be written to the audit log first.
public struct ControlDesk {
  private let board: ControlBoard
  private let audit: AuditLog?
  private let log: Log
  /// Tells a session what is wanted; false where there is none of that name.
  private let command: (LiveCommand, String) -> Bool
  /// Reads the configuration again: what changed, or why nothing did.
  private let reload: () -> (isDone: Bool, text: String)

  public init(
    board: ControlBoard, audit: AuditLog?, log: Log,
    command: @escaping (LiveCommand, String) -> Bool,
    reload: @escaping () -> (isDone: Bool, text: String)
  ) {
    self.board = board
    self.audit = audit
    self.log = log
    self.command = command
    self.reload = reload
  }

  /// The answer to a request: "ok ..." or "error ...".
  public func answer(_ request: ControlRequest) -> String {
    switch request.command {
    case .status: return "ok\n" + StatusPage.json(board)
    case .resetCircuit(let source):
      return tell(.resetCircuit, "session.reset_circuit", source, request)
    case .reconnect(let source): return tell(.reconnect, "session.reconnect", source, request)
    case .reload:
      let result = reload()
      let action = AuditAction(
        "config.reload", after: result.text, outcome: result.isDone ? "done" : "refused",
        user: request.user, process: request.process)
      if let failure = write(action) { return "error \(failure)" }
      return (result.isDone ? "ok\n" : "error ") + result.text
    }
  }

  private func tell(
    _ wanted: LiveCommand, _ name: String, _ source: String, _ request: ControlRequest
  ) -> String {
    let sessions = board.snapshot?.sessions ?? []
    let session = sessions.first { $0.source == source }
    let before = session.map { "\($0.state.name), circuit \($0.circuit.name)" } ?? ""
    var action = AuditAction(
      name, target: source, before: before, outcome: "asked for", user: request.user,
      process: request.process)
    guard session != nil else {
      action.outcome = "refused: there is no such session"
      _ = write(action)
      let known = sessions.map(\.source).joined(separator: ", ")
      return "error there is no session \(source); "
        + (known.isEmpty ? "this pipeline has none" : "known are \(known)")
    }
    if let failure = write(action) { return "error \(failure); nothing was done" }
    guard command(wanted, source) else {
      return "error the session \(source) has ended"
    }
    return "ok \(source) was \(before)"
  }

  /// Writes down what is about to be done; the reason where that was not possible.
  private func write(_ action: AuditAction) -> String? {
    var fields = [
      LogField("action", .text(action.name)), LogField("target", .text(action.target)),
      LogField("outcome", .text(action.outcome)), LogField("user", .number(action.user)),
      LogField("process", .number(action.process)),
    ]
    if let audit {
      do throws(LogError) {
        let entry = try audit.append(action)
        fields += [
          LogField("number", .unsigned(entry.number)), LogField("hash", .text(entry.hash)),
        ]
      } catch {
        log.error("audit.failed", [LogField("text", .text("\(error)"))])
        return "the audit log cannot be written: \(error)"
      }
    }
    log.info("audit.entry", fields)
    return nil
  }
}
