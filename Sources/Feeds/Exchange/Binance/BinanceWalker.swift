internal import FeedKit
internal import Wire

/// A value inside of a message: where its text lies, and what it is.
struct BinanceToken: BitwiseCopyable {
  var start: Int32 = 0
  /// 0 where there is no such value.
  var count: Int32 = 0
  var kind: Kind = .none

  struct Kind: RawRepresentable, Hashable, BitwiseCopyable {
    let rawValue: UInt8
    static var none: Self { Self(rawValue: 0) }
    /// Text between quotes, which are not part of the token.
    static var text: Self { Self(rawValue: 1) }
    /// The same, with escapes in it.
    static var escaped: Self { Self(rawValue: 2) }
    /// A number, `true`, `false` or `null`.
    static var plain: Self { Self(rawValue: 3) }
    static var list: Self { Self(rawValue: 4) }
    static var object: Self { Self(rawValue: 5) }
  }

  var isText: Bool { kind == .text || kind == .escaped }
}

/// Walks JSON text (RFC 8259) without memory of its own. Strings are not checked to be UTF-8.
///
/// Every step gives false, or nil, where the text is not JSON, and leaves the reason in `problem`.
struct BinanceWalker: ~Escapable {
  let bytes: RawSpan
  /// Offset of the next character, from the span's start.
  var at: Int
  let end: Int
  private(set) var problem: RejectReason = .badField

  /// Walks `bytes[start ..< end]`, which must lie inside the span.
  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, from start: Int, to end: Int) {
    precondition(start >= 0 && start <= end && end <= bytes.byteCount)
    self.bytes = bytes
    at = start
    self.end = end
  }

  /// The next character that is no space; nil at the end, which is a problem of its own.
  @inline(__always)
  mutating func peek() -> UInt8? {
    while at < end {
      let byte = bytes.uncheckedByte(at: at)
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
      at &+= 1
    }
    problem = .truncated
    return nil
  }

  /// Whether nothing but spaces is left; what is left is a problem (`trailing_bytes`).
  mutating func isAtEnd() -> Bool {
    guard peek() != nil else { return true }
    problem = .trailingBytes
    return false
  }

  /// Passes over one character, which must be `byte`.
  @inline(__always)
  mutating func take(_ byte: UInt8) -> Bool {
    guard let next = peek() else { return false }
    guard next == byte else { return fail() }
    at &+= 1
    return true
  }

  /// The next value as a token; lists and objects as a whole.
  @inline(__always)
  mutating func value() -> BinanceToken? {
    guard let first = peek() else { return nil }
    switch first {
    case UInt8(ascii: "\""): return text()
    case UInt8(ascii: "{"), UInt8(ascii: "["): return nested(first)
    default: return plain()
    }
  }

  /// A string; its quotes are not part of the token.
  @inline(__always)
  mutating func text() -> BinanceToken? {
    guard take(UInt8(ascii: "\"")) else { return nil }
    let start = at
    var kind = BinanceToken.Kind.text
    while at < end {
      let byte = bytes.uncheckedByte(at: at)
      if byte == UInt8(ascii: "\"") {
        at &+= 1
        return token(kind, from: start, to: at &- 1)
      }
      guard byte >= 0x20 else { return reject(.badField) }
      if byte == UInt8(ascii: "\\") {
        kind = .escaped
        at &+= 1
      }
      at &+= 1
    }
    return reject(.truncated)
  }

  private func token(
    _ kind: BinanceToken.Kind, from start: Int, to end: Int
  ) -> BinanceToken {
    BinanceToken(
      start: Int32(truncatingIfNeeded: start), count: Int32(truncatingIfNeeded: end &- start),
      kind: kind)
  }

  /// A number or a word. What its characters say is looked at by whoever needs it; here they only
  /// must be such as numbers and words have.
  private mutating func plain() -> BinanceToken? {
    let start = at
    while at < end {
      let byte = bytes.uncheckedByte(at: at)
      let isLetter = (byte | 0x20) &- UInt8(ascii: "a") < 26
      guard
        isLetter || byte &- 0x30 < 10 || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
          || byte == UInt8(ascii: "+")
      else { break }
      at &+= 1
    }
    guard at > start else { return reject(.badField) }
    return token(.plain, from: start, to: at)
  }

  /// A list or an object, to the bracket that closes it.
  private mutating func nested(_ opening: UInt8) -> BinanceToken? {
    let start = at
    let isObject = opening == UInt8(ascii: "{")
    guard skip(depth: 1) else { return nil }
    return token(isObject ? .object : .list, from: start, to: at)
  }

  private mutating func skip(depth: Int) -> Bool {
    guard depth <= BinanceLimits.nesting else {
      problem = .oversized
      return false
    }
    guard let opening = peek() else { return false }
    let isObject = opening == UInt8(ascii: "{")
    let closing = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
    at &+= 1
    guard let first = peek() else { return false }
    if first == closing {
      at &+= 1
      return true
    }
    while true {
      if isObject {
        guard text() != nil, take(UInt8(ascii: ":")) else { return false }
      }
      guard skipValue(depth: depth), let next = peek() else { return false }
      at &+= 1
      if next == closing { return true }
      guard next == UInt8(ascii: ",") else { return fail() }
    }
  }

  private mutating func skipValue(depth: Int) -> Bool {
    guard let first = peek() else { return false }
    switch first {
    case UInt8(ascii: "\""): return text() != nil
    case UInt8(ascii: "{"), UInt8(ascii: "["): return skip(depth: depth &+ 1)
    default: return plain() != nil
    }
  }

  @inline(__always)
  private mutating func fail() -> Bool {
    problem = .badField
    return false
  }

  private mutating func reject(_ reason: RejectReason) -> BinanceToken? {
    problem = reason
    return nil
  }
}

