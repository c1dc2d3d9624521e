internal import CMillrace
public import Wire

/// Writes blocks of DBN records as columns (`millrace_columnar.h`).
///
/// One thread at a time. Buffers are kept from block to block: after the first blocks nothing is
/// allocated.
public struct ColumnarEncoder: ~Copyable {
  private var compressor: StreamCompressor
  private var groups = RecordGroups()
  private var kinds = KindEncoder()
  private var scratch = ByteBuffer()

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
    guard (0...ColumnarLimits.records).contains(recordCount),
      records.byteCount <= ColumnarLimits.rawBytes
    else { throw .notRecords("\(recordCount) records of \(records.byteCount) bytes are too many") }
    try groups.split(records, count: recordCount)
    let start = output.count
    do throws(ColumnarError) {
      if recordCount > 0, !groups.hasTooMany { try encodeKinds(records, count: recordCount) }
      if groups.hasTooMany || recordCount == 0 {
        try appendWhole(records, recordCount, to: &output)
      } else {
        try appendColumns(records, recordCount, to: &output)
      }
    } catch {
      // Safety: back to where the buffer stood.
      unsafe output.setCount(start)
      throw error
    }
  }

  /// Every kind's columns, in the arena of `kinds`.
  private mutating func encodeKinds(_ records: RawSpan, count: Int) throws(ColumnarError) {
    if groups.isUniform {
      kinds.begin(rawBytes: records.byteCount, kinds: 1)
      // Safety: as many records of this length as there are bytes for; the encoder looks at all.
      let isUniform = unsafe records.withUnsafeBytes { bytes in
        guard let base = bytes.baseAddress else { return true }
        return unsafe kinds.add(
          groups.kinds[0], records: base, parents: nil, parentBase: nil, parentStride: 0,
          isGuess: true)
      }
      if isUniform { return }
      try groups.splitMixed(records, count: count)
      if groups.hasTooMany { return }
    }
    kinds.begin(rawBytes: records.byteCount, kinds: groups.kinds.count)
    let order = groups.kinds[0]
    // Safety: the groups have found whole records; those of a kind lie where they say.
    let grouped = unsafe groups.grouped.base
    for index in groups.kinds.indices {
      let kind = groups.kinds[index]
      let parents = unsafe (groups.parents.base + kind.parentsAt).assumingMemoryBound(
        to: UInt32.self)
      _ = unsafe kinds.add(
        kind, records: grouped + kind.start,
        parents: kind.isDerived ? UnsafePointer(parents) : nil,
        parentBase: grouped + (order.start - order.recordBytes), parentStride: order.recordBytes,
        isGuess: false)
    }
  }

  /// The directory, then every stream, compressed where it will stay.
  private mutating func appendColumns(
    _ records: RawSpan, _ recordCount: Int, to output: inout ByteBuffer
  ) throws(ColumnarError) {
    var count = groups.isUniform ? 0 : 1
    for column in kinds.columns {
      count += Int(column.entry.planes) + (column.entry.exceptions > 0 ? 1 : 0)
    }
    let start = output.count
    let directory =
      Format.headerBytes + kinds.kinds.count * Format.kindBytes
      + kinds.columns.count * Format.columnBytes + count * Format.streamBytes
    output.append(repeating: 0, count: directory)
    compressor.begin()
    if !groups.isUniform { try compressor.add(groups.order, 0..<groups.order.count, to: &output) }
    var kind = 0
    var last = Int(kinds.kinds[0].column_count)
    for index in kinds.columns.indices {
      while index == last {
        kind += 1
        last += Int(kinds.kinds[kind].column_count)
      }
      try addStreams(kinds.columns[index], records: Int(kinds.kinds[kind].count), to: &output)
    }
    writeDirectory(
      PayloadHeader(
        magic: Format.magic, record_count: UInt32(recordCount),
        raw_bytes: UInt32(records.byteCount), kind_count: UInt16(kinds.kinds.count), reserved0: 0,
        column_count: UInt32(kinds.columns.count), stream_count: UInt32(count),
        data_bytes: UInt32(output.count - start - directory)), at: start, to: &output)
  }

  private mutating func addStreams(
    _ column: ColumnState, records: Int, to output: inout ByteBuffer
  ) throws(ColumnarError) {
    if column.entry.exceptions > 0 {
      scratch.removeAll()
      kinds.copyExceptions(of: column.number, to: &scratch)
      try compressor.add(scratch, 0..<scratch.count, to: &output)
    }
    if column.entry.from == From.bytes {
      let range = column.planesAt..<column.planesAt + column.width * records
      return try compressor.add(kinds.arena, range, to: &output)
    }
    for plane in 0..<Int(column.entry.planes) {
      let at = column.planesAt + plane * column.planeStride
      try compressor.add(kinds.arena, at..<at + records, to: &output)
    }
  }

  private func writeDirectory(
    _ header: PayloadHeader, at start: Int, to output: inout ByteBuffer
  ) {
    output.store(header, at: start)
    var offset = start + Format.headerBytes
    for kind in kinds.kinds {
      output.store(kind, at: offset)
      offset += Format.kindBytes
    }
    for column in kinds.columns {
      output.store(column.entry, at: offset)
      offset += Format.columnBytes
    }
    for stream in compressor.entries {
      output.store(stream, at: offset)
      offset += Format.streamBytes
    }
  }

  /// A block of too many kinds: its records as one stream.
  private mutating func appendWhole(
    _ records: RawSpan, _ recordCount: Int, to output: inout ByteBuffer
  ) throws(ColumnarError) {
    let start = output.count
    let directory = Format.headerBytes + Format.streamBytes
    output.append(repeating: 0, count: directory)
    compressor.begin()
    try compressor.add(records, to: &output)
    let header = PayloadHeader(
      magic: Format.magic, record_count: UInt32(recordCount),
      raw_bytes: UInt32(records.byteCount), kind_count: 0, reserved0: 0, column_count: 0,
      stream_count: 1, data_bytes: UInt32(output.count - start - directory))
    output.store(header, at: start)
    output.store(compressor.entries[0], at: start + Format.headerBytes)
  }
}
