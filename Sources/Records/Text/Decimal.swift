/// Integers as decimal digits at the end of a line, without a String between.
enum Decimal {
  /// Appends all digits of an unsigned value.
  static func append(_ value: UInt64, to buffer: inout OutputSpan<UInt8>) {
    guard value > 9 else {
      buffer.append(0x30 &+ UInt8(truncatingIfNeeded: value))
      return
    }
    append(value, digits: digitCount(value), to: &buffer)
  }

  /// Appends a signed value.
  static func append(_ value: Int64, to buffer: inout OutputSpan<UInt8>) {
    if value < 0 { buffer.append(UInt8(ascii: "-")) }
    append(value.magnitude, to: &buffer)
  }

  /// Appends the last `digits` digits (at most 20), zeros in front.
  static func append(_ value: UInt64, digits: Int, to buffer: inout OutputSpan<UInt8>) {
    // The highest digit stands first but is found last, so the digits wait in a fixed array.
    var scratch = InlineArray<20, UInt8>(repeating: 0x30)
    var rest = value
    var index = 20
    let first = 20 &- digits
    while index > first {
      index &-= 1
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      scratch[index] = 0x30 &+ UInt8(truncatingIfNeeded: digit)
      rest = quotient
    }
    while index < 20 {
      buffer.append(scratch[index])
      index &+= 1
    }
  }

  private static func digitCount(_ value: UInt64) -> Int {
    var count = 1
    var bound: UInt64 = 10
    while value >= bound {
      count &+= 1
      // 10^19 is the last power that fits; a value at or above it has 20 digits.
      guard count < 20 else { return 20 }
      bound &*= 10
    }
    return count
  }
}

/// Text in an output whose room the caller has provided.
extension OutputSpan<UInt8> {
  /// Appends bytes that are there already, such as the name of a field.
  mutating func append(bytes: [UInt8]) {
    for index in bytes.indices { append(bytes[index]) }
  }

  /// Appends the bytes of a String.
  mutating func append(utf8 text: String) {
    for byte in text.utf8 { append(byte) }
  }
}
