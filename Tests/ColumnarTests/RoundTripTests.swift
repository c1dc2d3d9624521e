import Columnar
import Records
import TestSupport
import Testing
import Wire

/// Encodes and decodes; the payload where the records have come back byte for byte.
func roundTrip(
  _ records: [UInt8], count: Int, encoder: inout ColumnarEncoder, decoder: inout ColumnarDecoder
) throws -> [UInt8]? {
  var payload = ByteBuffer()
  payload.append(value: UInt32(7))
  try encoder.append(rawBytes(of: records), recordCount: count, to: &payload)
  payload.removeFirst(4)
  var back = ByteBuffer()
  back.append(value: UInt16(1))
  try decoder.appendRecords(
    of: payload.bytes, recordCount: count, rawBytes: records.count, to: &back)
  back.removeFirst(2)
  return array(back) == records ? array(payload) : nil
}

func array(_ buffer: borrowing ByteBuffer) -> [UInt8] {
  let bytes = buffer.bytes
  return (0..<bytes.byteCount).map { bytes.uncheckedByte(at: $0) }
}

func recordCount(_ bytes: [UInt8]) -> Int {
  var count = 0
  var offset = 0
  while offset < bytes.count {
    offset += Int(bytes[offset]) * 4
    count += 1
  }
  return count
}

@Suite struct RoundTripTests {
  static let coders: [ColumnarCoder] = [.none, .lz4(acceleration: 1), .zstd(level: 1)]

  /// One encoder and one decoder for all: nothing of one block may be seen in the next.
  @Test(arguments: coders)
  func everyMixComesBack(coder: ColumnarCoder) throws {
    var encoder = try ColumnarEncoder(coder)
    var decoder = try ColumnarDecoder()
    for seed in 1...60 as ClosedRange<UInt64> {
      var maker = RecordMaker(seed: seed)
      let count = [1, 2, 24, 63, 64, 65, 255, 256, 257, 600, 1500][Int(maker.below(11))]
      let records: [UInt8]
      switch seed % 4 {
      case 0: records = maker.orders(count)
      case 1: records = maker.market(count)
      case 2: records = maker.garbage(count, kinds: 1)
      default: records = maker.garbage(count, kinds: maker.below(90))
      }
      let payload = try roundTrip(
        records, count: recordCount(records), encoder: &encoder, decoder: &decoder)
      #expect(payload != nil, "seed \(seed), \(count) records")
    }
  }

  @Test func nothingComesBack() throws {
    var encoder = try ColumnarEncoder(.zstd(level: 1))
    var decoder = try ColumnarDecoder()
    #expect(try roundTrip([], count: 0, encoder: &encoder, decoder: &decoder) != nil)
  }

  /// An order stream as ours is: small, whatever compresses it.
  @Test func ordersBecomeSmall() throws {
    var maker = RecordMaker(seed: 5)
    let orders = maker.orders(20_000)
    var encoder = try ColumnarEncoder(.zstd(level: 1))
    var decoder = try ColumnarDecoder()
    let payload = try roundTrip(orders, count: 20_000, encoder: &encoder, decoder: &decoder)
    let bytes = try #require(payload).count
    #expect(bytes < 20_000 * 11)
  }

  @Test func whatIsNoRecordIsRefused() throws {
    var encoder = try ColumnarEncoder(.none)
    var maker = RecordMaker(seed: 1)
    let whole = maker.market(50)
    var wrong: [([UInt8], Int)] = [
      (whole, 49), (whole, 51), (Array(whole.dropLast()), 50), (whole + [0], 50), ([], 1),
      (whole, 0), (whole + [UInt8](repeating: 0, count: 16), 51),
    ]
    var short = whole
    short[0] = 3
    wrong.append((short, 50))
    for (records, count) in wrong {
      var output = ByteBuffer()
      output.append(value: UInt32(7))
      var isRefused = false
      do throws(ColumnarError) {
        try encoder.append(rawBytes(of: records), recordCount: count, to: &output)
      } catch {
        if case .notRecords = error { isRefused = true }
      }
      #expect(isRefused)
      #expect(output.count == 4)
    }
  }
}
