import Columnar
import Records
import TestSupport
import Testing
import Wire

@Suite struct RoundTripTests {
  @Test(arguments: [ColumnarCoder.none, .lz4(acceleration: 1), .zstd(level: 1)])
  func recordsComeBack(coder: ColumnarCoder) throws {
    var records: [UInt8] = []
    for number in 0..<1000 {
      MBOMessage(instrumentID: 7, tsEvent: UInt64(number) * 100, sequence: UInt32(number))
        .append(to: &records)
    }
    var encoder = try ColumnarEncoder(coder)
    var payload = ByteBuffer()
    try encoder.append(rawBytes(of: records), recordCount: 1000, to: &payload)
    var decoder = try ColumnarDecoder()
    var back = ByteBuffer()
    try decoder.appendRecords(
      of: payload.bytes, recordCount: 1000, rawBytes: records.count, to: &back)
    let equal = records.elementsEqual((0..<back.count).map { back.bytes.uncheckedByte(at: $0) })
    #expect(equal)
  }
}
