import Columnar
import Records
import Wire

/// Columnar payloads: damaged ones are refused or give as many bytes as were asked for; records
/// come back as they were, and each of their columns too.
enum ColumnarTarget {
  /// The first byte chooses: an even one decodes the rest as a payload, an odd one encodes records
  /// made of the rest.
  @Sendable static func run(_ bytes: [UInt8]) {
    var input = FuzzInput(bytes)
    let choice = input.byte()
    if choice & 1 == 0 {
      decode(input.rest)
    } else {
      encode(input.rest, coder: choice & 2 == 0 ? .lz4(acceleration: 1) : .zstd(level: 1))
    }
  }

  private static func decode(_ payload: [UInt8]) {
    let span = rawBytes(of: payload)
    // What the header says, as far as a small block may: the container has these from its own.
    let count = Int(span.loadLE(UInt32.self, at: 8) ?? 0) & 0xFFF
    let size = Int(span.loadLE(UInt32.self, at: 12) ?? 0) & 0xF_FFFF
    do throws(ColumnarError) {
      var decoder = try ColumnarDecoder()
      var output = ByteBuffer()
      _ = try? decoder.appendColumn(
        "price", of: .mbo, payload: span, recordCount: count, rawBytes: size, to: &output)
      output.removeAll()
      try decoder.appendRecords(of: span, recordCount: count, rawBytes: size, to: &output)
      demand(output.count == size, "as many bytes as were asked for")
    } catch {
      demand(!"\(error)".isEmpty, "an error says something")
    }
  }

  private static func encode(_ bytes: [UInt8], coder: ColumnarCoder) {
    var records: [UInt8] = []
    var count = 0
    var offset = 0
    // Whole records by force: each takes its length from its first byte, and the rest of the input
    // again and again until there are enough for columns.
    while bytes.count >= 20, records.count < 40_000, count < 600 {
      let length = max(bytes[offset % bytes.count] & 31, 4)
      let start = records.count
      for index in 0..<Int(length) * 4 { records.append(bytes[(offset + index) % bytes.count]) }
      records[start] = length
      offset += Int(length) * 4 - count % 3
      count += 1
    }
    do throws(ColumnarError) {
      var encoder = try ColumnarEncoder(coder)
      var decoder = try ColumnarDecoder()
      var payload = ByteBuffer()
      var back = ByteBuffer()
      try encoder.append(rawBytes(of: records), recordCount: count, to: &payload)
      try decoder.appendRecords(
        of: payload.bytes, recordCount: count, rawBytes: records.count, to: &back)
      let found = back.bytes
      demand(found.byteCount == records.count, "all bytes come back")
      for index in records.indices {
        demand(found.uncheckedByte(at: index) == records[index], "byte \(index) comes back")
      }
    } catch {
      demand(false, "whole records are encoded and decoded: \(error)")
    }
  }
}
