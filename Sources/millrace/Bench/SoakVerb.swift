internal import FeedKit
internal import FeedRegistry
internal import Lab
internal import Ledger

/// `millrace bench soak`: a session and its simulator, through faults, for days of simulated time.
enum SoakVerb: Verb {
  static var name: String { "bench soak" }
  static var summary: String { "a live session through random faults, in simulated time" }
  static var operands: String { "FEED" }
  static var options: [any DeclaredOption] {
    [duration, symbols, rate, seed, faults, state, settings]
  }
  static var notes: String {
    """
    The real session, decoder, lane and gap ledger run against the feed's simulator without sockets
    and without waiting, so that a day takes about a minute. Every fault that was injected must
    have left its trace: an interval of the gap ledger, a hole in the upstream's own numbering, a
    refusal, or a message in quarantine. The same options give the same faults.

      millrace bench soak iqfeed
      millrace bench soak ib --duration 72h --fault random:9:60

    Faults are those of millrace simulate:
    \(FaultScript.help.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))

    Exit code 1: a fault left no trace, the ledger is not balanced, a record came from an old
    connection, or memory grew.
    """
  }

  private static let duration = CommandOption.duration(
    "duration", help: "simulated time", default: "24h")
  private static let symbols = CommandOption.count(
    "symbols", in: 1...10_000, help: "instruments", default: "50")
  private static let rate = CommandOption.count(
    "rate", in: 1...1_000_000, help: "market events a simulated second", default: "20")
  private static let seed = CommandOption.count(
    "seed", help: "seed of market and faults", default: "1")
  private static let faults = CommandOption.text(
    "fault", "SCRIPT", help: "faults (default: random ones, 12 an hour)")
  private static let state = CommandOption.text(
    "state", "DIR", help: "keep the gap ledger there, for millrace gaps")
  private static let settings = CommandOption.text(
    "set", "NAME=VALUE", help: "a setting of the feed, several by commas")

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    StopSignals.hold()
    let plan = try plan(context)
    defer {
      if context.arguments[state] == nil {
        for name in ["gaps.sqlite", "gaps.sqlite-wal", "gaps.sqlite-shm"] {
          SystemCalls.remove("\(folder(context))/\(name)")
        }
        SystemCalls.removeFolder(folder(context))
      }
    }
    let result: SoakResult
    do throws(LabFailure) {
      var run = try SoakRun(plan)
      result = try run.run { share in
        if context.terminal.showsProgress {
          context.terminal.progress("soak: \(Int(share * 100)) %")
        }
        return !StopSignals.hasCome
      }
      context.terminal.endProgress()
    } catch {
      context.terminal.endProgress()
      throw CommandError(error, verb: name)
    }
    let report = SoakReport(result)
    if context.arguments[GlobalOptions.json] {
      try context.output.write(report.json)
    } else {
      try context.output.write(report.text)
    }
    return report.isGood ? .ok : .findings
  }

  private static func folder(_ context: CommandContext) -> String {
    context.arguments[state] ?? "/dev/shm/millrace-soak-\(SystemCalls.processID)"
  }

  private static func usage(_ happened: String, _ what: String, _ remedy: String) -> CommandError {
    CommandError(.usage, verb: name, happened: happened, what: what, remedy: remedy)
  }

  private static func plan(_ context: CommandContext) throws(CommandError) -> SoakPlan {
    let arguments = context.arguments
    let live = FeedRegistry.feeds.compactMap { $0 as? any LiveFeed.Type }
      .filter { $0.simulator != nil }
    guard arguments.operands.count == 1,
      let feed = live.first(where: { $0.description.name == arguments.operands[0] })
    else {
      throw usage(
        "no such live feed", arguments.operands.joined(separator: " "),
        "name one of \(live.map { $0.description.name }.joined(separator: ", "))")
    }
    var options = SimulatorOptions()
    options.seed = UInt64(arguments.value(of: seed))
    // Little to look up, so that what grows is not the simulator.
    options.historyTrades = 20_000
    options.rate = Double(arguments.value(of: rate))
    options.symbolCount = arguments.value(of: symbols)
    options.start = startNanos
    let script: FaultScript
    do throws(FaultScriptError) {
      script = try FaultScript(
        parsing: arguments[faults] ?? "random:\(options.seed):12")
    } catch {
      throw usage("\(error)", "--fault", "see millrace bench soak --help")
    }
    let folder = folder(context)
    try SystemCalls.makeFolder(folder, verb: name)
    var plan = SoakPlan(
      feed: feed, simulator: options, faults: script,
      durationNanos: arguments.value(of: duration), ledgerPath: "\(folder)/gaps.sqlite",
      instruments: try instruments(feed, options))
    for pair in (arguments[settings] ?? "").split(separator: ",") {
      let parts = pair.split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else {
        throw usage("no value", "--set \(pair)", "write it as NAME=VALUE")
      }
      plan.settings[String(parts[0])] = String(parts[1])
    }
    return plan
  }

  private static func instruments(
    _ feed: any LiveFeed.Type, _ options: SimulatorOptions
  ) throws(CommandError) -> [LiveInstrument] {
    do throws(SimulatorError) {
      return try feed.simulator?.instruments(options) ?? []
    } catch {
      throw usage("\(error)", "--symbols", "give fewer")
    }
  }

  /// Friday, 6 March 2026, 14:30 UTC: daylight time begins in New York the Sunday after.
  private static var startNanos: UInt64 { 1_772_807_400_000_000_000 }
}
