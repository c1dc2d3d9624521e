internal import Config
internal import Control
internal import Engine
internal import Glibc
internal import Ledger

/// `millrace run --config FILE`: live sessions with their control plane, until a signal.
///
/// SIGHUP reads the file again; SIGINT and SIGTERM end in good order.
enum LiveRun {
  static func run(_ path: String, _ context: CommandContext) throws(CommandError) -> ExitCode {
    StopSignals.hold(StopSignals.usual + [SIGHUP])
    let configuration = try read(path)
    let control: LiveControl
    do throws(ControlError) {
      control = try LiveControl(configuration, version: Version.text)
      try control.start()
    } catch {
      throw CommandError(
        .cannotCreate, verb: RunVerb.name, happened: error.happened, what: error.what,
        remedy: error.remedy)
    }
    context.terminal.note(
      "instance '\(configuration.instance)' runs: millrace status, millrace tail, millrace gaps; "
        + (control.pages.map { "http://\($0)/status.json; " } ?? "") + "Ctrl-C ends it")
    let found = watch(control, context)
    let violations = found + control.stop()
    let report = RunReport(pipeline: control.pipeline, simulation: nil, violations: violations)
    try report.print(context)
    return report.isGood ? .ok : .findings
  }

  /// Reads and checks the file; every mistake of it is a line.
  static func read(_ path: String) throws(CommandError) -> Configuration {
    do throws(ConfigError) {
      return try Configuration(path: path, environment: Configuration.processEnvironment())
    } catch {
      throw CommandError(
        error.isUnreadable ? .inputOutput : .badInput, verb: RunVerb.name,
        happened: "\(error)", what: path, remedy: "check it with millrace validate config \(path)")
    }
  }

  private static func watch(
    _ control: LiveControl, _ context: CommandContext
  ) -> [Ledger.Violation] {
    let start = MonotonicClock.now()
    let duration = context.arguments[RunOptions.duration]
    var progress = RunProgress(
      control.pipeline, shards: control.pipeline.options.shards)
    var metrics = MetricsFile(context.arguments)
    while true {
      let elapsed = MonotonicClock.now().nanos(since: start)
      if let duration, elapsed >= duration { break }
      let pause = min(lookNanos, (duration ?? .max) - elapsed)
      switch StopSignals.next(nanos: pause, of: StopSignals.usual + [SIGHUP]) {
      case SIGHUP: reload(control, context)
      case nil: break
      default:
        context.terminal.endProgress()
        return control.violations
      }
      control.tick()
      metrics?.update(control.pipeline, context.terminal)
      if context.terminal.showsProgress, let snapshot = try? control.pipeline.snapshot() {
        context.terminal.progress(progress.line(snapshot))
      }
    }
    context.terminal.endProgress()
    return control.violations
  }

  /// Between two looks at the running pipeline.
  private static var lookNanos: UInt64 { 100_000_000 }

  private static func reload(_ control: LiveControl, _ context: CommandContext) {
    let outcome = control.reload(
      environment: Configuration.processEnvironment(), by: "SIGHUP")
    context.terminal.endProgress()
    for error in outcome.errors { context.terminal.error("reload: \(error)") }
    for change in outcome.applied { context.terminal.note("reload: \(change)") }
    for change in outcome.refused {
      context.terminal.error("reload: refused, restart to apply it: \(change)")
    }
    if outcome.errors.isEmpty, outcome.changes.isEmpty {
      context.terminal.note("reload: nothing has changed")
    }
  }
}
