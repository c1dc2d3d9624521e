internal import CMillrace
public import Wire

/// Writes blocks of DBN records as columns (`millrace_columnar.h`).
///
/// One thread at a time. Buffers are kept from block to block: after the first blocks nothing is
/// allocated.
public struct ColumnarEncoder: ~Copyable {
  private var compressor: StreamCompressor

  /// An encoder whose streams are compressed by `coder`.
  public init(_ coder: ColumnarCoder) throws(ColumnarError) {
    compressor = try StreamCompressor(coder)
  }

  /// Appends the payload (without the 8 bytes of a skippable frame) of whole records, back to back;
  /// appends nothing where it throws.
  ///
  /// At most `ColumnarLimits.records` records and `ColumnarLimits.rawBytes` bytes.
  public mutating func append(
    _ records: RawSpan, recordCount: Int, to output: inout ByteBuffer
  ) throws(ColumnarError) {
    guard recordCount <= ColumnarLimits.records, records.byteCount <= ColumnarLimits.rawBytes else {
      throw .notRecords("\(recordCount) records of \(records.byteCount) bytes are too many")
    }
    let start = output.count
    let directory =
      MemoryLayout<millrace_columnar_header>.size + MemoryLayout<StreamEntry>.size
    output.append(repeating: 0, count: directory)
    let entry = try compressor.append(records, to: &output)
    let header = millrace_columnar_header(
      magic: UInt64(MILLRACE_COLUMNAR_MAGIC), record_count: UInt32(recordCount),
      raw_bytes: UInt32(records.byteCount), kind_count: 0, reserved0: 0, column_count: 0,
      stream_count: 1, data_bytes: UInt32(output.count - start - directory))
    output.store(header, at: start)
    output.store(entry, at: start + MemoryLayout<millrace_columnar_header>.size)
  }
}
