internal import Wire

/// Reads values at the places where the venue's order of keys puts them, eight characters at a time
/// and without a branch that depends on them.
///
/// Whatever is not as expected sets bits in `bad`; the values are then worthless, and the caller
/// turns to the general path. The caller has checked that `BinanceLimits.readAhead` bytes lie
/// behind the message's start, more than all steps of one message together can pass over.
struct BinanceScan: ~Escapable {
  let bytes: RawSpan
  /// Offset of the next character.
  var at: Int
  /// Not 0 where the text was not what it had to be.
  var bad: UInt64 = 0

  @_lifetime(copy bytes)
  @inline(__always)
  init(_ bytes: RawSpan, at start: Int) {
    self.bytes = bytes
    at = start
  }

  private static var zeros: UInt64 { 0x3030_3030_3030_3030 }
  private static var tops: UInt64 { 0x8080_8080_8080_8080 }
  private static var ones: UInt64 { 0x0101_0101_0101_0101 }

  @inline(__always)
  private func word(_ offset: Int) -> UInt64 { bytes.uncheckedLE(UInt64.self, at: offset) }

  /// Passes over `count` (1 ... 8) characters, which must be those of `text`.
  @inline(__always)
  mutating func expect(_ text: UInt64, _ count: Int) {
    bad |= (word(at) ^ text) &<< UInt64(64 &- 8 &* count)
    at &+= count
  }

