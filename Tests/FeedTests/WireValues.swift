import FeedKit

/// Reads a message by the table of its protocol, as text: integers and prices in full, prices
/// without trailing zeros, text without trailing spaces.
struct WireValues {
  let table: MessageTable

  /// Name of the message's type without underscores, as the captures' oracles write it.
  func typeName(_ message: some Collection<UInt8>) -> String? {
    message.first.flatMap { table.messages[$0]?.name.filter { $0 != "_" } }
  }

  /// All fields in the order of the table.
  func fields(_ message: [UInt8]) -> [(name: String, text: String)] {
    guard let type = message.first, let description = table.messages[type],
      message.count >= description.byteCount
    else { return [] }
    return description.fields.map { ($0.name, text(of: $0, in: message)) }
  }

  func text(of field: WireField, in message: [UInt8]) -> String {
    let bytes = message[field.offset..<(field.offset + field.byteCount)]
    let ordered = table.isLittleEndian ? Array(bytes.reversed()) : Array(bytes)
    let value = ordered.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    switch field.kind {
    case .text:
      let text = String(decoding: bytes, as: UTF8.self)
      return String(text.reversed().drop { $0 == " " }.reversed())
    case .character: return String(decoding: bytes, as: UTF8.self)
    case .price4: return Self.decimal(value, 4)
    case .price8: return Self.decimal(value, 8)
    default: return String(value)
    }
  }

  private static func decimal(_ value: UInt64, _ places: Int) -> String {
    var digits = Array(String(value))
    while digits.count <= places { digits.insert("0", at: 0) }
    digits.insert(".", at: digits.count - places)
    while digits.last == "0" { digits.removeLast() }
    if digits.last == "." { digits.removeLast() }
    return String(digits)
  }
}
