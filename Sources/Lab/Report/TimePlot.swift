/// Latency over time: median, p99 and maximum of each slot, the offered rate behind them, and the
/// time that the machine took from the threads in the same unit, so that a peak no higher than its
/// grey bar is seen to be the machine's.
struct TimePlot {
  let runs: [(run: ReportRun, columns: SlotColumns)]
  private let isComparison: Bool

  init(_ runs: [ReportRun]) {
    self.runs = runs.compactMap { run in
      guard let series = run.result.series else { return nil }
      let columns = SlotColumns(series)
      return columns.count > 0 ? (run, columns) : nil
    }
    isComparison = runs.count > 1
  }

  /// The three lines, from below.
  private static let metrics: [(name: String, kind: String)] = [
    ("p50", "low"), ("p99", "mid"), ("maximum", "high"),
  ]

  func write(_ page: inout ReportPage) {
    guard !runs.isEmpty else { return }
    var switches = Self.metrics.map { metric in
      ReportPage.Switch(
        part: "t-\(metric.kind)", name: metric.name,
        key: "line \(metric.kind)" + (isComparison ? " own ra" : ""),
        isOn: !isComparison || metric.kind != "high")
    }
    switches.append(
      ReportPage.Switch(part: "t-load", name: "offered rate", key: "area", isArea: true))
    switches.append(
      ReportPage.Switch(
        part: "t-stolen", name: "time lost to the machine", key: "stolen", isArea: true))
    if isComparison {
      for (run, _) in runs {
        switches.append(
          ReportPage.Switch(
            part: run.style, name: "\(run.letter): \(ReportText.legendName(run.result.label))",
            key: "line mid own \(run.style)"))
      }
    }
    page.plots("Latency over time", switches, caption: caption, draw)
  }

  private var caption: String {
    let slots = runs.map { run, columns in
      let length = ReportText.duration(columns.slotMillis * 1e6)
      let letter = isComparison ? " (\(run.letter))" : ""
      let worst =
        columns.slotsPerPoint > 1 ? ", of \(columns.slotsPerPoint) in a point the worst" : ""
      return "slots of \(length)\(worst)\(letter)"
    }
    return "Messages by when they were due: \(slots.joined(separator: ", ")). The offered rate is "
      + "the mean of a slot, so bursts shorter than one show as less than they are. Grey bars: the "
      + "time of a slot that the machine took from the threads, on the axis of latency. A peak "
      + "that does not rise above its grey bar may be the machine's."
  }

  private func draw(_ markup: inout ReportMarkup) {
    let frame = PlotFrame.wide
    let (x, title) = SlotColumns.timeAxis(runs.map(\.columns), frame)
    let values = runs.flatMap { $0.columns.p50 + $0.columns.p99 + $0.columns.max }
    let y = PlotAxis.logarithmic(
      values, from: frame.plotBottom, to: frame.plotTop, spacing: 26,
      label: ReportText.duration)
    let most = runs.flatMap(\.columns.offeredRate).max() ?? 0
    let load = PlotAxis.linear(
      upTo: most * 1.02, from: frame.plotBottom, to: frame.plotTop, spacing: 60,
      label: ReportText.rate)
    frame.draw(&markup, about: "Latency over time") { markup in
      frame.drawLeft(y, title: "latency", &markup)
      frame.drawRight(load, title: "offered rate", &markup)
      frame.drawBottom(x, title: title, &markup)
      for (run, columns) in runs {
        drawStolen(run, columns, x, y, &markup)
      }
      for (run, columns) in runs {
        drawLoad(run, columns, x, load, &markup)
      }
      if !values.contains(where: { $0 > 0 }) { frame.drawEmpty("no message was seen", &markup) }
      for (run, columns) in runs {
        let series = [columns.p50, columns.p99, columns.max]
        for (metric, values) in zip(Self.metrics, series) {
          let points = values.indices.map { index -> (x: Double, y: Double)? in
            guard values[index] > 0 else { return nil }
            return (x.position(columns.middle(index)), y.position(values[index]))
          }
          let kind = "line \(metric.kind) own \(run.style) t-\(metric.kind)"
          markup.path(kind, .line(points))
        }
      }
      drawHints(frame, x, &markup)
    }
  }

  /// The offered rate as steps.
  private func drawLoad(
    _ run: ReportRun, _ columns: SlotColumns, _ x: PlotAxis, _ y: PlotAxis,
    _ markup: inout ReportMarkup
  ) {
    var path = PlotPath()
    path.move(x.position(0), y.start)
    for (index, rate) in columns.offeredRate.enumerated() {
      let height = y.position(rate)
      path.line(x.position(Double(index) * columns.pointMillis), height)
      path.line(x.position(Double(index + 1) * columns.pointMillis), height)
    }
    path.line(x.position(columns.millis), y.start)
    path.close()
    markup.path("area t-load \(run.style)", path)
  }

  private func drawStolen(
    _ run: ReportRun, _ columns: SlotColumns, _ x: PlotAxis, _ y: PlotAxis,
    _ markup: inout ReportMarkup
  ) {
    var path = PlotPath()
    for (index, nanos) in columns.stolen.enumerated() where nanos > y.low {
      path.bar(
        from: x.position(Double(index) * columns.pointMillis),
        to: x.position(Double(index + 1) * columns.pointMillis), top: y.position(nanos),
        bottom: y.start)
    }
    guard !path.text.isEmpty else { return }
    markup.path("stolen t-stolen \(run.style)", path)
  }

  /// What a pointer over the plot shows: the figures of the point in time below it.
  private func drawHints(_ frame: PlotFrame, _ x: PlotAxis, _ markup: inout ReportMarkup) {
    guard let longest = runs.max(by: { $0.columns.millis < $1.columns.millis })?.columns
    else { return }
    for index in 0..<longest.count {
      let millis = longest.middle(index)
      let left = x.position(Double(index) * longest.pointMillis)
      let right = x.position(Double(index + 1) * longest.pointMillis)
      markup.element(
        "rect",
        [
          "class": "hit", "x": ReportText.coordinate(left),
          "y": ReportText.coordinate(frame.plotTop),
          "width": ReportText.coordinate(Swift.max(right - left, 0.1)),
          "height": ReportText.coordinate(frame.plotBottom - frame.plotTop),
        ]
      ) { markup in
        markup.element("title", text: hint(at: millis))
      }
    }
  }

  private func hint(at millis: Double) -> String {
    var lines = ["at " + ReportText.duration(millis * 1e6)]
    for (run, columns) in runs {
      let index = Int(millis / columns.pointMillis)
      guard index < columns.count else { continue }
      let letter = isComparison ? "\(run.letter): " : ""
      func time(_ nanos: Double) -> String {
        nanos > 0 ? ReportText.duration(nanos) : ReportText.none
      }
      lines.append(
        "\(letter)p50 \(time(columns.p50[index])), p99 \(time(columns.p99[index])), "
          + "max \(time(columns.max[index])), offered "
          + "\(ReportText.rate(columns.offeredRate[index])), machine "
          + "\(time(columns.stolen[index]))")
    }
    return lines.joined(separator: "\n")
  }
}
