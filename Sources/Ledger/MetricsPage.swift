/// A page in the text format of Prometheus, version 0.0.4, metric by metric.
public struct MetricsPage: Sendable {
  public private(set) var text = ""
  /// Labels that every metric carries.
  let common: [(label: String, name: String)]

  public init(common: [(label: String, name: String)]) { self.common = common }

  /// Help and type, before the metric's first line. All lines of a metric stand together.
  public mutating func begin(_ name: String, _ type: String, _ help: String) {
    text += "# HELP \(name) \(Self.escaped(help))\n"
    text += "# TYPE \(name) \(type)\n"
  }

  /// One line of the metric that was begun.
  public mutating func add(
    _ name: String, _ labels: [(label: String, name: String)], _ value: String
  ) {
    text += "\(name)\(Self.braced(common + labels)) \(value)\n"
  }

  /// A metric of one line.
  public mutating func single(_ name: String, _ type: String, _ help: String, _ value: String) {
    begin(name, type, help)
    add(name, [], value)
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

  /// Nanoseconds as seconds, exactly.
  public static func seconds(_ nanos: UInt64) -> String {
    let digits = String(nanos % 1_000_000_000)
    let padded = String(repeating: "0", count: 9 - digits.count) + digits
    var fraction = padded[...]
    while fraction.last == "0" { fraction.removeLast() }
    return "\(nanos / 1_000_000_000)" + (fraction.isEmpty ? "" : ".\(fraction)")
  }

  /// The same of a number that may be negative.
  public static func seconds(_ nanos: Int64) -> String {
    (nanos < 0 ? "-" : "") + seconds(nanos.magnitude)
  }
}
