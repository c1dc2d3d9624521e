internal import CMillrace

/// A column while it is written or read: its entry, and what the next value depends on.
struct ColumnState {
  var entry: ColumnEntry
  /// The value before, and the greatest so far.
  var previous: UInt64
  var greatest: UInt64
  /// Running number of the column in the block.
  var number: UInt32 = 0
  /// Place of a FROM_INSTRUMENT column among those of an instrument.
  var slot = 0
  var divisor: Divisor
  /// Whether some values are no multiples of the factor and stand among the exceptions.
  var hasExceptions = false
  /// 4 for the first of four columns that are worked on as one, 0 for the rest of them, else 1.
  var together = 1
  /// Where the planes (or rows of bytes) lie in the arena; `planeStride` bytes apart.
  var planesAt = 0
  var planeStride = 0
  /// Exceptions: where the first lies, and how many records have been looked at.
  var exceptionsAt = 0
  var exceptionsDone = 0

  init(_ entry: ColumnEntry) {
    self.entry = entry
    previous = entry.first
    greatest = entry.first
    divisor = Divisor(max(entry.factor, 1))
  }

  /// Goes back to before the kind's first record, with another entry for the same field.
  mutating func restart(_ entry: ColumnEntry) {
    self.entry = entry
    previous = entry.first
    greatest = entry.first
    divisor = Divisor(max(entry.factor, 1))
  }

  @inline(__always) var offset: Int { Int(entry.offset) }
  @inline(__always) var width: Int { Int(entry.width) }
  @inline(__always) var source: Int { Int(entry.source) }
  @inline(__always) func has(_ flag: UInt8) -> Bool { entry.flags & flag != 0 }
}

/// Consecutive records of a kind, and where what they are predicted from lies.
@safe struct Chunk {
  /// Number of the first record in its kind.
  var first: Int
  var count: Int
  var stride: Int
  /// The first record.
  var records: UnsafeMutableRawPointer
  /// For each record of the kind, 1 and up: the last record of the parent kind before it.
  var parents: UnsafePointer<UInt32>?
  /// Where number 0 would lie: as many zeros as a record has bytes.
  var parentBase: UnsafeRawPointer?
  var parentStride: Int
  /// FROM_INSTRUMENT: `slots` values for each of `mask + 1` instruments.
  var table: UnsafeMutablePointer<UInt64>?
  var slots: Int
  var mask: UInt32

  /// Records worked on at a time: they and their values stay in the first-level cache.
  static var records: Int { 256 }

  @inline(__always)
  func record(_ index: Int) -> UnsafeMutableRawPointer {
    unsafe records + index &* stride
  }

  @inline(__always)
  func load<Value: BitwiseCopyable>(_ index: Int, _ offset: Int, as type: Value.Type) -> Value {
    unsafe (records + (index &* stride &+ offset)).loadUnaligned(as: type)
  }

  @inline(__always)
  func parent(_ index: Int, _ offset: Int) -> UnsafeRawPointer {
    // Safety: only called for kinds with a parent; numbers are within the parent kind.
    let number = unsafe Int(parents.unsafelyUnwrapped[first &+ index])
    return unsafe parentBase.unsafelyUnwrapped + (number &* parentStride &+ offset)
  }

  /// The instrument's value of a column.
  @inline(__always)
  func cell(_ index: Int, _ slot: Int) -> UnsafeMutablePointer<UInt64> {
    let instrument = load(index, Format.instrumentOffset, as: UInt32.self) & mask
    return unsafe table.unsafelyUnwrapped + (Int(instrument) &* slots &+ slot)
  }
}

extension [ColumnState] {
  /// Marks runs of four columns of bytes that lie side by side and are stored as they are.
  mutating func joinFours(in range: Range<Int>) {
    var first = range.lowerBound
    while first + 4 <= range.upperBound {
      let isRun = (0..<4).allSatisfy { step in
        let entry = self[first + step].entry
        return entry.width == 1 && entry.from == From.zero && entry.flags == 0
          && Int(entry.offset) == Int(self[first].entry.offset) + step
      }
      guard isRun else {
        first += 1
        continue
      }
      self[first].together = 4
      for step in 1..<4 { self[first + step].together = 0 }
      first += 4
    }
  }
}
