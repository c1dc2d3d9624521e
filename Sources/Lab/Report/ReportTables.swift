/// The tables of a report: for one result its figures, for two the figures of both with the ratio.
enum ReportTables {
  /// A table that scrolls by itself where the screen is too narrow.
  static func table(
    _ heads: [(name: String, isNumber: Bool)], _ markup: inout ReportMarkup,
    kind: String = "full", _ rows: (inout ReportMarkup) -> Void
  ) {
    markup.element("div", ["class": "scroll"]) { markup in
      markup.element("table", ["class": kind]) { markup in
        markup.element("thead") { markup in
          markup.element("tr") { markup in
            for head in heads {
              markup.element("th", ["class": head.isNumber ? "number" : ""], text: head.name)
            }
          }
        }
        markup.element("tbody", [:], rows)
      }
    }
  }

  static func cell(_ text: String, _ markup: inout ReportMarkup, kind: String = "number") {
    markup.element("td", ["class": kind], text: text)
  }

  /// The letter of a result, underlined as its lines are drawn.
  static func letter(_ run: ReportRun, _ markup: inout ReportMarkup) {
    markup.element("span", ["class": "run \(run.style)"], text: run.letter)
  }

  private static func quantiles(_ of: LabQuantiles) -> [(value: Double, text: String)] {
    let values: [Double] = [
      Double(of.p50), Double(of.p90), Double(of.p99), Double(of.p999), Double(of.p9999),
      Double(of.max), of.mean,
    ]
    return values.map { ($0, of.samples > 0 ? ReportText.duration($0) : ReportText.none) }
  }

  // MARK: Stages

  static func stages(_ page: inout ReportPage) {
    let runs = page.runs
    guard runs.contains(where: { !$0.result.stages.isEmpty }) else { return }
    page.section("Stages") { markup in
      var heads = [("stage", false)]
      if runs.count > 1 { heads.append(("", false)) }
      for name in ["p50", "p90", "p99", "p99.9", "p99.99", "maximum", "mean", "messages"] {
        heads.append((name, true))
      }
      table(heads.map { (name: $0.0, isNumber: $0.1) }, &markup) { markup in
        for isClean in [true, false] {
          markup.element("tr", ["class": "group"]) { markup in
            markup.element(
              "td", ["colspan": String(heads.count)],
              text: isClean ? "Clean windows" : "All messages")
          }
          for name in stageNames(runs) { stage(name, isClean: isClean, runs, &markup) }
        }
      }
      markup.element(
        "p", ["class": "caption"],
        text: "A stage counts its own time; “since due” from when the message was due to the "
          + "end of the stage, as the total does. Percentiles of stages do not add up.")
    }
  }

  private static func stageNames(_ runs: [ReportRun]) -> [String] {
    var names: [String] = []
    for run in runs {
      for stage in run.result.stages.prefix(ReportLimits.stages) {
        let name = PercentilePlot.name(of: stage)
        if !names.contains(name) { names.append(name) }
      }
    }
    return names
  }

  private static func stage(
    _ name: String, isClean: Bool, _ runs: [ReportRun], _ markup: inout ReportMarkup
  ) {
    let found = runs.map { run -> LabQuantiles? in
      let stage = run.result.stages.first { PercentilePlot.name(of: $0) == name }
      return isClean ? stage?.clean : stage?.all
    }
    let kind = name == "total" ? "strong" : ""
    for (run, figures) in zip(runs, found) {
      guard let figures else { continue }
      markup.element("tr", ["class": kind]) { markup in
        cell(run.index == 0 || found[0] == nil ? name : "", &markup, kind: "name")
        if runs.count > 1 { markup.element("td") { letter(run, &$0) } }
        for figure in quantiles(figures) { cell(figure.text, &markup) }
        cell(ReportText.count(figures.samples), &markup)
      }
    }
    guard found.count == 2, let first = found[0], let second = found[1], first.samples > 0,
      second.samples > 0
    else { return }
    markup.element("tr", ["class": "ratio"]) { markup in
      cell("", &markup, kind: "name")
      cell("B / A", &markup, kind: "name")
      for (before, after) in zip(quantiles(first), quantiles(second)) {
        cell(ReportText.ratio(before.value, after.value), &markup)
      }
      cell(ReportText.ratio(Double(first.samples), Double(second.samples)), &markup)
    }
  }

  // MARK: Bars

  static func bars(_ page: inout ReportPage) {
    let runs = page.runs
    var names: [String] = []
    for bar in runs.flatMap({ $0.result.bars }) where !names.contains(bar.name) {
      names.append(bar.name)
    }
    guard !names.isEmpty else { return }
    page.section("Bars") { markup in
      var heads = [("what", false)]
      if runs.count > 1 { heads.append(("", false)) }
      heads += [("limit", true), ("value", true), ("verdict", false), ("", false)]
      table(heads.map { (name: $0.0, isNumber: $0.1) }, &markup) { markup in
        for name in names.prefix(ReportLimits.rows) {
          var hasName = true
          for run in runs {
            guard let bar = run.result.bars.first(where: { $0.name == name }) else { continue }
            row(bar, run, hasLetter: runs.count > 1, hasName: hasName, &markup)
            hasName = false
          }
        }
      }
      more(names.count, &markup)
    }
  }

