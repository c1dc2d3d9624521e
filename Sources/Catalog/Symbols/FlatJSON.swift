/// A JSON object (RFC 8259) whose members are texts, numbers, truth values or null: one line of
/// what `millrace symbols lookup --json` prints. No nesting.
struct FlatJSON {
  /// Members in their order; numbers as they are written, null and false as nil.
  private(set) var members: [(name: String, value: String?)] = []
  private let bytes: [UInt8]
  private var at = 0

  /// Nil for anything else than one such object.
  init?(_ line: [UInt8]) {
    bytes = line
    guard take("{") else { return nil }
    if !take("}") {
      repeat {
        guard let name = text(), take(":"), let value = value() else { return nil }
        members.append((name, value))
      } while take(",")
      guard take("}") else { return nil }
    }
    skipBlanks()
    guard at == bytes.count else { return nil }
  }

  subscript(name: String) -> String? { members.last { $0.name == name }?.value }

  private mutating func skipBlanks() {
    while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
    at += 1
    return true
  }

  /// A value, where the outer nil says that there is none.
  private mutating func value() -> String?? {
    skipBlanks()
    guard at < bytes.count else { return nil }
    if bytes[at] == UInt8(ascii: "\"") { return text().map { .some($0) } }
    let start = at
    while at < bytes.count, Self.isBare(bytes[at]) { at += 1 }
    let word = String(decoding: bytes[start..<at], as: UTF8.self)
    switch word {
    case "null", "false": return .some(nil)
    case "true": return .some(word)
    default:
      let isNumber = word.utf8.first.map { $0 == 0x2D || (0x30...0x39).contains($0) } ?? false
      return isNumber ? .some(word) : nil
    }
  }

  private static func isBare(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte)
      || [UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: ".")].contains(byte)
  }

  /// A string in quotes.
  private mutating func text() -> String? {
    guard take("\"") else { return nil }
    var utf8: [UInt8] = []
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      if byte == UInt8(ascii: "\"") { return String(decoding: utf8, as: UTF8.self) }
      guard byte >= 0x20 else { return nil }
      guard byte == UInt8(ascii: "\\") else {
        utf8.append(byte)
        continue
      }
      guard let scalar = escaped() else { return nil }
      utf8.append(contentsOf: String(Character(scalar)).utf8)
    }
    return nil
  }

  /// What follows a backslash.
  private mutating func escaped() -> Unicode.Scalar? {
    guard at < bytes.count else { return nil }
    let byte = bytes[at]
    at += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      guard let high = unit() else { return nil }
      guard (0xD800..<0xDC00).contains(high) else { return Unicode.Scalar(high) }
      guard at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"),
        bytes[at + 1] == UInt8(ascii: "u")
      else { return nil }
      at += 2
      guard let low = unit(), (0xDC00..<0xE000).contains(low) else { return nil }
      return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
    default: return nil
    }
  }

  /// Four hexadecimal digits.
  private mutating func unit() -> UInt32? {
    guard at + 4 <= bytes.count else { return nil }
    let digits = bytes[at..<at + 4]
    guard digits.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }) else { return nil }
    at += 4
    return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
  }
}
