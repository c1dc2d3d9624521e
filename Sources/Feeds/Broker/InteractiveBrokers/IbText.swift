internal import Wire

/// Text of cold messages: escapes, zones, numbers.
enum IbText {}

extension IbText {
  static func string(_ bytes: RawSpan, _ range: Range<Int>) -> String {
    var copy: [UInt8] = []
    copy.reserveCapacity(range.count)
    for offset in range { copy.append(bytes.loadByte(at: offset) ?? 0) }
    return String(decoding: copy, as: UTF8.self)
  }

  /// Whether the text is one of the markers of a value that is not set.
  static func isUnset(_ text: String) -> Bool {
    switch text {
    case "", "2147483647", "1.7976931348623157E308", "9223372036854775807",
      "-9223372036854775808":
      true
    default: false
    }
  }

  /// A double in as few digits as give it back: account values, never prices of the market.
  static func text(_ value: Double) -> String {
    value.magnitude == Double.greatestFiniteMagnitude ? "" : String(value)
  }

  /// `\u20ac`, `\n` and the like decoded once: from version 153 on the server escapes texts that
  /// are not ASCII.
  static func unescaped(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "\\")) else { return text }
    var units: [UInt16] = []
    let source = Array(text.utf16)
    var at = 0
    while at < source.count {
      let unit = source[at]
      guard unit == 0x5C, at + 1 < source.count else {
        units.append(unit)
        at += 1
        continue
      }
      let mark = source[at + 1]
      if mark == 0x75, at + 5 < source.count, let code = hex(source[(at + 2)...(at + 5)]) {
        units.append(code)
        at += 6
      } else if let plain = escapes[mark] {
        units.append(plain)
        at += 2
      } else {
        units.append(unit)
        at += 1
      }
    }
    return String(decoding: units, as: UTF16.self)
  }

  private static let escapes: [UInt16: UInt16] = [
    0x6E: 0x0A, 0x74: 0x09, 0x72: 0x0D, 0x5C: 0x5C, 0x22: 0x22, 0x27: 0x27, 0x2F: 0x2F,
  ]

  private static func hex(_ units: ArraySlice<UInt16>) -> UInt16? {
    UInt16(String(decoding: units, as: UTF16.self), radix: 16)
  }
}

extension IbText {
  /// The parts of a list with commas, without blanks and empty ones.
  static func list(_ text: String) -> [String] {
    text.split(separator: ",").map { part in
      String(part.drop { $0 == " " })
    }.filter { !$0.isEmpty }
  }
}
