import Columnar
import Records
import TestSupport
import Testing
import Wire

/// Damaged payloads throw or give as many bytes as were asked for; they never do anything else.
@Suite struct HostileTests {
  /// Decodes a damaged payload; whether it threw.
  private static func survives(
    _ payload: [UInt8], count: Int, rawBytes: Int, _ decoder: inout ColumnarDecoder
  ) -> Bool {
    var output = ByteBuffer()
    output.append(value: UInt8(1))
    do throws(ColumnarError) {
      try decoder.appendRecords(
        of: payload.rawSpan, recordCount: count, rawBytes: rawBytes, to: &output)
      return output.count == rawBytes + 1
    } catch {
      return output.count == 1
    }
  }

  @Test(arguments: [ColumnarCoder.none, .lz4(acceleration: 1), .zstd(level: 1)])
  func flipsAndEveryEndAreSurvived(coder: ColumnarCoder) throws {
    var maker = RecordMaker(seed: 11)
    let records = maker.market(90)
    let count = recordCount(records)
    var encoder = try ColumnarEncoder(coder)
    var decoder = try ColumnarDecoder()
    let payload = try #require(
      try roundTrip(records, count: count, encoder: &encoder, decoder: &decoder))
    var survived = 0
    for end in payload.indices {
      survived +=
        Self.survives(
          Array(payload[..<end]), count: count, rawBytes: records.count, &decoder) ? 1 : 0
    }
    for index in payload.indices {
      for bit in [0, 3, 7] {
        var damaged = payload
        damaged[index] ^= 1 << UInt8(bit)
        survived += Self.survives(damaged, count: count, rawBytes: records.count, &decoder) ? 1 : 0
      }
    }
    #expect(survived == payload.count * 4)
    // What came before leaves no trace.
    #expect(try roundTrip(records, count: count, encoder: &encoder, decoder: &decoder) == payload)
  }

  /// Directories of garbage behind a right header.
  @Test func madeUpDirectoriesAreSurvived() throws {
    var random = SeededGenerator(seed: 99)
    var maker = RecordMaker(seed: 12)
    let records = maker.market(90)
    let count = recordCount(records)
    var encoder = try ColumnarEncoder(.none)
    var decoder = try ColumnarDecoder()
    let payload = try #require(
      try roundTrip(records, count: count, encoder: &encoder, decoder: &decoder))
    var survived = 0
    for _ in 0..<1500 {
      var damaged = payload
      for _ in 0..<1 + random.next() % 4 {
        let index = 32 + Int(random.next() % UInt64(min(payload.count - 32, 1500)))
        damaged[index] = UInt8(truncatingIfNeeded: random.boundaryValue())
      }
      survived += Self.survives(damaged, count: count, rawBytes: records.count, &decoder) ? 1 : 0
    }
    #expect(survived == 1500)
  }
}
