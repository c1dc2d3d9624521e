internal import FeedKit
internal import Records
internal import Wire

/// A decimal of any length, read digit by digit: digits, or digits on one or both sides of a point.
/// No sign, no exponent. Zeros behind the last decimal count for nothing.
struct BinanceDecimal {
  private var mantissa: UInt64 = 0
  /// Decimals of the mantissa, which ends with one that is not 0, or with a whole digit.
  private var places = 0
  /// More digits than 64 bits hold.
  private var overflows = false

  /// Nil where the text is no such decimal.
  init?(_ bytes: RawSpan, _ token: BinanceToken) {
    guard token.kind == .text || token.kind == .plain else { return nil }
    let start = Int(token.start)
    var digits = 0
    var read = -1
    var zeros = 0
    for at in start..<(start + Int(token.count)) {
      let byte = bytes.uncheckedByte(at: at)
      if byte == UInt8(ascii: "."), read < 0 {
        read = 0
        continue
      }
      guard byte &- 0x30 < 10 else { return nil }
      digits += 1
      if read >= 0 {
        read += 1
        guard byte != 0x30 else {
          zeros += 1
          continue
        }
        for _ in 0..<zeros { push(0) }
        zeros = 0
        places = read
      }
      push(byte &- 0x30)
    }
    guard digits > 0 else { return nil }
  }

  private mutating func push(_ digit: UInt8) {
    let (shifted, first) = mantissa.multipliedReportingOverflow(by: 10)
    let (sum, second) = shifted.addingReportingOverflow(UInt64(digit))
    mantissa = sum
    overflows = overflows || first || second
  }

  /// The mantissa with so many decimals; nil where it does not fit.
  private func scaled(_ wanted: Int) -> UInt64? {
    guard !overflows, places <= wanted else { return nil }
    var result = mantissa
    for _ in places..<wanted {
      let (product, overflow) = result.multipliedReportingOverflow(by: 10)
      guard !overflow else { return nil }
      result = product
    }
    return result
  }

  /// In units of 1e-9; nil where it has more decimals or is too large.
  var price: Int64? {
    scaled(9).flatMap { Int64(exactly: $0) }.flatMap { $0 == Undefined.price ? nil : $0 }
  }

  /// In units of 1e-8; `UInt64.max`, which is more than any lot can hold, where it is too large;
  /// nil where it has more decimals.
  var quantity: UInt64? {
    guard places <= 8 else { return nil }
    return scaled(8) ?? UInt64.max
  }

  /// A whole number; nil where it is none or too large.
  var integer: UInt64? { scaled(0) }
}
