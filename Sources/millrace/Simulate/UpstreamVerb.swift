internal import Engine
internal import FeedKit
internal import Ledger
internal import Net
internal import Wire

/// `millrace simulate iqfeed` and the like: the simulated upstream of a feed, on TCP ports.
enum UpstreamVerb<Source: Feed>: Verb {
  static var name: String { "\(SimulateVerb.name) \(Source.description.name)" }
  static var summary: String { Source.simulator?.summary ?? "" }
  static var operands: String { "" }
  static var options: [any DeclaredOption] { UpstreamOptions.all }
  static var notes: String {
    let ports = (Source.simulator?.ports ?? []).map { "  \($0.name)=\($0.usual)  \($0.summary)" }
    let settings = (Source.simulator?.settings ?? []).map { "  \($0.name)  \($0.help)" }
    let lines = FaultScript.help.split(separator: "\n").map { "  \($0)" }
    return """
      ports:
      \(ports.joined(separator: "\n"))
      \(settings.isEmpty ? "" : "\nsettings, for --set:\n\(settings.joined(separator: "\n"))\n")
      faults, with commas between; times count from the first connection on:
      \(lines.joined(separator: "\n"))

      With --json the first line of the output says which ports it listens at. Ctrl-C ends it.
      """
  }

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    let arguments = context.arguments
    let upstream = try open(arguments)
    var log = try FaultLogFile(arguments[UpstreamOptions.faultLog], verb: name)
    let truthPath = arguments[UpstreamOptions.truth]
    var truth = try FaultLogFile(truthPath, name: "truth", verb: name)
    if truthPath != nil { upstream.tellTruth() }
    StopSignals.hold()
    try announce(upstream, context)
    let started = MonotonicClock.now().rawValue
    let end = arguments[UpstreamOptions.duration].map { started &+ $0 } ?? .max
    var progress = SimulationProgress(context.terminal)
    var failure: CommandError?
    do throws(NetError) {
      try upstream.run { entries in
        if failure == nil { failure = log.write(entries) }
        if failure == nil { failure = truth.write(lines: upstream.takeTruth()) }
        let now = MonotonicClock.now().rawValue
        progress.show(messages: upstream.messages, now: now)
        if failure != nil || now >= end || StopSignals.hasCome { upstream.endSoon() }
      }
    } catch {
      throw wrong(.inputOutput, error.description, "", "")
    }
    context.terminal.endProgress()
    if let failure { throw failure }
    try report(upstream, nanos: MonotonicClock.now().rawValue &- started, context)
    return .ok
  }

  private static func open(_ arguments: CommandArguments) throws(CommandError) -> SimulatedUpstream
  {
    guard let type = Source.simulator else {
      throw wrong(.usage, "the feed has no simulator", name, "see millrace help simulate")
    }
    let options = UpstreamOptions(type, verb: name)
    let faults = try options.faults(arguments)
    let simulator = try options.simulator(arguments)
    let shell = try options.shell(arguments)
    do throws(SimulatedUpstreamError) {
      return try SimulatedUpstream(type, simulator, faults: faults, shell)
    } catch {
      switch error {
      case .simulator(let error):
        throw wrong(.usage, error.description, "", "see millrace help \(name)")
      case .net(let error): throw wrong(.unavailable, error.description, "", "")
      }
    }
  }

  /// With `--json` the ports as the first line of standard output, for scripts that connect.
  private static func announce(
    _ upstream: SimulatedUpstream, _ context: CommandContext
  ) throws(CommandError) {
    for (port, address) in upstream.addresses {
      context.terminal.note("\(port.name): \(address) (\(port.summary))")
    }
    guard context.arguments[GlobalOptions.json] else { return }
    var json = JSONText()
    json.object {
      $0.field("simulator", Source.description.name)
      $0.field("ports") {
        $0.object { ports in
          for (port, address) in upstream.addresses {
            ports.field(port.name, Int(address.port))
          }
        }
      }
    }
    try context.output.write(json.text + "\n")
    try context.output.flush()
  }

  private static func report(
    _ upstream: SimulatedUpstream, nanos: UInt64, _ context: CommandContext
  ) throws(CommandError) {
    let faults = upstream.faults
    if context.arguments[GlobalOptions.json] {
      var json = JSONText()
      json.object {
        $0.field("simulator", Source.description.name)
        $0.field("nanos", nanos)
        $0.field("messages", upstream.messages)
        $0.field("connections", upstream.connections)
        $0.field("slow_clients", upstream.slowClients)
        $0.field("faults", faults.count)
      }
      return try context.output.write(json.text + "\n")
    }
    let rate = Double(upstream.messages) / Double(max(nanos, 1)) * 1e3
    try context.output.write(
      """
      \(Source.description.name): \(upstream.messages) messages \
      (\(SimulationProgress.millions(rate)) M/s), \(upstream.connections) connections, \
      \(faults.count) faults, \(upstream.slowClients) slow clients cut off

      """)
  }

  private static func wrong(
    _ code: ExitCode, _ happened: String, _ what: String, _ remedy: String
  ) -> CommandError {
    CommandError(code, verb: name, happened: happened, what: what, remedy: remedy)
  }
}
