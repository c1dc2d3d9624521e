internal import Records
internal import Wire

/// What of a block is kept.
struct RecordFilter {
  var from: UInt64 = 0
  /// Exclusive.
  var to: UInt64 = .max
  /// Whether `to` holds: nothing is before 2^64-1 but what is.
  var hasTo = false
  /// One for each record type; empty for all of them.
  var types: [Bool] = []
  var selectsInstruments = false
  /// Whether repeated blocks are kept whatever their records' times.
  var ignoresTimes = false

  init(_ query: JournalQuery) {
    from = query.from ?? 0
    to = query.to ?? .max
    hasTo = query.to != nil
    selectsInstruments = query.isSelectingInstruments
    guard !query.schemas.isEmpty else { return }
    types = [Bool](repeating: false, count: 256)
    for schema in query.schemas {
      if let rtype = schema.rtype { types[Int(rtype.rawValue)] = true }
    }
  }
}

extension BlockRecords {
  /// Lists the `amount` whole records in `bytes`, and keeps those that the filter wants.
  mutating func index(
    _ amount: Int, filter: RecordFilter?, instruments: InstrumentSelection?,
    kinds: borrowing RecordKinds
  ) {
    prepare(amount)
    if let filter {
      select(amount, filter, instruments: instruments, kinds: kinds)
    } else {
      list(amount, kinds: kinds)
    }
  }

  private mutating func prepare(_ amount: Int) {
    (next, nextOffset) = (0, 0)
    times.reserve(amount * 8)
    ends.reserve(amount * 4)
  }

  /// Notes that `amount` records are listed.
  private mutating func finish(_ amount: Int, lastTime time: UInt64) {
    // Safety: as many entries were written into the room that `prepare` has made.
    unsafe times.setCount(amount * 8)
    unsafe ends.setCount(amount * 4)
    (count, lastTime) = (amount, time)
  }

  /// Times and ends of all records.
  private mutating func list(_ amount: Int, kinds: borrowing RecordKinds) {
    let total = bytes.count
    // Safety: the records stay where they are; `prepare` has made room for `amount` entries.
    let span = unsafe RawSpan(_unsafeStart: bytes.base, byteCount: total)
    let times = unsafe self.times.base.assumingMemoryBound(to: UInt64.self)
    let ends = unsafe self.ends.base.assumingMemoryBound(to: UInt32.self)
    var last = lastTime
    var (position, index) = (0, 0)
    while position < total, index < amount {
      let (size, offset) = Self.shape(span, position, kinds)
      if offset != 0 {
        let time = span.uncheckedLE(UInt64.self, at: position &+ offset)
        last = time != .max ? time : last
      }
      position &+= size
      unsafe times[index] = last
      unsafe ends[index] = UInt32(truncatingIfNeeded: position)
      index &+= 1
    }
    finish(index, lastTime: last)
  }

  /// Bytes of the record at `position`, and where its receive time stands in it, or 0.
  @inline(__always)
  private static func shape(
    _ bytes: RawSpan, _ position: Int, _ kinds: borrowing RecordKinds
  ) -> (size: Int, timeOffset: Int) {
    // Orders, the mass of every stream: the next step does not wait for the length.
    if bytes.uncheckedLE(UInt16.self, at: position) == RecordWalk.orderHead { return (56, 40) }
    let kind = kinds[bytes.uncheckedByte(at: position &+ 1)]
    return (Int(bytes.uncheckedByte(at: position)) &* 4, Int(kind.receiveTime))
  }

  /// Moves the wanted records to the front, and lists them.
  private mutating func select(
    _ amount: Int, _ filter: RecordFilter, instruments: InstrumentSelection?,
    kinds: borrowing RecordKinds
  ) {
    let total = bytes.count
    let base = unsafe bytes.base
    // Safety: as in `list`; a record is moved to the front, never behind its place.
    let times = unsafe self.times.base.assumingMemoryBound(to: UInt64.self)
    let ends = unsafe self.ends.base.assumingMemoryBound(to: UInt32.self)
    let hasTypes = !filter.types.isEmpty
    let (from, to) = filter.ignoresTimes ? (0, .max) : (filter.from, filter.to)
    let takesAllAbove = filter.ignoresTimes || !filter.hasTo
    var last = lastTime
    var (position, index, kept) = (0, 0, 0)
    while position < total, index < amount {
      // Safety: a whole record lies at `position`.
      let span = unsafe RawSpan(_unsafeStart: base + position, byteCount: total &- position)
      let (size, offset) = Self.shape(span, 0, kinds)
      if offset != 0 {
        let time = span.uncheckedLE(UInt64.self, at: offset)
        last = time != .max ? time : last
      }
      let type = span.uncheckedByte(at: 1)
      var isWanted = last >= from && (last < to || takesAllAbove)
      if let instruments {
        if type == 0x16 || type == 0x13 { instruments.learn(type, span, at: 0) }
        isWanted = isWanted && instruments.contains(span.uncheckedLE(UInt32.self, at: 4))
      }
      if hasTypes, isWanted { isWanted = filter.types[Int(type)] }
      if isWanted {
        unsafe (base + kept).copyMemory(from: base + position, byteCount: size)
        kept &+= size
        unsafe times[index] = last
        unsafe ends[index] = UInt32(truncatingIfNeeded: kept)
        index &+= 1
      }
      position &+= size
    }
    bytes.removeLast(bytes.count - kept)
    finish(index, lastTime: last)
  }
}
