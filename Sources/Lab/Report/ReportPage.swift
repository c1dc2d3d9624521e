/// One of the results of a report, and the style that it is drawn in: the first in whole lines,
/// the second in dashed ones.
struct ReportRun {
  let result: LabResult
  let index: Int

  /// What the tables and legends call it.
  var letter: String { index == 0 ? "A" : "B" }
  /// Class of its lines.
  var style: String { index == 0 ? "ra" : "rb" }
  var total: LabStage? { result.stages.last { $0.name == "total" } ?? result.stages.last }
  /// One-way time of a bare line between the cores: half of the measured round trip.
  var rawOneWay: Double? {
    Self.half(result.rawRoundTrip)
  }
  /// The same of a bare datagram, where it was measured.
  var datagramOneWay: Double? { Self.half(result.udpRoundTrip) }

  private static func half(_ trip: LabQuantiles?) -> Double? {
    guard let trip, trip.samples > 0, trip.p50 > 0 else { return nil }
    return Double(trip.p50) / 2
  }
}

/// What a report is gathered in.
struct ReportPage {
  let runs: [ReportRun]
  var body = ReportMarkup()
  /// Rules of the style sheet that hide what a box in front of a plot switches off.
  private(set) var switchRules = ""
  private var switchCount = 0

  init(runs: [ReportRun]) { self.runs = runs }

  var isComparison: Bool { runs.count > 1 }

  /// Something that a box switches: all of class `part` in the plots of its section.
  struct Switch {
    let part: String
    let name: String
    /// Classes of the line that the legend shows.
    let key: String
    var isOn = true
    var isArea = false
  }

  /// A section with a heading.
  mutating func section(_ title: String, _ body: (inout ReportMarkup) -> Void) {
    self.body.element("section") { markup in
      markup.element("h2", text: title)
      body(&markup)
    }
  }

  /// A section of plots below the boxes that are their legend.
  ///
  /// The boxes work without a script: a box that is not ticked hides its parts by a rule of the
  /// style sheet, for which it must be a sibling of the plots.
  mutating func plots(
    _ title: String, _ switches: [Switch], caption: String,
    _ draw: (inout ReportMarkup) -> Void
  ) {
    let first = switchCount
    switchCount += switches.count
    section(title) { markup in
      for (index, item) in switches.enumerated() {
        let name = "w\(first + index)"
        if item.isOn {
          markup.empty("input", ["type": "checkbox", "id": name, "checked": "checked"])
        } else {
          markup.empty("input", ["type": "checkbox", "id": name])
        }
        markup.element("label", ["for": name]) { markup in
          markup.element("svg", ["class": "key", "viewBox": "0 0 30 12"]) { markup in
            markup.empty(
              "path", ["class": item.key, "d": item.isArea ? "M2,11V3H28V11Z" : "M1,6L29,6"])
          }
          markup.words(item.name)
        }
      }
      markup.element("div", ["class": "plots"], draw)
      markup.element("p", ["class": "caption"], text: caption)
    }
    for (index, item) in switches.enumerated() {
      switchRules += "#w\(first + index):not(:checked)~.plots .\(item.part){display:none}\n"
    }
  }

  /// The whole document.
  func document(title: String) -> String {
    var markup = ReportMarkup()
    markup.element("html", ["xmlns": "http://www.w3.org/1999/xhtml", "lang": "en"]) { markup in
      markup.element("head") { markup in
        markup.empty("meta", ["charset": "utf-8"])
        markup.empty(
          "meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
        markup.element("title", text: title)
        markup.style(ReportStyle.rules + switchRules)
      }
      markup.element("body", ["class": isComparison ? "two" : "one"]) { $0.append(body) }
    }
    return "<!DOCTYPE html>\n" + markup.text
  }
}
