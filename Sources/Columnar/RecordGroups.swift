internal import Records
internal import Wire

/// The records of a block, kind by kind: those of one kind lie back to back.
///
/// Where all are of one kind they stay where they are; else they are copied. Before a kind's first
/// record lie as many zeros as a record has bytes: a parent where there is none yet.
@safe struct RecordGroups: ~Copyable {
  struct Kind {
    var rtype: UInt8
    var length: UInt8
    var count: Int
    /// Where the first record lies in `grouped`; unused where there is one kind.
    var start: Int
    var isDerived = false
    /// Where its records' parents begin in `parents`.
    var parentsAt = 0

    var recordBytes: Int { Int(length) &* 4 }
  }

  private(set) var kinds: [Kind] = []
  /// A byte a record: its kind. Only where there are several.
  private(set) var order = ByteBuffer()
  private(set) var grouped = ByteBuffer()
  /// For each record of each derived kind: records of the first kind before it.
  private(set) var parents = ByteBuffer()
  /// Kind by length and type, 255 for none.
  private var kindOf = ByteBuffer()
  /// Where the next record of each kind goes, and its parent.
  private var cursors = KindCursors()
  /// Whether the block has more kinds than the format has room for.
  private(set) var hasTooMany = false

  init() {
    kindOf.append(repeating: 255, count: 1 << 16)
    kinds.reserveCapacity(Format.mostKinds)
  }

  /// Whether all records are of one kind.
  var isUniform: Bool { kinds.count == 1 }

  /// Sorts out the records, or takes them as all of one kind where the first ones are: then the
  /// caller looks at the others and calls `splitMixed` where they are not.
  ///
  /// Throws unless `records` are `count` whole ones, as far as it has looked.
  mutating func split(_ records: RawSpan, count: Int) throws(ColumnarError) {
    guard records.byteCount >= Format.leastRecordBytes * count else {
      throw .notRecords("\(records.byteCount) bytes are too few for \(count)")
    }
    guard count > 0 else {
      reset()
      guard records.byteCount == 0 else { throw .notRecords("bytes without a record") }
      return
    }
    let head = records.uncheckedLE(UInt16.self, at: 0)
    let stride = Int(head & 255) &* 4
    if stride >= Format.leastRecordBytes, records.byteCount == stride * count {
      let isSame = (0..<min(count, Self.glance)).allSatisfy {
        records.uncheckedLE(UInt16.self, at: $0 &* stride) == head
      }
      if isSame {
        reset()
        add(UInt8(head >> 8), UInt8(head & 255))
        kinds[0].count = count
        return
      }
    }
    try splitMixed(records, count: count)
  }

  /// Records that are looked at before all are taken as of one kind.
  private static var glance: Int { 64 }

  /// Sorts out records of several kinds.
  mutating func splitMixed(_ records: RawSpan, count: Int) throws(ColumnarError) {
    reset()
    try walk(records, count: count)
    guard !hasTooMany else { return }
    place()
    copy(records)
  }

  private mutating func reset() {
    for kind in kinds { kindOf.store(UInt8(255), at: Self.key(kind.rtype, kind.length)) }
    kinds.removeAll(keepingCapacity: true)
    order.removeAll()
    grouped.removeAll()
    parents.removeAll()
    hasTooMany = false
  }

  private static func key(_ rtype: UInt8, _ length: UInt8) -> Int {
    Int(length) | Int(rtype) << 8
  }

  /// Kinds, their counts, and the order of kinds.
  private mutating func walk(_ records: RawSpan, count: Int) throws(ColumnarError) {
    // Others may follow from order records, which therefore come first even where there are none.
    add(RType.mbo.rawValue, MBOMessage.lengthWords)
    order.reserve(count)
    var offset = 0
    var made = 0
    // Safety: `order` has room for `count` bytes and `kindOf` for every key; offsets are checked.
    let places = unsafe order.base.assumingMemoryBound(to: UInt8.self)
    let table = unsafe kindOf.base.assumingMemoryBound(to: UInt8.self)
    while offset < records.byteCount, made < count {
      guard records.byteCount &- offset >= Format.leastRecordBytes else {
        throw .notRecords("\(records.byteCount - offset) bytes behind the last")
      }
      let key = Int(records.uncheckedLE(UInt16.self, at: offset))
      let bytes = (key & 255) &* 4
      guard bytes >= Format.leastRecordBytes, bytes <= records.byteCount &- offset else {
        throw .notRecords("record \(made) at byte \(offset) has \(bytes) bytes")
      }
      var kind = unsafe table[key]
      if kind == 255 {
        guard kinds.count < Format.mostKinds else {
          hasTooMany = true
          return try walkRest(records, from: offset, made: made, count: count)
        }
        kind = UInt8(kinds.count)
        add(UInt8(key >> 8), UInt8(key & 255))
      }
      unsafe places[made] = kind
      kinds[Int(kind)].count &+= 1
      made &+= 1
      offset &+= bytes
    }
    guard made == count, offset == records.byteCount else {
      throw .notRecords("\(made) of \(count) end at byte \(offset) of \(records.byteCount)")
    }
    unsafe order.setCount(count)
  }

