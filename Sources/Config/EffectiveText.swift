/// The configuration as it is in effect: every key with its value, as YAML that reads back to the
/// same. Secrets appear as where they come from.
struct EffectiveText {
  private(set) var text = ""

  init(_ root: CheckedSection) { write(root, indent: 0, isElement: false) }

  /// Writes the keys of a map. The first line of a list's element begins behind its "- ".
  private mutating func write(_ section: CheckedSection, indent: Int, isElement: Bool) {
    var isFirst = isElement
    for key in section.schema.keys {
      let value = section[key.name]
      guard value != .nothing else { continue }
      text += isFirst ? "" : String(repeating: " ", count: indent)
      isFirst = false
      text += "\(key.name):"
      write(value, indent: indent)
    }
    if isFirst { text += "{}\n" }
  }

  /// Writes what stands behind a colon, and the end of the line.
  private mutating func write(_ value: SettingValue, indent: Int) {
    switch value {
    case .section(let section):
      guard section.schema.keys.contains(where: { section[$0.name] != .nothing }) else {
        text += " {}\n"
        return
      }
      text += "\n"
      write(section, indent: indent + 2, isElement: false)
    case .list(let elements) where elements.contains { $0.value.isSection }:
      text += "\n"
      for element in elements {
        guard case .section(let section) = element.value else { continue }
        text += String(repeating: " ", count: indent + 2) + "- "
        if section.schema.name == "symbol" {
          text += Self.symbol(section) + "\n"
        } else {
          write(section, indent: indent + 4, isElement: true)
        }
      }
    case .secret(let secret):
      text += " \(Self.scalar(value))  # \(secret)\n"
    default: text += " \(Self.scalar(value))\n"
    }
  }

  /// An instrument in one line: what its source says of all of them is not said again.
  private static func symbol(_ section: CheckedSection) -> String {
    let keys = section.schema.keys.filter { key in
      section.values[key.name]?.place != nil && section[key.name] != .nothing
    }
    if keys.count == 1 { return quoted(section.text("symbol")) }
    let parts = keys.map { "\($0.name): \(scalar(section[$0.name], isInFlow: true))" }
    return "{" + parts.joined(separator: ", ") + "}"
  }

  private static func scalar(_ value: SettingValue, isInFlow: Bool = false) -> String {
    switch value {
    case .text(let text): isPlain(text) ? text : quoted(text)
    case .secret(let secret):
      "\(secret.origin.reference.tag) "
        + quoted(secret.origin.reference.argument, keepsReferences: secret.origin.isVariable)
    case .list(let elements):
      "[" + elements.map { scalar($0.value, isInFlow: true) }.joined(separator: ", ") + "]"
    default: value.plainText
    }
  }

  /// Whether a text reads the same without quotes, whatever stands around it.
  private static func isPlain(_ text: String) -> Bool {
    guard let first = text.utf8.first, first == UInt8(ascii: "/") || isAlphanumeric(first) else {
      return false
    }
    return text.utf8.count <= 200
      && text.utf8.allSatisfy { isAlphanumeric($0) || "/._-+".utf8.contains($0) }
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
  }

  /// In double quotes; what would be a reference to the environment is written as what it is.
  private static func quoted(_ text: String, keepsReferences: Bool = false) -> String {
    var result = "\""
    var letters = text.unicodeScalars.makeIterator()
    var next = letters.next()
    while let letter = next {
      next = letters.next()
      switch letter {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "$" where next == "{" && !keepsReferences: result += "$$"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case _
      where letter.value < 0x20 || letter.value == 0x7F || letter.value == 0x85
        || letter.value == 0x2028 || letter.value == 0x2029 || letter.value == 0xFEFF:
        let hex = String(letter.value, radix: 16, uppercase: true)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: result.unicodeScalars.append(letter)
      }
    }
    return result + "\""
  }
}

extension Secret.Origin {
  var isVariable: Bool {
    if case .environment = self { return true }
    return false
  }
}

extension SettingValue {
  var isSection: Bool {
    if case .section = self { return true }
    return false
  }

  /// A value as people write it; a secret as where it comes from.
  var plainText: String {
    switch self {
    case .text(let text): text
    case .integer(let number): "\(number)"
    case .boolean(let truth): truth ? "true" : "false"
    case .nanos(let nanos): Units.nanosText(nanos)
    case .bytes(let bytes): Units.bytesText(bytes)
    case .rate(let rate): "\(rate)"
    case .share(let millionths): Units.shareText(millionths)
    case .multiple(let thousandths): Units.multipleText(thousandths)
    case .secret(let secret): "\(secret)"
    case .list(let elements):
      "[" + elements.map(\.value.plainText).joined(separator: ", ") + "]"
    case .section(let section): section.plainText
    case .nothing: "nothing"
    }
  }
}

extension CheckedSection {
  /// The name of an element that has one, else all that it says.
  fileprivate var plainText: String {
    if let identity = schema.identity { return text(identity) }
    let parts = schema.keys.filter { self[$0.name] != .nothing }
      .map { "\($0.name): \(self[$0.name].plainText)" }
    return "{" + parts.joined(separator: ", ") + "}"
  }
}

extension Configuration {
  /// All values as they are in effect, as YAML that reads back to the same. No secret is in it.
  public var effectiveYAML: String { EffectiveText(root).text }
}
