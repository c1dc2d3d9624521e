internal import Engine
internal import Lab
internal import Ledger

/// How verbs of the lab measure and show the machine.
enum BenchMachine {
  /// The round trip between the first two CPUs; nil where there is one only.
  static func roundTrip(
    _ cpus: [Int], nanos: UInt64, verb: String
  ) throws(CommandError) -> LabQuantiles? {
    guard cpus.count > 1 else { return nil }
    var histogram = Histogram()
    do throws(EngineError) {
      try RawRoundTrip.measure(cpus: (cpus[0], cpus[1]), nanos: nanos, into: &histogram)
    } catch {
      throw CommandError(error, verb: verb)
    }
    return LabQuantiles(histogram)
  }

  /// The environment as lines of name and value.
  static func rows(_ environment: LabEnvironment) -> [[String]] {
    let threads = environment.threadsPerCore
    let smt = threads == 0 ? "SMT unknown" : threads == 1 ? "no SMT" : "\(threads) threads a core"
    let ticks = environment.hasConstantTicks ? "constant" : "not constant"
    return [
      [
        "cpu",
        "\(environment.cpu), family \(environment.family) model \(environment.model), "
          + "\(environment.cores) CPUs, \(smt)",
      ],
      ["hypervisor", environment.hypervisor],
      ["system", "\(environment.distribution), Linux \(environment.kernel)"],
      ["memory", ByteText.short(Double(environment.memoryBytes))],
      ["governor", environment.governor],
      ["clock source", "\(environment.clockSource), processor's ticks \(ticks)"],
      ["huge pages", environment.hugePages],
      ["isolated CPUs", environment.isolatedCPUs],
      ["load average", "\((environment.loadAverage * 100).rounded() / 100)"],
      ["millrace", "\(environment.version), commit \(environment.commit), \(environment.swift)"],
    ]
  }

  /// Rows of name and value, the names in one column.
  static func lines(_ rows: [[String]]) -> String {
    let width = rows.map { $0[0].count }.max() ?? 0
    return rows.map { row in
      "  \(row[0])\(String(repeating: " ", count: width - row[0].count))  \(row[1])\n"
    }.joined()
  }
}
