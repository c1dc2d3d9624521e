import Records
import TestSupport
import Testing

/// Text lines say what the records hold, exactly, and stay one line whatever the bytes are.
@Suite struct RecordTextTests {
  /// JSON of every vector's records, read back, has the expected fields.
  @Test(arguments: DBNVector.all)
  func json(_ vector: DBNVector) throws {
    let stream = try DecodedStream(vector.bytes)
    let hasSendTime = try #require(stream.metadata).hasSendTime
    let text = RecordText(form: .json, version: stream.version, sendTime: hasSendTime)
    for (record, expected) in zip(stream.records, vector.expected["records"].list) {
      let line = try #require(Self.line(record, text, symbol: "A\"B"))
      #expect(line.last == "\n")
      let found = try #require(JSONValue.parse(line.utf8))
      #expect(found["symbol"] == .text("A\"B"))
      #expect(found["ts_out"] == expected["ts_out"])
      let layout = try #require(
        RecordLayout.of(RType(rawValue: record[1]), version: stream.version))
      #expect(found["record"] == .text(layout.name))
      for field in layout.fields where field.name != "length" {
        #expect(raw(found[field.name], field.kind) == expected[field.name], "\(field.name)")
      }
    }
  }

  /// What a printed value stands for in the record.
  private func raw(_ value: JSONValue, _ kind: FieldDescription.Kind) -> JSONValue {
    switch (kind, value) {
    case (.price, .null): .number("\(Undefined.price)")
    case (.timestamp, .null): .number("\(Undefined.timestamp)")
    case (.price, .text(let text)): (try? Price.parse(text)).map { .number("\($0)") } ?? .null
    default: value
    }
  }

  private static let trade = TradeMessage(
    publisherID: 2, instrumentID: 17, tsEvent: 1_700_000_000_000_000_000, price: -37_630_000_000,
    size: 25, action: .trade, side: .none, tsRecv: Undefined.timestamp, tsInDelta: -100,
    sequence: 7)

  /// The line of a record's bytes; nil where it was refused.
  private static func line(
    _ bytes: [UInt8], _ text: RecordText, symbol: String? = nil
  ) -> String? {
    var buffer: [UInt8] = []
    guard text.append(rawBytes(of: bytes), symbol: symbol, to: &buffer) else { return nil }
    return String(decoding: buffer, as: UTF8.self)
  }

  private func line(_ record: some Record, _ text: RecordText, symbol: String? = nil) -> String {
    var bytes: [UInt8] = []
    record.append(to: &bytes)
    return Self.line(bytes, text, symbol: symbol) ?? ""
  }

  @Test func jsonLine() {
    #expect(
      line(Self.trade, RecordText(form: .json), symbol: "AAPL") == """
        {"record":"trades","rtype":0,"publisher_id":2,"instrument_id":17,\
        "ts_event":1700000000000000000,"price":"-37.63","size":25,"action":"T","side":"N",\
        "flags":0,"depth":0,"ts_recv":null,"ts_in_delta":-100,"sequence":7,"symbol":"AAPL"}

        """)
  }

  @Test func csvLines() {
    let text = RecordText(form: .csv, symbolColumn: true)
    var heading: [UInt8] = []
    text.appendHeading(of: .trade, to: &heading)
    #expect(
      String(decoding: heading, as: UTF8.self) == """
        rtype,publisher_id,instrument_id,ts_event,price,size,action,side,flags,depth,ts_recv,\
        ts_in_delta,sequence,symbol

        """)
    #expect(
      line(Self.trade, text, symbol: "A,B")
        == "0,2,17,1700000000000000000,-37.63,25,T,N,0,0,,-100,7,\"A,B\"\n")
    #expect(line(Self.trade, text).hasSuffix(",7,\n"))
  }

  @Test func humanLine() {
    #expect(
      line(Self.trade, RecordText(form: .human), symbol: "AAPL") == """
        2023-11-14T22:13:20.000000000Z trades AAPL publisher_id=2 instrument_id=17 price=-37.63 \
        size=25 action=T side=N flags=0 depth=0 ts_recv=UNDEF ts_in_delta=-100 sequence=7

        """)
  }

  /// Every row of CSV has as many columns as its heading, for every type and version.
  @Test(arguments: [1, 2, 3] as [UInt8])
  func csvColumnsAgree(_ version: UInt8) throws {
    let text = RecordText(form: .csv, version: version, sendTime: true, symbolColumn: true)
    var types = 0
    for code in 0...UInt8.max {
      let rtype = RType(rawValue: code)
      let layout = RecordLayout.of(rtype, version: version)
      var record = [UInt8](repeating: 0, count: layout?.byteCount ?? 16)
      record[0] = UInt8(record.count / 4)
      record[1] = code
      var heading: [UInt8] = []
      text.appendHeading(of: rtype, to: &heading)
      let row = try #require(Self.line(record, text, symbol: "S"))
      let commas = heading.count { $0 == UInt8(ascii: ",") }
      #expect(commas == row.count { $0 == "," })
      types += layout == nil ? 0 : 1
    }
    #expect(types == 23)
  }

  /// Unknown types and records shorter than their layout print their header.
  @Test func headersOnly() throws {
    let text = RecordText(form: .json)
    var bytes: [UInt8] = []
    var trade = Self.trade
    trade.header.rtype = RType(rawValue: 0x77)
    trade.append(to: &bytes)
    var line = try #require(Self.line(bytes, text))
    var found = try #require(JSONValue.parse(line.utf8))
    #expect(found.members.count == 5)
    #expect(found["record"] == .text("unknown"))
    #expect(found["rtype"] == .number("119"))

    bytes[1] = 0
    line = try #require(Self.line(Array(bytes.prefix(47)), text))
    found = try #require(JSONValue.parse(line.utf8))
    #expect(found.members.count == 5)
    #expect(Self.line(Array(bytes.prefix(15)), text) == nil)
  }

  /// Text from outside cannot end a line or a string.
  @Test func hostileTextStaysInside() throws {
    var system = SystemMessage(tsEvent: 1)
    system.msg.setText([0x22, 0x5C, 0x0A, 0xFF, 0x2C, 0x41] as [UInt8])
    let json = line(system, RecordText(form: .json))
    #expect(try #require(JSONValue.parse(json.utf8))["msg"] == .text("\"\\\n\u{FF},A"))
    for form in [TextForm.json, .csv, .human] {
      #expect(
        line(system, RecordText(form: form), symbol: "a\nb").split(separator: "\n").count == 1)
    }
  }

  /// The room for a line is worked out beforehand: the longest values of every field fit it.
  @Test(arguments: [0xFF, 0x80, 0x81, 0x22, 0x01, 0x7F] as [UInt8])
  func longestValuesFit(_ byte: UInt8) {
    for version in 1...UInt8(3) {
      for form in [TextForm.json, .csv, .human] {
        let text = RecordText(form: form, version: version, sendTime: true, symbolColumn: true)
        for code in 0...UInt8.max {
          let layout = RecordLayout.of(RType(rawValue: code), version: version)
          var record = [UInt8](repeating: byte, count: (layout?.byteCount ?? 16) + 8)
          record[0] = UInt8(record.count / 4)
          record[1] = code
          for index in stride(from: 16, to: record.count - 7, by: 8) where byte == 0x80 {
            // Int64.min where a price stands: the longest of all numbers.
            record.replaceSubrange(index..<(index + 7), with: repeatElement(0, count: 7))
          }
          let line = Self.line(record, text, symbol: "\u{1}\"\u{7F}é")
          #expect(line?.last == "\n")
        }
      }
    }
  }

  @Test func fixedTextKeepsItsRoom() {
    var text = InlineArray<6, UInt8>(text: "ABCDE")
    #expect(text.text == "ABCDE")
    var fits = text.setText("ABCDEF")
    #expect(!fits)
    #expect(text.text == "ABCDE")
    fits = text.setText("X")
    #expect(fits)
    #expect(text.textBytes == [0x58])
    #expect(text[1] == 0 && text[5] == 0)
    let padded = Array("MSFT    ".utf8)
    fits = text.setText(spacePadded: rawBytes(of: padded), at: 0, count: 8)
    #expect(fits)
    #expect(text.text == "MSFT")
    fits = text.setText(spacePadded: rawBytes(of: padded), at: 4, count: 8)
    #expect(!fits)
  }
}
