/// The percentile curves: latency against the percentile, on the axis of HDR plots, a line a stage,
/// with the one-way time of a bare line between the cores as the physical limit.
struct PercentilePlot {
  /// The line of a stage of one result.
  struct Line {
    let run: ReportRun
    let stage: LabStage
    /// Which of the switches turns it off, and its colour.
    let part: String
    let colour: String
    let isTotal: Bool

    var name: String { PercentilePlot.name(of: stage) }
  }

  /// A limit of the machine that no line can come below.
  private struct Mark {
    let run: ReportRun
    let name: String
    let nanos: Double
  }

  /// The range of the axis is that of the percentiles from here on: the quickest few of millions
  /// would take a decade or two that nobody looks at.
  private static var leastPercentile: Double { 10 }

  let lines: [Line]
  let runs: [ReportRun]

  init(_ runs: [ReportRun]) {
    var names: [String] = []
    var lines: [Line] = []
    for run in runs {
      for stage in run.result.stages.prefix(ReportLimits.stages) {
        let name = Self.name(of: stage)
        if !names.contains(name) { names.append(name) }
        guard let place = names.firstIndex(of: name) else { continue }
        lines.append(
          Line(
            run: run, stage: stage, part: "k\(place)", colour: "s\(Self.colour(stage, place))",
            isTotal: stage.name == "total"))
      }
    }
    self.lines = lines
    self.runs = runs
  }

  /// How a stage is called: `since due` where the time counts from when the message was due.
  static func name(of stage: LabStage) -> String {
    let name = ReportText.shortName(stage.name)
    return stage.from == "due" && stage.name != "total" ? "\(name), since due" : name
  }

  /// The same, as short as it must be inside a plot.
  private static func shortName(of stage: LabStage) -> String {
    let name = ReportText.shortName(stage.name)
    return stage.from == "due" && stage.name != "total" ? "\(name), due" : name
  }

  /// A stage has the same colour in every report.
  private static func colour(_ stage: LabStage, _ place: Int) -> Int {
    let known = ["total", "receive", "decode", "lane_wait", "worker", "publish", "quote"]
    return known.firstIndex(of: stage.name) ?? 1 + place % 6
  }

  func write(_ page: inout ReportPage) {
    guard lines.contains(where: { !$0.stage.curve.isEmpty || !$0.stage.cleanCurve.isEmpty })
    else { return }
    var switches: [ReportPage.Switch] = []
    for line in lines.reversed() where !switches.contains(where: { $0.part == line.part }) {
      switches.append(
        ReportPage.Switch(
          part: line.part, name: line.name, key: classes(line, inKey: true),
          isOn: isShown(line)))
    }
    if runs.count > 1 {
      for run in runs {
        switches.append(
          ReportPage.Switch(
            part: run.style,
            name: "\(run.letter): \(ReportText.legendName(run.result.label))",
            key: "line total own \(run.style)"))
      }
    }
    let marks = rawMarks
    page.plots("Latency by percentile", switches, caption: caption) { markup in
      for isClean in [true, false] {
        panel(isClean: isClean, marks, &markup)
      }
    }
  }

  /// Whether a line shows before anybody has chosen: of a comparison the totals; else also each
  /// stage's own time, or what it has instead.
  private func isShown(_ line: Line) -> Bool {
    guard !line.isTotal else { return true }
    guard runs.count < 2 else { return false }
    return line.stage.from != "due"
      || !lines.contains { $0.stage.name == line.stage.name && $0.stage.from != "due" }
  }

  private var caption: String {
    "From when a message was due (open loop: what waits counts). Clean windows are the "
      + "milliseconds in which no thread of the lab lost time to the machine. Dotted: "
      + "half the round trip of a bare line between the two cores, and of a bare datagram where "
      + "the load came as such, measured around the run."
  }

  private func classes(_ line: Line, inKey: Bool = false) -> String {
    let weight = line.isTotal ? " total" : ""
    if inKey { return "line \(line.colour)\(weight)" }
    return "line \(line.colour)\(weight) \(line.run.style) \(line.part)"
      + (line.isTotal ? " own" : "")
  }

  private var rawMarks: [Mark] {
    runs.flatMap { run in
      let raw = run.rawOneWay.map { Mark(run: run, name: "raw one way", nanos: $0) }
      let datagram = run.datagramOneWay.map { Mark(run: run, name: "bare UDP", nanos: $0) }
      return [raw, datagram].compactMap { $0 }
    }
  }

  private func curve(_ line: Line, isClean: Bool) -> [[Double]] {
    let curve = isClean ? line.stage.cleanCurve : line.stage.curve
    return curve.filter { $0.count == 2 && $0[0].isFinite && $0[1].isFinite && $0[0] >= 0 }
  }

