/// Names of files made from symbols.
enum SafeFileName {
  /// The text with everything but ASCII letters, digits, `-`, `_`, `+`, `^` and `~` as `%XX`.
  ///
  /// Two texts never give one name, none is empty, hidden or a path, and none is that of
  /// `instrument`.
  static func of(_ text: String) -> String {
    guard !text.isEmpty else { return "%" }
    var name = ""
    for byte in text.utf8 {
      if isPlain(byte) {
        name.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        name += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return name
  }

  /// The name for records of an instrument whose symbol nobody has told; 0 is the whole market.
  static func instrument(_ id: UInt32) -> String { "instrument=\(id)" }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
      UInt8(ascii: "+"), UInt8(ascii: "^"), UInt8(ascii: "~"):
      true
    default: false
    }
  }
}
