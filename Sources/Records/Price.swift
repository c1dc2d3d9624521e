public import Wire

/// Prices: Int64 in units of 1e-9, read from and written as decimal text exactly.
///
/// Nothing goes through binary floating point, so every decimal of at most nine places comes back
/// as it went in. The range is -9223372036.854775808 ... 9223372036.854775806;
/// one unit more is `Undefined.price`.
public enum Price {
  /// Units of one whole: 10^9.
  @inlinable public static var unitsPerOne: Int64 { 1_000_000_000 }

  /// Reads `[+-]digits[.digits]`; digits may be missing on one side of the point, not on both.
  ///
  /// More than nine places are accepted only where the further ones are zeros. No spaces,
  /// exponents, separators.
  @inlinable
  public static func parse(_ text: some Sequence<UInt8>) throws(PriceError) -> Int64 {
    var parser = PriceParser()
    for byte in text { try parser.take(byte) }
    return try parser.finish()
  }

  /// Reads the text of `count` bytes at `offset`, which must lie inside `bytes`.
  @inlinable
  public static func parse(
    _ bytes: RawSpan, at offset: Int, count: Int
  ) throws(PriceError) -> Int64 {
    guard offset >= 0, count >= 0, offset <= bytes.byteCount - count else { throw .empty }
    var parser = PriceParser()
    for index in offset..<(offset + count) { try parser.take(bytes.uncheckedByte(at: index)) }
    return try parser.finish()
  }

  /// Reads a String; see `parse(_:)` over bytes.
  public static func parse(_ text: String) throws(PriceError) -> Int64 {
    try parse(text.utf8)
  }

  /// The price as the shortest exact text: `123.45`, `-0.000000001`, `5`, `UNDEF`.
  public static func text(_ price: Int64) -> String {
    var buffer: [UInt8] = []
    append(price, to: &buffer)
    return String(decoding: buffer, as: UTF8.self)
  }

  /// Appends the shortest exact text; `UNDEF` where there is no price.
  public static func append(_ price: Int64, to buffer: inout [UInt8]) {
    buffer.append(addingCapacity: maxByteCount) { write(price, to: &$0) }
  }

  /// Appends the text with all nine decimals, `123.450000000`; `UNDEF` where there is no price.
  public static func appendFixed(_ price: Int64, to buffer: inout [UInt8]) {
    buffer.append(addingCapacity: maxByteCount) { output in
      guard price != Undefined.price else { return output.append(bytes: undefinedText) }
      writeFraction(writeWhole(price, to: &output), places: 9, to: &output)
    }
  }
}

extension Price {
  /// Sign, ten digits, point, nine digits.
  private static var maxByteCount: Int { 21 }
  private static let undefinedText = Array("UNDEF".utf8)

  /// The shortest exact text into room that the caller has provided, 21 bytes at most.
  static func write(_ price: Int64, to output: inout OutputSpan<UInt8>) {
    guard price != Undefined.price else { return output.append(bytes: undefinedText) }
    var fraction = writeWhole(price, to: &output)
    guard fraction != 0 else { return }
    var places = 9
    while fraction.isMultiple(of: 10) {
      fraction /= 10
      places -= 1
    }
    writeFraction(fraction, places: places, to: &output)
  }

  /// Writes sign and whole part; returns the fraction in units.
  private static func writeWhole(_ price: Int64, to output: inout OutputSpan<UInt8>) -> UInt64 {
    if price < 0 { output.append(UInt8(ascii: "-")) }
    let (whole, fraction) = price.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
    Decimal.append(whole, to: &output)
    return fraction
  }

  private static func writeFraction(
    _ fraction: UInt64, places: Int, to output: inout OutputSpan<UInt8>
  ) {
    output.append(UInt8(ascii: "."))
    Decimal.append(fraction, digits: places, to: &output)
  }
}

/// Why text is not a price.
public enum PriceError: Error, Equatable, Sendable {
  /// No digit.
  case empty
  /// A byte that has no place in a decimal number, with its distance from the start.
  case badCharacter(at: Int)
  /// A tenth or later decimal that is not zero.
  case tooManyDecimals
  /// Outside Int64, or the value that means "undefined".
  case overflow
}

/// The state of reading one price, byte by byte.
@usableFromInline
struct PriceParser {
  /// Minus the value read so far: the negative side reaches one unit further.
  @usableFromInline var negated: Int64 = 0
  @usableFromInline var isNegative = false
  @usableFromInline var digits = 0
  /// Decimals read, or -1 before the point.
  @usableFromInline var places = -1
  @usableFromInline var position = 0

  @inlinable init() {}

  @inlinable
  mutating func take(_ byte: UInt8) throws(PriceError) {
    switch byte {
    case 0x30...0x39:
      try takeDigit(Int64(byte &- 0x30))
    case UInt8(ascii: ".") where places < 0:
      places = 0
    case UInt8(ascii: "-") where position == 0:
      isNegative = true
    case UInt8(ascii: "+") where position == 0:
      break
    default:
      throw .badCharacter(at: position)
    }
    position &+= 1
  }

  @inlinable
  mutating func takeDigit(_ digit: Int64) throws(PriceError) {
    digits &+= 1
    if places >= 9 {
      guard digit == 0 else { throw .tooManyDecimals }
      return
    }
    if places >= 0 { places &+= 1 }
    try shift()
    let (value, overflow) = negated.subtractingReportingOverflow(digit)
    guard !overflow else { throw .overflow }
    negated = value
  }

  @inlinable
  mutating func shift() throws(PriceError) {
    let (value, overflow) = negated.multipliedReportingOverflow(by: 10)
    guard !overflow else { throw .overflow }
    negated = value
  }

  @inlinable
  mutating func finish() throws(PriceError) -> Int64 {
    guard digits > 0 else { throw .empty }
    if negated != 0 {
      for _ in max(places, 0)..<9 { try shift() }
    }
    guard !isNegative else { return negated }
    // Both ends of the range: -2^63 has no positive twin, and 2^63 - 1 means "undefined".
    guard negated > -Int64.max else { throw .overflow }
    return -negated
  }
}
