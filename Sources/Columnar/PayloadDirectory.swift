internal import CMillrace
internal import Wire

/// What stands before the streams of a payload, checked: whoever has one can follow it blindly.
@safe struct PayloadDirectory: ~Copyable {
  private(set) var header = PayloadHeader()
  private(set) var kinds: [KindEntry] = []
  /// Columns of all kinds; those of kind k are `columnRange(k)`.
  private(set) var columns: [ColumnState] = []
  private(set) var columnStarts: [Int] = []
  private(set) var streams: [StreamEntry] = []
  /// Where each stream begins in the payload.
  private(set) var streamStarts: [Int] = []
  /// The first stream of each column: its exceptions, where it has some, then its planes.
  private(set) var firstStreams: [Int] = []
  /// Whether each column is wanted; empty where all are.
  private var selection: [Bool] = []
  private var covered = ByteBuffer(capacity: 1024)

  init() {
    kinds.reserveCapacity(Format.mostKinds)
    columns.reserveCapacity(256)
    streams.reserveCapacity(1024)
  }

  /// Whether the records are one stream as they were.
  var isWhole: Bool { header.kind_count == 0 }

  func columnRange(_ kind: Int) -> Range<Int> { columnStarts[kind]..<columnStarts[kind + 1] }

  /// Whether a column is to be decoded.
  @inline(__always)
  func isSelected(_ column: Int) -> Bool { selection.isEmpty || selection[column] }

  mutating func setSelection(_ chosen: [Bool]) { selection = chosen }

  /// Reads and checks the directory of a block of so many records and bytes.
  mutating func read(
    _ payload: RawSpan, recordCount: Int, rawBytes: Int
  ) throws(ColumnarError) {
    guard let header = payload.load(PayloadHeader.self, at: 0), header.magic == Format.magic else {
      throw .damaged("no header")
    }
    guard Int(header.record_count) == recordCount, Int(header.raw_bytes) == rawBytes,
      recordCount <= ColumnarLimits.records, rawBytes <= ColumnarLimits.rawBytes
    else { throw .damaged("the header's counts are not the block's") }
    self.header = header
    selection.removeAll(keepingCapacity: true)
    let kindCount = Int(header.kind_count)
    let columnCount = Int(header.column_count)
    let streamCount = Int(header.stream_count)
    let directory =
      Format.headerBytes + kindCount * Format.kindBytes + columnCount * Format.columnBytes
      + streamCount * Format.streamBytes
    guard kindCount <= Format.mostKinds, columnCount <= Format.mostKinds * 1024,
      streamCount <= columnCount * 9 + 1, directory <= payload.byteCount,
      payload.byteCount - directory == Int(header.data_bytes)
    else { throw .damaged("the directory's sizes") }
    var offset = Format.headerBytes
    try readKinds(payload, at: &offset)
    try readColumns(payload, at: &offset)
    try readStreams(payload, at: &offset)
  }

  private mutating func readKinds(
    _ payload: RawSpan, at offset: inout Int
  ) throws(ColumnarError) {
    kinds.removeAll(keepingCapacity: true)
    columnStarts.removeAll(keepingCapacity: true)
    columnStarts.append(0)
    var records = 0
    var bytes = 0
    for index in 0..<Int(header.kind_count) {
      guard let kind = payload.load(KindEntry.self, at: offset) else { throw .damaged("a kind") }
      let isParentKnown = kind.parent == Format.noParent || Int(kind.parent) < index
      guard Int(kind.length) * 4 >= Format.leastRecordBytes, isParentKnown,
        Int(kind.table_bits) <= Format.mostTableBits, Int(kind.count) <= ColumnarLimits.records,
        kind.column_count <= 1024, (kind.column_count == 0) == (kind.count == 0)
      else { throw .damaged("kind \(index)") }
      guard kind.table_bits == 0 || 1 << Int(kind.table_bits) <= 4 * Int(kind.count) else {
        throw .damaged("the table of kind \(index)")
      }
      records += Int(kind.count)
      bytes += Int(kind.count) * Int(kind.length) * 4
      kinds.append(kind)
      columnStarts.append(columnStarts[index] + Int(kind.column_count))
      offset += Format.kindBytes
    }
    guard columnStarts[kinds.count] == Int(header.column_count) else {
      throw .damaged("the columns' count")
    }
    let isTold = records == Int(header.record_count) && bytes == Int(header.raw_bytes)
    guard isWhole || isTold else { throw .damaged("the kinds' counts") }
  }

