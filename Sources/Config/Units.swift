/// Numbers with units, read and written exactly: no binary floating point on the way.
enum Units {
  /// A unit and what one of it is worth.
  typealias Unit = (name: String, factor: UInt64)

  static let times: [Unit] = [
    ("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
  ]
  static let sizes: [Unit] = [
    ("B", 1), ("kB", 1_000), ("KiB", 1 << 10), ("MB", 1_000_000), ("MiB", 1 << 20),
    ("GB", 1_000_000_000), ("GiB", 1 << 30),
  ]
  /// Periods of a rate, in seconds.
  static let periods: [Unit] = [("s", 1), ("m", 60), ("h", 3_600)]

  /// A text that is no number with one of these units, and why.
  struct Refusal: Error, Equatable {
    var message: String
  }

  /// A decimal number and one of the units, as a whole number of the smallest one.
  static func read(
    _ text: String, _ units: [Unit], _ what: String, like example: String
  ) throws(Refusal) -> UInt64 {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let name = String(text.dropFirst(digits.count).drop { $0 == " " })
    guard let (mantissa, decimals) = decimal(digits) else {
      throw Refusal(message: "expected \(what) such as \(example), found \(quoted(text))")
    }
    guard !name.isEmpty || units.contains(where: { $0.name.isEmpty }) else {
      // Nothing is nothing in every unit.
      if mantissa == 0 { return 0 }
      throw Refusal(message: "\(what) needs a unit: write it like \(example)")
    }
    guard let unit = units.first(where: { $0.name == name }) else {
      let near = Nearest.name(to: name, among: units.map(\.name))
      let hint = near.map { "; did you mean \($0)?" } ?? ""
      let known = units.map(\.name).joined(separator: ", ")
      throw Refusal(message: "no such unit \(quoted(name))\(hint) (known are \(known))")
    }
    let (product, isTooLarge) = mantissa.multipliedReportingOverflow(by: unit.factor)
    guard !isTooLarge else { throw Refusal(message: "\(quoted(text)) is too large") }
    guard product.isMultiple(of: decimals) else {
      throw Refusal(message: "\(quoted(text)) is finer than one \(units[0].name)")
    }
    return product / decimals
  }

  /// `2.50` as 250 and 100. Nil for anything else.
  private static func decimal(_ text: Substring) -> (mantissa: UInt64, divisor: UInt64)? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }),
      parts.count == 1 || parts[1].count <= 9, let mantissa = UInt64(parts.joined())
    else { return nil }
    var divisor: UInt64 = 1
    if parts.count == 2 { for _ in parts[1] { divisor *= 10 } }
    return (mantissa, divisor)
  }

  /// The value in the largest unit that divides it.
  static func text(_ value: UInt64, _ units: [Unit]) -> String {
    guard value > 0 else { return "0" + (units.first { $0.name == "s" }?.name ?? units[0].name) }
    let unit = units.last { value.isMultiple(of: $0.factor) } ?? units[0]
    return "\(value / unit.factor)\(unit.name)"
  }

  static func nanosText(_ nanos: UInt64) -> String { text(nanos, times) }

  /// Bytes in powers of two where they are some, else in powers of ten.
  static func bytesText(_ bytes: Int) -> String {
    let binary = sizes.filter { $0.name == "B" || $0.name.hasSuffix("iB") }
    let inBinary = text(UInt64(max(bytes, 0)), binary)
    return inBinary.hasSuffix("iB") ? inBinary : text(UInt64(max(bytes, 0)), sizes)
  }

  /// A text in quotes for a message, shortened where it is long.
  static func quoted(_ text: String) -> String {
    let shown = text.unicodeScalars.prefix(60).map { scalar in
      scalar.value < 0x20 || scalar.value == 0x7F ? "\u{FFFD}" : Character(scalar)
    }
    return "\"" + String(shown) + (text.unicodeScalars.count > 60 ? "..." : "") + "\""
  }
}

/// So many of something in a period.
public struct Rate: Sendable, Hashable, CustomStringConvertible {
  public var count: Int
  /// 1, 60 or 3,600.
  public var periodSeconds: Int

  public init(_ count: Int, perSeconds periodSeconds: Int = 1) {
    self.count = count
    self.periodSeconds = periodSeconds
  }

  /// Whole ones in a second, rounded down.
  public var perSecond: Int { count / max(periodSeconds, 1) }

  /// `50/s`.
  public var description: String {
    let period = Units.periods.first { $0.factor == UInt64(clamping: periodSeconds) }
    return "\(count)/\(period?.name ?? "s")"
  }

  init(parsing text: String) throws(Units.Refusal) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard let first = parts.first, let count = Int(first), first.allSatisfy(\.isNumber) else {
      throw Units.Refusal(message: "expected a rate such as 50/s, found \(Units.quoted(text))")
    }
    guard parts.count == 2 else {
      throw Units.Refusal(message: "a rate needs a period: write it like 50/s, 300/m or 1000/h")
    }
    guard let period = Units.periods.first(where: { $0.name == parts[1] }) else {
      throw Units.Refusal(
        message: "no such period \(Units.quoted(String(parts[1]))) (known are s, m, h)")
    }
    self.init(count, perSeconds: Int(period.factor))
  }
}

extension Units {
  /// Thousandths as a decimal number.
  static func multipleText(_ thousandths: Int) -> String {
    decimalText(thousandths, places: 3, divisor: 1_000)
  }

  private static func decimalText(_ value: Int, places: Int, divisor: Int) -> String {
    var decimals = String(value % divisor)
    decimals = String(repeating: "0", count: places - decimals.count) + decimals
    while decimals.last == "0" { decimals.removeLast() }
    return "\(value / divisor)\(decimals.isEmpty ? "" : "." + decimals)"
  }

  /// Millionths as a share in percent, exactly.
  static func shareText(_ millionths: Int) -> String {
    decimalText(millionths, places: 4, divisor: 10_000) + "%"
  }
}
