import Records
import TestSupport
import Testing

/// Names and numbers of the codes agree with each other and with the published files.
@Suite struct CodeTests {
  static let schemas: [(String, UInt16, UInt8)] = [
    ("mbo", 0, 0xA0), ("mbp-1", 1, 0x01), ("mbp-10", 2, 0x0A), ("tbbo", 3, 0x01),
    ("trades", 4, 0x00), ("ohlcv-1s", 5, 0x20), ("ohlcv-1m", 6, 0x21), ("ohlcv-1h", 7, 0x22),
    ("ohlcv-1d", 8, 0x23), ("definition", 9, 0x13), ("statistics", 10, 0x18),
    ("status", 11, 0x12), ("imbalance", 12, 0x14), ("ohlcv-eod", 13, 0x24), ("cmbp-1", 14, 0xB1),
    ("cbbo-1s", 15, 0xC0), ("cbbo-1m", 16, 0xC1), ("tcbbo", 17, 0xC2), ("bbo-1s", 18, 0xC3),
    ("bbo-1m", 19, 0xC4),
  ]

  @Test(arguments: schemas)
  func schema(_ name: String, _ number: UInt16, _ rtype: UInt8) throws {
    let schema = try #require(Schema(name: name))
    #expect(schema.rawValue == number)
    #expect(schema.name == name)
    #expect(schema.rtype == RType(rawValue: rtype))
    #expect(RecordLayout.of(RType(rawValue: rtype)) != nil)
  }

  @Test func unknownCodesSurvive() {
    #expect(Schema(rawValue: 77).name == nil)
    #expect(Schema(rawValue: 77).rtype == nil)
    #expect(Schema.none.name == nil)
    #expect(Schema(name: "nothing") == nil)
    #expect(SType(rawValue: 99).name == nil)
    #expect(SType.none.name == nil)
    #expect(RecordLayout.of(RType(rawValue: 0x77)) == nil)
    #expect(Action(rawValue: 0xFF).rawValue == 0xFF)
  }

  /// Records of the vectors are of the type that their metadata's schema names.
  @Test(arguments: DBNVector.all)
  func recordsAreOfTheirSchema(_ vector: DBNVector) throws {
    let stream = try DecodedStream(vector.bytes)
    let schema = try #require(stream.metadata).schema
    guard let rtype = schema.rtype else {
      #expect(schema == .none)
      return
    }
    #expect(stream.records.allSatisfy { $0[1] == rtype.rawValue })
  }

  @Test func flagsAreBits() {
    let flags: Flags = [.last, .snapshot, .badTsRecv]
    #expect(flags.rawValue == 168)
    #expect(Flags.maybeBadBook.rawValue == 4)
    #expect(Flags.topOfBook.rawValue == 64)
  }
}
