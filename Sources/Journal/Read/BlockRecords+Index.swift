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
      select(filter, instruments: instruments, kinds: kinds)
    } else {
      list(kinds: kinds)
    }
  }

  private mutating func prepare(_ amount: Int) {
    (next, nextOffset) = (0, 0)
    if times.count < amount {
      times = [UInt64](repeating: 0, count: amount)
      ends = [UInt32](repeating: 0, count: amount)
    }
  }

  /// Times and ends of all records.
  private mutating func list(kinds: borrowing RecordKinds) {
    let total = bytes.count
    var last = lastTime
    var (position, index) = (0, 0)
    let room = times.count
    while position < total, index < room {
      let (size, offset) = Self.shape(bytes.bytes, position, kinds)
      if offset != 0 {
        let time = bytes.bytes.uncheckedLE(UInt64.self, at: position &+ offset)
        if time != .max { last = time }
      }
      position &+= size
      times[index] = last
      ends[index] = UInt32(truncatingIfNeeded: position)
      index &+= 1
    }
    lastTime = last
    count = index
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
    _ filter: RecordFilter, instruments: InstrumentSelection?, kinds: borrowing RecordKinds
  ) {
    let total = bytes.count
    var last = lastTime
    var (position, index, kept) = (0, 0, 0)
    let room = times.count
    // Wanted records that follow each other are moved at once.
    var runStart = 0
    while position < total, index < room {
      let (size, offset) = Self.shape(bytes.bytes, position, kinds)
      if offset != 0 {
        let time = bytes.bytes.uncheckedLE(UInt64.self, at: position &+ offset)
        if time != .max { last = time }
      }
      if isWanted(position, last, filter, instruments) {
        kept &+= size
        times[index] = last
        ends[index] = UInt32(truncatingIfNeeded: kept)
        index &+= 1
      } else {
        bytes.move(runStart..<position, to: kept &- (position &- runStart))
        runStart = position &+ size
      }
      position &+= size
    }
    bytes.move(runStart..<position, to: kept &- (position &- runStart))
    bytes.removeLast(bytes.count - kept)
    lastTime = last
    count = index
  }

  @inline(__always)
  private func isWanted(
    _ position: Int, _ time: UInt64, _ filter: RecordFilter, _ instruments: InstrumentSelection?
  ) -> Bool {
    let span = bytes.bytes
    let type = span.uncheckedByte(at: position &+ 1)
    if !filter.types.isEmpty, !filter.types[Int(type)] {
      instruments?.observe(type, span, at: position)
      return false
    }
    if let instruments {
      instruments.observe(type, span, at: position)
      let id = span.uncheckedLE(UInt32.self, at: position &+ 4)
      if !instruments.contains(id) { return false }
    }
    return filter.ignoresTimes || (time >= filter.from && (!filter.hasTo || time < filter.to))
  }
}
