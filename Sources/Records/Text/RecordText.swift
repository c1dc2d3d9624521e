internal import Wire

/// How a record becomes text.
public enum TextForm: Sendable {
  /// One object a line: integers as numbers, prices and characters as strings; undefined prices
  /// and times are null.
  case json
  /// One row a line; `RecordText.appendHeading` gives the names. Empty where undefined.
  case csv
  /// One line for people: ISO-8601 times in UTC, `name=value`, `UNDEF` where undefined.
  case human
}

/// Writes records as lines of text into a byte buffer, for `millrace tail` and tools.
///
/// The fields come from the layout tables, prices are exact, times in JSON and CSV are integers of
/// ns. Nothing is allocated for a record once the buffer has grown. The value is immutable and may
/// be shared by threads.
public struct RecordText: Sendable {
  /// The form that it writes.
  public let form: TextForm
  let layouts: [TextLayout?]
  /// What is printed of a record that has no layout.
  let headerFields: [TextField]
  let hasSendTime: Bool
  let hasSymbol: Bool

  /// A writer for streams of one DBN version (1...3).
  ///
  /// With `sendTime`, the send time after the record is printed as `ts_out`; with `symbolColumn`,
  /// CSV rows end with the symbol, or nothing where it is not known.
  public init(
    form: TextForm, version: UInt8 = 3, sendTime: Bool = false, symbolColumn: Bool = false
  ) {
    self.form = form
    hasSendTime = sendTime
    hasSymbol = symbolColumn
    headerFields = FieldDescription.header.dropFirst().map { TextField($0, form: form) }
    layouts = (0...UInt8.max).map { code in
      RecordLayout.of(RType(rawValue: code), version: version).map {
        TextLayout($0, form: form)
      }
    }
  }

  /// Appends the line of the record whose bytes begin at `offset`; false, with nothing appended,
  /// where not even a header is there.
  ///
  /// A record of an unknown type, or shorter than its layout, prints its header only.
  @discardableResult
  public func append(
    _ record: RawSpan, at offset: Int = 0, symbol: String? = nil, to buffer: inout [UInt8]
  ) -> Bool {
    guard let header = RecordHeader(copying: record, at: offset) else { return false }
    let end = offset + min(header.byteCount, record.byteCount - offset)
    let layout = layouts[Int(header.rtype.rawValue)]
    let known = layout.map { end - offset >= $0.byteCount } ?? false
    let fields = known ? layout?.fields ?? [] : headerFields
    appendStart(header, name: known ? layout?.name ?? [] : Self.unknownName, symbol, &buffer)
    for index in fields.indices {
      append(fields[index], of: record, at: offset, first: index == 0, to: &buffer)
    }
    if hasSendTime { appendSendTime(record, at: offset, end: end, &buffer) }
    appendEnd(symbol, &buffer)
    return true
  }

  /// Appends the line of column names for records of a type (CSV only; else nothing).
  public func appendHeading(of rtype: RType, to buffer: inout [UInt8]) {
    guard form == .csv else { return }
    let fields = layouts[Int(rtype.rawValue)]?.fields ?? headerFields
    for (index, field) in fields.enumerated() {
      if index > 0 { buffer.append(UInt8(ascii: ",")) }
      buffer.append(contentsOf: field.key)
    }
    if hasSendTime { buffer.append(contentsOf: ",ts_out".utf8) }
    if hasSymbol { buffer.append(contentsOf: ",symbol".utf8) }
    buffer.append(UInt8(ascii: "\n"))
  }

  static let unknownName = Array("unknown".utf8)
}

extension RecordText {
  private func appendStart(
    _ header: RecordHeader, name: [UInt8], _ symbol: String?, _ buffer: inout [UInt8]
  ) {
    switch form {
    case .json:
      buffer.append(contentsOf: Self.jsonStart)
      buffer.append(contentsOf: name)
      buffer.append(UInt8(ascii: "\""))
    case .csv:
      break
    case .human:
      Timestamp.appendISO8601(header.tsEvent, to: &buffer)
      buffer.append(UInt8(ascii: " "))
      buffer.append(contentsOf: name)
      if let symbol {
        buffer.append(UInt8(ascii: " "))
        TextEscape.human(symbol.utf8, to: &buffer)
      }
    }
  }

  private func append(
    _ field: TextField, of record: RawSpan, at offset: Int, first: Bool,
    to buffer: inout [UInt8]
  ) {
    switch form {
    case .json:
      buffer.append(contentsOf: field.key)
      field.appendJSON(record, at: offset, to: &buffer)
    case .csv:
      if !first { buffer.append(UInt8(ascii: ",")) }
      field.appendCSV(record, at: offset, to: &buffer)
    case .human:
      buffer.append(contentsOf: field.key)
      field.appendHuman(record, at: offset, to: &buffer)
    }
  }

  /// The send time is the last 8 bytes of a record that has one (DBN, "Record header").
  private func appendSendTime(
    _ record: RawSpan, at offset: Int, end: Int, _ buffer: inout [UInt8]
  ) {
    let position = end - 8
    let sent = position >= offset + 16 ? record.loadLE(UInt64.self, at: position) : nil
    switch form {
    case .json:
      buffer.append(contentsOf: ",\"ts_out\":".utf8)
      if let sent { Decimal.append(sent, to: &buffer) } else { TextEscape.null(&buffer) }
    case .csv:
      buffer.append(UInt8(ascii: ","))
      if let sent { Decimal.append(sent, to: &buffer) }
    case .human:
      guard let sent else { return }
      buffer.append(contentsOf: " ts_out=".utf8)
      Timestamp.appendISO8601(sent, to: &buffer)
    }
  }

  private func appendEnd(_ symbol: String?, _ buffer: inout [UInt8]) {
    switch form {
    case .json:
      if let symbol {
        buffer.append(contentsOf: ",\"symbol\":".utf8)
        TextEscape.json(symbol.utf8, to: &buffer)
      }
      buffer.append(UInt8(ascii: "}"))
    case .csv:
      if hasSymbol {
        buffer.append(UInt8(ascii: ","))
        if let symbol { TextEscape.csv(symbol.utf8, to: &buffer) }
      }
    case .human:
      break
    }
    buffer.append(UInt8(ascii: "\n"))
  }

  private static let jsonStart = Array("{\"record\":\"".utf8)
}

/// The fields of one layout with their names in the bytes of the form.
struct TextLayout: Sendable {
  let name: [UInt8]
  let byteCount: Int
  let fields: [TextField]

  init(_ layout: RecordLayout, form: TextForm) {
    name = Array(layout.name.utf8)
    byteCount = layout.byteCount
    // The length is how the bytes are framed, not what they say; people see the time in front.
    let hidden: Set = form == .human ? ["length", "rtype", "ts_event"] : ["length"]
    fields = layout.fields.filter { !hidden.contains($0.name) }.map { TextField($0, form: form) }
  }
}
