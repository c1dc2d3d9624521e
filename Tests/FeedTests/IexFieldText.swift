import FeedKit
import Testing
import Wire

/// Fields printed as the expected files print them: names without underscores, flags as their bits,
/// prices as decimals without trailing zeros.
enum IexFieldText {
  /// One printed value: a field, or some bits of one.
  struct Column {
    let name: String
    let field: WireField
    var shift = 0
    var width = 64

    var isNumber: Bool { field.kind != .text && field.kind != .character }
    var isPrice: Bool { field.kind == .price4 }
  }

  private static let saleBits = [
    ("intermarketsweep", 7, 1), ("extendedhours", 6, 1), ("oddlot", 5, 1),
    ("tradethroughexempt", 4, 1), ("singlepricecrosstrade", 3, 1), ("unused3", 0, 3),
  ]
  private static let bits: [String: [(String, Int, Int)]] = [
    "sale_condition_flags": saleBits,
    "quote_update_flags": [
      ("symbolavailability", 7, 1), ("marketsession", 6, 1), ("unused6", 0, 6),
    ],
    "security_directory_flags": [
      ("testsecurity", 7, 1), ("whenissued", 6, 1), ("etp", 5, 1), ("unused5", 0, 5),
    ],
    "modify_flags": [("priority", 7, 1), ("unused7", 0, 7)],
  ]

  static func columns(of message: MessageDescription) -> [Column] {
    let type = compact(message.name)
    var columns = [
      Column(name: "messageheader.messagelength", field: WireField("message_length", -2, 2))
    ]
    for field in message.fields {
      if let parts = bits[field.name] {
        columns += parts.map { name, shift, width in
          Column(
            name: "\(type).\(compact(field.name)).\(name)", field: field, shift: shift,
            width: width)
        }
      } else {
        let place = field.name == "message_type" ? "messageheader" : type
        columns.append(Column(name: "\(place).\(compact(field.name))", field: field))
      }
    }
    return columns
  }

  static func compact(_ name: String) -> String { name.filter { $0 != "_" } }

  /// The column's integer in the message at `start`.
  static func number(_ column: Column, _ bytes: RawSpan, at start: Int) -> Int64? {
    let offset = start + column.field.offset
    var raw: UInt64?
    switch column.field.byteCount {
    case 1: raw = bytes.loadByte(at: offset).map(UInt64.init)
    case 2: raw = bytes.loadLE(UInt16.self, at: offset).map(UInt64.init)
    case 4: raw = bytes.loadLE(UInt32.self, at: offset).map(UInt64.init)
    default: raw = bytes.loadLE(UInt64.self, at: offset)
    }
    guard let raw else { return nil }
    return Int64(bitPattern: column.width == 64 ? raw : raw >> UInt64(column.shift) & mask(column))
  }

  private static func mask(_ column: Column) -> UInt64 { (1 << UInt64(column.width)) - 1 }

  /// Appends the value as text.
  static func append(
    _ column: Column, _ bytes: RawSpan, at start: Int, number: Int64, to text: inout [UInt8]
  ) {
    switch column.field.kind {
    case .text:
      let offset = start + column.field.offset
      var end = offset + column.field.byteCount
      while end > offset, bytes.uncheckedByte(at: end - 1) == 0x20 { end -= 1 }
      for index in offset..<end { text.append(bytes.uncheckedByte(at: index)) }
    case .character: text.append(UInt8(truncatingIfNeeded: number))
    case .price4: appendPrice(number, to: &text)
    default:
      // The dissector shows this raw byte, always 0, as a character, that is, as nothing.
      if column.field.name == "extension_number", number == 0 { return }
      appendDecimal(UInt64(bitPattern: number), to: &text)
    }
  }

  static func appendDecimal(_ value: UInt64, to text: inout [UInt8]) {
    if value >= 10 { appendDecimal(value / 10, to: &text) }
    text.append(UInt8(0x30 + value % 10))
  }

  private static func appendPrice(_ value: Int64, to text: inout [UInt8]) {
    if value < 0 { text.append(UInt8(ascii: "-")) }
    appendDecimal(value.magnitude / 10_000, to: &text)
    var fraction = value.magnitude % 10_000
    guard fraction != 0 else { return }
    text.append(UInt8(ascii: "."))
    var digits = 4
    while fraction % 10 == 0 {
      fraction /= 10
      digits -= 1
    }
    var scale: UInt64 = 1
    for _ in 1..<digits { scale *= 10 }
    while scale > 0 {
      text.append(UInt8(0x30 + fraction / scale % 10))
      scale /= 10
    }
  }
}
