/// Where and how a result was made, as names and texts: for two results side by side, with what
/// differs marked.
struct ReportFact {
  let name: String
  let text: String
  /// Whether it is a measurement, which never comes out the same twice.
  var isMeasured = false

  static func environment(_ of: LabEnvironment) -> [ReportFact] {
    let commit = of.commit.isEmpty ? "" : " (\(of.commit.prefix(40)))"
    let smt =
      of.threadsPerCore == 0
      ? "unknown" : of.threadsPerCore == 1 ? "no" : "\(of.threadsPerCore) threads a core"
    let ticks = ReportText.significant(of.ticksPerMicrosecond, digits: 6)
    return [
      fact("processor", of.cpu),
      fact("family, model", of.family == 0 ? "" : "\(of.family), \(of.model)"),
      fact("CPUs of the process", of.cores == 0 ? "" : String(of.cores)),
      fact("SMT", smt),
      fact("memory", of.memoryBytes == 0 ? "" : ReportText.bytes(of.memoryBytes)),
      fact("hypervisor", of.hypervisor),
      fact("kernel", of.kernel),
      fact("distribution", of.distribution),
      fact("Swift", of.swift),
      fact("millrace", of.version + commit),
      fact("governor", of.governor),
      fact("clock source", of.clockSource),
      fact(
        "time-stamp counter",
        of.ticksPerMicrosecond > 0
          ? "\(of.hasConstantTicks ? "constant" : "not constant")" : "none"),
      ReportFact(name: "its ticks a microsecond", text: ticks, isMeasured: true),
      fact("huge pages", of.hugePages),
      fact("isolated CPUs", of.isolatedCPUs.isEmpty ? "none" : of.isolatedCPUs),
      ReportFact(
        name: "load at the start", text: ReportText.significant(of.loadAverage, digits: 3),
        isMeasured: true),
      ReportFact(
        name: "taken by the hypervisor", text: ReportText.share(of.stolenShare),
        isMeasured: true),
      ReportFact(
        name: "used by other processes", text: ReportText.share(of.backgroundShare),
        isMeasured: true),
    ]
  }

  static func setup(_ result: LabResult) -> [ReportFact] {
    let of = result.setup
    let cpus = of.cpus.sorted { $0.key < $1.key }.prefix(ReportLimits.rows)
      .map { "\($0.key) on \($0.value < 0 ? "any" : String($0.value))" }
    var facts = [
      fact("offered", result.profile),
      fact("input", of.input),
      fact("feed", of.feed),
      fact("layout", of.layout),
      fact("total ends at", of.lastStage),
      fact("outputs", of.outputs.isEmpty ? "none" : of.outputs.joined(separator: ", ")),
      fact("shards", String(of.shards)),
      fact("lane", of.laneLines == 0 ? "" : "\(of.laneLines) lines"),
      fact("shared-memory ring", of.ringLines == 0 ? "" : "\(of.ringLines) lines"),
      fact("waiting", of.strategy),
      fact("CPUs", cpus.joined(separator: ", ")),
      fact("real-time priority", of.isRealtime ? "yes" : "no"),
      fact("instruments", of.instruments == 0 ? "" : String(of.instruments)),
    ]
    for (name, value) in of.options.sorted(by: { $0.key < $1.key }).prefix(ReportLimits.rows) {
      facts.append(fact(name, value))
    }
    return facts
  }

  private static func fact(_ name: String, _ text: String) -> ReportFact {
    ReportFact(name: name, text: text.isEmpty ? ReportText.none : text)
  }

  /// A section with a table of facts, one column a result.
  static func write(_ title: String, _ all: [[ReportFact]], _ page: inout ReportPage) {
    var names: [String] = []
    for fact in all.flatMap({ $0 }) where !names.contains(fact.name) { names.append(fact.name) }
    let runs = page.runs
    page.section(title) { markup in
      var heads = [(name: "", isNumber: false)]
      if runs.count > 1 { heads += runs.map { (name: $0.letter, isNumber: false) } }
      ReportTables.table(heads, &markup, kind: runs.count > 1 ? "full" : "") { markup in
        for name in names {
          let found = all.map { facts in facts.first { $0.name == name } }
          let texts = found.map { $0?.text ?? ReportText.none }
          let isMeasured = found.contains { $0?.isMeasured == true }
          let differs = Set(texts).count > 1 && !isMeasured
          markup.element("tr", ["class": differs ? "differs" : ""]) { markup in
            ReportTables.cell(differs ? "≠ \(name)" : name, &markup, kind: "name")
            for text in texts { ReportTables.cell(text, &markup, kind: "name") }
          }
        }
      }
    }
  }
}
