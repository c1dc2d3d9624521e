internal import CMillrace

// The loops that turn stored numbers back into fields: the mirror of EncodeKernels.

// Safety: numbers have room for a chunk; records are as `Chunk` says.

/// Stored numbers of a chunk to the fields of its records.
enum DecodeKernels {
  /// Takes the chunk's numbers from `wide` (8-byte fields) or `narrow`.
  static func decode(
    _ state: inout ColumnState, _ chunk: Chunk, wide: UnsafePointer<UInt64>,
    narrow: UnsafePointer<UInt32>
  ) {
    switch state.width {
    case 8:
      if state.entry.from == From.instrument {
        unsafe scaled(&state, chunk, from: wide)
      } else {
        unsafe fields(&state, chunk, UInt64.self, from: wide)
      }
    case 4: unsafe fields(&state, chunk, UInt32.self, from: narrow)
    case 2: unsafe fields(&state, chunk, UInt16.self, from: narrow)
    default: unsafe fields(&state, chunk, UInt8.self, from: narrow)
    }
  }

  /// Four fields of a byte each, side by side, that are stored as they are.
  static func fourBytes(_ chunk: Chunk, offset: Int, from numbers: UnsafePointer<UInt32>) {
    unsafe each(chunk, offset, numbers, false) { (_, number: UInt32) -> UInt32 in number }
  }

  /// Length and type of every record.
  ///
  /// Safety: every record has at least its header.
  static func begin(_ chunk: Chunk, with head: UInt16) {
    var record = unsafe chunk.records
    for _ in 0..<chunk.count {
      unsafe record.storeBytes(of: head, as: UInt16.self)
      unsafe record += chunk.stride
    }
  }

  // Safety, of all loops: as for the encoder. A directory that was checked names only fields that
  // lie in the records, sources that were read before, and parents that there are.

  @inline(__always)
  private static func fields<V: FieldInteger, In: FieldInteger>(
    _ state: inout ColumnState, _ chunk: Chunk, _ type: V.Type, from numbers: UnsafePointer<In>
  ) {
    if state.has(ColumnFlag.zigzag) {
      unsafe values(&state, chunk, type, from: numbers, isZigzag: true)
    } else {
      unsafe values(&state, chunk, type, from: numbers, isZigzag: false)
    }
  }

  @inline(__always)
  private static func values<V: FieldInteger, In: FieldInteger>(
    _ state: inout ColumnState, _ chunk: Chunk, _ type: V.Type,
    from numbers: UnsafePointer<In>, isZigzag: Bool
  ) {
    let offset = state.offset
    let source = state.source
    switch state.entry.from {
    case From.previous:
      var previous = V(truncatingIfNeeded: state.previous)
      unsafe each(chunk, offset, numbers, isZigzag) { (_, number: V) -> V in
        previous &+= number
        return previous
      }
      state.previous = UInt64(previous)
    case From.greatest: unsafe greatest(&state, chunk, type, from: numbers, isZigzag: isZigzag)
    case From.instrument:
      let slot = state.slot
      // Safety: every instrument of a chunk has a cell for each slot.
      unsafe each(chunk, offset, numbers, isZigzag) { (index, number: V) -> V in
        let cell = unsafe chunk.cell(index, slot)
        let value = unsafe V(truncatingIfNeeded: cell.pointee) &+ number
        unsafe cell.pointee = UInt64(value)
        return value
      }
    case From.field:
      unsafe each(chunk, offset, numbers, isZigzag) { (index, number: V) -> V in
        number &+ chunk.load(index, source, as: V.self)
      }
    case From.parent:
      unsafe each(chunk, offset, numbers, isZigzag) { (index, number: V) -> V in
        unsafe number &+ chunk.parent(index, source).loadUnaligned(as: V.self)
      }
    case From.latency:
      unsafe each(chunk, offset, numbers, isZigzag) { (index, number: V) -> V in
        let received = chunk.load(index, source, as: UInt64.self)
        let event = chunk.load(index, Format.eventTimeOffset, as: UInt64.self)
        return number &+ V(truncatingIfNeeded: received &- event)
      }
    default:
      if state.has(ColumnFlag.repeats) {
        var previous = V(truncatingIfNeeded: state.previous)
        unsafe each(chunk, offset, numbers, false) { (_, number: V) -> V in
          previous = number.taking(roomOf: previous)
          return previous
        }
        state.previous = UInt64(previous)
      } else {
        unsafe each(chunk, offset, numbers, isZigzag) { (_, number: V) -> V in number }
      }
    }
  }

  @inline(__always)
  private static func each<V: FieldInteger, In: FieldInteger>(
    _ chunk: Chunk, _ offset: Int, _ numbers: UnsafePointer<In>, _ isZigzag: Bool,
    _ value: (Int, V) -> V
  ) {
    // Safety: the field lies in every record of the chunk; there is a number for each.
    var field = unsafe chunk.records + offset
    for index in 0..<chunk.count {
      var number = unsafe V(truncatingIfNeeded: numbers[index])
      if isZigzag { number = number.unzigzagged }
      let made = value(index, number)
      unsafe field.storeBytes(of: made, as: V.self)
      unsafe field += chunk.stride
    }
  }

  @inline(__always)
  private static func greatest<V: FieldInteger, In: FieldInteger>(
    _ state: inout ColumnState, _ chunk: Chunk, _ type: V.Type,
    from numbers: UnsafePointer<In>, isZigzag: Bool
  ) {
    var previous = V(truncatingIfNeeded: state.previous)
    var greatest = V(truncatingIfNeeded: state.greatest)
    let repeats = state.has(ColumnFlag.repeats)
    unsafe each(chunk, state.offset, numbers, false) { (_, stored: V) -> V in
      var number = stored
      if repeats {
        let repeated = previous &- greatest
        number = number.taking(roomOf: isZigzag ? repeated.zigzagged : repeated)
      }
      previous = greatest &+ (isZigzag ? number.unzigzagged : number)
      greatest = max(greatest, previous)
      return previous
    }
    state.previous = UInt64(previous)
    state.greatest = UInt64(greatest)
  }

  /// Eight-byte fields of an instrument: prices for the most part.
  @inline(__always)
  private static func scaled(
    _ state: inout ColumnState, _ chunk: Chunk, from numbers: UnsafePointer<UInt64>
  ) {
    let slot = state.slot
    let factor = state.entry.factor
    let swaps = state.has(ColumnFlag.swaps)
    // Safety: every instrument of a chunk has a cell for each slot.
    unsafe each(chunk, state.offset, numbers, state.has(ColumnFlag.zigzag)) {
      (index, number: UInt64) -> UInt64 in
      let cell = unsafe chunk.cell(index, slot)
      let value = unsafe cell.pointee &+ number &* factor
      unsafe cell.pointee = value
      return swaps ? value.swapped : value
    }
  }
}
