internal import Lab
internal import Ledger

/// A result for people: the machine, the stages, the bars, the notes.
struct BenchText {
  private let result: LabResult
  private let terminal: Terminal

  init(_ result: LabResult, _ terminal: Terminal) {
    self.result = result
    self.terminal = terminal
  }

  var text: String {
    head + table + (result.steps.isEmpty ? "" : steps) + account + bars + notes
  }

  private var head: String {
    let setup = result.setup
    let outputs = setup.outputs.isEmpty ? "no outputs" : setup.outputs.joined(separator: ", ")
    let cpus = setup.cpus.sorted { $0.value < $1.value || $0.value == $1.value && $0.key < $1.key }
      .map { "\($0.key) on CPU \($0.value)" }
    var rows = [
      ["load", "\(result.profile), \(setup.input), feed \(setup.feed)"],
      [
        "way",
        "\(setup.layout), ends at \(Self.ending(setup.lastStage)), \(outputs); "
          + cpus.joined(separator: ", "),
      ],
    ]
    if let trips = result.rawRoundTrip {
      rows.append(["raw round trip", "p50 \(trips.p50) ns, p99 \(trips.p99) ns of one line"])
    }
    if let trips = result.udpRoundTrip {
      let p50 = LedgerReport.duration(trips.p50)
      rows.append(["bare UDP round trip", "p50 \(p50), p99 \(LedgerReport.duration(trips.p99))"])
    }
    let lost = result.hiccups.map { watch in
      "\(watch.thread) \(Self.percent(Double(watch.lostNanos), of: Double(watch.nanos)))"
    }
    rows.append(["time lost", lost.joined(separator: ", ")])
    rows.append(["clean windows", Self.percent(result.cleanShare, of: 1)])
    return terminal.styled(result.label, .bold) + "\n" + BenchMachine.lines(rows) + "\n"
  }

  private static func ending(_ stage: String) -> String {
    switch stage {
    case "reader": "a reader in another process"
    case "published": "shared memory"
    default: "the worker"
    }
  }

  static func percent(_ part: Double, of whole: Double) -> String {
    guard whole > 0 else { return "0 %" }
    return "\((part / whole * 1_000).rounded() / 10) %"
  }

  private var table: String {
    guard !result.stages.isEmpty else { return "" }
    var rows = [["stage", "from", "over", "samples", "p50", "p90", "p99", "p99.9", "max"]]
    for stage in result.stages {
      let name = stage.name == "total" ? "TOTAL" : stage.name
      rows.append([name, stage.from, "all"] + Self.figures(stage.all))
      if stage.clean.samples > 0 { rows.append(["", "", "clean"] + Self.figures(stage.clean)) }
    }
    return TextTable(rows: rows).text + "\n"
  }

  private static func figures(_ latency: LabQuantiles) -> [String] {
    [LedgerReport.grouped(latency.samples)]
      + [latency.p50, latency.p90, latency.p99, latency.p999, latency.max]
      .map(LedgerReport.duration)
  }

  private var steps: String {
    var rows = [["offered", "achieved", "lost", "p50", "p99", "p99.9", "clean", "kept up"]]
    for step in result.steps {
      let latency = step.cleanLatency.samples > 0 ? step.cleanLatency : step.latency
      rows.append(
        [
          RunProgress.short(step.offeredRate) + "/s", RunProgress.short(step.achievedRate) + "/s",
          LedgerReport.grouped(step.lost),
        ] + [latency.p50, latency.p99, latency.p999].map(LedgerReport.duration) + [
          Self.percent(step.cleanShare, of: 1), step.isSustained ? "yes" : "no",
        ])
    }
    return TextTable(rows: rows).text + "\n"
  }

  private var account: String {
    let losses = result.lost.sorted { $0.key < $1.key }
      .map { "\(LedgerReport.grouped($0.value)) \($0.key)" }
    let balance =
      result.isBalanced
      ? terminal.styled("ledger balanced", .green)
      : terminal.styled("ledger violated: \(result.violations.joined(separator: "; "))", .red)
    let loss =
      losses.isEmpty
      ? "nothing lost" : terminal.styled("lost: \(losses.joined(separator: ", "))", .red)
    var text =
      "\(LedgerReport.grouped(result.offered)) messages due, "
      + "\(LedgerReport.grouped(result.seen)) seen; \(loss); \(balance)\n"
    if let capacity = result.capacity {
      text += "highest rate without loss: " + RunProgress.short(capacity) + " messages a second\n"
    }
    return text
  }

  private var bars: String {
    var text = ""
    for bar in result.bars {
      let limit = "\(bar.isCeiling ? "at most" : "at least") \(Self.number(bar.limit)) \(bar.unit)"
      if let value = bar.value, let isMet = bar.isMet {
        let verdict = isMet ? terminal.styled("met", .green) : terminal.styled("missed", .red)
        text += "  \(bar.name): \(Self.number(value)) \(bar.unit), \(limit): \(verdict)\n"
      } else {
        text += "  \(bar.name): \(limit): \(bar.note ?? "no verdict")\n"
      }
    }
    return text.isEmpty ? "" : "\nbars, over clean windows:\n" + text
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && value.magnitude < 1e15 ? "\(Int(value))" : "\(value)"
  }

  private var notes: String {
    result.notes.map { terminal.styled("note: ", .yellow) + $0 + "\n" }.joined()
  }
}
