internal import FeedKit
internal import Ledger
internal import Wire

/// Messages as JSON lines: every wire field under the specification's name.
///
/// Prices are JSON numbers with exact decimals and no trailing zeros: exact for whoever reads them
/// as decimals. Bytes outside of printable ASCII in texts are written `\xNN`.
struct MessageLines {
  private let table: MessageTable
  private let feed: any Feed.Type
  private let isText: Bool

  init(feed: any Feed.Type) {
    table = feed.messages
    self.feed = feed
    isText = feed.fileFramings == [.lines]
  }

  /// Writes the message `bytes[range]` as an object; `packet` counts from 1.
  func write(
    _ bytes: RawSpan, _ range: Range<Int>, packet: UInt64?, index: UInt64, sequence: UInt64,
    to json: inout JSONText
  ) {
    let type = isText ? feed.messageType(bytes, range) : bytes.loadByte(at: range.lowerBound)
    let message = range.isEmpty ? nil : type.flatMap { table.messages[$0] }
    json.object {
      $0.field("type", type.map(WireText.character) ?? "")
      $0.field("name", message?.name)
      if let packet { $0.field("packet", packet) }
      $0.field("index", index)
      $0.field("sequence", sequence)
      $0.field("length", range.count)
      if isText {
        $0.field("text", bytes.text(at: range.lowerBound, count: range.count))
      } else if let message, range.count >= message.byteCount {
        for field in message.fields where field.offset + field.byteCount <= range.count {
          $0.key(field.name)
          write(field, bytes, at: range.lowerBound + field.offset, to: &$0)
        }
      } else {
        $0.field("raw", WireText.hexadecimal(bytes, range))
      }
    }
  }

  private func write(_ field: WireField, _ bytes: RawSpan, at start: Int, to json: inout JSONText) {
    switch field.kind {
    case .text: json.value(bytes.text(at: start, count: field.byteCount))
    case .character: json.value(WireText.character(bytes.loadByte(at: start) ?? 0))
    case .price4: write(price(field, bytes, start), decimals: 4, to: &json)
    case .price8: write(price(field, bytes, start), decimals: 8, to: &json)
    case .signed: json.value(signed(field, bytes, start))
    default: json.value(unsigned(field, bytes, start))
    }
  }

  /// Eight-byte prices are two's complement, shorter ones unsigned: so say ITCH and IEX.
  private func price(_ field: WireField, _ bytes: RawSpan, _ start: Int) -> Int64 {
    Int64(bitPattern: unsigned(field, bytes, start))
  }

  private func signed(_ field: WireField, _ bytes: RawSpan, _ start: Int) -> Int64 {
    let unused = 64 - 8 * min(field.byteCount, 8)
    return Int64(bitPattern: unsigned(field, bytes, start) << UInt64(unused)) >> Int64(unused)
  }

  private func unsigned(_ field: WireField, _ bytes: RawSpan, _ start: Int) -> UInt64 {
    var value: UInt64 = 0
    for index in 0..<field.byteCount {
      let at = table.isLittleEndian ? field.byteCount - 1 - index : index
      value = value << 8 | UInt64(bytes.loadByte(at: start + at) ?? 0)
    }
    return value
  }

  private func write(_ mantissa: Int64, decimals: Int, to json: inout JSONText) {
    var mantissa = mantissa
    var decimals = decimals
    while decimals > 0, mantissa.isMultiple(of: 10) {
      mantissa /= 10
      decimals -= 1
    }
    json.value(mantissa: mantissa, decimals: decimals)
  }
}

/// Bytes of messages as text.
enum WireText {
  /// The character, or `\xNN` where it is not printable.
  static func character(_ byte: UInt8) -> String {
    if byte >= 0x20, byte < 0x7F { return String(Unicode.Scalar(byte)) }
    return "\\x" + hexadecimal(byte)
  }

  static func hexadecimal(_ bytes: RawSpan, _ range: Range<Int>) -> String {
    range.map { hexadecimal(bytes.loadByte(at: $0) ?? 0) }.joined()
  }

  static func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}
