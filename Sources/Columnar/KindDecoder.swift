internal import CLinux
internal import CMillrace
internal import Wire

/// Turns the streams of each kind back into records.
@safe struct KindDecoder: ~Copyable {
  private var arena = ByteBuffer()
  private var table = ByteBuffer()
  private var values = ByteBuffer(capacity: Chunk.records * 12)
  /// Eight addresses of planes for each column.
  private var planes = ByteBuffer()
  private var columns: [ColumnState] = []
  private var used = 0
  /// Values of one field, where only that was asked for.
  private(set) var gathered = ByteBuffer()

  init() { columns.reserveCapacity(256) }

  /// Decodes the selected columns of a kind into its records, which begin at `chunk.records`;
  /// `chunk` covers all of them and has the kind's parents.
  ///
  /// With `field`, room for one chunk of records is enough: it is used again and again, and the
  /// field's values are gathered instead.
  mutating func decode(
    kind: Int, of directory: borrowing PayloadDirectory, payload: RawSpan, into chunk: Chunk,
    decompressor: inout StreamDecompressor, field: Range<Int>? = nil
  ) throws(ColumnarError) {
    let entry = directory.kinds[kind]
    begin(kind: kind, of: directory)
    // Safety: what is taken from the payload directly is used within the closure only.
    try unsafe payload.withUnsafeBytes { (bytes) throws(ColumnarError) in
      guard let base = bytes.baseAddress else { return }
      for index in columns.indices {
        var state = columns[index]
        try unsafe expand(
          &state, index, count: Int(entry.count), directory, base, payload, &decompressor)
        columns[index] = state
      }
      var all = chunk
      let slots = columns.reduce(0) { $1.entry.from == From.instrument ? $1.slot + 1 : $0 }
      if slots > 0 {
        table.removeAll()
        table.append(repeating: 0, count: slots * 8 << Int(entry.table_bits))
        // Safety: a row of `slots` values for every masked id.
        unsafe all.table = table.base.assumingMemoryBound(to: UInt64.self)
        all.slots = slots
        all.mask = UInt32(1) << UInt32(entry.table_bits) &- 1
      }
      try join(all, head: UInt16(entry.length) | UInt16(entry.rtype) << 8, field: field)
    }
  }

  /// The kind's columns, and room for all of their streams: none of it moves afterwards.
  private mutating func begin(kind: Int, of directory: borrowing PayloadDirectory) {
    columns.removeAll(keepingCapacity: true)
    used = 0
    let count = Int(directory.kinds[kind].count)
    var room = 64
    gathered.removeAll()
    for number in directory.columnRange(kind) where directory.isSelected(number) {
      let state = directory.columns[number]
      columns.append(state)
      let width = state.entry.from == From.bytes ? state.width : Int(max(state.entry.planes, 1))
      room += width * (count.roundedTo64 + 64)
      room += (Int(state.entry.exceptions) * Format.exceptionBytes).roundedTo64
    }
    columns.joinFours(in: 0..<columns.count)
    arena.removeAll()
    arena.reserve(room)
    planes.reserve(columns.count * 64)
  }

  /// A column's streams into the arena.
  private mutating func expand(
    _ state: inout ColumnState, _ index: Int, count: Int,
    _ directory: borrowing PayloadDirectory, _ base: UnsafeRawPointer, _ payload: RawSpan,
    _ decompressor: inout StreamDecompressor
  ) throws(ColumnarError) {
    var stream = directory.firstStreams[Int(state.number)]
    if state.entry.exceptions > 0 {
      let bytes = Int(state.entry.exceptions) * Format.exceptionBytes
      state.exceptionsAt = try expand(stream, bytes, directory, payload, &decompressor)
      stream += 1
    }
    if state.entry.from == From.bytes {
      state.planesAt = try expand(stream, state.width * count, directory, payload, &decompressor)
      return
    }
    for plane in 0..<Int(state.entry.planes) {
      let start = directory.streamStarts[stream + plane]
      let isRaw = directory.streams[stream + plane].coder == StreamForm.raw
      let isExact = Int(directory.streams[stream + plane].stored_bytes) == count
      if isRaw, isExact, start + count.roundedTo64 <= payload.byteCount {
        // Safety: the plane, and what is read with it, lies in the payload.
        unsafe setPlane(index, plane, base + start)
      } else {
        let at = try expand(stream + plane, count, directory, payload, &decompressor)
        unsafe setPlane(index, plane, arena.base + at)
      }
    }
    if state.entry.planes == 0, state.together != 1 {
      // One of four that are worked on as one: it needs its zeros.
      let at = used
      used += count.roundedTo64
      unsafe arena.setCount(at)
      arena.append(repeating: 0, count: count)
      unsafe setPlane(index, 0, arena.base + at)
    }
  }