/// A short text with its escapes undone: a key, an event's name, a symbol.
struct BinanceShortText {
  private(set) var key = BinanceInstruments.Key()
  /// Bytes, at most `BinanceLimits.symbolBytes`.
  private(set) var count = 0

  /// Nil where the text is longer, or an escape is none.
  init?(_ bytes: RawSpan, _ token: BinanceToken) {
    var at = Int(token.start)
    let end = at + Int(token.count)
    while at < end {
      let byte = bytes.uncheckedByte(at: at)
      at += 1
      guard byte == UInt8(ascii: "\\") else {
        guard append(byte) else { return nil }
        continue
      }
      guard at < end else { return nil }
      let letter = bytes.uncheckedByte(at: at)
      at += 1
      if letter == UInt8(ascii: "u") {
        guard let scalar = Self.scalar(bytes, at: &at, end: end), append(scalar) else { return nil }
      } else {
        guard let plain = Self.plain(letter), append(plain) else { return nil }
      }
    }
  }

  private static func plain(_ letter: UInt8) -> UInt8? {
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): letter
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: nil
    }
  }

  /// The character of `\uXXXX`, or of two of them; `at` stands behind the first `u`.
  private static func scalar(_ bytes: RawSpan, at: inout Int, end: Int) -> Unicode.Scalar? {
    guard let first = unit(bytes, at: &at, end: end) else { return nil }
    guard first & 0xFC00 == 0xD800 else { return Unicode.Scalar(first) }
    guard at + 2 <= end, bytes.uncheckedByte(at: at) == UInt8(ascii: "\\"),
      bytes.uncheckedByte(at: at + 1) == UInt8(ascii: "u")
    else { return nil }
    at += 2
    guard let second = unit(bytes, at: &at, end: end), second & 0xFC00 == 0xDC00 else { return nil }
    return Unicode.Scalar(0x10000 + (first & 0x3FF) << 10 + second & 0x3FF)
  }

  private static func unit(_ bytes: RawSpan, at: inout Int, end: Int) -> UInt32? {
    guard at + 4 <= end else { return nil }
    var unit: UInt32 = 0
    for offset in at..<(at + 4) {
      guard let digit = bytes.uncheckedByte(at: offset).hexadecimalValue else { return nil }
      unit = unit << 4 | UInt32(digit)
    }
    at += 4
    return unit
  }

  private mutating func append(_ scalar: Unicode.Scalar) -> Bool {
    let value = scalar.value
    func rest(_ shift: UInt32) -> UInt8 { UInt8(0x80 | value >> shift & 0x3F) }
    switch value {
    case ..<0x80: return append(UInt8(value))
    case ..<0x800: return append(UInt8(0xC0 | value >> 6)) && append(rest(0))
    case ..<0x10000:
      return append(UInt8(0xE0 | value >> 12)) && append(rest(6)) && append(rest(0))
    default:
      return append(UInt8(0xF0 | value >> 18)) && append(rest(12)) && append(rest(6))
        && append(rest(0))
    }
  }

  private mutating func append(_ byte: UInt8) -> Bool {
    guard count < BinanceLimits.symbolBytes else { return false }
    let bits = UInt64(byte) << UInt64(8 * (count & 7))
    switch count >> 3 {
    case 0: key.w0 |= bits
    case 1: key.w1 |= bits
    case 2: key.w2 |= bits
    default: key.w3 |= bits
    }
    count += 1
    return true
  }

  /// Byte `index`, which must be below `count`.
  func byte(_ index: Int) -> UInt8 {
    let word =
      switch index >> 3 {
      case 0: key.w0
      case 1: key.w1
      case 2: key.w2
      default: key.w3
      }
    return UInt8(truncatingIfNeeded: word >> UInt64(8 * (index & 7)))
  }

  /// Whether it can be a symbol: no spaces, control characters, quotes or backslashes.
  var isSymbol: Bool {
    guard count > 0 else { return false }
    for index in 0..<count {
      let byte = byte(index)
      guard byte > 0x20, byte != 0x7F, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\")
      else { return false }
    }
    return true
  }
}

extension UInt8 {
  /// The value of a hexadecimal digit.
  fileprivate var hexadecimalValue: UInt8? {
    switch self {
    case 0x30...0x39: self - 0x30
    case 0x41...0x46: self - 0x37
    case 0x61...0x66: self - 0x57
    default: nil
    }
  }
}
