internal import CLinux
internal import CMillrace
internal import Records
internal import Wire

/// Turns the records of each kind into planes of bytes, in an arena of its own.
@safe struct KindEncoder: ~Copyable {
  /// All columns of the block so far, kind by kind, and where their planes lie.
  private(set) var columns: [ColumnState] = []
  private(set) var kinds: [KindEntry] = []
  private(set) var arena = ByteBuffer()
  /// Column, record and value of each exception.
  private(set) var exceptions = ByteBuffer()
  private var used = 0
  /// Bytes of exceptions before the kind at hand.
  private var exceptionsBefore = 0
  private var table = ByteBuffer()
  private var values = ByteBuffer(capacity: Chunk.records * 12)
  private var chooser = ColumnChooser()
  private var plans: [UInt32: KindPlan] = [:]

  /// Fewer records than these are stored as bytes: columns would cost more than they save.
  static var leastRecords: Int { 24 }

  init() {
    columns.reserveCapacity(256)
    kinds.reserveCapacity(Format.mostKinds)
  }

  /// Begins a block of at most `rawBytes` bytes of records.
  mutating func begin(rawBytes: Int, kinds kindCount: Int) {
    columns.removeAll(keepingCapacity: true)
    kinds.removeAll(keepingCapacity: true)
    exceptions.removeAll()
    used = 0
    // Each byte of a record has at most one plane, rounded up to groups of 64 records.
    arena.reserve(rawBytes + kindCount * 64 * 1024)
  }

  private mutating func plan(_ kind: RecordGroups.Kind) -> KindPlan {
    let isPlain = kind.count < Self.leastRecords
    let key = UInt32(kind.rtype) << 16 | UInt32(kind.length) << 8 | (isPlain ? 1 : 0)
    if let known = plans[key] { return known }
    let made = KindPlan(rtype: kind.rtype, length: kind.length, isPlain: isPlain)
    plans[key] = made
    return made
  }

  /// Adds the columns of a kind whose records begin at `records`.
  mutating func add(
    _ kind: RecordGroups.Kind, records: UnsafeRawPointer, parents: UnsafePointer<UInt32>?,
    parentBase: UnsafeRawPointer?, parentStride: Int, isGuess: Bool
  ) -> Bool {
    var entry = KindEntry()
    entry.rtype = kind.rtype
    entry.length = kind.length
    entry.parent = Format.noParent
    entry.count = UInt32(kind.count)
    guard kind.count > 0 else {
      kinds.append(entry)
      return true
    }
    // Safety: the records are only read; the chunk's pointer is that of the decoder as well.
    var chunk = unsafe Chunk(
      first: 0, count: kind.count, stride: kind.recordBytes,
      records: UnsafeMutableRawPointer(mutating: records), parents: parents,
      parentBase: parentBase, parentStride: parentStride, table: nil, slots: 0, mask: 0)
    let plan = plan(kind)
    let hasParents = unsafe parents != nil
    if hasParents { entry.parent = 0 }
    exceptionsBefore = exceptions.count
    let first = columns.count
    let tsRecv = plan.fields.first { $0.role == .tsRecv }?.offset
    for field in plan.fields {
      var state = makeState(
        field, hasParents: hasParents, chunk, tsRecvOffset: tsRecv)
      if state.entry.from == From.instrument {
        state.slot = chunk.slots
        chunk.slots += 1
      }
      columns.append(state)
    }
    entry.column_count = UInt32(columns.count - first)
    entry.table_bits = prepareTable(&chunk)
    kinds.append(entry)
    columns.joinFours(in: first..<columns.count)
    let head = isGuess ? UInt16(kind.length) | UInt16(kind.rtype) << 8 : nil
    guard encode(first..<columns.count, chunk, head: head) else { return false }
    if correctFactors(first..<columns.count, chunk) {
      _ = encode(first..<columns.count, chunk, head: nil)
    }
    return true
  }

