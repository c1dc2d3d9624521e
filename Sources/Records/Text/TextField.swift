internal import Wire

/// One field in one form of text: the bytes before its value, and how to print that.
///
/// The caller has checked that the whole layout lies in the span, so the loads are unchecked.
struct TextField: Sendable {
  let key: [UInt8]
  let kind: FieldDescription.Kind
  let offset: Int
  let count: Int
  let numbers: TextNumbers

  init(_ field: FieldDescription, form: TextForm, numbers: TextNumbers = TextNumbers()) {
    self.numbers = numbers
    key =
      switch form {
      case .json: Array(",\"\(field.name)\":".utf8)
      case .csv: Array(field.name.utf8)
      case .human: Array(" \(field.name)=".utf8)
      }
    kind = field.kind
    offset = field.offset
    count = field.count
  }

  /// The most bytes that key, value and separator can take: an escaped byte of text takes six
  /// (`\u00ff`), a time in ISO-8601 thirty.
  var maxByteCount: Int {
    let isText = kind == .text || kind == .character
    return key.count + 1 + (isText ? 6 * count + 2 : 32)
  }

  func appendJSON(_ record: RawSpan, at start: Int, to buffer: inout OutputSpan<UInt8>) {
    switch kind {
    case .price:
      let price = record.uncheckedLE(Int64.self, at: start &+ offset)
      guard price != Undefined.price else { return TextEscape.null(&buffer) }
      guard numbers.prices == .decimal else { return Decimal.append(price, to: &buffer) }
      buffer.append(UInt8(ascii: "\""))
      Price.write(price, to: &buffer)
      buffer.append(UInt8(ascii: "\""))
    case .timestamp:
      let time = record.uncheckedLE(UInt64.self, at: start &+ offset)
      guard time != Undefined.timestamp else { return TextEscape.null(&buffer) }
      guard numbers.times == .iso8601 else { return Decimal.append(time, to: &buffer) }
      buffer.append(UInt8(ascii: "\""))
      Timestamp.write(time, to: &buffer)
      buffer.append(UInt8(ascii: "\""))
    case .character, .text:
      buffer.append(UInt8(ascii: "\""))
      for index in 0..<count {
        let byte = record.uncheckedByte(at: start &+ offset &+ index)
        guard byte != 0 else { break }
        TextEscape.jsonByte(byte, to: &buffer)
      }
      buffer.append(UInt8(ascii: "\""))
    default:
      appendInteger(record, at: start, to: &buffer)
    }
  }

  func appendCSV(_ record: RawSpan, at start: Int, to buffer: inout OutputSpan<UInt8>) {
    switch kind {
    case .price:
      let price = record.uncheckedLE(Int64.self, at: start &+ offset)
      guard price != Undefined.price else { return }
      if numbers.prices == .decimal {
        Price.write(price, to: &buffer)
      } else {
        Decimal.append(price, to: &buffer)
      }
    case .timestamp:
      let time = record.uncheckedLE(UInt64.self, at: start &+ offset)
      guard time != Undefined.timestamp else { return }
      if numbers.times == .iso8601 {
        Timestamp.write(time, to: &buffer)
      } else {
        Decimal.append(time, to: &buffer)
      }
    case .character, .text:
      TextEscape.csv(record, at: start &+ offset, count: count, to: &buffer)
    default:
      appendInteger(record, at: start, to: &buffer)
    }
  }

  func appendHuman(_ record: RawSpan, at start: Int, to buffer: inout OutputSpan<UInt8>) {
    switch kind {
    case .price:
      Price.write(record.uncheckedLE(Int64.self, at: start &+ offset), to: &buffer)
    case .timestamp:
      Timestamp.write(
        record.uncheckedLE(UInt64.self, at: start &+ offset), to: &buffer)
    case .character, .text:
      for index in 0..<count {
        let byte = record.uncheckedByte(at: start &+ offset &+ index)
        guard byte != 0 else { break }
        TextEscape.humanByte(byte, to: &buffer)
      }
    default:
      appendInteger(record, at: start, to: &buffer)
    }
  }

  private func appendInteger(_ record: RawSpan, at start: Int, to buffer: inout OutputSpan<UInt8>) {
    let at = start &+ offset
    switch kind {
    case .u8: Decimal.append(UInt64(record.uncheckedByte(at: at)), to: &buffer)
    case .u16: Decimal.append(UInt64(record.uncheckedLE(UInt16.self, at: at)), to: &buffer)
    case .u32: Decimal.append(UInt64(record.uncheckedLE(UInt32.self, at: at)), to: &buffer)
    case .i8: Decimal.append(Int64(record.uncheckedLE(Int8.self, at: at)), to: &buffer)
    case .i16: Decimal.append(Int64(record.uncheckedLE(Int16.self, at: at)), to: &buffer)
    case .i32: Decimal.append(Int64(record.uncheckedLE(Int32.self, at: at)), to: &buffer)
    case .i64: Decimal.append(record.uncheckedLE(Int64.self, at: at), to: &buffer)
    case .u64, .price, .timestamp, .character, .text:
      Decimal.append(record.uncheckedLE(UInt64.self, at: at), to: &buffer)
    }
  }
}
