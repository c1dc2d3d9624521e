/// A page in the text format of Prometheus, line by line.
struct MetricsPage {
  private(set) var text = ""
  /// Labels that every metric carries.
  let common: [(label: String, name: String)]

  init(common: [(label: String, name: String)]) { self.common = common }

  /// Help and type, before the metric's first line.
  mutating func begin(_ name: String, _ type: String, _ help: String) {
    text += "# HELP \(name) \(Self.escaped(help))\n"
    text += "# TYPE \(name) \(type)\n"
  }

  mutating func add(_ name: String, _ labels: [(label: String, name: String)], _ value: String) {
    text += "\(name)\(Self.braced(common + labels)) \(value)\n"
  }

  private static func braced(_ labels: [(label: String, name: String)]) -> String {
    guard !labels.isEmpty else { return "" }
    let pairs = labels.map { "\($0.label)=\"\(escaped($0.name, quotes: true))\"" }
    return "{\(pairs.joined(separator: ","))}"
  }

  /// Names come from the file: what the format does not allow in them becomes an underscore.
  static func metricName(_ name: String) -> String {
    String(
      name.map { character in
        character.isASCII && (character.isLetter || character.isNumber) ? character : "_"
      })
  }

  private static func escaped(_ text: String, quotes: Bool = false) -> String {
    var result = ""
    for character in text {
      switch character {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\"" where quotes: result += "\\\""
      default: result.append(character)
      }
    }
    return result
  }
}
