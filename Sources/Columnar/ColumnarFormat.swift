internal import CMillrace

typealias PayloadHeader = millrace_columnar_header
typealias KindEntry = millrace_columnar_kind
typealias ColumnEntry = millrace_columnar_column
typealias StreamEntry = millrace_columnar_stream

/// How one stream is stored (MILLRACE_STREAM_…).
enum StreamForm {
  static var raw: UInt8 { 0 }
  static var lz4: UInt8 { 1 }
  static var zstd: UInt8 { 2 }
  static var constant: UInt8 { 3 }
}

/// What a column's values are predicted from (MILLRACE_FROM_…).
enum From {
  static var zero: UInt8 { 0 }
  static var previous: UInt8 { 1 }
  static var greatest: UInt8 { 2 }
  static var instrument: UInt8 { 3 }
  static var field: UInt8 { 4 }
  static var parent: UInt8 { 5 }
  static var latency: UInt8 { 6 }
  static var bytes: UInt8 { 7 }
}

/// How they are written (MILLRACE_COLUMN_…).
enum ColumnFlag {
  static var zigzag: UInt8 { 1 }
  static var repeats: UInt8 { 2 }
  static var swaps: UInt8 { 4 }
}

/// Sizes and limits of the format.
enum Format {
  static var magic: UInt64 { UInt64(MILLRACE_COLUMNAR_MAGIC) }
  static var headerBytes: Int { MemoryLayout<PayloadHeader>.size }
  static var kindBytes: Int { MemoryLayout<KindEntry>.size }
  static var columnBytes: Int { MemoryLayout<ColumnEntry>.size }
  static var streamBytes: Int { MemoryLayout<StreamEntry>.size }
  /// An exception: the record's number in its kind, then its value.
  static var exceptionBytes: Int { 12 }
  static var mostKinds: Int { Int(MILLRACE_COLUMNAR_MAX_KINDS) }
  static var mostSlots: Int { Int(MILLRACE_COLUMNAR_MAX_SLOTS) }
  static var mostTableBits: Int { 16 }
  static var noParent: UInt8 { UInt8(MILLRACE_NO_PARENT) }
  /// Of a record that says no length that it could have.
  static var leastRecordBytes: Int { 16 }

  /// Offset of `ts_event` and of `instrument_id` in every record.
  static var eventTimeOffset: Int { 8 }
  static var instrumentOffset: Int { 4 }
  /// Stands for an undefined price.
  static var undefinedPrice: UInt64 { UInt64(Int64.max) }
}

extension Int {
  /// The next multiple of 64: planes and values are worked on in such groups.
  @inline(__always) var roundedTo64: Int { (self &+ 63) & ~63 }
}

/// A number that divides exactly, as multiplications (Hacker's Delight, 10-17).
struct Divisor {
  /// 1 and up.
  let value: UInt64
  /// Trailing zeros of the value, and the inverse of the rest modulo 2^64.
  let shift: UInt64
  let inverse: UInt64
  /// The greatest quotient there is.
  private let limit: UInt64

  init(_ value: UInt64) {
    precondition(value > 0)
    self.value = value
    shift = UInt64(value.trailingZeroBitCount)
    let odd = value >> shift
    // Newton's iteration doubles the right bits: 3, 6, 12, 24, 48, 96.
    var inverse = odd &* 3 ^ 2
    for _ in 0..<4 { inverse = inverse &* (2 &- odd &* inverse) }
    self.inverse = inverse
    limit = UInt64.max / value
  }

  /// Whether a price is a multiple.
  @inline(__always)
  func divides(_ price: UInt64) -> Bool {
    let product = Int64(bitPattern: price).magnitude &* inverse
    return product &>> shift | product &<< (64 &- shift) <= limit
  }

  /// The quotient, signed, of a difference of two multiples.
  @inline(__always)
  func quotient(_ difference: UInt64) -> UInt64 {
    UInt64(bitPattern: Int64(bitPattern: difference) &>> Int64(bitPattern: shift)) &* inverse
  }
}

extension FixedWidthInteger where Self: UnsignedInteger {
  /// A signed difference as a number that is small where the difference is.
  @inline(__always) var zigzagged: Self {
    let sign: Self = 0 &- (self &>> Self(truncatingIfNeeded: Self.bitWidth - 1))
    return self &<< 1 ^ sign
  }

  /// The signed difference that a number stands for.
  @inline(__always) var unzigzagged: Self { self &>> 1 ^ (0 &- (self & 1)) }

  /// The number where `repeated` is 0 and what lies below it has moved up.
  @inline(__always)
  func making(roomFor repeated: Self) -> Self {
    self == repeated ? 0 : self < repeated ? self &+ 1 : self
  }

  /// The number that was written so.
  @inline(__always)
  func taking(roomOf repeated: Self) -> Self {
    self == 0 ? repeated : self <= repeated ? self &- 1 : self
  }
}

extension UInt64 {
  /// 0 for the undefined price and the other way round.
  @inline(__always) var swapped: UInt64 {
    self == Format.undefinedPrice ? 0 : self == 0 ? Format.undefinedPrice : self
  }
}
