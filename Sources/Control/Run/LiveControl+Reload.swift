public import Config
internal import Engine
internal import FeedKit
internal import Logging

/// What came of a reload.
public struct ReloadOutcome: Sendable {
  /// All differences, as people read them.
  public var changes: [ConfigurationChange] = []
  public var applied: [ConfigurationChange] = []
  /// Those that need a restart; they stay as they were.
  public var refused: [ConfigurationChange] = []
  /// Why the file was not taken at all; empty where it was.
  public var errors: [String] = []

  /// One line a change, or why the file was not taken.
  public var text: String {
    guard errors.isEmpty else { return errors.joined(separator: "\n") }
    guard !changes.isEmpty else { return "nothing has changed" }
    let done = applied.map { "applied: \($0)" }
    return (done + refused.map { "refused: \($0)" }).joined(separator: "\n")
  }
}

extension LiveControl {
  /// Reads the configuration's file again, applies what can be applied while everything runs, and
  /// refuses the rest, each change in the audit log. A file with a mistake changes nothing.
  public func reload(environment: [String: String], by actor: String) -> ReloadOutcome {
    var outcome = ReloadOutcome()
    // A log file that was moved away is begun anew.
    try? log.reopen()
    let new: Configuration
    do throws(ConfigError) {
      new = try Configuration(path: configuration.path, environment: environment)
    } catch {
      outcome.errors = error.findings.map(\.description)
      for text in outcome.errors { log.error("config.rejected", [LogField("text", .text(text))]) }
      note(
        AuditAction(
          "config.reload", target: configuration.path, outcome: "rejected: \(outcome.errors[0])"),
        actor)
      return outcome
    }
    // What an earlier reload has applied already is no change any more.
    outcome.changes = new.difference(from: configuration).filter {
      appliedChanges[$0.path] != $0.new || $0.new == nil && !removedPaths.contains($0.path)
    }
    for var change in outcome.changes {
      let isApplied = change.takesEffect == .now && apply(change, from: new)
      // What the words say must be what was done.
      if !isApplied { change.takesEffect = .restart }
      if isApplied {
        outcome.applied.append(change)
        remember(change)
      } else {
        outcome.refused.append(change)
      }
      let result = isApplied ? "done" : "refused: it needs a restart"
      log.write(
        LogEvent(
          isApplied ? .info : .warning, "config.change",
          [
            LogField("path", .text(change.path)), LogField("old", .text(change.old ?? "")),
            LogField("new", .text(change.new ?? "")), LogField("outcome", .text(result)),
          ]))
      note(
        AuditAction(
          "config.change", target: change.path, before: change.old ?? "", after: change.new ?? "",
          outcome: result), actor)
    }
    log.info(
      "config.reloaded",
      [
        LogField("path", .text(configuration.path)),
        LogField("applied", .number(outcome.applied.count)),
        LogField("refused", .number(outcome.refused.count)), LogField("by", .text(actor)),
      ])
    return outcome
  }

  /// Applies one change; false where it cannot be while everything runs.
  private func apply(_ change: ConfigurationChange, from new: Configuration) -> Bool {
    if change.path == "log.level" {
      guard let level = LogLevel(name: new.log.level) else { return false }
      log.setLevel(level)
      return true
    }
    guard let name = change.source,
      let source = new.sources.first(where: { $0.name == name })
    else { return false }
    let symbols = "sources.\(name).symbols."
    if change.path.hasPrefix(symbols) {
      let symbol = String(change.path.dropFirst(symbols.count))
      guard let id = instrumentID(symbol, source: name) else { return false }
      let isWanted = source.instruments.contains { $0.symbol == symbol }
      guard pipeline.command(.want(instrument: id, isWanted), source: name) else { return false }
      if isWanted { unwanted[name]?.remove(id) } else { unwanted[name, default: []].insert(id) }
      if watched.contains(name) { watch(name) }
      return true
    }
    let judged = ["health", "hours", "holidays"].map { "sources.\(name).\($0)" }
    if judged.contains(where: { change.path == $0 || change.path.hasPrefix($0 + ".") }) {
      return pipeline.command(
        .judge(source.health.policy, hours: [source.hours]), source: name)
    }
    return false
  }

  private func note(_ action: AuditAction, _ actor: String) {
    do throws(LogError) {
      try audit.append(action)
    } catch {
      log.error(
        "audit.failed", [LogField("text", .text("\(error)")), LogField("by", .text(actor))])
    }
  }
}
