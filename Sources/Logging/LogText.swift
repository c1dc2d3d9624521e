/// Text of log lines, escaped so that no value can end a line, begin another field, or move a
/// terminal's cursor.
struct LogText {
  private(set) var utf8: [UInt8] = []

  mutating func append(_ plain: String) { utf8 += plain.utf8 }

  /// A string of JSON (RFC 8259), with quotation marks. What JSON allows but a terminal or a
  /// line-reading program would act upon is escaped too.
  mutating func appendQuoted(_ text: String) {
    append("\"")
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": append("\\\"")
      case "\\": append("\\\\")
      case "\n": append("\\n")
      case "\r": append("\\r")
      case "\t": append("\\t")
      default:
        if Self.isActive(scalar) { appendEscape(scalar) } else { utf8 += String(scalar).utf8 }
      }
    }
    append("\"")
  }

  /// A value of logfmt: bare where nothing in it could be misread, else as a JSON string.
  mutating func appendValue(_ text: String) {
    let isBare =
      !text.isEmpty
      && text.unicodeScalars.allSatisfy { scalar in
        scalar.value > 0x20 && scalar != "\"" && scalar != "=" && scalar != "\\"
          && !Self.isActive(scalar) && !scalar.properties.isWhitespace
      }
    if isBare { append(text) } else { appendQuoted(text) }
  }

  /// Control characters of C0, DEL and C1 (U+009B begins a terminal's commands), the separators of
  /// lines and paragraphs, and what turns the direction of writing.
  private static func isActive(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
    default: false
    }
  }

  private mutating func appendEscape(_ scalar: Unicode.Scalar) {
    let digits = String(scalar.value, radix: 16)
    append("\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits)
  }

  /// A key: letters, digits, `_`, `.` and `-`; anything else becomes an underscore.
  static func key(_ name: String) -> String {
    let allowed = name.unicodeScalars.map { scalar -> Character in
      let isPlain =
        scalar.isASCII
        && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
          || ["_", ".", "-"].contains(scalar))
      return isPlain ? Character(scalar) : "_"
    }
    return allowed.isEmpty ? "_" : String(allowed.prefix(64))
  }

  /// At most `LoggingLimits.valueBytes` bytes of a text, cut between characters.
  static func bounded(_ text: String) -> String {
    let limit = LoggingLimits.valueBytes
    guard text.utf8.count > limit else { return text }
    var kept = ""
    var count = 0
    for scalar in text.unicodeScalars {
      count += scalar.utf8.count
      guard count <= limit else { break }
      kept.unicodeScalars.append(scalar)
    }
    return kept + "... (\(text.utf8.count) bytes)"
  }
}