  /// Whether a price column's factor was guessed wrong: too many prices are no multiples of it.
  /// Such columns get factors that divide all, and all of the kind's columns begin anew.
  private mutating func correctFactors(_ range: Range<Int>, _ chunk: Chunk) -> Bool {
    let most = chunk.count / 256
    guard range.contains(where: { Int(columns[$0].entry.exceptions) > most }) else { return false }
    exceptions.removeAll(keeping: exceptionsBefore)
    for index in range {
      var state = columns[index]
      var entry = state.entry
      if Int(entry.exceptions) > most {
        let found = PriceFactor.find(chunk, offset: state.offset)
        entry.factor = found.factor
        entry.flags &= ~ColumnFlag.swaps
        if found.swaps { entry.flags |= ColumnFlag.swaps }
        state.hasExceptions = false
      }
      entry.exceptions = 0
      entry.planes = 0
      state.restart(entry)
      columns[index] = state
    }
    table.clear()
    return true
  }

  private mutating func makeState(
    _ field: FieldPlan, hasParents: Bool, _ chunk: Chunk, tsRecvOffset: Int?
  ) -> ColumnState {
    var entry = ColumnEntry()
    entry.offset = UInt16(field.offset)
    entry.width = UInt16(field.width)
    entry.from = From.bytes
    entry.factor = 1
    var hasExceptions = false
    if field.role != .bytes {
      entry = chooser.entry(
        field, hasParents: hasParents, all: chunk, tsRecvOffset: tsRecvOffset)
      if entry.from == From.instrument, chunk.slots >= Format.mostSlots {
        entry.from = From.previous
      }
      if entry.from == From.instrument, field.role == .price {
        let guess = PriceFactor.guess(chunk, offset: field.offset)
        entry.factor = guess.factor
        if guess.swaps { entry.flags |= ColumnFlag.swaps }
        hasExceptions = guess.factor > 1
      }
    }
    var state = ColumnState(entry)
    state.number = UInt32(columns.count)
    state.hasExceptions = hasExceptions
    state.planesAt = used
    state.planeStride = entry.from == From.bytes ? 0 : chunk.count.roundedTo64
    used += field.width * chunk.count.roundedTo64
    return state
  }

  /// The table of the instruments' last values, all zero, with as many rows as the ids want.
  private mutating func prepareTable(_ chunk: inout Chunk) -> UInt8 {
    guard chunk.slots > 0 else { return 0 }
    var greatest: UInt32 = 0
    let step = max(chunk.count / 256, 1)
    for index in stride(from: 0, to: chunk.count, by: step) {
      greatest = max(
        greatest, chunk.load(index, Format.instrumentOffset, as: UInt32.self))
    }
    let wanted = UInt32.bitWidth - greatest.leadingZeroBitCount
    let affordable = Int.bitWidth - chunk.count.leadingZeroBitCount + 1
    let bits = min(wanted, affordable, Format.mostTableBits)
    let bytes = chunk.slots * 8 << bits
    table.removeAll()
    table.append(repeating: 0, count: bytes)
    // Safety: rows for every masked id; the table is not touched while the chunk is used.
    unsafe chunk.table = table.base.assumingMemoryBound(to: UInt64.self)
    chunk.mask = UInt32(1) << UInt32(bits) &- 1
    return UInt8(bits)
  }

  /// Chunk by chunk, so that a chunk's records are fetched once for all columns. False where a
  /// record does not begin with `head`.
  private mutating func encode(_ range: Range<Int>, _ all: Chunk, head: UInt16?) -> Bool {
    // Safety: `values` has room for a chunk of both widths; the arena for all planes.
    let wide = unsafe values.base.assumingMemoryBound(to: UInt64.self)
    let narrow = unsafe (values.base + Chunk.records * 8).assumingMemoryBound(to: UInt32.self)
    var first = 0
    while first < all.count {
      var chunk = all
      chunk.first = first
      chunk.count = min(Chunk.records, all.count - first)
      unsafe chunk.records = all.record(first)
      if let head, !EncodeKernels.allBegin(chunk, with: head) { return false }
      for index in range where columns[index].together > 0 {
        if columns[index].together == 4 {
          unsafe storeFour(index, chunk, narrow: narrow)
          continue
        }
        var state = columns[index]
        if state.entry.from == From.bytes {
          copyBytes(&state, chunk)
        } else {
          let any = unsafe EncodeKernels.encode(
            &state, chunk, wide: wide, narrow: narrow, exceptions: &exceptions)
          unsafe store(&state, chunk, any: any, wide: wide, narrow: narrow)
        }
        columns[index] = state
      }
      first += Chunk.records
    }
    return true
  }

