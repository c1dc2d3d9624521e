import Records
import TestSupport
import Testing
import Zstd

/// Damaged bytes never trap and never grow: they give records, or a typed error.
@Suite struct DBNHostileTests {
  /// A vector cut at every place gives a prefix of its records, and says that it was cut.
  @Test(arguments: DBNVector.all)
  func cut(_ vector: DBNVector) throws {
    let whole = try DecodedStream(vector.bytes)
    let step = max(1, vector.bytes.count / 200)
    for count in stride(from: 0, to: vector.bytes.count, by: step) {
      let part = try DecodedStream(vector.bytes.prefix(count))
      #expect(part.records.count <= whole.records.count)
      #expect((part.records == Array(whole.records.prefix(part.records.count))) == true)
      // A plain file cut between two records cannot be told from a whole one: there is no footer.
      let isBoundary = part.records.count < whole.records.count || part.metadata == nil
      #expect(!part.isComplete || isBoundary)
    }
  }

  @Test(arguments: DBNVector.all)
  func flipped(_ vector: DBNVector) {
    var random = SeededGenerator(seed: 11)
    var refused = 0
    for _ in 0..<150 {
      var bytes = vector.bytes
      for _ in 0...(random.next() % 3) {
        let index = Int(random.next() % UInt64(bytes.count))
        bytes[index] = UInt8(truncatingIfNeeded: random.boundaryValue())
      }
      do {
        let stream = try DecodedStream(bytes)
        print(stream)
      } catch {
        refused += 1
        #expect(!error.description.isEmpty)
      }
    }
    #expect(refused > 0, "seed \(random.seed)")
  }

  /// Every record of a damaged stream prints in every form.
  private func print(_ stream: DecodedStream) {
    var buffer: [UInt8] = []
    for form in [TextForm.json, .csv, .human] {
      let text = RecordText(form: form, version: stream.version, sendTime: true)
      for record in stream.records { text.append(rawBytes(of: record), to: &buffer) }
    }
    #expect(buffer.count >= stream.records.count * 3)
  }

  static let refused: [(String, [UInt8], DBNError.Kind, Int)] = [
    ("no magic", Array("DBX0".utf8), .badMagic, 2),
    ("version 4", Array("DBN".utf8) + [4], .unsupportedVersion(4), 3),
    ("version 255", Array("DBN".utf8) + [255], .unsupportedVersion(255), 3),
    ("short", Array("DBN".utf8) + [3, 99, 0, 0, 0], .metadataTruncated, 4),
    (
      "endless", Array("DBN".utf8) + [3, 0xFF, 0xFF, 0xFF, 0xFF], .metadataTooLong(0xFFFF_FFFF), 4
    ),
  ]

  @Test(arguments: refused)
  func refuses(_ name: String, _ bytes: [UInt8], _ kind: DBNError.Kind, _ position: Int) {
    #expect(throws: DBNError(kind, at: position)) { _ = try DecodedStream(bytes) }
  }

  @Test func countsBeyondTheMetadataAreRefused() throws {
    for position in [108, 112, 116, 120, 124] {
      var bytes: [UInt8] = []
      try DBNMetadata(dataset: "TEST").append(to: &bytes)
      bytes.replaceSubrange(position..<(position + 4), with: [0xFF, 0xFF, 0xFF, 0x7F])
      let kind = position == 108 ? DBNError.Kind.schemaDefinition : .metadataTruncated
      #expect(throws: DBNError(kind, at: position)) { _ = try DecodedStream(bytes) }
    }
  }

  @Test func recordsTooShortAreRefusedWithTheirPosition() throws {
    var bytes: [UInt8] = []
    try DBNMetadata(dataset: "TEST").append(to: &bytes)
    MBOMessage(instrumentID: 1).append(to: &bytes)
    let position = bytes.count
    var short = MBOMessage(instrumentID: 2)
    short.header.length = 13
    short.append(to: &bytes)
    #expect(throws: DBNError(.shortRecord(.mbo, length: 13), at: position)) {
      _ = try DecodedStream(bytes)
    }
    bytes[position] = 3
    #expect(throws: DBNError(.badLength(3), at: position)) { _ = try DecodedStream(bytes) }
  }

  /// Longer records are kept whole, unknown ones are counted; both are legal for readers.
  @Test func longerAndUnknownRecordsAreSurfaced() throws {
    var bytes: [UInt8] = []
    try DBNMetadata(dataset: "TEST").append(to: &bytes)
    var long = TradeMessage(instrumentID: 1)
    long.header.length += 2
    long.append(to: &bytes)
    bytes.append(contentsOf: [UInt8](repeating: 9, count: 8))
    var unknown = TradeMessage(instrumentID: 2)
    unknown.header.rtype = RType(rawValue: 0x77)
    unknown.append(to: &bytes)
    let stream = try DecodedStream(bytes, chunk: 7)
    #expect(stream.records.map(\.count) == [56, 48])
    #expect(stream.unknownCount == 1)
    #expect(stream.isComplete)
  }

  /// 2 MiB of zeros in a few hundred bytes: each step of the decompressor gives one block at most.
  @Test func bombsAreOpenedBlockByBlock() throws {
    var compressor = try ZstdCompressor()
    var bytes: [UInt8] = []
    try compressor.appendFrame(ArraySlice(repeating: 0, count: 2 << 20), to: &bytes)
    #expect(bytes.count < 1 << 10)
    var decompressor = try ZstdDecompressor()
    var output: [UInt8] = []
    let consumed = try decompressor.decompress(bytes[...], to: &output)
    #expect(output.count == ZstdLimits.stepBytes)
    #expect(consumed < bytes.count)
    #expect(throws: DBNError(.badMagic, at: 0)) { _ = try DecodedStream(bytes) }
  }

  /// Frames, skippable frames between them, and what follows a damaged one.
  @Test func framesFollowEachOther() throws {
    var compressor = try ZstdCompressor(level: 1)
    var plain: [UInt8] = []
    try DBNMetadata(dataset: "TEST", schema: .mbo).append(to: &plain)
    var bytes: [UInt8] = []
    try compressor.appendFrame(plain[...], to: &bytes)
    for orderID in 1...UInt64(5) {
      // A skippable frame: magic 0x184D2A50, length 3, three bytes (RFC 8878, section 3.1.2).
      bytes.append(contentsOf: [0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3])
      var record: [UInt8] = []
      MBOMessage(instrumentID: 7, orderID: orderID).append(to: &record)
      try compressor.appendFrame(record[...], to: &bytes)
    }
    for chunk in [1, 5, 1 << 20] {
      let stream = try DecodedStream(bytes, chunk: chunk)
      #expect(stream.isComplete)
      let orders = stream.records.compactMap { MBOMessage(copying: rawBytes(of: $0))?.orderID }
      #expect(orders == [1, 2, 3, 4, 5])
    }
    #expect(!(try DecodedStream(bytes.dropLast())).isComplete)
    bytes.append(contentsOf: Array("rubbish".utf8))
    #expect(throws: DBNError.self) { _ = try DecodedStream(bytes) }
  }
}
