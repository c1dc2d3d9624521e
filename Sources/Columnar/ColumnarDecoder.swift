internal import CMillrace
public import Wire

/// Reads payloads of columns back into the records they were made of.
///
/// One thread at a time. Payloads are not trusted: a damaged one throws, or gives as many bytes as
/// were asked for (whoever wants more checks the block's hash first). Buffers are kept from block
/// to block.
public struct ColumnarDecoder: ~Copyable {
  private var decompressor: StreamDecompressor

  public init() throws(ColumnarError) { decompressor = try StreamDecompressor() }

  /// Appends the `rawBytes` bytes of the block's records, or throws and appends nothing.
  public mutating func appendRecords(
    of payload: RawSpan, recordCount: Int, rawBytes: Int, to output: inout ByteBuffer
  ) throws(ColumnarError) {
    let headerBytes = MemoryLayout<millrace_columnar_header>.size
    guard let header = payload.load(millrace_columnar_header.self, at: 0),
      header.magic == UInt64(MILLRACE_COLUMNAR_MAGIC)
    else { throw .damaged("no header") }
    guard Int(header.record_count) == recordCount, Int(header.raw_bytes) == rawBytes,
      recordCount <= ColumnarLimits.records, rawBytes <= ColumnarLimits.rawBytes
    else { throw .damaged("the header's counts are not the block's") }
    guard header.kind_count == 0, header.stream_count == 1,
      let entry = payload.load(StreamEntry.self, at: headerBytes)
    else { throw .damaged("no such kinds") }
    let data = headerBytes + MemoryLayout<StreamEntry>.size
    guard payload.byteCount - data == Int(entry.stored_bytes) else {
      throw .damaged("the streams' sizes")
    }
    try decompressor.append(
      entry, stored: payload.extracting(data..<payload.byteCount), rawBytes: rawBytes, to: &output)
  }
}
