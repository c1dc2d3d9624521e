internal import CMillrace
internal import Wire

// The loops that turn fields into differences: one for each way of predicting, compiled for each
// width. All of them take what is exact for any bytes: arithmetic wraps.

/// Integers that fields are made of.
typealias FieldInteger = FixedWidthInteger & UnsignedInteger & BitwiseCopyable

// Safety: numbers have room for a chunk; records are as `Chunk` says.

/// Fields of a chunk to the numbers that are stored.
enum EncodeKernels {
  /// Writes the chunk's numbers to `wide` (8-byte fields) or `narrow`; the bits that any of them
  /// has.
  static func encode(
    _ state: inout ColumnState, _ chunk: Chunk, wide: UnsafeMutablePointer<UInt64>,
    narrow: UnsafeMutablePointer<UInt32>, exceptions: inout ByteBuffer
  ) -> UInt64 {
    switch state.width {
    case 8:
      if state.entry.factor > 1 || state.hasExceptions || state.has(ColumnFlag.swaps) {
        return unsafe scaled(&state, chunk, to: wide, exceptions: &exceptions)
      }
      return unsafe UInt64(fields(&state, chunk, UInt64.self, to: wide))
    case 4: return unsafe UInt64(fields(&state, chunk, UInt32.self, to: narrow))
    case 2: return unsafe UInt64(fields(&state, chunk, UInt16.self, to: narrow))
    default: return unsafe UInt64(fields(&state, chunk, UInt8.self, to: narrow))
    }
  }

  /// Four fields of a byte each, side by side, that are stored as they are: as one of four bytes.
  static func fourBytes(
    _ chunk: Chunk, offset: Int, to out: UnsafeMutablePointer<UInt32>
  ) -> UInt32 {
    unsafe each(chunk, offset, out, false) { (_, value: UInt32) -> UInt32 in value }
  }

  /// Whether all records of a chunk begin with `head`: their length and type.
  ///
  /// Safety: every record has at least its header.
  static func allBegin(_ chunk: Chunk, with head: UInt16) -> Bool {
    var differ: UInt16 = 0
    var record = unsafe UnsafeRawPointer(chunk.records)
    for _ in 0..<chunk.count {
      unsafe differ |= record.loadUnaligned(as: UInt16.self) ^ head
      unsafe record += chunk.stride
    }
    return differ == 0
  }

  // Safety, of all loops: `chunk.count` records lie at `chunk.records`, `stride` bytes apart, and
  // each column's field and source lie inside them; `out` has room for a chunk.

  @inline(__always)
  private static func fields<V: FieldInteger, Out: FieldInteger>(
    _ state: inout ColumnState, _ chunk: Chunk, _ type: V.Type, to out: UnsafeMutablePointer<Out>
  ) -> Out {
    if state.has(ColumnFlag.zigzag) {
      return unsafe numbers(&state, chunk, type, to: out, isZigzag: true)
    }
    return unsafe numbers(&state, chunk, type, to: out, isZigzag: false)
  }

  @inline(__always)
  private static func numbers<V: FieldInteger, Out: FieldInteger>(
    _ state: inout ColumnState, _ chunk: Chunk, _ type: V.Type,
    to out: UnsafeMutablePointer<Out>, isZigzag: Bool
  ) -> Out {
    let offset = state.offset
    let source = state.source
    switch state.entry.from {
    case From.previous:
      var previous = V(truncatingIfNeeded: state.previous)
      let any = unsafe each(chunk, offset, out, isZigzag) { (_, value: V) -> V in
        let number = value &- previous
        previous = value
        return number
      }
      state.previous = UInt64(previous)
      return any
    case From.greatest: return unsafe greatest(&state, chunk, type, to: out, isZigzag: isZigzag)
    case From.instrument:
      let slot = state.slot
      // Safety: every instrument of a chunk has a cell for each slot.
      return unsafe each(chunk, offset, out, isZigzag) { (index, value: V) -> V in
        let cell = unsafe chunk.cell(index, slot)
        let base = unsafe V(truncatingIfNeeded: cell.pointee)
        unsafe cell.pointee = UInt64(value)
        return value &- base
      }
    case From.field:
      return unsafe each(chunk, offset, out, isZigzag) { (index, value: V) -> V in
        value &- chunk.load(index, source, as: V.self)
      }
    case From.parent:
      return unsafe each(chunk, offset, out, isZigzag) { (index, value: V) -> V in
        unsafe value &- chunk.parent(index, source).loadUnaligned(as: V.self)
      }
    case From.latency:
      return unsafe each(chunk, offset, out, isZigzag) { (index, value: V) -> V in
        let received = chunk.load(index, source, as: UInt64.self)
        let event = chunk.load(index, Format.eventTimeOffset, as: UInt64.self)
        return value &- V(truncatingIfNeeded: received &- event)
      }
    default:
      if state.has(ColumnFlag.repeats) { return unsafe repeats(&state, chunk, type, to: out) }
      return unsafe each(chunk, offset, out, isZigzag) { (_, value: V) -> V in value }
    }
  }

