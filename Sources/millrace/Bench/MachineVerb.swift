internal import Engine
internal import Lab
internal import Ledger
internal import Timing

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
    let nanos = context.arguments.value(of: duration)
    guard nanos >= 1_000_000, nanos <= 3_600_000_000_000 else {
      throw CommandError(
        .usage, verb: name, happened: "too short or too long", what: "--duration",
        remedy: "give a time from 1ms to 1h")
    }
    let clock = TickClock.calibratedOnce
    var report = MachineReport(environment: .ofThisMachine(version: Version.text))
    report.environment.ticksPerMicrosecond = clock.ticksPerMicrosecond
    do throws(EngineError) {
      report.hiccups = try SpinCalibration.measure(cpus: cpus, nanos: nanos, clock: clock)
    } catch {
      throw CommandError(error, verb: name)
    }
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
    for watch in report.hiccups {
      let share = BenchText.percent(Double(watch.lostNanos), of: Double(watch.nanos))
      rows.append([
        "pauses on CPU \(watch.cpu)",
        "\(watch.gaps) longer than \(watch.thresholdNanos / 1_000) µs, \(share) of the time, "
          + "\(LedgerReport.duration(watch.longest)) the longest",
      ])
    }
    try context.output.write(BenchMachine.lines(rows))
    return .ok
  }
}