  private static func row(
    _ bar: LabBar, _ run: ReportRun, hasLetter: Bool, hasName: Bool, _ markup: inout ReportMarkup
  ) {
    markup.element("tr") { markup in
      cell(hasName ? bar.name : "", &markup, kind: "name")
      if hasLetter { markup.element("td") { letter(run, &$0) } }
      cell((bar.isCeiling ? "≤ " : "≥ ") + measure(bar.limit, bar.unit), &markup)
      cell(bar.value.map { measure($0, bar.unit) } ?? ReportText.none, &markup)
      switch bar.isMet {
      case true?: cell("✓ met", &markup, kind: "met")
      case false?: cell("✗ missed", &markup, kind: "missed")
      case nil: cell("– no verdict", &markup, kind: "open")
      }
      cell(bar.note ?? "", &markup, kind: "name")
    }
  }

  /// A value in the unit of its bar.
  static func measure(_ value: Double, _ unit: String) -> String {
    switch unit {
    case "ns": ReportText.duration(value)
    case "msg/s", "/s": ReportText.rate(value)
    case "×", "x": ReportText.significant(value, digits: 3) + "×"
    case "%": ReportText.significant(value, digits: 3) + " %"
    case "": ReportText.significant(value, digits: 3)
    default: ReportText.significant(value, digits: 3) + " " + unit
    }
  }

  // MARK: Steps

  static func steps(_ page: inout ReportPage) {
    let runs = page.runs
    guard runs.contains(where: { !$0.result.steps.isEmpty }) else { return }
    page.section("Rates that were tried") { markup in
      var heads = runs.count > 1 ? [("", false)] : []
      heads += [
        ("offered", true), ("seen", true), ("lost", true), ("p50", true), ("p99", true),
        ("p99.9", true), ("maximum, all", true), ("clean windows", true), ("kept up", false),
      ]
      table(heads.map { (name: $0.0, isNumber: $0.1) }, &markup) { markup in
        for run in runs {
          for step in LoadPlots.ordered(run.result.steps) {
            row(step, run, hasLetter: runs.count > 1, &markup)
          }
        }
      }
      more(runs.map(\.result.steps.count).max() ?? 0, &markup)
    }
  }

  private static func row(
    _ step: LabStep, _ run: ReportRun, hasLetter: Bool, _ markup: inout ReportMarkup
  ) {
    let latency = step.cleanLatency.samples > 0 ? step.cleanLatency : step.latency
    markup.element("tr") { markup in
      if hasLetter { markup.element("td") { letter(run, &$0) } }
      cell(ReportText.rate(step.offeredRate), &markup)
      cell(ReportText.rate(step.achievedRate), &markup)
      cell(ReportText.count(step.lost), &markup)
      let figures = quantiles(latency)
      for index in [0, 2, 3] { cell(figures[index].text, &markup) }
      cell(quantiles(step.latency)[5].text, &markup)
      cell(ReportText.share(step.cleanShare), &markup)
      cell(
        step.isSustained ? "✓ yes" : "✗ no", &markup, kind: step.isSustained ? "met" : "missed")
    }
  }

  // MARK: Hiccups

  static func hiccups(_ page: inout ReportPage) {
    let runs = page.runs
    guard runs.contains(where: { !$0.result.hiccups.isEmpty }) else { return }
    page.section("Pauses of the machine") { markup in
      var heads = runs.count > 1 ? [("", false)] : []
      heads += [
        ("thread", false), ("CPU", true), ("watched", true), ("longer than", true),
        ("pauses", true), ("a second", true), ("lost", true), ("longest", true),
      ]
      table(heads.map { (name: $0.0, isNumber: $0.1) }, &markup) { markup in
        for run in runs {
          for hiccups in run.result.hiccups.prefix(ReportLimits.rows) {
            row(hiccups, run, hasLetter: runs.count > 1, &markup)
          }
        }
      }
      markup.element(
        "p", ["class": "caption"],
        text: "A thread that only reads the clock in a loop sees a pause where two readings lie "
          + "further apart than that: the hypervisor, the kernel or another process had its CPU.")
    }
  }

  private static func row(
    _ hiccups: LabHiccups, _ run: ReportRun, hasLetter: Bool, _ markup: inout ReportMarkup
  ) {
    let seconds = Double(hiccups.nanos) / 1e9
    markup.element("tr") { markup in
      if hasLetter { markup.element("td") { letter(run, &$0) } }
      cell(hiccups.thread, &markup, kind: "name")
      cell(hiccups.cpu < 0 ? "not bound" : String(hiccups.cpu), &markup)
      cell(ReportText.duration(hiccups.nanos), &markup)
      cell(ReportText.duration(hiccups.thresholdNanos), &markup)
      cell(ReportText.count(hiccups.gaps), &markup)
      cell(ReportText.significant(Double(hiccups.gaps) / seconds, digits: 3), &markup)
      cell(ReportText.share(Double(hiccups.lostNanos) / Double(hiccups.nanos)), &markup)
      cell(ReportText.duration(hiccups.longest), &markup)
    }
  }

  /// Says so where a table was cut.
  static func more(_ count: Int, _ markup: inout ReportMarkup) {
    guard count > ReportLimits.rows else { return }
    markup.element(
      "p", ["class": "caption"], text: "… and \(count - ReportLimits.rows) more in the result file."
    )
  }
}
