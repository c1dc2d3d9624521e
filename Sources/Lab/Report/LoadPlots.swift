/// Throughput against offered load with the knee marked, and the tail of the latency beside it.
struct LoadPlots {
  let runs: [(run: ReportRun, steps: [LabStep])]
  private let isComparison: Bool

  init(_ runs: [ReportRun]) {
    self.runs = runs.compactMap { run in
      let steps = Self.ordered(run.result.steps)
      return steps.isEmpty ? nil : (run, steps)
    }
    isComparison = runs.count > 1
  }

  /// Steps by offered rate: a search for the capacity has them in the order of its trials.
  static func ordered(_ steps: [LabStep]) -> [LabStep] {
    let sorted = steps.filter { $0.offeredRate.isFinite && $0.offeredRate > 0 }
      .sorted { $0.offeredRate < $1.offeredRate }
    let stride = max(1, (sorted.count + ReportLimits.steps - 1) / ReportLimits.steps)
    return sorted.indices.filter { $0 % stride == 0 }.map { sorted[$0] }
  }

  /// The last step that was kept up with before the first that was not; nil without such a pair.
  static func knee(_ steps: [LabStep]) -> LabStep? {
    guard let first = steps.firstIndex(where: { !$0.isSustained }), first > 0 else { return nil }
    return steps[first - 1]
  }

  private static var frame: PlotFrame {
    var frame = PlotFrame()
    frame.right = 24
    return frame
  }

  func write(_ page: inout ReportPage) {
    guard !runs.isEmpty else { return }
    var switches = Self.tails.map { tail in
      ReportPage.Switch(
        part: "l-\(tail.kind)", name: tail.name,
        key: "line \(tail.kind)" + (isComparison ? " own ra" : ""))
    }
    if isComparison {
      switches += runs.map { run, _ in
        ReportPage.Switch(
          part: run.style, name: "\(run.letter): \(ReportText.legendName(run.result.label))",
          key: "line mid own \(run.style)")
      }
    }
    page.plots(
      "Throughput against offered load", switches,
      caption: "A ring is a rate that was kept up with, a cross one that was not. The knee is the "
        + "last rate before the first cross. Latencies are those of clean windows where there "
        + "were any, else of all messages."
    ) { markup in
      markup.element("div") { markup in
        markup.element("h3", text: "Throughput")
        drawThroughput(&markup)
      }
      markup.element("div") { markup in
        markup.element("h3", text: "Latency")
        drawLatency(&markup)
      }
    }
  }

  private static let tails: [(name: String, kind: String)] = [
    ("p50", "low"), ("p99", "mid"), ("p99.9", "high"),
  ]

  private static func tailValues(_ step: LabStep) -> [UInt64] {
    let latency = step.cleanLatency.samples > 0 ? step.cleanLatency : step.latency
    guard latency.samples > 0 else { return [0, 0, 0] }
    return [latency.p50, latency.p99, latency.p999]
  }

  /// The axis of rates: logarithmic where they lie far apart.
  private func rateAxis(
    _ values: [Double], from start: Double, to end: Double, spacing: Double
  ) -> PlotAxis {
    let positive = values.filter { $0.isFinite && $0 > 0 }
    let most = positive.max() ?? 1
    guard let least = positive.min(), most > least * 200 else {
      return .linear(
        upTo: most * 1.02, from: start, to: end, spacing: spacing, label: ReportText.rate)
    }
    return .logarithmic(
      positive, from: start, to: end, spacing: spacing, label: ReportText.rate)
  }

  private func drawThroughput(_ markup: inout ReportMarkup) {
    let frame = Self.frame
    let rates = runs.flatMap { $0.steps.map(\.offeredRate) }
    let reached = runs.flatMap { $0.steps.map(\.achievedRate) }
    let x = rateAxis(rates, from: frame.plotLeft, to: frame.plotRight, spacing: 75)
    let y = rateAxis(rates + reached, from: frame.plotBottom, to: frame.plotTop, spacing: 30)
    frame.draw(&markup, about: "Throughput against offered load") { markup in
      frame.drawLeft(y, title: "seen at the last stage", &markup)
      frame.drawBottom(x, title: "offered", &markup)
      let low = Swift.max(x.low, y.low)
      let high = Swift.min(x.high, y.high)
      frame.line(
        x.position(low), y.position(low), x.position(high), y.position(high), "ideal", &markup)
      for (run, steps) in runs {
        let points = steps.map { step in
          (x: x.position(step.offeredRate), y: y.position(step.achievedRate))
        }
        markup.path("line mid own \(run.style)", .line(points))
        for (step, point) in zip(steps, points) {
          drawStep(step, at: point, "dot mid own \(run.style)", &markup)
        }
        drawKnee(run, steps, frame, x, &markup)
      }
    }
  }

