internal import CMillrace
public import Wire

/// Reads payloads of columns back into the records they were made of.
///
/// One thread at a time. Payloads are not trusted: a damaged one throws, or gives as many bytes as
/// were asked for (whoever wants more checks the block's hash first). Buffers are kept from block
/// to block.
public struct ColumnarDecoder: ~Copyable {
  var decompressor: StreamDecompressor
  var directory = PayloadDirectory()
  var order = RecordOrder()
  var kinds = KindDecoder()
  /// A chunk's records, where only a field of them is wanted.
  var window = ByteBuffer()

  public init() throws(ColumnarError) { decompressor = try StreamDecompressor() }

  /// Appends the `rawBytes` bytes of the block's records, or throws and appends nothing.
  public mutating func appendRecords(
    of payload: RawSpan, recordCount: Int, rawBytes: Int, to output: inout ByteBuffer
  ) throws(ColumnarError) {
    try directory.read(payload, recordCount: recordCount, rawBytes: rawBytes)
    if directory.isWhole {
      let entry = directory.streams[0]
      let start = directory.streamStarts[0]
      return try decompressor.append(
        entry, stored: payload.extracting(start..<start + Int(entry.stored_bytes)),
        rawBytes: rawBytes, to: &output)
    }
    output.reserve(output.count + rawBytes)
    // Safety: room for all records behind `count`, all of which is written before the count moves.
    let target = unsafe output.base + output.count
    if directory.kinds.count == 1 {
      try unsafe decode(0, payload, to: target)
    } else {
      try expandOrder(payload, recordCount: recordCount)
      for kind in 0..<directory.kinds.count where directory.kinds[kind].count > 0 {
        try unsafe decode(kind, payload, to: order.grouped.base + order.recordsAt(kind))
      }
      unsafe order.weave(to: target, byteCount: rawBytes)
    }
    unsafe output.setCount(output.count + rawBytes)
  }

  mutating func expandOrder(
    _ payload: RawSpan, recordCount: Int
  ) throws(ColumnarError) {
    let entry = directory.streams[0]
    let start = directory.streamStarts[0]
    order.order.removeAll()
    try decompressor.append(
      entry, stored: payload.extracting(start..<start + Int(entry.stored_bytes)),
      rawBytes: recordCount, to: &order.order)
    try order.prepare(directory)
  }

  /// All columns of a kind, into room for its records.
  mutating func decode(
    _ kind: Int, _ payload: RawSpan, to records: UnsafeMutableRawPointer,
    field: Range<Int>? = nil
  ) throws(ColumnarError) {
    let entry = directory.kinds[kind]
    var chunk = unsafe Chunk(
      first: 0, count: Int(entry.count), stride: Int(entry.length) * 4, records: records,
      parents: nil, parentBase: nil, parentStride: 0, table: nil, slots: 0, mask: 0)
    if entry.parent != Format.noParent {
      let parent = Int(entry.parent)
      // Safety: `prepare` has made a number for each record, and zeros before the first parent.
      unsafe chunk.parents = UnsafePointer(
        (order.parents.base + order.parentsAt(kind)).assumingMemoryBound(to: UInt32.self))
      chunk.parentStride = Int(directory.kinds[parent].length) * 4
      unsafe chunk.parentBase = UnsafeRawPointer(
        order.grouped.base + (order.recordsAt(parent) - chunk.parentStride))
    }
    try kinds.decode(
      kind: kind, of: directory, payload: payload, into: chunk, decompressor: &decompressor,
      field: field)
  }
}
