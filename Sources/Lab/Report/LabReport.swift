/// The report of the latency lab: one self-contained HTML file.
///
/// It has no script and asks for nothing from elsewhere, so it can be sent, kept and printed. What
/// stands in a result file is outside input: every text is escaped, every number checked, and the
/// size of the page is bounded whatever the file holds.
public enum LabReport {
  /// The page of one result, or of two drawn over each other. Further ones are left out.
  public static func html(_ results: [LabResult]) -> String {
    let runs = results.prefix(2).enumerated().map { ReportRun(result: $1, index: $0) }
    var page = ReportPage(runs: runs)
    head(&page)
    notes(&page)
    tiles(&page)
    ReportTables.bars(&page)
    PercentilePlot(runs).write(&page)
    let time = TimePlot(runs)
    time.write(&page)
    DepthPlots(time, isComparison: page.isComparison).write(&page)
    LoadPlots(runs).write(&page)
    ReportTables.stages(&page)
    ReportTables.steps(&page)
    ReportTables.hiccups(&page)
    ReportFact.write("Setup", runs.map { ReportFact.setup($0.result) }, &page)
    ReportFact.write(
      "Environment", runs.map { ReportFact.environment($0.result.environment) }, &page)
    ledger(&page)
    commands(&page)
    return page.document(title: title(runs))
  }

  private static func title(_ runs: [ReportRun]) -> String {
    guard !runs.isEmpty else { return "Millrace latency lab: no result" }
    return runs.map { name($0.result) }.joined(separator: " against ")
  }

  private static func name(_ result: LabResult) -> String {
    result.label.isEmpty ? "Millrace \(result.kind)" : result.label
  }

  private static func head(_ page: inout ReportPage) {
    let isComparison = page.isComparison
    page.body.element("h1", text: title(page.runs))
    for run in page.runs {
      let result = run.result
      page.body.element("p", ["class": "sub"]) { markup in
        if isComparison { ReportTables.letter(run, &markup) }
        let machine = result.environment.cpu.isEmpty ? [] : [result.environment.cpu]
        let parts = [
          "Millrace latency lab, \(result.kind)", result.profile,
          "\(result.setup.input), \(result.setup.layout), to \(result.setup.lastStage)",
          result.created,
        ]
        markup.words((parts + machine).joined(separator: " · "))
      }
    }
  }

  /// What a reader must know before the first figure.
  private static func notes(_ page: inout ReportPage) {
    let isComparison = page.isComparison
    let runs = page.runs.filter { !$0.result.notes.isEmpty || !$0.result.isBalanced }
    guard !runs.isEmpty else { return }
    page.body.element("div", ["class": "notes", "role": "note"]) { markup in
      markup.element("strong", text: "Before you read on")
      for run in runs {
        markup.element("ul") { markup in
          let balance = run.result.isBalanced ? [] : ["The ledger does not balance: see below."]
          for note in (balance + run.result.notes).prefix(ReportLimits.rows) {
            markup.element("li") { markup in
              if isComparison { ReportTables.letter(run, &markup) }
              markup.words(note)
            }
          }
        }
      }
    }
  }

  private static func ledger(_ page: inout ReportPage) {
    let runs = page.runs
    page.section("Every message accounted for") { markup in
      for run in runs {
        let result = run.result
        markup.element("p") { markup in
          if runs.count > 1 { ReportTables.letter(run, &markup) }
          markup.element(
            "span", ["class": result.isBalanced ? "met" : "missed"],
            text: result.isBalanced ? "✓ the ledger balances" : "✗ the ledger does not balance")
          markup.words(
            ": \(ReportText.count(result.offered)) were due, "
              + "\(ReportText.count(result.seen)) seen at the last stage, \(losses(run)).")
        }
        guard !result.violations.isEmpty else { continue }
        markup.element("ul") { markup in
          for violation in result.violations.prefix(ReportLimits.rows) {
            markup.element("li", text: violation)
          }
        }
      }
    }
  }

  private static func losses(_ run: ReportRun) -> String {
    let lost = run.result.lost.filter { $0.value > 0 }.sorted { $0.key < $1.key }
    guard !lost.isEmpty else { return "none lost" }
    let parts = lost.prefix(ReportLimits.rows).map { "\(ReportText.count($0.value)) at \($0.key)" }
    return "lost \(parts.joined(separator: ", "))"
  }

  private static func commands(_ page: inout ReportPage) {
    let runs = page.runs
    page.section("To repeat it") { markup in
      for run in runs {
        markup.element("pre") { markup in
          if runs.count > 1 { ReportTables.letter(run, &markup) }
          markup.element("code", text: ReportText.commandLine(run.result.command))
        }
      }
    }
  }
}
