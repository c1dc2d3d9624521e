internal import Records
internal import Wire

/// A decimal number, exact: mantissa × 10^-places. No binary floating point stands between the
/// upstream's text and a record.
struct IbDecimal: BitwiseCopyable, Equatable {
  var mantissa: Int64
  /// Decimals; below 0 for a number like `1E+2`.
  var places: Int16
  var kind: Kind

  struct Kind: RawRepresentable, BitwiseCopyable, Equatable {
    var rawValue: UInt8
    static var number: Self { Self(rawValue: 0) }
    /// Empty, or one of the official markers.
    static var unset: Self { Self(rawValue: 1) }
    static var infinite: Self { Self(rawValue: 2) }
    /// A number with more digits than fit.
    static var tooLong: Self { Self(rawValue: 3) }
  }

  @inline(__always)
  init(mantissa: Int64, places: Int16, kind: Kind = .number) {
    self.mantissa = mantissa
    self.places = places
    self.kind = kind
  }

  static var unset: Self { Self(mantissa: 0, places: 0, kind: .unset) }
  static var zero: Self { Self(mantissa: 0, places: 0) }

  @inline(__always)
  var isSet: Bool { kind == .number }
  @inline(__always)
  var isZero: Bool { mantissa == 0 && kind == .number }

  /// In units of 1e-9; nil where it is none of them, too large, or no number.
  @inline(__always)
  var nanos: Int64? {
    guard kind == .number else { return nil }
    if places >= 0, places <= 9 {
      let (product, overflow) = mantissa.multipliedReportingOverflow(
        by: Self.power10(9 &- Int(places)))
      return overflow || product == Undefined.price ? nil : product
    }
    return scaled(9)
  }

  /// As a whole number; nil where it has decimals or is too large.
  @inline(__always)
  var whole: Int64? {
    guard kind == .number else { return nil }
    return places == 0 ? mantissa : scaled(0)
  }

  /// In units of 10^-wanted.
  func scaled(_ wanted: Int) -> Int64? {
    guard kind == .number else { return nil }
    guard mantissa != 0 else { return 0 }
    var result = mantissa
    var shift = wanted - Int(places)
    while shift < 0 {
      guard result.isMultiple(of: 10) else { return nil }
      result /= 10
      shift += 1
    }
    guard shift <= 18 else { return nil }
    let (product, overflow) = result.multipliedReportingOverflow(by: Self.power10(shift))
    return overflow ? nil : product
  }

  /// 10^exponent for 0 ... 18.
  @inline(__always)
  static func power10(_ exponent: Int) -> Int64 {
    let powers: InlineArray<19, Int64> = [
      1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
      10_000_000_000, 100_000_000_000, 1_000_000_000_000, 10_000_000_000_000,
      100_000_000_000_000, 1_000_000_000_000_000, 10_000_000_000_000_000,
      100_000_000_000_000_000, 1_000_000_000_000_000_000,
    ]
    return powers[exponent]
  }
}

/// From text of any form (fact sheet, section 1, "Text numbers").
extension IbDecimal {
  /// Digits with at most one point, a sign, an exponent; empty, `Infinity` and the markers. Nil for
  /// anything else.
  init?(_ bytes: RawSpan, _ range: Range<Int>) {
    guard !range.isEmpty else {
      self = .unset
      return
    }
    var at = range.lowerBound
    let end = range.upperBound
    let sign = bytes.uncheckedByte(at: at)
    let isNegative = sign == UInt8(ascii: "-")
    if isNegative || sign == UInt8(ascii: "+") { at += 1 }
    var digits = IbDigits()
    digits.read(bytes, &at, end)
    guard digits.count > 0 else {
      guard let word = Self.word(bytes, at..<end) else { return nil }
      self = word
      return
    }
    var exponent = 0
    if at < end, bytes.uncheckedByte(at: at) | 0x20 == UInt8(ascii: "e") {
      at += 1
      guard let read = Self.exponent(bytes, &at, end) else { return nil }
      exponent = read
    }
    guard at == end else { return nil }
    self = digits.decimal(isNegative: isNegative, exponent: exponent)
  }

  private static func word(_ bytes: RawSpan, _ range: Range<Int>) -> IbDecimal? {
    switch IbText.string(bytes, range) {
    case "Infinity", "inf": IbDecimal(mantissa: 0, places: 0, kind: .infinite)
    case "NaN", "nan": .unset
    default: nil
    }
  }

  private static func exponent(_ bytes: RawSpan, _ at: inout Int, _ end: Int) -> Int? {
    guard at < end else { return nil }
    let sign = bytes.uncheckedByte(at: at)
    if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { at += 1 }
    var value = 0
    let first = at
    while at < end, bytes.uncheckedByte(at: at) &- 0x30 < 10 {
      value = value * 10 + Int(bytes.uncheckedByte(at: at) &- 0x30)
      at += 1
      guard value < 10_000 else { return nil }
    }
    guard at > first else { return nil }
    return sign == UInt8(ascii: "-") ? -value : value
  }
}

