import Records
import TestSupport
import Testing

/// The structs themselves, filled by their initialisers, are the bytes of the vectors.
@Suite struct RecordStructTests {
  static let start: UInt64 = 1_700_000_000_000_000_000

  private func bytes(_ record: some Record) -> [UInt8] {
    var buffer: [UInt8] = []
    record.append(to: &buffer)
    return buffer
  }

  private func records(of name: String) throws -> [[UInt8]] {
    let vector = try #require(DBNVector.all.first { $0.name == name })
    return try DecodedStream(vector.bytes).records
  }

  @Test func mixedStream() throws {
    let records = try records(of: "live-mixed-v3")
    try #require(records.count == 6)
    let mapping = SymbolMappingMessage(
      instrumentID: 17, tsEvent: Self.start, stypeIn: .rawSymbol,
      stypeInSymbol: InlineArray(text: "AAPL"), stypeOut: .rawSymbol,
      stypeOutSymbol: InlineArray(text: "AAPL"))
    #expect(bytes(mapping) == records[0])
    let system = SystemMessage(
      tsEvent: Self.start + 5,
      msg: InlineArray(text: "Subscription request 1 for trades data succeeded"),
      code: .subscriptionAcknowledged)
    #expect(bytes(system) == records[1])
    let order = MBOMessage(
      publisherID: 2, instrumentID: 17, tsEvent: Self.start + 10, orderID: 1_234_567_890_123,
      price: 189_950_000_000, size: 100, flags: .last, action: .add, side: .bid,
      tsRecv: Self.start + 2010, tsInDelta: 1500, sequence: 42)
    #expect(bytes(order) == records[2])
    let heartbeatBytes = records[4]
    let heartbeat = SystemMessage(copying: rawBytes(of: heartbeatBytes))
    #expect(heartbeat?.msg.text == "Heartbeat")
    #expect(heartbeat?.code == .heartbeat)
    let error = ErrorMessage(
      tsEvent: Self.start + 100, err: InlineArray(text: "Slow client detected"),
      code: .skippedRecordsAfterSlowReading, isLast: 1)
    #expect(bytes(error) == records[5])
  }

  @Test func status() throws {
    let records = try records(of: "status-all-v3")
    let halt = StatusMessage(
      publisherID: 2, instrumentID: 3, tsEvent: Self.start, tsRecv: Self.start + 5,
      action: .halt, reason: .luldPause, isTrading: .no, isQuoting: .no,
      isShortSellRestricted: .yes)
    #expect(bytes(halt) == records[0])
    let resumed = StatusMessage(
      publisherID: 2, instrumentID: 3, tsEvent: Self.start, tsRecv: Self.start + 6,
      action: .trading, reason: .scheduled, tradingEvent: .changeTradingSession,
      isTrading: .yes, isQuoting: .yes)
    #expect(bytes(resumed) == records[1])
  }

  @Test func statistics() throws {
    let records = try records(of: "undef-v3")
    let interest = StatisticsMessage(
      publisherID: 1, instrumentID: 9, tsRecv: Self.start, tsInDelta: Int32.max,
      statType: .openInterest)
    #expect(bytes(interest) == records[0])
    let settlement = StatisticsMessage(
      publisherID: 1, instrumentID: 9, tsEvent: Self.start, tsRecv: Self.start,
      tsRef: Self.start, price: -1, quantity: -5, sequence: 1, tsInDelta: Int32.min,
      statType: .settlementPrice, channelID: 65535, updateAction: .delete, statFlags: 255)
    #expect(bytes(settlement) == records[1])
  }

  @Test func version1() throws {
    let records = try records(of: "live-control-v1")
    let heartbeat = V1.SystemMessage(
      tsEvent: Self.start, msg: InlineArray(text: "Heartbeat"))
    #expect(bytes(heartbeat) == records[1])
    let error = V1.ErrorMessage(
      tsEvent: Self.start, err: InlineArray(text: "Failed to resolve symbol: QQQQQ"))
    #expect(bytes(error) == records[2])
  }

  /// An empty book: no price, no size, on both sides of all ten levels.
  @Test func emptyLevels() {
    let book = bytes(MBP10Message(instrumentID: 1))
    for field in MBP10Message.layout.fields where field.offset >= 48 {
      let expected = field.kind == .price ? Int128(Undefined.price) : 0
      #expect(field.number(in: book) == expected, "\(field.name)")
    }
  }

  /// Undefined values as the reference writes them (DBN, "Instrument definition").
  @Test func definitionDefaults() {
    let definition = bytes(InstrumentDefinitionMessage(instrumentID: 7, tsEvent: 1))
    let zeros: Set = [
      "underlying_id", "leg_instrument_id", "leg_underlying_id", "leg_count", "leg_index",
      "raw_instrument_id", "leg_ratio_price_numerator", "leg_ratio_price_denominator",
      "leg_ratio_qty_numerator", "leg_ratio_qty_denominator",
    ]
    let characters = [
      "match_algorithm": " ", "security_update_action": "A", "user_defined_instrument": "N",
      "leg_side": "N",
    ]
    for field in InstrumentDefinitionMessage.layout.fields where field.offset >= 16 {
      let expected: JSONValue =
        switch field.kind {
        case .character, .text: .text(characters[field.name] ?? "")
        case _ where zeros.contains(field.name): .number("0")
        case .u8: .number("255")
        case .u16: .number("65535")
        case .u32: .number("\(UInt32.max)")
        case .u64, .timestamp: .number("\(UInt64.max)")
        case .i8: .number("127")
        case .i16: .number("32767")
        case .i32: .number("\(Int32.max)")
        case .i64, .price: .number("\(Int64.max)")
        }
      #expect(field.value(in: definition) == expected, "\(field.name)")
    }
  }

  /// The first byte of every record states its size, and its type is one of its own.
  @Test func headersStateTheirLayout() {
    let samples: [(any Record)] = [
      MBOMessage(), TradeMessage(), MBP1Message(), MBP10Message(), BBOMessage(), CMBP1Message(),
      CBBOMessage(), OHLCVMessage(), StatusMessage(), InstrumentDefinitionMessage(),
      ImbalanceMessage(), StatisticsMessage(), SymbolMappingMessage(), ErrorMessage(),
      SystemMessage(), V1.InstrumentDefinitionMessage(), V1.StatisticsMessage(),
      V1.SymbolMappingMessage(), V1.ErrorMessage(), V1.SystemMessage(),
      V2.InstrumentDefinitionMessage(),
    ]
    for record in samples {
      let bytes = bytes(record)
      let layout = type(of: record).layout
      #expect(record.header.byteCount == bytes.count)
      #expect(layout.byteCount == bytes.count)
      #expect(type(of: record).rtypes.contains(record.header.rtype))
      #expect(layout.fields.allSatisfy { $0.offset + $0.byteCount <= bytes.count })
    }
    #expect(samples.count == 21)
  }
}