  /// A number for each record's field; the bits that any of them has.
  @inline(__always)
  private static func each<V: FieldInteger, Out: FieldInteger>(
    _ chunk: Chunk, _ offset: Int, _ out: UnsafeMutablePointer<Out>, _ isZigzag: Bool,
    _ number: (Int, V) -> V
  ) -> Out {
    var any: Out = 0
    // Safety: the field lies in every record of the chunk; there is room for a number for each.
    var field = unsafe UnsafeRawPointer(chunk.records) + offset
    for index in 0..<chunk.count {
      var difference = unsafe number(index, field.loadUnaligned(as: V.self))
      unsafe field += chunk.stride
      if isZigzag { difference = difference.zigzagged }
      let wide = Out(truncatingIfNeeded: difference)
      unsafe out[index] = wide
      any |= wide
    }
    return any
  }

  @inline(__always)
  private static func repeats<V: FieldInteger, Out: FieldInteger>(
    _ state: inout ColumnState, _ chunk: Chunk, _ type: V.Type, to out: UnsafeMutablePointer<Out>
  ) -> Out {
    var previous = V(truncatingIfNeeded: state.previous)
    let any = unsafe each(chunk, state.offset, out, false) { (_, value: V) -> V in
      let number = value.making(roomFor: previous)
      previous = value
      return number
    }
    state.previous = UInt64(previous)
    return any
  }

  @inline(__always)
  private static func greatest<V: FieldInteger, Out: FieldInteger>(
    _ state: inout ColumnState, _ chunk: Chunk, _ type: V.Type,
    to out: UnsafeMutablePointer<Out>, isZigzag: Bool
  ) -> Out {
    var previous = V(truncatingIfNeeded: state.previous)
    var greatest = V(truncatingIfNeeded: state.greatest)
    let repeats = state.has(ColumnFlag.repeats)
    // Safety: here and below `out` has room for a number for each record of the chunk, and every
    // instrument of it has a cell for each slot.
    let any = unsafe each(chunk, state.offset, out, false) { (_, value: V) -> V in
      var number = value &- greatest
      var repeated = previous &- greatest
      if isZigzag { (number, repeated) = (number.zigzagged, repeated.zigzagged) }
      previous = value
      greatest = max(greatest, value)
      return repeats ? number.making(roomFor: repeated) : number
    }
    state.previous = UInt64(previous)
    state.greatest = UInt64(greatest)
    return any
  }

  /// Prices: differences to the instrument's last one, divided by what divides them all.
  @inline(__always)
  private static func scaled(
    _ state: inout ColumnState, _ chunk: Chunk, to out: UnsafeMutablePointer<UInt64>,
    exceptions: inout ByteBuffer
  ) -> UInt64 {
    let divisor = state.divisor
    let slot = state.slot
    let swaps = state.has(ColumnFlag.swaps)
    let hasExceptions = state.hasExceptions
    let number = state.number
    var count = state.entry.exceptions
    let any = unsafe each(chunk, state.offset, out, false) { (index, field: UInt64) -> UInt64 in
      let value = swaps ? field.swapped : field
      if hasExceptions, !divisor.divides(value) {
        exceptions.append(value: number)
        exceptions.append(value: UInt32(chunk.first &+ index))
        exceptions.append(value: field)
        count &+= 1
        return 0
      }
      // Safety: every instrument of the chunk has a cell for each slot.
      let cell = unsafe chunk.cell(index, slot)
      let difference = unsafe value &- cell.pointee
      unsafe cell.pointee = value
      return divisor.quotient(difference).zigzagged
    }
    state.entry.exceptions = count
    return any
  }
}