  private mutating func readColumns(
    _ payload: RawSpan, at offset: inout Int
  ) throws(ColumnarError) {
    columns.removeAll(keepingCapacity: true)
    firstStreams.removeAll(keepingCapacity: true)
    var stream = kinds.count > 1 ? 1 : 0
    for kind in 0..<kinds.count where kinds[kind].count > 0 {
      let size = Int(kinds[kind].length) * 4
      covered.removeAll()
      covered.append(repeating: 0, count: size)
      cover(0, 2)
      var done = 2
      var slots = 0
      for number in columnRange(kind) {
        guard let entry = payload.load(ColumnEntry.self, at: offset),
          isSound(entry, kind: kinds[kind], slots: slots)
        else { throw .damaged("column \(number)") }
        var state = ColumnState(entry)
        state.number = UInt32(number)
        if entry.from == From.instrument {
          state.slot = slots
          slots += 1
        }
        cover(state.offset, state.width)
        done += state.width
        columns.append(state)
        firstStreams.append(stream)
        stream += Int(entry.planes) + (entry.exceptions > 0 ? 1 : 0)
        offset += Format.columnBytes
      }
      // No byte is covered twice, so as many as there are means all.
      guard done == size else { throw .damaged("the columns of kind \(kind)") }
    }
    guard Int(header.stream_count) == (isWhole ? 1 : stream) else {
      throw .damaged("the streams' count")
    }
  }

  /// Whether a column names only what lies in a record, and sources that are known before it.
  private func isSound(_ entry: ColumnEntry, kind: KindEntry, slots: Int) -> Bool {
    let width = Int(entry.width)
    let offset = Int(entry.offset)
    let source = Int(entry.source)
    guard width > 0, offset + width <= Int(kind.length) * 4, !isCovered(offset, width, any: true)
    else { return false }
    if entry.from == From.bytes {
      return entry.planes == 1 && entry.exceptions == 0 && entry.flags == 0
    }
    guard width == 1 || width == 2 || width == 4 || width == 8, Int(entry.planes) <= width,
      entry.flags & ~(ColumnFlag.zigzag | ColumnFlag.repeats | ColumnFlag.swaps) == 0,
      entry.exceptions <= kind.count, entry.factor > 0
    else { return false }
    let isPrice = width == 8 && entry.from == From.instrument
    guard
      isPrice || entry.factor == 1 && entry.exceptions == 0 && entry.flags & ColumnFlag.swaps == 0
    else { return false }
    if entry.flags & ColumnFlag.repeats != 0, entry.from != From.greatest {
      guard entry.from == From.zero, entry.flags & ColumnFlag.zigzag == 0 else { return false }
    }
    switch entry.from {
    case From.zero, From.previous, From.greatest: return true
    case From.instrument:
      return slots < Format.mostSlots && isCovered(Format.instrumentOffset, 4, any: false)
    case From.field: return isCovered(source, width, any: false)
    case From.parent:
      return kind.parent != Format.noParent
        && source + width <= Int(kinds[Int(kind.parent)].length) * 4
    case From.latency:
      return isCovered(source, 8, any: false) && isCovered(Format.eventTimeOffset, 8, any: false)
    default: return false
    }
  }

  private mutating func cover(_ offset: Int, _ width: Int) {
    for byte in offset..<offset + width { covered.store(UInt8(1), at: byte) }
  }

  /// Whether any, or all, of these bytes of a record belong to an earlier column.
  private func isCovered(_ offset: Int, _ width: Int, any: Bool) -> Bool {
    guard offset + width <= covered.count else { return false }
    var count = 0
    for byte in offset..<offset + width {
      count += Int(covered.bytes.uncheckedByte(at: byte))
    }
    return any ? count > 0 : count == width
  }

  private mutating func readStreams(
    _ payload: RawSpan, at offset: inout Int
  ) throws(ColumnarError) {
    streams.removeAll(keepingCapacity: true)
    streamStarts.removeAll(keepingCapacity: true)
    var start = payload.byteCount - Int(header.data_bytes)
    for _ in 0..<Int(header.stream_count) {
      guard let entry = payload.load(StreamEntry.self, at: offset),
        Int(entry.stored_bytes) <= payload.byteCount - start
      else { throw .damaged("a stream's size") }
      streams.append(entry)
      streamStarts.append(start)
      start += Int(entry.stored_bytes)
      offset += Format.streamBytes
    }
    guard start == payload.byteCount else { throw .damaged("bytes behind the last stream") }
  }
}
