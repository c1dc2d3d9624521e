internal import Engine
internal import Lab
internal import Ledger

/// `millrace bench machine`: what the machine is and what it can do, before anything is measured.
enum MachineVerb: Verb {
  static var name: String { "bench machine" }
  static var summary: String { "describe this machine: its settings, pauses and least round trip" }
  static var operands: String { "" }
  static var options: [any DeclaredOption] { [BenchOptions.cpus, duration] }
  static var notes: String {
    """
    Without noise a spinning thread never loses more than a few microseconds; what it loses is the
    machine's own, and no pipeline on it can be better. The round trip is that of one cache line
    between the two CPUs: the least that a hop from core to core costs here and now.

      millrace bench machine --duration 2s
    """
  }

  private static let duration = CommandOption.duration(
    "duration", help: "how long each CPU is watched", default: "1s")

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    let cpus = try BenchOptions.cpus(context.arguments, verb: name)
    var report = MachineReport(environment: .ofThisMachine(version: Version.text))
    report.rawRoundTrip = try BenchMachine.roundTrip(cpus, nanos: 100_000_000, verb: name)
    if context.arguments[GlobalOptions.json] {
      let json: [UInt8]
      do throws(LabError) {
        json = try report.json()
      } catch {
        throw CommandError(.inputOutput, verb: name, happened: "\(error)", what: "", remedy: "")
      }
      try context.output.write(json + [UInt8(ascii: "\n")])
      return .ok
    }
    var rows = BenchMachine.rows(report.environment)
    if let trips = report.rawRoundTrip {
      rows.append([
        "round trip",
        "\(trips.p50) ns of one line between CPUs \(cpus[0]) and \(cpus[1]), p99 \(trips.p99) ns",
      ])
    }
    try context.output.write(BenchMachine.lines(rows))
    return .ok
  }
}
