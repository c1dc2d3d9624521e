/// Padded text fields of SoupBinTCP. Either padding is accepted: public clients use both.
extension SoupBinTCPServer {
  static func trimmed(_ text: String) -> String {
    var text = Substring(text)
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }

  static func padded(_ text: String, _ count: Int) -> String {
    String(repeating: " ", count: max(count - text.utf8.count, 0)) + text
  }

  /// An unsigned number; blanks alone mean 0. Nil for anything else.
  static func number(_ text: String) -> UInt64? {
    let digits = trimmed(text)
    if digits.isEmpty { return 0 }
    guard digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
    return UInt64(digits)
  }

  static func matches(_ expected: String, _ given: String) -> Bool {
    expected.isEmpty || trimmed(expected).uppercased() == trimmed(given).uppercased()
  }

  /// Writes a packet without payload at `offset` and gives where it ends.
  static func packet(
    _ type: Unicode.Scalar, into out: inout MutableRawSpan, at offset: Int
  ) -> Int {
    out.storeBytes(of: (1 as UInt16).bigEndian, toByteOffset: offset, as: UInt16.self)
    out.storeBytes(
      of: UInt8(truncatingIfNeeded: type.value), toByteOffset: offset + 2, as: UInt8.self)
    return offset + 3
  }
}
