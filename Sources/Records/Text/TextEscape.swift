internal import Wire

/// Text from outside inside our lines: nothing in it may end a line, a string or a column.
enum TextEscape {
  static func null(_ buffer: inout OutputSpan<UInt8>) { buffer.append(bytes: nullText) }

  private static let nullText = Array("null".utf8)
  private static let hexDigits = Array("0123456789abcdef".utf8)

  /// A quoted JSON string of UTF-8 that is known to be valid.
  static func json(_ text: String.UTF8View, to buffer: inout OutputSpan<UInt8>) {
    buffer.append(UInt8(ascii: "\""))
    for byte in text {
      if byte < 0x80 { jsonByte(byte, to: &buffer) } else { buffer.append(byte) }
    }
    buffer.append(UInt8(ascii: "\""))
  }

  /// A byte of a record's text inside a JSON string; not ASCII counts as Latin-1, so that the line
  /// stays valid whatever the bytes are.
  static func jsonByte(_ byte: UInt8, to buffer: inout OutputSpan<UInt8>) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      buffer.append(UInt8(ascii: "\\"))
      buffer.append(byte)
    case 0x20..<0x7F:
      buffer.append(byte)
    default:
      buffer.append(utf8: "\\u00")
      appendHex(byte, to: &buffer)
    }
  }

  /// A byte of a record's text for people; `\xNN` where it does not print.
  static func humanByte(_ byte: UInt8, to buffer: inout OutputSpan<UInt8>) {
    if byte >= 0x20, byte < 0x7F {
      buffer.append(byte)
    } else {
      buffer.append(utf8: "\\x")
      appendHex(byte, to: &buffer)
    }
  }

  static func human(_ text: String.UTF8View, to buffer: inout OutputSpan<UInt8>) {
    for byte in text { humanByte(byte, to: &buffer) }
  }

  /// A CSV cell, quoted only where it must be (RFC 4180, section 2).
  static func csv(_ text: String.UTF8View, to buffer: inout OutputSpan<UInt8>) {
    let quoted = text.contains(where: needsQuotes)
    if quoted { buffer.append(UInt8(ascii: "\"")) }
    for byte in text { csvByte(byte, to: &buffer) }
    if quoted { buffer.append(UInt8(ascii: "\"")) }
  }

  /// A CSV cell of the text at `offset`, up to its first NUL.
  static func csv(_ record: RawSpan, at offset: Int, count: Int, to buffer: inout OutputSpan<UInt8>)
  {
    var end = 0
    var quoted = false
    while end < count {
      let byte = record.uncheckedByte(at: offset &+ end)
      guard byte != 0 else { break }
      quoted = quoted || needsQuotes(byte)
      end &+= 1
    }
    if quoted { buffer.append(UInt8(ascii: "\"")) }
    for index in 0..<end {
      csvByte(record.uncheckedByte(at: offset &+ index), to: &buffer)
    }
    if quoted { buffer.append(UInt8(ascii: "\"")) }
  }

  private static func csvByte(_ byte: UInt8, to buffer: inout OutputSpan<UInt8>) {
    if byte == UInt8(ascii: "\"") { buffer.append(byte) }
    if byte < 0x20 || byte == 0x7F { humanByte(byte, to: &buffer) } else { buffer.append(byte) }
  }

  private static func needsQuotes(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"")
  }

  private static func appendHex(_ byte: UInt8, to buffer: inout OutputSpan<UInt8>) {
    buffer.append(hexDigits[Int(byte >> 4)])
    buffer.append(hexDigits[Int(byte & 15)])
  }
}