/// The digits of a number being read. Zeros at the end of the decimals count for nothing.
struct IbDigits {
  private var mantissa: UInt64 = 0
  private(set) var count = 0
  private var places = 0
  private var overflows = false

  init() {}

  mutating func read(_ bytes: RawSpan, _ at: inout Int, _ end: Int) {
    var decimals = -1
    var zeros = 0
    while at < end {
      let byte = bytes.uncheckedByte(at: at)
      if byte == UInt8(ascii: "."), decimals < 0 {
        decimals = 0
        at += 1
        continue
      }
      guard byte &- 0x30 < 10 else { return }
      at += 1
      count += 1
      if decimals >= 0 {
        decimals += 1
        guard byte != UInt8(ascii: "0") else {
          zeros += 1
          continue
        }
        for _ in 0..<zeros { push(0) }
        zeros = 0
        places = decimals
      }
      push(byte &- 0x30)
    }
  }

  private mutating func push(_ digit: UInt8) {
    let (shifted, first) = mantissa.multipliedReportingOverflow(by: 10)
    let (sum, second) = shifted.addingReportingOverflow(UInt64(digit))
    mantissa = sum
    overflows = overflows || first || second
  }

  /// The number, or what marks an unset one: the largest double, and the smallest and largest
  /// 64-bit integers.
  func decimal(isNegative: Bool, exponent: Int) -> IbDecimal {
    if mantissa == 17_976_931_348_623_157, places == 16, exponent == 308 { return .unset }
    if exponent == 0, places == 0, mantissa >= UInt64(Int64.max), !overflows {
      if mantissa == UInt64(Int64.max) || (isNegative && mantissa == UInt64(Int64.max) + 1) {
        return .unset
      }
    }
    guard !overflows, let value = Int64(exactly: mantissa), abs(exponent) < 1_000,
      places < 1_000
    else { return IbDecimal(mantissa: 0, places: 0, kind: .tooLong) }
    return IbDecimal(
      mantissa: isNegative ? -value : value, places: Int16(places - exponent))
  }
}

/// From a double: the decimal with at most nine decimals that rounds to it.
extension IbDecimal {
  /// Protobuf carries prices as doubles that were decimals before. The decimal is found again, by
  /// integers:
  ///
  /// - n = d × 10^9 rounded to an integer below 2^52. The quotient n / 10^9 of two exact doubles is
  ///   rounded once, so it equals d exactly where the decimal n × 10^-9 rounds to d. Below 2^22
  ///   doubles lie closer than 10^-9 to each other, so that no second decimal with nine
  ///   places does. The shortest decimal that gives d back, if it has at most nine places, is thus
  ///   this one.
  /// - Above 2^22 the same with fewer and fewer places allowed: the smallest number of places that
  ///   gives d back is the shortest decimal.
  ///
  /// A double that no such decimal rounds to does not fit a price, and is `tooLong`. The largest
  /// double and NaN are unset.
  @inline(__always)
  init(_ value: Double) {
    let magnitude = value.magnitude
    if magnitude < 4_194_304 {
      let units = (value * 1_000_000_000).rounded()
      if units / 1_000_000_000 == value {
        self.init(mantissa: Int64(units), places: 9)
        return
      }
    }
    self = Self.odd(value)
  }

  private static func odd(_ value: Double) -> IbDecimal {
    guard value.isFinite, value.magnitude < Double.greatestFiniteMagnitude else {
      return value.isInfinite ? IbDecimal(mantissa: 0, places: 0, kind: .infinite) : .unset
    }
    var power = 1.0
    for places in 0...9 {
      let units = (value * power).rounded()
      guard units.magnitude < 9_007_199_254_740_992 else { break }
      if units / power == value {
        return IbDecimal(mantissa: Int64(units), places: Int16(places))
      }
      power *= 10
    }
    return IbDecimal(mantissa: 0, places: 0, kind: .tooLong)
  }
}

/// Values that a model has computed, not a market: rounding them loses nothing that means anything.
extension IbDecimal {
  /// In units of 1e-9, rounded to the nearest where it has more decimals; nil where it is
  /// not set or does not fit.
  var rounded: Int64? {
    if let exact = nanos { return exact }
    guard kind == .number, places > 9 else { return nil }
    let excess = Int(places) - 9
    guard excess <= 18 else { return 0 }
    let power = Self.power10(excess)
    let (quotient, rest) = mantissa.quotientAndRemainder(dividingBy: power)
    let roundsUp = rest.magnitude >= (power / 2).magnitude
    return roundsUp ? quotient + (mantissa < 0 ? -1 : 1) : quotient
  }

  /// A double that need be no decimal of nine places: rounded to one.
  init(rounding value: Double) {
    self.init(value)
    guard kind == .tooLong, value.magnitude < 9_000_000_000 else { return }
    self.init(mantissa: Int64((value * 1_000_000_000).rounded()), places: 9)
  }
}