  /// Four columns of bytes at once: their planes lie side by side as the fields do.
  @inline(__always)
  private mutating func storeFour(
    _ index: Int, _ chunk: Chunk, narrow: UnsafeMutablePointer<UInt32>
  ) {
    let state = columns[index]
    let any = unsafe EncodeKernels.fourBytes(chunk, offset: state.offset, to: narrow)
    // Safety: as in `store`; each of the four columns has room for one plane of this stride.
    let at = unsafe (arena.base + (state.planesAt + chunk.first)).assumingMemoryBound(
      to: UInt8.self)
    unsafe ml_planes_split4(narrow, chunk.count.roundedTo64, at, state.planeStride, 4)
    for step in 0..<4 where any &>> UInt32(step &* 8) & 255 != 0 {
      columns[index + step].entry.planes = 1
    }
  }

  /// A chunk's numbers into the planes, of which there are as many as the widest so far wants.
  @inline(__always)
  private func store(
    _ state: inout ColumnState, _ chunk: Chunk, any: UInt64, wide: UnsafePointer<UInt64>,
    narrow: UnsafePointer<UInt32>
  ) {
    let width = (71 &- any.leadingZeroBitCount) / 8
    let planes = Int(state.entry.planes)
    let stride = state.planeStride
    // Safety: planes lie in the arena, `width` of them at most; a chunk begins at a multiple of 64
    // and planes have room for such a multiple.
    let base = unsafe arena.base + state.planesAt
    if width > planes {
      for plane in planes..<width {
        unsafe (base + plane &* stride).initializeMemory(
          as: UInt8.self, repeating: 0, count: chunk.first)
      }
      state.entry.planes = UInt8(width)
    }
    let at = unsafe (base + chunk.first).assumingMemoryBound(to: UInt8.self)
    if width > 0 {
      if state.width == 8 {
        unsafe ml_planes_split8(wide, chunk.count.roundedTo64, at, stride, UInt32(width))
      } else {
        unsafe ml_planes_split4(narrow, chunk.count.roundedTo64, at, stride, UInt32(width))
      }
    }
    if width < planes {
      for plane in width..<planes {
        unsafe (at + plane &* stride).initialize(repeating: 0, count: chunk.count)
      }
    }
  }

  /// Fields that are no numbers: their bytes, record by record.
  private func copyBytes(_ state: inout ColumnState, _ chunk: Chunk) {
    let width = state.width
    state.entry.planes = 1
    // Safety: the arena has `width` bytes for each record of the kind.
    let base = unsafe arena.base + (state.planesAt + chunk.first * width)
    for index in 0..<(chunk.count) {
      unsafe (base + index &* width).copyMemory(
        from: chunk.record(index) + state.offset, byteCount: width)
    }
  }

  /// Appends record and value of a column's exceptions.
  func copyExceptions(of number: UInt32, to output: inout ByteBuffer) {
    let all = exceptions.bytes
    var offset = 0
    while offset < all.byteCount {
      if all.uncheckedLE(UInt32.self, at: offset) == number {
        output.append(value: all.uncheckedLE(UInt32.self, at: offset + 4))
        output.append(value: all.uncheckedLE(UInt64.self, at: offset + 8))
      }
      offset += 4 + Format.exceptionBytes
    }
  }
}