  /// The rate that was kept up with: the result's own figure where it has searched for one.
  private func drawKnee(
    _ run: ReportRun, _ steps: [LabStep], _ frame: PlotFrame, _ x: PlotAxis,
    _ markup: inout ReportMarkup, hasLabel: Bool = true
  ) {
    let capacity = run.result.capacity.flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
    guard let rate = capacity ?? Self.knee(steps)?.offeredRate else { return }
    let place = x.position(rate)
    frame.line(place, frame.plotTop, place, frame.plotBottom, "knee \(run.style)", &markup)
    guard hasLabel else { return }
    let isLeft = place < (frame.plotLeft + frame.plotRight) / 2
    let letter = isComparison ? "\(run.letter): " : ""
    let word = capacity == nil ? "knee" : "capacity"
    PlotFrame.label(
      "\(letter)\(word) \(ReportText.rate(rate))", place + (isLeft ? 6 : -6),
      frame.plotBottom - 10 - Double(run.index) * 18, isLeft ? "start" : "end", &markup,
      kind: "mark own \(run.style)")
  }

  private func drawStep(
    _ step: LabStep, at point: (x: Double, y: Double), _ kind: String,
    _ markup: inout ReportMarkup
  ) {
    let hint =
      "offered \(ReportText.rate(step.offeredRate)), seen \(ReportText.rate(step.achievedRate)), "
      + "lost \(ReportText.count(step.lost))"
      + (step.isSustained ? "" : ": not kept up with")
    if step.isSustained {
      markup.element(
        "circle",
        [
          "class": kind, "cx": ReportText.coordinate(point.x),
          "cy": ReportText.coordinate(point.y), "r": "4",
        ]
      ) { $0.element("title", text: hint) }
    } else {
      var path = PlotPath()
      path.move(point.x - 4.5, point.y - 4.5)
      path.line(point.x + 4.5, point.y + 4.5)
      path.move(point.x - 4.5, point.y + 4.5)
      path.line(point.x + 4.5, point.y - 4.5)
      markup.path(kind, path, hint: hint)
    }
  }

  private func drawLatency(_ markup: inout ReportMarkup) {
    let frame = Self.frame
    let values = runs.flatMap { $0.steps.flatMap(Self.tailValues) }
    let x = rateAxis(
      runs.flatMap { $0.steps.map(\.offeredRate) }, from: frame.plotLeft, to: frame.plotRight,
      spacing: 75)
    let y = PlotAxis.logarithmic(
      values.map { Double($0) }, from: frame.plotBottom, to: frame.plotTop, spacing: 26,
      label: ReportText.duration)
    frame.draw(&markup, about: "Latency against offered load") { markup in
      frame.drawLeft(y, title: "latency", &markup)
      frame.drawBottom(x, title: "offered", &markup)
      if !values.contains(where: { $0 > 0 }) { frame.drawEmpty("not measured", &markup) }
      for (run, steps) in runs {
        drawKnee(run, steps, frame, x, &markup, hasLabel: false)
        for (index, tail) in Self.tails.enumerated() {
          let points = steps.map { step -> (x: Double, y: Double)? in
            let value = Self.tailValues(step)[index]
            guard value > 0 else { return nil }
            return (x.position(step.offeredRate), y.position(Double(value)))
          }
          let kind = "\(tail.kind) own \(run.style) l-\(tail.kind)"
          markup.path("line \(kind)", .line(points))
          for case (let step, let point?) in zip(steps, points) {
            drawStep(step, at: point, "dot \(kind)", &markup)
          }
        }
      }
    }
  }
}