  /// The top bit of each byte that is not a digit, where `digits` is text xor `zeros`. Bytes above
  /// the lowest one that is not a digit may be marked too.
  @inline(__always)
  private static func others(_ digits: UInt64) -> UInt64 {
    (digits | (digits &+ 0x7676_7676_7676_7676)) & tops
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

  /// A time of 13 digits.
  @inline(__always)
  mutating func time() -> UInt64 {
    let head = word(at) ^ Self.zeros
    let tail = word(at &+ 5) ^ Self.zeros
    bad |= Self.others(head) | Self.others(tail)
    at &+= 13
    return Self.value(head &<< 24) &* 100_000_000 &+ Self.value(tail)
  }

  /// Passes over a number of 1 to 16 digits and the comma behind it.
  @inline(__always)
  mutating func skipNumber() {
    let head = word(at)
    let tail = word(at &+ 8)
    let headComma = Self.first(0x2C2C_2C2C_2C2C_2C2C, in: head)
    let tailComma = Self.first(0x2C2C_2C2C_2C2C_2C2C, in: tail)
    let isShort = headComma != 0
    // The bytes before the comma must be digits. Without a comma all of them are looked at, and the
    // step behind this one finds something else than it expects.
    let headRest = Self.others(head ^ Self.zeros) & Self.below(headComma)
    let tailRest = Self.others(tail ^ Self.zeros) & Self.below(tailComma)
    let count =
      isShort
      ? headComma.trailingZeroBitCount &>> 3 : 8 &+ tailComma.trailingZeroBitCount &>> 3
    bad |= headRest | (isShort ? 0 : tailRest) | (count == 0 ? 1 : 0)
    at &+= count
  }

  /// A decimal of 1 to 8 digits, a point and eight decimals, in units of 1e-8: as spot writes all
  /// prices and quantities.
  ///
  /// Where the next value begins depends on nothing but the place of the point, so that the
  /// processor need not wait for the value itself.
  @inline(__always)
  mutating func fixedDecimal() -> UInt64 {
    let text = word(at)
    let point = Self.first(0x2E2E_2E2E_2E2E_2E2E, in: text)
    let wholes = point.trailingZeroBitCount &>> 3
    let tail = word(at &+ wholes &+ 1) ^ Self.zeros
    let head = (text ^ Self.zeros) &<< UInt64(truncatingIfNeeded: 64 &- 8 &* wholes)
    // Without a whole digit the shift is by 0, and the point is no digit. Without a point among the
    // first eight characters there may be one behind them.
    bad |= Self.others(head) | Self.others(tail)
    if wholes == 8 {
      bad |= UInt64(bytes.uncheckedByte(at: at &+ 8)) ^ UInt64(UInt8(ascii: "."))
    }
    at &+= wholes &+ 9
    return Self.value(head) &* 100_000_000 &+ Self.value(tail)
  }

  /// A decimal of 1 to 8 digits, a point and 1 to 8 decimals, in units of 1e-8.
  @inline(__always)
  mutating func decimal() -> UInt64 {
    let head = word(at) ^ Self.zeros
    let wholes = Self.others(head).trailingZeroBitCount &>> 3
    let point = UInt64(bytes.uncheckedByte(at: at &+ wholes)) ^ UInt64(UInt8(ascii: "."))
    let tail = word(at &+ wholes &+ 1) ^ Self.zeros
    let after = Self.others(tail)
    let places = after.trailingZeroBitCount &>> 3
    // None of either kind: the count less 1 is negative, and its top bit is set.
    bad |= point | (UInt64(bitPattern: Int64(wholes &- 1) | Int64(places &- 1)) & 1 << 63)
    // Wholes are moved to the end of the word, behind zeros; of the decimals those after the last
    // are made zeros: all bits below the first byte that is none of them.
    let whole = Self.value(head &<< UInt64(truncatingIfNeeded: 64 &- 8 &* wholes))
    at &+= wholes &+ places &+ 1
    return whole &* 100_000_000 &+ Self.value(tail & Self.below(after))
  }

  /// A text of 1 to 16 bytes up to a quote: its bytes as two words, zeros behind them.
  @inline(__always)
  mutating func name() -> (UInt64, UInt64) {
    let head = word(at)
    let tail = word(at &+ 8)
    let headQuote = Self.quote(head)
    let tailQuote = Self.quote(tail)
    let isShort = headQuote != 0
    let count =
      isShort ? headQuote.trailingZeroBitCount &>> 3 : 8 &+ tailQuote.trailingZeroBitCount &>> 3
    bad |= count == 0 || headQuote | tailQuote == 0 ? 1 : 0
    at &+= count
    return (
      head & Self.below(headQuote), isShort ? 0 : tail & Self.below(tailQuote)
    )
  }

  @inline(__always)
  private static func quote(_ word: UInt64) -> UInt64 {
    first(0x2222_2222_2222_2222, in: word)
  }

  /// The top bit of the first byte that equals the pattern's, and perhaps of later bytes; 0 without
  /// one.
  @inline(__always)
  private static func first(_ pattern: UInt64, in word: UInt64) -> UInt64 {
    let difference = word ^ pattern
    return (difference &- ones) & ~difference & tops
  }

  /// All bits of the bytes below the one whose top bit is the lowest of `bits`; all bits for 0.
  @inline(__always)
  private static func below(_ bits: UInt64) -> UInt64 { (bits & (0 &- bits)) &>> 7 &- 1 }

  /// Passes over a text of at most `BinanceLimits.streamNameBytes` bytes without escapes.
  @inline(__always)
  mutating func skipName() {
    let end = at &+ BinanceLimits.streamNameBytes
    while at < end {
      let text = word(at)
      bad |= Self.first(0x5C5C_5C5C_5C5C_5C5C, in: text)
      let found = Self.quote(text)
      if found != 0 {
        at &+= found.trailingZeroBitCount &>> 3
        return
      }
      at &+= 8
    }
    bad |= 1
  }

  /// `true` or `false`.
  @inline(__always)
  mutating func truth() -> Bool {
    let text = word(at)
    let isTrue = text & 0xFFFF_FFFF == BinanceText.yes
    let isFalse = text & 0xFF_FFFF_FFFF == BinanceText.no
    bad |= isTrue || isFalse ? 0 : 1
    at &+= isTrue ? 4 : 5
    return isTrue
  }
}
