internal import Wire

/// Limits of text feeds; reaching one is counted.
public enum TextLimits {
  /// Bytes of one line of a file: the largest snapshots that venues send have about 0.4 MiB.
  public static var lineBytes: Int { 1 << 20 }
}

/// One line of a text feed's file: the message, and when its recorder received it.
///
/// Recorders write the receive time before the message. Understood are
///
///     {...}                                   the message alone
///     1723161253937085768 {...}               time as an integer: s, ms, µs or ns by its digits
///     1633998512.0633569: {...}               time in seconds, as cryptofeed's raw dumps have it
///     https://HOST/PATH -> 1633998512.3: ...  an answer to a request, from the same dumps
///     wss://HOST/PATH <-> 1633998511.1        a note about the connection: no message
public struct TextLine: Sendable {
  /// The message's bytes; empty for a note.
  public var message: Range<Int>
  /// Receive time, ns since the Unix epoch; nil where the line has none.
  public var tsRecv: UInt64?
  /// Whether the line is a recorder's note and holds no message.
  public var isNote = false

  /// The type under which notes are counted as ignored.
  public static var noteType: UInt8 { UInt8(ascii: "#") }

  /// Reads the line `bytes[start ..< end]`, its line feed not included.
  public init(_ bytes: RawSpan, from start: Int, to end: Int) {
    var end = end
    if end > start, bytes.uncheckedByte(at: end - 1) == UInt8(ascii: "\r") { end -= 1 }
    message = start..<end
    guard start < end else { return }
    let first = bytes.uncheckedByte(at: start)
    if Self.isDigit(first) {
      takeTime(bytes)
    } else if first != UInt8(ascii: "{"), first != UInt8(ascii: "[") {
      takeRequest(bytes)
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

  /// A time before the message; what is not one is left to the decoder to reject.
  private mutating func takeTime(_ bytes: RawSpan) {
    var at = message.lowerBound
    let end = message.upperBound
    var nanos: UInt64 = 0
    var digits = 0
    var places = -1
    while at < end {
      let byte = bytes.uncheckedByte(at: at)
      if byte == UInt8(ascii: "."), places < 0 {
        places = 0
      } else if Self.isDigit(byte) {
        // 19 digits never pass 2^64; decimals beyond the ninth are below a nanosecond.
        if places < 9 {
          guard digits < 19 else { return }
          nanos = nanos &* 10 &+ UInt64(byte &- 0x30)
          digits += 1
          if places >= 0 { places += 1 }
        }
      } else {
        break
      }
      at += 1
    }
    if at < end, bytes.uncheckedByte(at: at) == UInt8(ascii: ":") { at += 1 }
    guard at < end, bytes.uncheckedByte(at: at) == UInt8(ascii: " ") else { return }
    let missing = places >= 0 ? 9 - places : Self.missingDigits(of: digits)
    var scaled = nanos
    for _ in 0..<missing {
      let (product, overflow) = scaled.multipliedReportingOverflow(by: 10)
      guard !overflow else { return }
      scaled = product
    }
    tsRecv = scaled
    message = (at + 1)..<end
  }

  /// Zeros that make nanoseconds of an integer time with so many digits (10 are seconds until the
  /// year 2286, and so on).
  private static func missingDigits(of digits: Int) -> Int {
    digits <= 10 ? 9 : digits <= 13 ? 6 : digits <= 16 ? 3 : 0
  }

  /// `URL -> time: message` or `URL <-> time`.
  private mutating func takeRequest(_ bytes: RawSpan) {
    let end = message.upperBound
    var at = message.lowerBound
    var isRequest = false
    while let blank = bytes.firstOffset(of: UInt8(ascii: " "), from: at, to: end) {
      let rest = end - blank
      if rest > 4, bytes.uncheckedBE(UInt32.self, at: blank) == 0x202D_3E20 {  // " -> "
        isRequest = true
        at = blank + 4
        break
      }
      if rest > 4, bytes.uncheckedBE(UInt32.self, at: blank) == 0x203C_2D3E {  // " <->"
        isNote = true
        message = end..<end
        return
      }
      at = blank + 1
    }
    guard isRequest, at < end, Self.isDigit(bytes.uncheckedByte(at: at)) else { return }
    var inner = self
    inner.message = at..<end
    inner.takeTime(bytes)
    if inner.tsRecv != nil { self = inner }
  }
}
