/// How deep the lane was, and what was lost, over the same time as the latencies.
struct DepthPlots {
  let runs: [(run: ReportRun, columns: SlotColumns)]
  let isComparison: Bool

  init(_ time: TimePlot, isComparison: Bool) {
    runs = time.runs
    self.isComparison = isComparison
  }

  func write(_ page: inout ReportPage) {
    guard !runs.isEmpty else { return }
    var switches: [ReportPage.Switch] = []
    if isComparison {
      switches = runs.map { run, _ in
        ReportPage.Switch(
          part: run.style, name: "\(run.letter): \(ReportText.legendName(run.result.label))",
          key: "line mid own \(run.style)")
      }
    }
    page.plots(
      "Queue depth and loss", switches,
      caption: "Depth: most records that waited in the lane, as the worker found them. "
        + "Lost: messages that were due and never seen, in the slots in which they were due."
    ) { markup in
      markup.element("div") { markup in
        markup.element("h3", text: "Queue depth")
        drawDepth(&markup)
      }
      markup.element("div") { markup in
        markup.element("h3", text: "Loss")
        drawLoss(&markup)
      }
    }
  }

  private static var frame: PlotFrame {
    var frame = PlotFrame()
    frame.height = 260
    return frame
  }

  private func drawDepth(_ markup: inout ReportMarkup) {
    let frame = Self.frame
    let (x, title) = SlotColumns.timeAxis(runs.map(\.columns), frame)
    let most = runs.flatMap(\.columns.depth).max() ?? 0
    let y = PlotAxis.linear(
      upTo: Swift.max(most, 4), from: frame.plotBottom, to: frame.plotTop, spacing: 34,
      label: ReportText.amount)
    frame.draw(&markup, about: "Queue depth over time") { markup in
      frame.drawLeft(y, title: "records in the lane", &markup)
      frame.drawBottom(x, title: title, &markup)
      for (run, columns) in runs where columns.depth.contains(where: { $0 > 0 }) {
        var path = PlotPath()
        path.move(x.position(0), y.start)
        for (index, depth) in columns.depth.enumerated() {
          path.line(x.position(Double(index) * columns.pointMillis), y.position(depth))
          path.line(x.position(Double(index + 1) * columns.pointMillis), y.position(depth))
        }
        path.line(x.position(columns.millis), y.start)
        path.close()
        markup.path("full \(run.style)", path)
      }
      if most == 0 { frame.drawEmpty("always empty", &markup) }
      for (run, _) in runs { drawSize(run, frame, y, &markup) }
    }
  }

  /// The size of the lane, where the plot reaches it.
  private func drawSize(
    _ run: ReportRun, _ frame: PlotFrame, _ y: PlotAxis, _ markup: inout ReportMarkup
  ) {
    let size = Double(run.result.setup.laneLines)
    guard size > 0, size <= y.high else { return }
    let height = y.position(size)
    frame.line(frame.plotLeft, height, frame.plotRight, height, "raw \(run.style)", &markup)
    PlotFrame.label(
      "lane is full: \(ReportText.amount(size))", frame.plotRight - 6, height + 15, "end",
      &markup, kind: run.style)
  }

  private func drawLoss(_ markup: inout ReportMarkup) {
    let frame = Self.frame
    let (x, title) = SlotColumns.timeAxis(runs.map(\.columns), frame)
    let most = runs.flatMap(\.columns.lost).max() ?? 0
    let isAny = runs.contains { $0.run.lostCount > 0 } || most > 0
    frame.draw(&markup, about: "Loss over time") { markup in
      let y = PlotAxis.linear(
        upTo: Swift.max(most, 1), from: frame.plotBottom, to: frame.plotTop, spacing: 34,
        label: { $0.rounded() == $0 ? ReportText.amount($0) : "" })
      frame.drawLeft(y, title: "messages lost", &markup)
      frame.drawBottom(x, title: title, &markup)
      for (run, columns) in runs {
        var path = PlotPath()
        for (index, lost) in columns.lost.enumerated() where lost > 0 {
          path.bar(
            from: x.position(Double(index) * columns.pointMillis),
            to: x.position(Double(index + 1) * columns.pointMillis), top: y.position(lost),
            bottom: y.start)
        }
        guard !path.text.isEmpty else { continue }
        markup.path("lost \(run.style)", path)
      }
      if !isAny {
        frame.drawEmpty("✓ none lost", &markup)
      } else if most == 0 {
        frame.drawEmpty("lost, but not told when", &markup)
      }
    }
  }
}
