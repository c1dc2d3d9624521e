internal import Wire

// Until module Columnar has its codec.
enum ColumnarCoder {
  case none
  case lz4(acceleration: Int)
  case zstd(level: Int)
}

struct ColumnarEncoder: ~Copyable {
  init(_ coder: ColumnarCoder) throws(JournalError) { throw .coder("columnar: not built in") }
  mutating func append(_ records: RawSpan, recordCount: Int, to output: inout ByteBuffer)
    throws(JournalError)
  {}
}

struct ColumnarDecoder: ~Copyable {
  init() throws(JournalError) {}
  mutating func appendRecords(
    of payload: RawSpan, recordCount: Int, rawBytes: Int, to output: inout ByteBuffer
  ) throws(JournalError) { throw .coder("columnar: not built in") }
}