  /// Where the hundredth percentile lies: a step beyond the highest other one.
  private var nines: Double {
    var most = 2.0
    for line in lines {
      for isClean in [true, false] {
        for point in curve(line, isClean: isClean) where point[0] < 100 {
          most = max(most, PercentileScale.nines(point[0], most: 9))
        }
      }
    }
    return most + 0.35
  }

  private func panel(
    isClean: Bool, _ marks: [Mark], _ markup: inout ReportMarkup
  ) {
    let title = isClean ? "Clean windows" : "All messages"
    markup.element("div") { markup in
      markup.element("h3", text: title)
      var frame = PlotFrame()
      frame.height = 400
      frame.right = 132
      // Both panels share the range of all lines, so that the eye can compare them.
      let all = lines.flatMap { line in
        (curve(line, isClean: true) + curve(line, isClean: false))
          .filter { $0[0] >= Self.leastPercentile }.map { $0[1] }
      }
      let y = PlotAxis.logarithmic(
        all + marks.map(\.nanos), from: frame.plotBottom, to: frame.plotTop, spacing: 26,
        label: ReportText.duration)
      let nines = nines
      let x = PercentileScale.axis(nines: nines, from: frame.plotLeft, to: frame.plotRight)
      frame.draw(&markup, about: "Latency by percentile: \(title)") { markup in
        frame.drawLeft(y, title: "latency", &markup)
        frame.drawBottom(x, title: "percentile", &markup)
        for mark in marks { drawRaw(mark, frame, y, &markup) }
        drawLines(isClean: isClean, frame, x, y, nines, &markup)
      }
    }
  }

  private func drawRaw(
    _ mark: Mark, _ frame: PlotFrame, _ y: PlotAxis,
    _ markup: inout ReportMarkup
  ) {
    let height = y.position(mark.nanos)
    frame.line(
      frame.plotLeft, height, frame.plotRight, height, "raw \(mark.run.style)", &markup)
    let isSecond = mark.run.index > 0
    let letter = runs.count > 1 ? "\(mark.run.letter): " : ""
    PlotFrame.label(
      "\(letter)\(mark.name) \(ReportText.duration(mark.nanos))",
      isSecond ? frame.plotLeft + 200 : frame.plotLeft + 6,
      height + 15 > frame.plotBottom ? height - 5 : height + 15, "start", &markup,
      kind: mark.run.style)
  }

  private func drawLines(
    isClean: Bool, _ frame: PlotFrame, _ x: PlotAxis, _ y: PlotAxis, _ nines: Double,
    _ markup: inout ReportMarkup
  ) {
    var ends: [(line: Line, x: Double, y: Double)] = []
    for line in lines {
      let points = curve(line, isClean: isClean).map { point in
        (
          x: x.position(PercentileScale.nines(point[0], most: nines)), y: y.position(point[1])
        )
      }
      let kept = Self.thinned(points)
      guard let last = kept.last else { continue }
      markup.path(classes(line), .line(kept))
      ends.append((line, last.x, last.y))
    }
    if ends.isEmpty {
      frame.drawEmpty(isClean ? "no message in a clean window" : "no message", &markup)
    }
    // Those that show at first have the first choice of their places, the totals the very first.
    let shown = ends.filter { isShown($0.line) }.reversed()
    ends = shown + ends.filter { !isShown($0.line) }
    let places = PlotFrame.spread(
      ends.map { $0.y + 4 }, first: shown.count, gap: 15, from: frame.plotTop + 4,
      to: frame.plotBottom)
    for (end, place) in zip(ends, places) {
      let left = frame.plotRight + 12
      let hidden = "\(end.line.run.style) \(end.line.part)"
      frame.line(end.x + 2, end.y, left - 2, place - 4, "tail \(hidden)", &markup)
      let letter = runs.count > 1 ? "\(end.line.run.letter) " : ""
      let own = end.line.isTotal ? " total own" : ""
      PlotFrame.label(
        letter + Self.shortName(of: end.line.stage), left, place, "start", &markup,
        kind: "end \(end.line.colour) \(hidden)\(own)")
    }
  }

  /// Points in order, at most a few a pixel: of those that fall together the highest stays.
  private static func thinned(_ points: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
    let sorted = points.sorted { $0.x < $1.x }
    guard sorted.count > ReportLimits.curvePoints, let first = sorted.first,
      let last = sorted.last
    else { return sorted }
    let step = max((last.x - first.x) / Double(ReportLimits.curvePoints - 2), 0.01)
    var kept = [first]
    for point in sorted.dropFirst() {
      if let end = kept.last, kept.count > 1, point.x - end.x < step {
        if point.y < end.y { kept[kept.count - 1] = (end.x, point.y) }
      } else {
        kept.append(point)
      }
    }
    return kept
  }
}
