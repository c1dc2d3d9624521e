/// Expected values of vector files. Numbers keep their digits, so that 64-bit integers and their
/// sums stay exact; Foundation's decoders are slow and round above 2^53.
enum JSONValue: Equatable, Sendable {
  case null
  case bool(Bool)
  case number(String)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])

  subscript(_ key: String) -> JSONValue { members[key] ?? .null }

  var members: [String: JSONValue] {
    if case .object(let members) = self { return members }
    return [:]
  }

  var list: [JSONValue] {
    if case .list(let list) = self { return list }
    return []
  }

  var texts: [String] { list.compactMap(\.text) }

  var text: String? {
    if case .text(let text) = self { return text }
    return nil
  }

  func integer<Value: FixedWidthInteger>(_ type: Value.Type) -> Value? {
    if case .number(let digits) = self { return Value(digits) }
    return nil
  }

  /// Reads one JSON text; nil where it is not one.
  static func parse(_ bytes: some Sequence<UInt8>) -> JSONValue? {
    var parser = JSONParser(bytes: Array(bytes))
    guard let value = parser.value() else { return nil }
    return parser.next() == nil ? value : nil
  }
}

private struct JSONParser {
  let bytes: [UInt8]
  var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  private static let ends = Array(",]} \n\r\t".utf8)

  /// The next byte that is no space, not consumed.
  mutating func next() -> UInt8? {
    while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
    return position < bytes.count ? bytes[position] : nil
  }

  mutating func take(_ byte: UInt8) -> Bool {
    guard next() == byte else { return false }
    position += 1
    return true
  }

  mutating func value() -> JSONValue? {
    switch next() {
    case UInt8(ascii: "{"): object()
    case UInt8(ascii: "["): array()
    case UInt8(ascii: "\""): string().map { .text($0) }
    default: word()
    }
  }

  mutating func object() -> JSONValue? {
    position += 1
    var members: [String: JSONValue] = [:]
    while !take(UInt8(ascii: "}")) {
      if !members.isEmpty, !take(UInt8(ascii: ",")) { return nil }
      guard next() == UInt8(ascii: "\""), let key = string(), take(UInt8(ascii: ":")),
        let value = value()
      else { return nil }
      members[key] = value
    }
    return .object(members)
  }

  mutating func array() -> JSONValue? {
    position += 1
    var list: [JSONValue] = []
    while !take(UInt8(ascii: "]")) {
      if !list.isEmpty, !take(UInt8(ascii: ",")) { return nil }
      guard let value = value() else { return nil }
      list.append(value)
    }
    return .list(list)
  }

  mutating func string() -> String? {
    position += 1
    var text: [UInt8] = []
    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
      guard bytes[position] >= 0x20 else { return nil }
      if bytes[position] == UInt8(ascii: "\\") {
        guard let character = escape() else { return nil }
        text.append(contentsOf: String(character).utf8)
      } else {
        text.append(bytes[position])
        position += 1
      }
    }
    guard position < bytes.count else { return nil }
    position += 1
    return String(validating: text, as: UTF8.self)
  }

  /// An escape outside of the surrogates, which no vector has.
  mutating func escape() -> Character? {
    guard position + 1 < bytes.count else { return nil }
    let letter = bytes[position + 1]
    position += 2
    switch letter {
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "u"):
      guard position + 4 <= bytes.count else { return nil }
      let digits = String(decoding: bytes[position..<(position + 4)], as: UTF8.self)
      position += 4
      return UInt32(digits, radix: 16).flatMap { Unicode.Scalar($0) }.map { Character($0) }
    default: return Character(Unicode.Scalar(letter))
    }
  }

  mutating func word() -> JSONValue? {
    let start = position
    while position < bytes.count, !Self.ends.contains(bytes[position]) {
      position += 1
    }
    switch String(decoding: bytes[start..<position], as: UTF8.self) {
    case "null": return .null
    case "true": return .bool(true)
    case "false": return .bool(false)
    case let digits:
      guard let first = digits.utf8.first, first == 0x2D || (0x30...0x39).contains(first) else {
        return nil
      }
      return .number(digits)
    }
  }
}
