internal import CLinux
internal import CMillrace
internal import Wire

/// Turns the streams of each kind back into records.
@safe struct KindDecoder: ~Copyable {
  private var arena = ByteBuffer()
  private var table = ByteBuffer()
  private var values = ByteBuffer(capacity: Chunk.records * 12)
  private var columns: [ColumnState] = []
  private var used = 0

  init() { columns.reserveCapacity(256) }

  /// Decodes all columns of a kind into its records, which begin at `chunk.records`; `chunk` covers
  /// all of them and has the kind's parents.
  mutating func decode(
    kind: Int, of directory: borrowing PayloadDirectory, payload: RawSpan, into chunk: Chunk,
    decompressor: inout StreamDecompressor
  ) throws(ColumnarError) {
    let entry = directory.kinds[kind]
    columns.removeAll(keepingCapacity: true)
    used = 0
    var slots = 0
    for number in directory.columnRange(kind) {
      var state = directory.columns[number]
      if state.entry.from == From.instrument { slots += 1 }
      try expand(
        &state, count: Int(entry.count), first: directory.firstStreams[number], directory, payload,
        &decompressor)
      columns.append(state)
    }
    var all = chunk
    if slots > 0 {
      let bytes = slots * 8 << Int(entry.table_bits)
      table.removeAll()
      table.append(repeating: 0, count: bytes)
      // Safety: a row of `slots` values for every masked id.
      unsafe all.table = table.base.assumingMemoryBound(to: UInt64.self)
      all.slots = slots
      all.mask = UInt32(1) << UInt32(entry.table_bits) &- 1
    }
    try join(all, head: UInt16(entry.length) | UInt16(entry.rtype) << 8)
  }

  /// A column's streams into the arena.
  private mutating func expand(
    _ state: inout ColumnState, count: Int, first: Int, _ directory: borrowing PayloadDirectory,
    _ payload: RawSpan, _ decompressor: inout StreamDecompressor
  ) throws(ColumnarError) {
    var stream = first
    if state.entry.exceptions > 0 {
      state.exceptionsAt = used
      let bytes = Int(state.entry.exceptions) * Format.exceptionBytes
      try expand(stream, bytes: bytes, directory, payload, &decompressor)
      stream += 1
    }
    state.planesAt = used
    if state.entry.from == From.bytes {
      return try expand(stream, bytes: state.width * count, directory, payload, &decompressor)
    }
    state.planeStride = count.roundedTo64
    for plane in 0..<Int(state.entry.planes) {
      try expand(stream + plane, bytes: count, directory, payload, &decompressor)
    }
  }

  private mutating func expand(
    _ stream: Int, bytes: Int, _ directory: borrowing PayloadDirectory, _ payload: RawSpan,
    _ decompressor: inout StreamDecompressor
  ) throws(ColumnarError) {
    let entry = directory.streams[stream]
    let start = directory.streamStarts[stream]
    let end = used + bytes.roundedTo64
    arena.reserve(end)
    // Safety: the buffer has room up to here; what lies between two streams is never looked at.
    unsafe arena.setCount(used)
    try decompressor.append(
      entry, stored: payload.extracting(start..<start + Int(entry.stored_bytes)), rawBytes: bytes,
      to: &arena)
    used = end
  }

  /// Chunk by chunk, so that a chunk's records are written while they are in the cache.
  private mutating func join(_ all: Chunk, head: UInt16) throws(ColumnarError) {
    // Safety: `values` has room for a chunk of both widths, the arena holds every plane, and the
    // records lie where `all` says.
    let wide = unsafe values.base.assumingMemoryBound(to: UInt64.self)
    let narrow = unsafe (values.base + Chunk.records * 8).assumingMemoryBound(to: UInt32.self)
    var first = 0
    while first < all.count {
      var chunk = all
      chunk.first = first
      chunk.count = min(Chunk.records, all.count - first)
      unsafe chunk.records = all.record(first)
      for index in 0..<chunk.count {
        unsafe chunk.record(index).storeBytes(of: head, as: UInt16.self)
      }
      for index in columns.indices {
        var state = columns[index]
        if state.entry.from == From.bytes {
          copyBytes(state, chunk)
        } else {
          unsafe fill(state, chunk, wide: wide, narrow: narrow)
          unsafe DecodeKernels.decode(&state, chunk, wide: wide, narrow: narrow)
          if state.exceptionsDone < Int(state.entry.exceptions) { try mend(&state, chunk) }
        }
        columns[index] = state
      }
      first += Chunk.records
    }
  }

  /// A chunk's numbers from the planes.
  @inline(__always)
  private func fill(
    _ state: ColumnState, _ chunk: Chunk, wide: UnsafeMutablePointer<UInt64>,
    narrow: UnsafeMutablePointer<UInt32>
  ) {
    let planes = UInt32(state.entry.planes)
    let count = chunk.count.roundedTo64
    // Safety: planes begin at multiples of 64 and have room for such a multiple.
    let at = unsafe (arena.base + (state.planesAt + chunk.first)).assumingMemoryBound(
      to: UInt8.self)
    if state.width == 8 {
      if planes == 0 {
        unsafe wide.initialize(repeating: 0, count: chunk.count)
      } else {
        unsafe ml_planes_join8(wide, count, at, state.planeStride, planes)
      }
    } else if planes == 0 {
      unsafe narrow.initialize(repeating: 0, count: chunk.count)
    } else {
      unsafe ml_planes_join4(narrow, count, at, state.planeStride, planes)
    }
  }

  /// Puts the exceptions of a chunk in their places. They must stand in the order of the records.
  private func mend(_ state: inout ColumnState, _ chunk: Chunk) throws(ColumnarError) {
    while state.exceptionsDone < Int(state.entry.exceptions) {
      // Safety: the stream holds as many exceptions as the entry says; the record is checked.
      let at =
        unsafe arena.base
        + (state.exceptionsAt + state.exceptionsDone * Format.exceptionBytes)
      let record = unsafe Int(at.loadUnaligned(as: UInt32.self)) - chunk.first
      guard record >= 0 else { throw .damaged("the order of exceptions") }
      guard record < chunk.count else { return }
      let value = unsafe (at + 4).loadUnaligned(as: UInt64.self)
      unsafe (chunk.record(record) + state.offset).storeBytes(of: value, as: UInt64.self)
      state.exceptionsDone += 1
    }
  }

  private func copyBytes(_ state: ColumnState, _ chunk: Chunk) {
    let width = state.width
    // Safety: the arena has `width` bytes for each record.
    let base = unsafe arena.base + (state.planesAt + chunk.first * width)
    for index in 0..<chunk.count {
      unsafe (chunk.record(index) + state.offset).copyMemory(
        from: base + index &* width, byteCount: width)
    }
  }
}
