internal import CMillrace
public import Records
public import Wire

extension ColumnarDecoder {
  /// Appends the values of one field of all records of a type, in their order and as they lie in
  /// the records; gives how many.
  ///
  /// `field` is a name of the format, such as `ts_event`. Only the columns are decompressed that
  /// the field depends on. Throws `noColumn` where the type has no such field; none of its records
  /// in the block is no error.
  public mutating func appendColumn(
    _ field: String, of rtype: RType, payload: RawSpan, recordCount: Int, rawBytes: Int,
    to output: inout ByteBuffer
  ) throws(ColumnarError) -> Int {
    let layout = RecordLayout.of(rtype)
    guard let description = layout?.fields.first(where: { $0.name == field }) else {
      throw .noColumn("\(field) of records of type \(rtype.rawValue)")
    }
    let bytes = description.offset..<description.offset + description.byteCount
    try directory.read(payload, recordCount: recordCount, rawBytes: rawBytes)
    if directory.isWhole {
      return try gatherWhole(bytes, rtype, payload, recordCount, rawBytes, &output)
    }
    var count = 0
    for kind in directory.kinds.indices {
      let entry = directory.kinds[kind]
      guard entry.rtype == rtype.rawValue, entry.count > 0,
        Int(entry.length) * 4 >= bytes.upperBound
      else { continue }
      try gather(bytes, of: kind, payload, recordCount: recordCount)
      output.append(kinds.gathered.bytes)
      count += Int(entry.count)
    }
    return count
  }

  private mutating func gather(
    _ field: Range<Int>, of kind: Int, _ payload: RawSpan, recordCount: Int
  ) throws(ColumnarError) {
    if directory.select(field, of: kind) {
      try expandOrder(payload, recordCount: recordCount)
      let parent = Int(directory.kinds[kind].parent)
      for earlier in 0...parent where directory.kinds[earlier].count > 0 {
        // Safety: `expandOrder` has made room for the records of every kind.
        try unsafe decode(earlier, payload, to: order.grouped.base + order.recordsAt(earlier))
      }
    }
    window.reserve(Int(directory.kinds[kind].length) * 4 * Chunk.records)
    // Safety: room for a chunk of records.
    try unsafe decode(kind, payload, to: window.base, field: field)
  }

  /// From records that were stored as they were.
  private mutating func gatherWhole(
    _ field: Range<Int>, _ rtype: RType, _ payload: RawSpan, _ recordCount: Int, _ rawBytes: Int,
    _ output: inout ByteBuffer
  ) throws(ColumnarError) -> Int {
    var whole = ByteBuffer(capacity: rawBytes)
    try appendRecords(of: payload, recordCount: recordCount, rawBytes: rawBytes, to: &whole)
    let records = whole.bytes
    var offset = 0
    var count = 0
    while let length = records.loadByte(at: offset), length > 0 {
      let end = offset + Int(length) * 4
      guard end <= records.byteCount else { break }
      if records.uncheckedByte(at: offset + 1) == rtype.rawValue,
        Int(length) * 4 >= field.upperBound
      {
        output.append(
          records.extracting(offset + field.lowerBound..<offset + field.upperBound))
        count += 1
      }
      offset = end
    }
    return count
  }
}