  private func setPlane(_ column: Int, _ plane: Int, _ address: UnsafeRawPointer) {
    // Safety: room for eight addresses a column; the first of four has those of the others too.
    let at = unsafe planes.base.assumingMemoryBound(to: UnsafeRawPointer.self) + column * 8
    unsafe (at + plane).initialize(to: address)
    var first = column
    while columns[first].together == 0 { first -= 1 }
    if first < column {
      unsafe (at - (column - first) * 7).initialize(to: address)
    }
  }

  /// One stream into the arena; where it begins there.
  private mutating func expand(
    _ stream: Int, _ bytes: Int, _ directory: borrowing PayloadDirectory, _ payload: RawSpan,
    _ decompressor: inout StreamDecompressor
  ) throws(ColumnarError) -> Int {
    let entry = directory.streams[stream]
    let start = directory.streamStarts[stream]
    let at = used
    precondition(at + bytes.roundedTo64 <= arena.capacity, "planes have their addresses by now")
    // Safety: the buffer has room up to here; what lies between two streams is never looked at.
    unsafe arena.setCount(at)
    try decompressor.append(
      entry, stored: payload.extracting(start..<start + Int(entry.stored_bytes)), rawBytes: bytes,
      to: &arena)
    used = at + bytes.roundedTo64
    return at
  }

  /// Chunk by chunk, so that a chunk's records are written while they are in the cache.
  private mutating func join(
    _ all: Chunk, head: UInt16, field: Range<Int>?
  ) throws(ColumnarError) {
    // Safety: `values` has room for a chunk of both widths, the arena holds every plane, and the
    // records lie where `all` says.
    let wide = unsafe values.base.assumingMemoryBound(to: UInt64.self)
    let narrow = unsafe (values.base + Chunk.records * 8).assumingMemoryBound(to: UInt32.self)
    var first = 0
    while first < all.count {
      var chunk = all
      chunk.first = first
      chunk.count = min(Chunk.records, all.count - first)
      if field == nil { unsafe chunk.records = all.record(first) }
      DecodeKernels.begin(chunk, with: head)
      for index in columns.indices where columns[index].together > 0 {
        var state = columns[index]
        if state.entry.from == From.bytes {
          copyBytes(state, chunk)
        } else {
          unsafe fill(state, index, chunk, wide: wide, narrow: narrow)
          if state.together == 4 {
            unsafe DecodeKernels.fourBytes(chunk, offset: state.offset, from: narrow)
            continue
          }
          unsafe DecodeKernels.decode(&state, chunk, wide: wide, narrow: narrow)
          if state.exceptionsDone < Int(state.entry.exceptions) { try mend(&state, chunk) }
        }
        columns[index] = state
      }
      if let field { gather(field, chunk) }
      first += Chunk.records
    }
  }

  /// A chunk's numbers from the planes.
  @inline(__always)
  private func fill(
    _ state: ColumnState, _ index: Int, _ chunk: Chunk, wide: UnsafeMutablePointer<UInt64>,
    narrow: UnsafeMutablePointer<UInt32>
  ) {
    let width = state.together == 4 ? 4 : UInt32(state.entry.planes)
    let count = chunk.count.roundedTo64
    // Safety: eight addresses a column; planes can be read to the next multiple of 64.
    let at = unsafe (planes.base + index * 64).assumingMemoryBound(
      to: UnsafePointer<UInt8>?.self)
    if state.width == 8 {
      if width == 0 {
        unsafe wide.initialize(repeating: 0, count: chunk.count)
      } else {
        unsafe ml_planes_join8(wide, count, at, chunk.first, width)
      }
    } else if width == 0 {
      unsafe narrow.initialize(repeating: 0, count: chunk.count)
    } else {
      unsafe ml_planes_join4(narrow, count, at, chunk.first, width)
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

  /// Appends a field of each record of a chunk.
  private mutating func gather(_ field: Range<Int>, _ chunk: Chunk) {
    let width = field.count
    gathered.reserve(gathered.count + chunk.count * width)
    // Safety: the room was reserved; the field lies in every record.
    let to = unsafe gathered.base + gathered.count
    switch width {
    case 8:
      for index in 0..<chunk.count {
        unsafe (to + index &* 8).storeBytes(
          of: chunk.load(index, field.lowerBound, as: UInt64.self), as: UInt64.self)
      }
    case 4:
      for index in 0..<chunk.count {
        unsafe (to + index &* 4).storeBytes(
          of: chunk.load(index, field.lowerBound, as: UInt32.self), as: UInt32.self)
      }
    default:
      for index in 0..<chunk.count {
        unsafe (to + index &* width).copyMemory(
          from: chunk.record(index) + field.lowerBound, byteCount: width)
      }
    }
    unsafe gathered.setCount(gathered.count + chunk.count * width)
  }
}
