internal import Wire

/// Reads the NUL-terminated fields of one text message, one after the other.
///
/// What is missing or no number is noted in `failure`, and a harmless value is given: a reader of a
/// message takes all its fields and looks once. Fields behind the last one that is taken count for
/// nothing: servers add columns within a version (fact sheet, section 13).
struct IbFields: ~Escapable {
  let bytes: RawSpan
  /// Offset of the next field, and of the end of the message.
  var at: Int
  let end: Int
  /// The first thing that was wrong.
  var failure: RejectReason?

  @_lifetime(copy bytes)
  @inline(__always)
  init(_ bytes: RawSpan, from start: Int, to end: Int) {
    self.bytes = bytes
    at = start
    self.end = end
  }

  @inline(__always)
  var isAtEnd: Bool { at >= end }

  @inline(__always)
  mutating func fail(_ reason: RejectReason) {
    if failure == nil { failure = reason }
    at = end
  }

  /// Passes over `count` fields.
  @inline(__always)
  mutating func skip(_ count: Int = 1) {
    for _ in 0..<count { _ = text() }
  }

  /// The bytes of the next field. A field without its NUL is missing.
  @inline(__always)
  mutating func text() -> Range<Int> {
    let start = at
    var offset = at
    while offset < end {
      if bytes.uncheckedByte(at: offset) == 0 {
        at = offset &+ 1
        return start..<offset
      }
      offset &+= 1
    }
    fail(.truncated)
    return end..<end
  }

  /// An integer; empty is `unset`.
  @inline(__always)
  mutating func int() -> Int { int(unset: Self.unset) }

  /// The official marker of an integer that is not set.
  static var unset: Int { 2_147_483_647 }

  @inline(__always)
  mutating func int(unset: Int) -> Int {
    var offset = at
    var isNegative = false
    if offset < end, bytes.uncheckedByte(at: offset) == UInt8(ascii: "-") {
      isNegative = true
      offset &+= 1
    }
    let first = offset
    var value = 0
    while offset < end {
      let digit = bytes.uncheckedByte(at: offset) &- 0x30
      guard digit < 10 else { break }
      value = value &* 10 &+ Int(digit)
      offset &+= 1
    }
    // Eighteen digits never pass 2^63; the two markers that have nineteen are numbers of `decimal`.
    guard offset < end, bytes.uncheckedByte(at: offset) == 0, offset &- first <= 18 else {
      return oddInt(from: first)
    }
    at = offset &+ 1
    if offset == first {
      guard isNegative else { return unset }
      fail(.badField)
      return 0
    }
    return isNegative ? 0 &- value : value
  }

  /// What is no plain integer: missing, or with something else in it.
  private mutating func oddInt(from first: Int) -> Int {
    let range = text()
    if failure == nil {
      // Whole numbers are also written `3.0`.
      let decimal = IbDecimal(bytes, range)
      if let whole = decimal?.whole { return Int(whole) }
      fail(.badField)
    }
    return 0
  }

  /// `0`, `1`, `true` or `false`.
  mutating func bool() -> Bool {
    let range = text()
    guard range.count != 1 else {
      return bytes.uncheckedByte(at: range.lowerBound) != UInt8(ascii: "0")
    }
    return range.count == 4 && bytes.uncheckedByte(at: range.lowerBound) | 0x20 == UInt8(ascii: "t")
  }

  /// A decimal, exact; empty and the official markers are unset.
  @inline(__always)
  mutating func decimal() -> IbDecimal {
    let start = at
    var offset = at
    var mantissa: UInt64 = 0
    var point = -1
    var isNegative = false
    if offset < end, bytes.uncheckedByte(at: offset) == UInt8(ascii: "-") {
      isNegative = true
      offset &+= 1
    }
    let first = offset
    while offset < end {
      let byte = bytes.uncheckedByte(at: offset)
      let digit = byte &- 0x30
      if digit < 10 {
        mantissa = mantissa &* 10 &+ UInt64(digit)
      } else if byte == UInt8(ascii: "."), point < 0 {
        point = offset
      } else {
        break
      }
      offset &+= 1
    }
    let digits = offset &- first &- (point < 0 ? 0 : 1)
    guard offset < end, bytes.uncheckedByte(at: offset) == 0, digits > 0, digits <= 18 else {
      return oddDecimal(from: start)
    }
    at = offset &+ 1
    let value = Int64(truncatingIfNeeded: mantissa)
    return IbDecimal(
      mantissa: isNegative ? 0 &- value : value,
      places: point < 0 ? 0 : Int16(truncatingIfNeeded: offset &- point &- 1))
  }

  /// A decimal with an exponent, very many digits, or none at all.
  private mutating func oddDecimal(from start: Int) -> IbDecimal {
    at = start
    let range = text()
    guard failure == nil else { return IbDecimal.unset }
    guard let value = IbDecimal(bytes, range) else {
      fail(.badField)
      return IbDecimal.unset
    }
    return value
  }

  /// A field as text, for cold paths: UTF-8 as it comes, what is none of it repaired.
  mutating func string() -> String { IbText.string(bytes, text()) }
}
