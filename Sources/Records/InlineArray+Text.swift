public import Wire

/// NUL-padded ASCII text in a fixed number of bytes, as records carry symbols and messages.
///
/// The format wants a NUL at the end, so that `count - 1` characters fit; fields of the venue's own
/// width (`currency`, `asset`) follow the same rule.
extension InlineArray where Element == UInt8 {
  /// The text as padded bytes; what does not fit is cut.
  public init(text: String) {
    self.init(repeating: 0)
    setText(text)
  }

  /// Replaces the text and zeroes the rest; false where the end had to be cut.
  @discardableResult
  public mutating func setText(_ text: String) -> Bool {
    setText(text.utf8)
  }

  /// Replaces the text by bytes and zeroes the rest; false where the end had to be cut.
  @inlinable
  @discardableResult
  public mutating func setText(_ text: some Sequence<UInt8>) -> Bool {
    var used = 0
    var fits = true
    for byte in text {
      guard used < count - 1 else {
        fits = false
        break
      }
      self[used] = byte
      used += 1
    }
    for index in used..<count { self[index] = 0 }
    return fits
  }

  /// Replaces the text by `length` bytes of `bytes`, trailing spaces cut, and zeroes the rest, for
  /// the space-padded fields of exchanges; false where the end had to be cut or lies outside.
  @inlinable
  @discardableResult
  public mutating func setText(spacePadded bytes: RawSpan, at offset: Int, count length: Int)
    -> Bool
  {
    guard offset >= 0, length >= 0, offset <= bytes.byteCount - length else { return false }
    var end = length
    while end > 0, bytes.uncheckedByte(at: offset &+ end &- 1) == 0x20 { end &-= 1 }
    let used = Swift.min(end, Swift.max(count - 1, 0))
    for index in 0..<used { self[index] = bytes.uncheckedByte(at: offset &+ index) }
    for index in used..<count { self[index] = 0 }
    return used == end
  }

  /// The bytes before the first NUL as a String; invalid UTF-8 is repaired.
  public var text: String {
    String(decoding: textBytes, as: UTF8.self)
  }

  /// The bytes before the first NUL.
  public var textBytes: [UInt8] {
    var result: [UInt8] = []
    for index in 0..<count {
      guard self[index] != 0 else { break }
      result.append(self[index])
    }
    return result
  }
}
