internal import Records
internal import Wire

/// What a block header says about its records, collected in one pass over them.
///
/// The pass has to cost next to nothing beside LZ4 (some 25 ns a record): order records, the mass
/// of every stream, go through a loop whose step does not wait for the length byte; all others
/// through one without branches on their type.
struct BlockScan {
  var recordCount = 0
  /// Whether symbol mappings or definitions are among the records.
  var hasSymbols = false
  private var minTsRecv = UInt64.max
  /// Greatest time + 1, so that "undefined" (2^64-1) becomes 0 and needs no branch.
  private var endTsRecv: UInt64 = 0
  private var minTsEvent = UInt64.max
  private var endTsEvent: UInt64 = 0
  private var minSequence = UInt32.max
  private var maxSequence: UInt32 = 0
  private var hasSequences = false

  /// Length and type of an order record without a send time: 14 words, 0xA0.
  private static var orderHead: UInt16 { 0xA00E }

  /// Looks at all of `records`; false where they are no whole records, back to back.
  mutating func scan(
    _ records: RawSpan, kinds: borrowing RecordKinds, instruments: inout InstrumentSet
  ) -> Bool {
    let end = records.byteCount
    var at = 0
    while at < end {
      if at &+ 56 <= end, records.uncheckedLE(UInt16.self, at: at) == Self.orderHead {
        scanOrders(records, &at, &instruments)
        continue
      }
      guard at &+ 16 <= end else { return false }
      let length = Int(records.uncheckedByte(at: at)) &* 4
      let kind = kinds[records.uncheckedByte(at: at &+ 1)]
      guard length >= Int(kind.minimumBytes), length <= end &- at else { return false }
      add(records, at, kind, &instruments)
      at &+= length
      recordCount &+= 1
    }
    return true
  }

  /// Order records from `at` on, as many as follow each other; `at` ends behind them.
  private mutating func scanOrders(
    _ records: RawSpan, _ position: inout Int, _ instruments: inout InstrumentSet
  ) {
    // Locals, so that they stay in registers.
    var (at, minRecv, endRecv) = (position, minTsRecv, endTsRecv)
    var (minEvent, endEvent) = (minTsEvent, endTsEvent)
    var (minSeq, maxSeq) = (minSequence, maxSequence)
    let last = records.byteCount &- 56
    repeat {
      let recv = records.uncheckedLE(UInt64.self, at: at &+ 40)
      let event = records.uncheckedLE(UInt64.self, at: at &+ 8)
      let sequence = records.uncheckedLE(UInt32.self, at: at &+ 52)
      minRecv = min(minRecv, recv)
      endRecv = max(endRecv, recv &+ 1)
      minEvent = min(minEvent, event)
      endEvent = max(endEvent, event &+ 1)
      minSeq = min(minSeq, sequence)
      maxSeq = max(maxSeq, sequence)
      instruments.insert(records.uncheckedLE(UInt32.self, at: at &+ 4))
      at &+= 56
    } while at <= last && records.uncheckedLE(UInt16.self, at: at) == Self.orderHead
    recordCount &+= (at &- position) / 56
    (minTsRecv, endTsRecv, minTsEvent, endTsEvent) = (minRecv, endRecv, minEvent, endEvent)
    (minSequence, maxSequence, hasSequences) = (minSeq, maxSeq, true)
    position = at
  }

  /// One record of any kind, whole, at `at`.
  @inline(__always)
  private mutating func add(
    _ records: RawSpan, _ at: Int, _ kind: RecordKinds.Kind, _ instruments: inout InstrumentSet
  ) {
    // Offset 0 means that there is no such field: another one is loaded and its value put aside.
    let hasRecv = kind.receiveTime != 0
    let recv = records.uncheckedLE(UInt64.self, at: at &+ Int(hasRecv ? kind.receiveTime : 8))
    minTsRecv = min(minTsRecv, hasRecv ? recv : .max)
    endTsRecv = max(endTsRecv, hasRecv ? recv &+ 1 : 0)
    let hasSequence = kind.sequence != 0
    let sequence = records.uncheckedLE(UInt32.self, at: at &+ Int(hasSequence ? kind.sequence : 4))
    minSequence = min(minSequence, hasSequence ? sequence : .max)
    maxSequence = max(maxSequence, hasSequence ? sequence : 0)
    hasSequences = hasSequences || hasSequence
    hasSymbols = hasSymbols || kind.isSymbol
    let event = records.uncheckedLE(UInt64.self, at: at &+ 8)
    minTsEvent = min(minTsEvent, event)
    endTsEvent = max(endTsEvent, event &+ 1)
    instruments.insert(records.uncheckedLE(UInt32.self, at: at &+ 4))
  }

  /// Writes the ranges and the count into `header`.
  func describe(in header: inout BlockHeader) {
    header.recordCount = UInt32(recordCount)
    header.hasReceiveTimes = endTsRecv != 0
    header.minTsRecv = endTsRecv != 0 ? minTsRecv : 0
    header.maxTsRecv = endTsRecv != 0 ? endTsRecv &- 1 : 0
    header.hasNoSymbols = !hasSymbols
    header.hasSequences = hasSequences
    header.minSequence = hasSequences ? UInt64(minSequence) : 0
    header.maxSequence = UInt64(maxSequence)
    header.minTsEvent = minTsEvent
    header.maxTsEvent = endTsEvent != 0 ? endTsEvent &- 1 : 0
  }
}

/// For each type of record where its times stand and how long it is at least. One thread.
@safe struct RecordKinds: ~Copyable {
  struct Kind {
    /// Bytes of the type's layout, 16 for types that the format does not list.
    var minimumBytes: UInt16 = 16
    /// Offsets, 0 where the type has no such field.
    var receiveTime: UInt8 = 0
    var sequence: UInt8 = 0
    /// A symbol mapping or a definition.
    var isSymbol = false
  }

  private let kinds: UnsafeMutablePointer<Kind>

  /// The kinds of one version of DBN, 1...3.
  ///
  /// A sampled quote's `ts_recv` is the end of its interval on the venue's clock: it counts only
  /// in files of nothing but such quotes (`countsSampled`), which have no other times. In all
  /// others the quote counts with the record before it.
  init(version: UInt8, countsSampled: Bool) {
    // Safety: owned by this value alone and freed once; all 256 are set here.
    unsafe kinds = .allocate(capacity: 256)
    for code in 0...UInt8.max {
      let rtype = RType(rawValue: code)
      var kind = Kind()
      if let layout = RecordLayout.of(rtype, version: version) {
        kind.minimumBytes = UInt16(layout.byteCount)
        kind.receiveTime =
          rtype.isSampled && !countsSampled ? 0 : UInt8(rtype.receiveTimeOffset ?? 0)
        kind.sequence = UInt8(rtype.sequenceOffset ?? 0)
        kind.isSymbol = rtype == .symbolMapping || rtype == .instrumentDefinition
        // Before version 3 a statistic's quantity has 4 bytes, and what follows stands earlier.
        if rtype == .statistics, version < 3 { kind.sequence = 44 }
      }
      unsafe (kinds + Int(code)).initialize(to: kind)
    }
  }

  deinit {
    // Safety: made in `init`.
    unsafe kinds.deallocate()
  }

  subscript(code: UInt8) -> Kind {
    // Safety: 256 kinds are there, one for each byte.
    @inline(__always) get { unsafe kinds[Int(code)] }
  }
}
