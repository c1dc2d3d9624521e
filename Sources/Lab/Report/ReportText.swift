internal import Glibc

/// Numbers as people read them. Never "nan" or "inf": what is no number is a dash.
enum ReportText {
  static var none: String { "–" }

  /// A duration in nanoseconds with three significant digits: `47.2 ns`, `1.03 µs`, `2 s`.
  static func duration(_ nanos: Double) -> String { scaled(nanos, timeUnits) }

  static func duration(_ nanos: UInt64) -> String { duration(Double(nanos)) }

  /// A rate in messages a second: `850 k/s`, `12.3 M/s`.
  static func rate(_ perSecond: Double) -> String { scaled(perSecond, rateUnits) }

  /// A number of things, short from a million on: `850`, `4 096`, `12.3 M`.
  static func amount(_ count: Double) -> String {
    guard count >= 0, count < 1e6, count.rounded() == count else {
      return scaled(count, countUnits)
    }
    return self.count(UInt64(count))
  }

  /// Bytes: `24 GiB`.
  static func bytes(_ count: UInt64) -> String { scaled(Double(count), byteUnits) }

  /// A count with all its digits, in groups of three.
  static func count(_ count: UInt64) -> String {
    let digits = String(count)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "\u{2009}" }
      text.append(digit)
    }
    return text
  }

  /// A share from 0 to 1 in percent; what is not nothing does not show as nothing.
  static func share(_ share: Double) -> String {
    guard share.isFinite else { return none }
    if share > 0, share < 0.000_1 { return "< 0.01 %" }
    let percent = share * 100
    return significant(percent, digits: percent < 10 ? 2 : 3) + " %"
  }

  /// How many times the first the second is: `1.32×`.
  static func ratio(_ first: Double, _ second: Double) -> String {
    guard first.isFinite, second.isFinite, first > 0 else { return none }
    return significant(second / first, digits: 3) + "×"
  }

  /// The number with that many significant digits, no zeros at its end.
  static func significant(_ value: Double, digits: Int) -> String {
    guard value.isFinite else { return none }
    guard value != 0 else { return "0" }
    let exponent = Int(floor(log10(abs(value))))
    guard exponent < 15, exponent > -12 else { return "\(value)" }
    return trimmed(decimal(value, places: max(0, digits - 1 - exponent)))
  }

  /// The number with exactly that many decimals.
  static func decimal(_ value: Double, places: Int) -> String {
    let factor = pow(10, Double(places))
    let whole = (abs(value) * factor).rounded()
    guard whole.isFinite, whole < 9e15 else { return value.isFinite ? "\(value)" : none }
    var digits = String(UInt64(whole))
    while digits.count <= places { digits = "0" + digits }
    let sign = value < 0 && whole > 0 ? "-" : ""
    return places == 0
      ? sign + digits : sign + digits.dropLast(places) + "." + digits.suffix(places)
  }

  /// A coordinate of SVG with one decimal; always a number, whatever comes in.
  static func coordinate(_ value: Double) -> String {
    guard value.isFinite else { return "0" }
    return trimmed(decimal(min(max(value, -9_999), 9_999), places: 1))
  }

  /// A name for a plot, where room is short.
  static func shortName(_ name: String) -> String {
    cut(name, to: ReportLimits.nameCharacters)
  }

  /// A name for the legend of a plot.
  static func legendName(_ name: String) -> String {
    cut(name, to: ReportLimits.legendCharacters)
  }

  private static func cut(_ name: String, to limit: Int) -> String {
    let scalars = name.unicodeScalars.prefix(limit)
    let isWhole = scalars.endIndex == name.unicodeScalars.endIndex
    return String(String.UnicodeScalarView(scalars)) + (isWhole ? "" : "…")
  }

  /// What shows in place of a character: control characters, which XML forbids and which a terminal
  /// obeys, as their pictures; those that turn the direction of writing, which could make a command
  /// line look like another one, as U+FFFD.
  static func shown(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.value {
    case 0..<0x20: Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}"
    case 0x7F: "\u{2421}"
    case 0x80..<0xA0, 0x202A...0x202E, 0x2066...0x2069, 0xFDD0...0xFDEF: "\u{FFFD}"
    case let code where code & 0xFFFE == 0xFFFE: "\u{FFFD}"
    default: scalar
    }
  }

  /// A name for a terminal.
  static func terminalName(_ name: String) -> String {
    String(String.UnicodeScalarView(cut(name, to: 32).unicodeScalars.map(shown)))
  }

  /// A command line as a shell takes it.
  static func commandLine(_ words: [String]) -> String {
    words.map { word in
      let isPlain =
        !word.isEmpty
        && word.utf8.allSatisfy { byte in
          (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
            || (0x61...0x7A).contains(byte) || "-_./:=,+@%".utf8.contains(byte)
        }
      return isPlain
        ? word
        : "'"
          + word.split(separator: "'", omittingEmptySubsequences: false)
          .joined(separator: "'\\''") + "'"
    }.joined(separator: " ")
  }

  private static var timeUnits: [(Double, String)] {
    [
      (1, "ns"), (1e3, "µs"), (1e6, "ms"), (1e9, "s"), (60e9, "min"), (3_600e9, "h"),
      (86_400e9, "d"),
    ]
  }
  private static var rateUnits: [(Double, String)] {
    [(1, "/s"), (1e3, "k/s"), (1e6, "M/s"), (1e9, "G/s")]
  }
  private static var countUnits: [(Double, String)] {
    [(1, ""), (1e3, "k"), (1e6, "M"), (1e9, "G")]
  }
  private static var byteUnits: [(Double, String)] {
    [(1, "B"), (1_024, "KiB"), (1_048_576, "MiB"), (1_073_741_824, "GiB")]
  }

  /// The value in the largest unit in which it is at least one, after rounding.
  private static func scaled(_ value: Double, _ units: [(Double, String)]) -> String {
    guard value.isFinite, let first = units.first else { return none }
    var chosen = first
    for unit in units where abs(value) >= unit.0 * 0.999_5 { chosen = unit }
    let text = significant(value / chosen.0, digits: 3)
    return chosen.1.isEmpty ? text : "\(text) \(chosen.1)"
  }

  private static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var text = text[...]
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return String(text)
  }
}
