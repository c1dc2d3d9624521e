/// A writer of JSON text (RFC 8259) whose output depends on nothing but the calls made.
///
/// Keys keep the order in which they are written, numbers have one spelling, and there is no white
/// space, so that two runs over the same data give the same bytes. The writer puts the commas:
///
///     var json = JSONText()
///     json.object {
///       $0.field("file", "day.itch")
///       $0.field("messages", 5)
///       $0.field("gaps") { $0.array { $0.value(3) } }
///     }
///
/// It appends to one buffer: `removeAll()` keeps its memory, for writers of many lines. Nesting is
/// the caller's: a key belongs before every value of an object, and nowhere else.
public struct JSONText: Sendable {
  /// What was written so far, as UTF-8.
  public private(set) var utf8: [UInt8] = []
  private var needsComma = false

  /// An empty text.
  public init() {}

  /// What was written so far.
  public var text: String { String(decoding: utf8, as: UTF8.self) }

  /// Forgets what was written and keeps the memory.
  public mutating func removeAll() {
    utf8.removeAll(keepingCapacity: true)
    needsComma = false
  }

  /// Ends a line, for one value a line (JSON Lines).
  public mutating func newLine() {
    utf8.append(UInt8(ascii: "\n"))
    needsComma = false
  }

  // MARK: Containers

  /// Writes an object whose members are those that `body` writes.
  public mutating func object<Failure: Error>(
    _ body: (inout Self) throws(Failure) -> Void
  ) throws(Failure) {
    try enclose(UInt8(ascii: "{"), UInt8(ascii: "}"), body)
  }

  /// Writes an array whose elements are those that `body` writes.
  public mutating func array<Failure: Error>(
    _ body: (inout Self) throws(Failure) -> Void
  ) throws(Failure) {
    try enclose(UInt8(ascii: "["), UInt8(ascii: "]"), body)
  }

  /// Writes a member's key; its value must follow.
  public mutating func key(_ name: String) {
    separate()
    appendEscaped(name)
    utf8.append(UInt8(ascii: ":"))
    needsComma = false
  }

  // MARK: Values

  /// Writes a string, escaped.
  public mutating func value(_ string: String) {
    separate()
    appendEscaped(string)
    needsComma = true
  }

  /// Writes an integer of any width with all its digits (many readers are exact up to 2^53 only).
  public mutating func value<Integer: FixedWidthInteger>(_ integer: Integer) {
    separate()
    if integer < 0 { utf8.append(UInt8(ascii: "-")) }
    appendDigits(UInt64(truncatingIfNeeded: integer.magnitude), atLeast: 1)
    needsComma = true
  }

  /// Writes a truth value.
  public mutating func value(_ truth: Bool) {
    literal(truth ? "true" : "false")
  }

  /// Writes `null`.
  public mutating func null() {
    literal("null")
  }

  /// Writes a number with exactly `decimals` digits (0...9) after the point, rounded half away from
  /// zero. What JSON has no number for (infinity, not-a-number) becomes `null`, as does a
  /// magnitude of 2^62 or more when scaled.
  public mutating func value(_ number: Double, decimals: Int) {
    let places = min(max(decimals, 0), 9)
    let scaled = number * Double(Self.powerOfTen(places))
    guard scaled.magnitude < 0x1p62 else { return null() }
    let whole = Int64(scaled)
    let rest = scaled - Double(whole)
    value(mantissa: whole + (rest >= 0.5 ? 1 : rest <= -0.5 ? -1 : 0), decimals: places)
  }

  /// Writes the exact number `mantissa` / 10^`decimals` (`decimals` 0...18) with all its decimals:
  /// a fixed-point price, for example.
  public mutating func value(mantissa: Int64, decimals: Int) {
    separate()
    if mantissa < 0 { utf8.append(UInt8(ascii: "-")) }
    let places = min(max(decimals, 0), 18)
    let (whole, fraction) = mantissa.magnitude.quotientAndRemainder(
      dividingBy: Self.powerOfTen(places))
    appendDigits(whole, atLeast: 1)
    if places > 0 {
      utf8.append(UInt8(ascii: "."))
      appendDigits(fraction, atLeast: places)
    }
    needsComma = true
  }

  // MARK: Members

  /// Writes a member whose value `body` writes.
  public mutating func field<Failure: Error>(
    _ name: String, _ body: (inout Self) throws(Failure) -> Void
  ) throws(Failure) {
    key(name)
    try body(&self)
  }

  /// Writes a member with a string, or `null` for nil.
  public mutating func field(_ name: String, _ string: String?) {
    key(name)
    if let string { value(string) } else { null() }
  }

  /// Writes a member with an integer.
  public mutating func field<Integer: FixedWidthInteger>(_ name: String, _ integer: Integer) {
    key(name)
    value(integer)
  }

  /// Writes a member with a truth value.
  public mutating func field(_ name: String, _ truth: Bool) {
    key(name)
    value(truth)
  }

  /// Writes a member with a number of `decimals` digits (0...9) after the point.
  public mutating func field(_ name: String, _ number: Double, decimals: Int) {
    key(name)
    value(number, decimals: decimals)
  }

  /// Writes a member with the exact number `mantissa` / 10^`decimals` (0...18).
  public mutating func field(_ name: String, mantissa: Int64, decimals: Int) {
    key(name)
    value(mantissa: mantissa, decimals: decimals)
  }
}

extension JSONText {
  private mutating func separate() {
    if needsComma { utf8.append(UInt8(ascii: ",")) }
  }

  private mutating func enclose<Failure: Error>(
    _ opening: UInt8, _ closing: UInt8, _ body: (inout Self) throws(Failure) -> Void
  ) throws(Failure) {
    separate()
    utf8.append(opening)
    needsComma = false
    try body(&self)
    utf8.append(closing)
    needsComma = true
  }

  private mutating func literal(_ word: String) {
    separate()
    utf8.append(contentsOf: word.utf8)
    needsComma = true
  }

  private mutating func appendDigits(_ number: UInt64, atLeast places: Int) {
    // 2^64 has 20 digits, and no caller asks for more.
    var digits = InlineArray<20, UInt8>(repeating: UInt8(ascii: "0"))
    var first = 20
    var rest = number
    while first > 0, rest > 0 || 20 - first < places {
      first -= 1
      digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    for index in first..<20 { utf8.append(digits[index]) }
  }

  private mutating func appendEscaped(_ string: String) {
    utf8.append(UInt8(ascii: "\""))
    if !string.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C || $0 == 0x7F }) {
      utf8.append(contentsOf: string.utf8)
    } else {
      for byte in string.utf8 { appendEscaped(byte) }
    }
    utf8.append(UInt8(ascii: "\""))
  }

  private mutating func appendEscaped(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): utf8 += [UInt8(ascii: "\\"), byte]
    case 0x08: utf8 += [UInt8(ascii: "\\"), UInt8(ascii: "b")]
    case 0x09: utf8 += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
    case 0x0A: utf8 += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
    case 0x0C: utf8 += [UInt8(ascii: "\\"), UInt8(ascii: "f")]
    case 0x0D: utf8 += [UInt8(ascii: "\\"), UInt8(ascii: "r")]
    case 0..<0x20, 0x7F:
      let digits = String(byte, radix: 16)
      utf8.append(contentsOf: (byte < 16 ? "\\u000" + digits : "\\u00" + digits).utf8)
    default: utf8.append(byte)
    }
  }

  private static func powerOfTen(_ exponent: Int) -> UInt64 {
    var power: UInt64 = 1
    for _ in 0..<exponent { power *= 10 }
    return power
  }
}
