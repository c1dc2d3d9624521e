/// The drawing around the lines of a plot: its size, grid, axes and what stands beside them.
struct PlotFrame {
  var width = 560.0
  var height = 340.0
  var left = 62.0
  var right = 16.0
  var top = 26.0
  var bottom = 48.0

  /// A plot over the whole width of the page.
  static var wide: PlotFrame { PlotFrame(width: 1_136, height: 420, right: 70) }

  var plotLeft: Double { left }
  var plotRight: Double { width - right }
  var plotTop: Double { top }
  var plotBottom: Double { height - bottom }

  /// The SVG around what `body` draws.
  func draw(_ markup: inout ReportMarkup, about: String, _ body: (inout ReportMarkup) -> Void) {
    let box = "0 0 \(ReportText.coordinate(width)) \(ReportText.coordinate(height))"
    let kind = width > 800 ? "plot wide" : "plot"
    markup.element("div", ["class": kind]) { markup in
      markup.element(
        "svg",
        [
          "xmlns": "http://www.w3.org/2000/svg", "viewBox": box, "role": "img", "aria-label": about,
        ], body)
    }
  }

  /// Horizontal lines and numbers at the left.
  func drawLeft(_ axis: PlotAxis, title: String, _ markup: inout ReportMarkup) {
    for tick in axis.ticks {
      let y = axis.position(tick.value)
      line(plotLeft, y, plotRight, y, tick.label.isEmpty ? "grid minor" : "grid", &markup)
      guard !tick.label.isEmpty else { continue }
      Self.label(tick.label, plotLeft - 7, y + 4.5, "end", &markup)
    }
    Self.label(title, 2, 13, "start", &markup, kind: "title")
  }

  /// Numbers at the right, without lines.
  func drawRight(_ axis: PlotAxis, title: String, _ markup: inout ReportMarkup) {
    for tick in axis.ticks where !tick.label.isEmpty {
      Self.label(tick.label, plotRight + 7, axis.position(tick.value) + 4.5, "start", &markup)
    }
    Self.label(title, width - 2, 13, "end", &markup, kind: "title")
  }

  /// Vertical lines and numbers below.
  func drawBottom(_ axis: PlotAxis, title: String, _ markup: inout ReportMarkup) {
    for tick in axis.ticks {
      let x = axis.position(tick.value)
      line(x, plotTop, x, plotBottom, tick.label.isEmpty ? "grid minor" : "grid", &markup)
      guard !tick.label.isEmpty else { continue }
      let isLast = x > plotRight - 20 && right < 40
      Self.label(
        tick.label, isLast ? width - 2 : x, plotBottom + 18, isLast ? "end" : "middle", &markup)
    }
    line(plotLeft, plotBottom, plotRight, plotBottom, "edge", &markup)
    Self.label(title, (plotLeft + plotRight) / 2, height - 8, "middle", &markup, kind: "title")
  }

  /// A word in the middle of a plot that has nothing to draw.
  func drawEmpty(_ text: String, _ markup: inout ReportMarkup) {
    Self.label(
      text, (plotLeft + plotRight) / 2, (plotTop + plotBottom) / 2, "middle", &markup,
      kind: "word")
  }

  func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ kind: String,
    _ markup: inout ReportMarkup
  ) {
    var path = PlotPath()
    path.move(x1, y1)
    path.line(x2, y2)
    markup.path(kind, path)
  }

  static func label(
    _ text: String, _ x: Double, _ y: Double, _ anchor: String, _ markup: inout ReportMarkup,
    kind: String = ""
  ) {
    let place = (ReportText.coordinate(x), ReportText.coordinate(y))
    markup.element(
      "text", ["class": kind, "x": place.0, "y": place.1, "text-anchor": anchor], text: text)
  }

  /// Where labels go that want to stand at those heights but need `gap` between them, inside the
  /// range: the `first` ones in the order of their heights and as near as they can, the others in
  /// what these leave; all in one order where that has no room for them.
  static func spread(
    _ wanted: [Double], first: Int, gap: Double, from top: Double, to bottom: Double
  ) -> [Double] {
    var placed = pushed(Array(wanted.prefix(first)), gap: gap, from: top, to: bottom)
    for height in wanted.dropFirst(first) {
      let held = min(max(height, top), bottom)
      let near = placed.flatMap { [$0 - gap, $0 + gap] } + [held]
      let free = near.filter { candidate in
        candidate >= top && candidate <= bottom
          && placed.allSatisfy { abs($0 - candidate) > gap - 0.001 }
      }
      guard let place = free.min(by: { abs($0 - held) < abs($1 - held) }) else {
        return pushed(wanted, gap: gap, from: top, to: bottom)
      }
      placed.append(place)
    }
    return placed
  }

  /// All in the order of their heights, pushed down and then up again.
  private static func pushed(
    _ wanted: [Double], gap: Double, from top: Double, to bottom: Double
  ) -> [Double] {
    let order = wanted.indices.sorted { wanted[$0] < wanted[$1] }
    var placed = wanted
    var next = top
    for index in order {
      placed[index] = max(wanted[index], next)
      next = placed[index] + gap
    }
    next = bottom
    for index in order.reversed() {
      placed[index] = min(placed[index], next)
      next = placed[index] - gap
    }
    return placed
  }
}

/// The text of an SVG path.
struct PlotPath {
  private(set) var text = ""

  mutating func move(_ x: Double, _ y: Double) { add("M", x, y) }
  mutating func line(_ x: Double, _ y: Double) { add("L", x, y) }
  mutating func close() { text += "Z" }

  /// A rectangle of its own.
  mutating func bar(from left: Double, to right: Double, top: Double, bottom: Double) {
    move(left, bottom)
    text += "V" + ReportText.coordinate(top)
    text += "H" + ReportText.coordinate(right)
    text += "V" + ReportText.coordinate(bottom) + "Z"
  }

  private mutating func add(_ command: String, _ x: Double, _ y: Double) {
    text += command + ReportText.coordinate(x) + "," + ReportText.coordinate(y)
  }

  /// A line through points in order of x; nil leaves a gap, and a lone point is a dot.
  static func line(_ points: [(x: Double, y: Double)?]) -> PlotPath {
    var path = PlotPath()
    var length = 0
    for point in points {
      if let point {
        if length == 0 { path.move(point.x, point.y) } else { path.line(point.x, point.y) }
        length += 1
      } else {
        if length == 1 { path.text += "h0.1" }
        length = 0
      }
    }
    if length == 1 { path.text += "h0.1" }
    return path
  }
}
