/// HTML that is well-formed XML as well: what is opened is closed, and every text is escaped, so
/// that nothing of a result file (labels, command lines, names) can become markup.
struct ReportMarkup {
  private(set) var text = ""

  typealias Attributes = KeyValuePairs<String, String>

  /// An element around what `body` writes.
  mutating func element(
    _ name: String, _ attributes: Attributes = [:], _ body: (inout ReportMarkup) -> Void
  ) {
    open(name, attributes)
    text += ">"
    body(&self)
    // A line break inside a line of text would show as a space.
    text += ["span", "code", "strong"].contains(name) ? "</\(name)>" : "</\(name)>\n"
  }

  /// An element around a text.
  mutating func element(_ name: String, _ attributes: Attributes = [:], text words: String) {
    element(name, attributes) { $0.words(words) }
  }

  /// An element without content: those that HTML knows as such, and those of SVG.
  mutating func empty(_ name: String, _ attributes: Attributes = [:]) {
    open(name, attributes)
    text += "/>\n"
  }

  /// A path of SVG. Its data are numbers of our own making, of any length.
  mutating func path(_ kind: String, _ path: PlotPath, hint: String = "") {
    text += "<path class=\"\(Self.escaped(kind))\" d=\"\(path.text)\""
    guard !hint.isEmpty else {
      text += "/>\n"
      return
    }
    text += "><title>\(Self.escaped(hint))</title></path>\n"
  }

  /// A text.
  mutating func words(_ words: String) { text += Self.escaped(words) }

  /// What another one has gathered.
  mutating func append(_ other: ReportMarkup) { text += other.text }

  /// A style sheet, which HTML does not unescape: of our own making, without `<` and `&`.
  mutating func style(_ rules: String) {
    text += "<style>\n\(rules)</style>\n"
  }

  private mutating func open(_ name: String, _ attributes: Attributes) {
    text += "<\(name)"
    for (key, value) in attributes where !value.isEmpty {
      text += " \(key)=\"\(Self.escaped(value))\""
    }
  }

  /// The text with all that means something in HTML, SVG or an attribute written as a reference.
  ///
  /// What cannot be shown is replaced, and what is longer than a reader reads is cut.
  static func escaped(_ text: String) -> String {
    var escaped = ""
    var count = 0
    for scalar in text.unicodeScalars {
      count += 1
      guard count <= ReportLimits.textScalars else { return escaped + "…" }
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      case "\t", "\n": escaped.unicodeScalars.append(scalar)
      default: escaped.unicodeScalars.append(ReportText.shown(scalar))
      }
    }
    return escaped
  }
}

/// What bounds the size of a report, whatever the result file holds.
enum ReportLimits {
  /// Scalars of one text.
  static var textScalars: Int { 2_000 }
  /// Characters of a name inside a plot.
  static var nameCharacters: Int { 22 }
  /// Characters of a result's name in a legend.
  static var legendCharacters: Int { 60 }
  /// Lines of a percentile plot for one result.
  static var stages: Int { 24 }
  /// Points of a percentile curve.
  static var curvePoints: Int { 300 }
  /// Points in time of a plot, whatever the number of slots.
  static var columns: Int { 500 }
  /// Rates that were tried, in plots and tables.
  static var steps: Int { 100 }
  /// Rows of a table, and lines of a list.
  static var rows: Int { 100 }
}
