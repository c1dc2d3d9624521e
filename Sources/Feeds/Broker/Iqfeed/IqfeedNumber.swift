internal import Records
internal import Wire

/// Decimal text to integers, eight characters at a time; exact, never through binary floating
/// point.
///
/// Each function reads the field `start ..< end`; `IqfeedLimits.readAhead` bytes behind `start`
/// must be readable.
enum IqfeedNumber {
  /// Not a number.
  static var bad: Int64 { Int64.min }
  /// More than the record's field holds, or finer than 1e-9.
  static var tooLarge: Int64 { Int64.min + 1 }

  private static var zeros: UInt64 { 0x3030_3030_3030_3030 }
  private static var tops: UInt64 { 0x8080_8080_8080_8080 }
  private static var ones: UInt64 { 0x0101_0101_0101_0101 }

  /// Whether a price or quantity is neither a value nor "no value".
  @inline(__always)
  static func isWrong(_ value: Int64) -> Bool { value <= tooLarge }

  /// Not 0 where a byte is no digit; `digits` is text xor `zeros`.
  @inline(__always)
  private static func others(_ digits: UInt64) -> UInt64 {
    (digits | ((digits & ~tops) &+ 0x7676_7676_7676_7676)) & tops
  }

  /// The value of eight digits, the first in the lowest byte.
  @inline(__always)
  private static func value(_ digits: UInt64) -> UInt64 {
    // Pairs, then fours, then all: 10a + b in bytes, 100a + b in halves, 10000a + b in the word.
    let pairs = digits &* 10 &+ (digits &>> 8)
    let low = (pairs & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
    let high = (pairs &>> 16 & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
    return (low &+ high) &>> 32
  }

  /// The last `count` (1 ... 8) characters behind zeros, as text xor `zeros`.
  @inline(__always)
  private static func aligned(_ bytes: RawSpan, _ start: Int, _ count: Int) -> UInt64 {
    let shift = UInt64(truncatingIfNeeded: 64 &- 8 &* count)
    return (bytes.uncheckedLE(UInt64.self, at: start) ^ zeros) &<< shift
  }

  /// A price in units of 1e-9; `Undefined.price` for an empty field.
  @inline(__always)
  static func price(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Int64 {
    let count = end &- start
    if count == 0 { return Undefined.price }
    guard count <= 8 else { return longPrice(bytes, start, end) }
    let text = aligned(bytes, start, count)
    // The point is 0x2E, and 0x1E after the xor.
    let difference = text ^ 0x1E1E_1E1E_1E1E_1E1E
    let points = (difference &- ones) & ~difference & tops
    guard points != 0 else {
      guard others(text) == 0 else { return longPrice(bytes, start, end) }
      return Int64(bitPattern: value(text)) &* 1_000_000_000
    }
    // What stands before the point moves up by one place; below the point are the bits under it.
    let lowest = points & (0 &- points)
    let below = lowest &>> 7 &- 1
    let above = ~((lowest &<< 1) &- 1)
    let digits = (text & below) &<< 8 | text & above
    guard others(digits) == 0, count > 1 else { return longPrice(bytes, start, end) }
    let places = 7 &- lowest.trailingZeroBitCount &>> 3
    return Int64(bitPattern: value(digits)) &* scale(places)
  }

  /// 10^(9 - places), places 0 ... 9.
  @inline(__always)
  private static func scale(_ places: Int) -> Int64 {
    switch places {
    case 0: 1_000_000_000
    case 1: 100_000_000
    case 2: 10_000_000
    case 3: 1_000_000
    case 4: 100_000
    case 5: 10_000
    case 6: 1_000
    case 7: 100
    case 8: 10
    default: 1
    }
  }

  /// Prices with a sign, or of more than eight characters.
  @inline(never)
  private static func longPrice(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Int64 {
    guard end - start <= IqfeedLimits.readAhead else { return tooLarge }
    let isNegative = bytes.uncheckedByte(at: start) == UInt8(ascii: "-")
    var mantissa: UInt64 = 0
    var digits = 0
    var places = -1
    for at in (isNegative ? start + 1 : start)..<end {
      let byte = bytes.uncheckedByte(at: at)
      if byte == UInt8(ascii: "."), places < 0 {
        places = 0
        continue
      }
      guard byte &- 0x30 < 10 else { return bad }
      digits += 1
      // Zeros behind the ninth decimal count for nothing.
      if places == 9 {
        guard byte == 0x30 else { return tooLarge }
        continue
      }
      if places >= 0 { places += 1 }
      let (shifted, first) = mantissa.multipliedReportingOverflow(by: 10)
      let (sum, second) = shifted.addingReportingOverflow(UInt64(byte &- 0x30))
      guard !first, !second else { return tooLarge }
      mantissa = sum
    }
    guard digits > 0 else { return bad }
    let (scaled, overflow) = mantissa.multipliedReportingOverflow(
      by: UInt64(scale(max(places, 0))))
    // The largest value means "no price".
    guard !overflow, scaled < UInt64(Int64.max) else { return tooLarge }
    return isNegative ? -Int64(scaled) : Int64(scaled)
  }

  /// A whole number of at most 18 digits; `Undefined.quantity` for an empty field.
  @inline(__always)
  static func whole(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Int64 {
    let count = end &- start
    if count == 0 { return Undefined.quantity }
    guard count <= 8 else { return longWhole(bytes, start, end) }
    let text = aligned(bytes, start, count)
    return others(text) == 0 ? Int64(bitPattern: value(text)) : bad
  }

  @inline(never)
  private static func longWhole(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Int64 {
    guard end - start <= 18 else { return tooLarge }
    var sum: Int64 = 0
    for at in start..<end {
      let digit = bytes.uncheckedByte(at: at) &- 0x30
      guard digit < 10 else { return bad }
      sum = sum &* 10 &+ Int64(digit)
    }
    return sum
  }

  /// A size as records have it; `Undefined.orderSize`, which is 2^32 - 1, counts as too large.
  @inline(__always)
  static func size(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Int64 {
    let value = whole(bytes, start, end)
    return value >= 0xFFFF_FFFF && value != Undefined.quantity ? tooLarge : value
  }

  /// A number of any 64 bits (order ids); nil where it is none.
  static func identifier(_ bytes: RawSpan, _ start: Int, _ end: Int) -> UInt64? {
    guard start < end, end - start <= 20 else { return nil }
    var sum: UInt64 = 0
    for at in start..<end {
      let digit = bytes.uncheckedByte(at: at) &- 0x30
      let (shifted, first) = sum.multipliedReportingOverflow(by: 10)
      let (next, second) = shifted.addingReportingOverflow(UInt64(digit))
      guard digit < 10, !first, !second else { return nil }
      sum = next
    }
    return sum
  }

  /// `HH:MM:SS` with no or up to nine decimals, as ns of the day; `Undefined.quantity` for an empty
  /// field and for `99:99:99`.
  @inline(__always)
  static func time(_ bytes: RawSpan, _ start: Int, _ end: Int) -> Int64 {
    let count = end &- start
    if count == 0 { return Undefined.quantity }
    guard count >= 8, count <= 18 else { return bad }
    // Digits are 0 ... 9 and colons 0 after this; bytes 2 and 5 are the colons.
    let text = bytes.uncheckedLE(UInt64.self, at: start) ^ 0x3030_3A30_303A_3030
    let pairs = text &* 10 &+ (text &>> 8)
    let hours = pairs & 0xFF
    let minutes = pairs &>> 24 & 0xFF
    let seconds = pairs &>> 48 & 0xFF
    let isText = others(text) | text & 0x0000_FF00_00FF_0000
    if isText != 0 { return bad }
    guard hours < 24, minutes < 60, seconds < 60 else {
      return hours == 99 && minutes == 99 && seconds == 99 ? Undefined.quantity : bad
    }
    let whole = Int64(bitPattern: hours &* 3_600 &+ minutes &* 60 &+ seconds) &* 1_000_000_000
    if count == 8 { return whole }
    let places = count &- 9
    guard bytes.uncheckedByte(at: start &+ 8) == UInt8(ascii: "."), places > 0 else { return bad }
    if places == 9 { return ninePlaces(bytes, start &+ 9, whole) }
    let fraction = aligned(bytes, start &+ 9, places)
    guard others(fraction) == 0 else { return bad }
    return whole &+ Int64(bitPattern: value(fraction)) &* scale(places)
  }

  @inline(never)
  private static func ninePlaces(_ bytes: RawSpan, _ start: Int, _ whole: Int64) -> Int64 {
    let fraction = longWhole(bytes, start, start + 9)
    return fraction < 0 ? bad : whole + fraction
  }

  /// `count` (1 ... 8) digits; nil where they are none.
  static func digits(_ bytes: RawSpan, _ start: Int, count: Int) -> Int? {
    let text = aligned(bytes, start, count)
    return others(text) == 0 ? Int(truncatingIfNeeded: value(text)) : nil
  }
}
