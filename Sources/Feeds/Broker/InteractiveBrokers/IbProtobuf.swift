internal import Wire

/// Reads the fields of one protobuf message, one after the other, in the order of the wire.
///
///     while message.next() {
///       switch message.number {
///       case 1: tick.reqID = message.int()
///       default: message.skip()
///       }
///     }
///
/// Unknown fields are passed over by their wire type: the schema grows with every release. What
/// cannot be read ends the message, and is noted in `failure`.
struct IbProtobuf: ~Escapable {
  let bytes: RawSpan
  /// Offset behind the field's tag, later behind its value, and of the end of the message.
  var at: Int
  let end: Int
  /// Number and wire type of the current field.
  private(set) var number = 0
  private(set) var wireType = 0
  var failure: RejectReason?

  @_lifetime(copy bytes)
  @inline(__always)
  init(_ bytes: RawSpan, from start: Int, to end: Int) {
    self.bytes = bytes
    at = start
    self.end = end
  }

  @inline(__always)
  mutating func fail(_ reason: RejectReason) {
    if failure == nil { failure = reason }
    at = end
  }

  /// Goes to the next field; false at the end, or where there is none.
  @inline(__always)
  mutating func next() -> Bool {
    guard at < end else { return false }
    let tag = Int(truncatingIfNeeded: varint() & 0xFFFF_FFFF)
    number = tag &>> 3
    wireType = tag & 7
    if number == 0 { fail(.badField) }
    return failure == nil
  }

  @inline(__always)
  mutating func varint() -> UInt64 {
    guard at < end else {
      fail(.truncated)
      return 0
    }
    let byte = bytes.uncheckedByte(at: at)
    if byte < 0x80 {
      at &+= 1
      return UInt64(byte)
    }
    return longVarint()
  }

  private mutating func longVarint() -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while at < end, shift < 64 {
      let byte = bytes.uncheckedByte(at: at)
      at &+= 1
      value |= UInt64(byte & 0x7F) &<< shift
      if byte < 0x80 { return value }
      shift &+= 7
    }
    fail(at < end ? .badField : .truncated)
    return 0
  }

  /// `int32` or `int64`.
  @inline(__always)
  mutating func int() -> Int {
    guard wireType == 0 else {
      fail(.badField)
      return 0
    }
    return Int(truncatingIfNeeded: varint())
  }

  @inline(__always)
  mutating func bool() -> Bool { int() != 0 }

  /// The double's bits.
  @inline(__always)
  mutating func double() -> Double {
    guard wireType == 1, at &+ 8 <= end else {
      fail(wireType == 1 ? .truncated : .badField)
      return 0
    }
    let bits = bytes.uncheckedLE(UInt64.self, at: at)
    at &+= 8
    return Double(bitPattern: bits)
  }

  /// The bytes of a string or of a message inside of this one.
  @inline(__always)
  mutating func range() -> Range<Int> {
    guard wireType == 2 else {
      fail(.badField)
      return end..<end
    }
    let count = varint()
    guard failure == nil, count <= UInt64(truncatingIfNeeded: end &- at) else {
      fail(.truncated)
      return end..<end
    }
    let start = at
    at = start &+ Int(truncatingIfNeeded: count)
    return start..<at
  }

  /// A price as the shortest decimal that is this double.
  @inline(__always)
  mutating func price() -> IbDecimal { IbDecimal(double()) }

  /// What a model has computed: rounded to nine decimals.
  mutating func model() -> IbDecimal { IbDecimal(rounding: double()) }

  /// A size: decimal text.
  @inline(__always)
  mutating func decimal() -> IbDecimal {
    let range = range()
    guard failure == nil else { return IbDecimal.unset }
    guard let value = IbDecimal(bytes, range) else {
      fail(.badField)
      return IbDecimal.unset
    }
    return value
  }

  mutating func string() -> String { IbText.string(bytes, range()) }

  /// Passes over the field by its wire type.
  mutating func skip() {
    switch wireType {
    case 0: _ = varint()
    case 1: move(8)
    case 2: _ = range()
    case 5: move(4)
    default: fail(.badField)
    }
  }

  private mutating func move(_ count: Int) {
    guard at &+ count <= end else { return fail(.truncated) }
    at &+= count
  }
}