  /// Only looks whether the rest is whole records.
  private func walkRest(
    _ records: RawSpan, from start: Int, made: Int, count: Int
  ) throws(ColumnarError) {
    var offset = start
    var made = made
    while let length = records.loadByte(at: offset), made < count {
      guard Int(length) * 4 >= Format.leastRecordBytes else {
        throw .notRecords("record \(made) at byte \(offset) has \(Int(length) * 4) bytes")
      }
      offset += Int(length) * 4
      made += 1
    }
    guard made == count, offset == records.byteCount else {
      throw .notRecords("\(made) of \(count) end at byte \(offset) of \(records.byteCount)")
    }
  }

  private mutating func add(_ rtype: UInt8, _ length: UInt8) {
    kindOf.store(UInt8(kinds.count), at: Self.key(rtype, length))
    kinds.append(Kind(rtype: rtype, length: length, count: 0, start: 0))
  }

  /// Room for each kind.
  private mutating func place() {
    var size = 0
    var parentCount = 0
    for index in 0..<kinds.count {
      var kind = kinds[index]
      size = (size &+ kind.recordBytes).roundedTo64
      kind.start = size
      size &+= kind.count &* kind.recordBytes &+ KindCursors.slack
      let isDerivedType = kind.rtype == RType.mbp1.rawValue || kind.rtype == RType.mbp10.rawValue
      kind.isDerived = isDerivedType && kinds[0].count &* 8 >= kind.count && kind.count > 0
      kind.parentsAt = parentCount &* 4
      if kind.isDerived { parentCount &+= kind.count }
      kinds[index] = kind
      cursors.set(index, record: kind.start, size: kind.recordBytes, parent: kind.parentsAt)
    }
    // Safety: sizes of the room that was just reserved; all of it is written before it is read.
    grouped.reserve(size)
    unsafe grouped.setCount(size)
    parents.reserve(parentCount &* 4)
    unsafe parents.setCount(parentCount &* 4)
  }

  private mutating func copy(_ records: RawSpan) {
    let count = order.count
    let derived = kinds.reduce(into: UInt64(0)) { bits, kind in
      if kind.isDerived { bits |= 1 << UInt64(kindIndex(kind)) }
    }
    // Safety: the walk has found every record whole; `place` has made room for each kind's records
    // and for what the last copy writes beyond them. The last record is copied exactly.
    unsafe records.withUnsafeBytes { source in
      guard let base = source.baseAddress else { return }
      let places = unsafe UnsafePointer(order.base.assumingMemoryBound(to: UInt8.self))
      var offset = 0
      var parent: UInt32 = 0
      for index in 0..<count {
        let kind = unsafe Int(places[index])
        let cursor = cursors[kind]
        let target = unsafe grouped.base + cursor.record
        if index &+ 1 < count, records.byteCount &- offset >= cursor.size &+ KindCursors.slack {
          unsafe copyInSteps(from: base + offset, to: target, byteCount: cursor.size)
        } else {
          unsafe target.copyMemory(from: base + offset, byteCount: cursor.size)
        }
        parent &+= kind == 0 ? 1 : 0
        if derived &>> UInt64(kind) & 1 != 0 {
          unsafe (parents.base + cursor.parent).storeBytes(of: parent, as: UInt32.self)
        }
        cursors.advance(kind)
        offset &+= cursor.size
      }
      for kind in kinds {
        unsafe (grouped.base + kind.start - kind.recordBytes).initializeMemory(
          as: UInt8.self, repeating: 0, count: kind.recordBytes)
      }
    }
  }

  private func kindIndex(_ kind: Kind) -> Int {
    Int(kindOf.bytes.uncheckedByte(at: Self.key(kind.rtype, kind.length)))
  }
}

/// Copies in steps of 16 bytes; up to 15 bytes behind the last are read and written too.
@inline(__always)
func copyInSteps(from: UnsafeRawPointer, to: UnsafeMutableRawPointer, byteCount: Int) {
  var done = 0
  while done < byteCount {
    // Safety: the caller's promise about the room.
    let step = unsafe (from + done).loadUnaligned(as: SIMD2<UInt64>.self)
    unsafe (to + done).storeBytes(of: step, as: SIMD2<UInt64>.self)
    done &+= 16
  }
}

/// Where the next record of each kind is.
struct KindCursors {
  struct Cursor {
    var record = 0
    var size = 0
    var parent = 0
  }

  /// Bytes behind a kind's last record that a copy may touch.
  static var slack: Int { 16 }

  private var cursors = InlineArray<64, Cursor>(repeating: Cursor())

  subscript(_ kind: Int) -> Cursor { cursors[kind] }

  mutating func set(_ kind: Int, record: Int, size: Int, parent: Int) {
    cursors[kind] = Cursor(record: record, size: size, parent: parent)
  }

  @inline(__always)
  mutating func advance(_ kind: Int) {
    var cursor = cursors[kind]
    cursor.record &+= cursor.size
    cursor.parent &+= 4
    cursors[kind] = cursor
  }
}
