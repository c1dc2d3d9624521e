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

/// How JSON and CSV write the numbers that people write otherwise. Undefined ones are null or empty
/// in every form.
public struct TextNumbers: Sendable {
  /// Of prices.
  public enum PriceForm: Sendable {
    /// The shortest exact decimal text; a string in JSON.
    case decimal
    /// Integers in units of 1e-9, as in the record.
    case integer
  }

  /// Of times.
  public enum TimeForm: Sendable {
    /// ns since the Unix epoch, as in the record.
    case integer
    /// `2020-12-28T13:00:00.000704060Z`; a string in JSON.
    case iso8601
  }

  public var prices: PriceForm
  public var times: TimeForm

  public init(prices: PriceForm = .decimal, times: TimeForm = .integer) {
    self.prices = prices
    self.times = times
  }
}

/// Writes records as lines of text into a byte buffer, for `millrace tail`, `export` and tools.
///
/// The fields come from the layout tables, prices are exact, times in JSON and CSV are integers of
/// ns unless `TextNumbers` says otherwise. Nothing is allocated for a record once the buffer has
/// grown. The value is immutable and may be shared by threads.
public struct RecordText: Sendable {
  /// The form that it writes.
  public let form: TextForm
  let layouts: [TextLayout?]
  /// What is printed of a record of an unknown type, or too short for its layout.
  let headerLayout: TextLayout
  let hasSendTime: Bool
  let hasSymbol: Bool
  let times: TextNumbers.TimeForm

  /// A writer for streams of one DBN version (1...3).
  ///
  /// With `sendTime`, the send time after the record is printed as `ts_out`; with `symbolColumn`,
  /// CSV rows end with the symbol, or nothing where it is not known.
  public init(
    form: TextForm, version: UInt8 = 3, sendTime: Bool = false, symbolColumn: Bool = false,
    numbers: TextNumbers = TextNumbers()
  ) {
    self.form = form
    times = numbers.times
    hasSendTime = sendTime
    hasSymbol = symbolColumn
    headerLayout = TextLayout(
      RecordLayout(name: "unknown", byteCount: 16, fields: []), form: form, numbers: numbers)
    layouts = (0...UInt8.max).map { code in
      RecordLayout.of(RType(rawValue: code), version: version).map {
        TextLayout($0, form: form, numbers: numbers)
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
    var layout = layouts[Int(header.rtype.rawValue)] ?? headerLayout
    if end - offset < layout.byteCount { layout = headerLayout }
    let room = layout.maxByteCount + (symbol.map { 6 * $0.utf8.count } ?? 0)
    buffer.append(addingCapacity: room) { line in
      appendStart(header, name: layout.name, symbol, &line)
      for index in layout.fields.indices {
        append(layout.fields[index], of: record, at: offset, first: index == 0, to: &line)
      }
      if hasSendTime { appendSendTime(record, at: offset, end: end, &line) }
      appendEnd(symbol, &line)
    }
    return true
  }

  /// Appends the line of column names for records of a type (CSV only; else nothing).
  public func appendHeading(of rtype: RType, to buffer: inout [UInt8]) {
    guard form == .csv else { return }
    let fields = (layouts[Int(rtype.rawValue)] ?? headerLayout).fields
    for (index, field) in fields.enumerated() {
      if index > 0 { buffer.append(UInt8(ascii: ",")) }
      buffer.append(contentsOf: field.key)
    }
    if hasSendTime { buffer.append(contentsOf: ",ts_out".utf8) }
    if hasSymbol { buffer.append(contentsOf: ",symbol".utf8) }
    buffer.append(UInt8(ascii: "\n"))
  }
}

extension RecordText {
  private func appendStart(
    _ header: RecordHeader, name: [UInt8], _ symbol: String?, _ buffer: inout OutputSpan<UInt8>
  ) {
    switch form {
    case .json:
      buffer.append(bytes: Self.jsonStart)
      buffer.append(bytes: name)
      buffer.append(UInt8(ascii: "\""))
    case .csv:
      break
    case .human:
      Timestamp.write(header.tsEvent, to: &buffer)
      buffer.append(UInt8(ascii: " "))
      buffer.append(bytes: name)
      if let symbol {
        buffer.append(UInt8(ascii: " "))
        TextEscape.human(symbol.utf8, to: &buffer)
      }
    }
  }

  private func append(
    _ field: TextField, of record: RawSpan, at offset: Int, first: Bool,
    to buffer: inout OutputSpan<UInt8>
  ) {
    switch form {
    case .json:
      buffer.append(bytes: field.key)
      field.appendJSON(record, at: offset, to: &buffer)
    case .csv:
      if !first { buffer.append(UInt8(ascii: ",")) }
      field.appendCSV(record, at: offset, to: &buffer)
    case .human:
      buffer.append(bytes: field.key)
      field.appendHuman(record, at: offset, to: &buffer)
    }
  }

  /// The send time is the last 8 bytes of a record that has one (DBN, "Record header").
  private func appendSendTime(
    _ record: RawSpan, at offset: Int, end: Int, _ buffer: inout OutputSpan<UInt8>
  ) {
    let position = end - 8
    let sent = position >= offset + 16 ? record.loadLE(UInt64.self, at: position) : nil
    switch form {
    case .json:
      buffer.append(utf8: ",\"ts_out\":")
      guard let sent else { return TextEscape.null(&buffer) }
      guard times == .iso8601 else { return Decimal.append(sent, to: &buffer) }
      buffer.append(UInt8(ascii: "\""))
      Timestamp.write(sent, to: &buffer)
      buffer.append(UInt8(ascii: "\""))
    case .csv:
      buffer.append(UInt8(ascii: ","))
      guard let sent else { return }
      if times == .iso8601 {
        Timestamp.write(sent, to: &buffer)
      } else {
        Decimal.append(sent, to: &buffer)
      }
    case .human:
      guard let sent else { return }
      buffer.append(utf8: " ts_out=")
      Timestamp.write(sent, to: &buffer)
    }
  }

  private func appendEnd(_ symbol: String?, _ buffer: inout OutputSpan<UInt8>) {
    switch form {
    case .json:
      if let symbol {
        buffer.append(utf8: ",\"symbol\":")
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
  /// The most bytes that a line can take, without its symbol: the fields, and beside them time and
  /// name in front, a send time and the names of both, an end; together less than 128.
  let maxByteCount: Int

  init(_ layout: RecordLayout, form: TextForm, numbers: TextNumbers) {
    name = Array(layout.name.utf8)
    byteCount = layout.byteCount
    // The length is how the bytes are framed, not what they say; people see the time in front.
    // The type of a record without a layout is all that tells it from others.
    let isNamed = layout.byteCount > MemoryLayout<RecordHeader>.size
    var hidden: Set = ["length"]
    if form == .human { hidden.formUnion(isNamed ? ["rtype", "ts_event"] : ["ts_event"]) }
    fields = layout.fields.filter { !hidden.contains($0.name) }
      .map { TextField($0, form: form, numbers: numbers) }
    maxByteCount = fields.reduce(name.count + 128) { $0 + $1.maxByteCount }
  }
}
