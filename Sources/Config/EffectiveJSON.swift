/// The configuration as it is in effect, as one JSON object. Values with units are texts as in the
/// YAML; secrets are told by where they come from.
struct EffectiveJSON {
  private(set) var text = ""

  init(_ root: CheckedSection) { write(root) }

  private mutating func write(_ section: CheckedSection) {
    text += "{"
    var isFirst = true
    for key in section.schema.keys where section[key.name] != .nothing {
      text += isFirst ? "" : ","
      isFirst = false
      text += Self.quoted(key.name) + ":"
      write(section[key.name])
    }
    text += "}"
  }

  private mutating func write(_ value: SettingValue) {
    switch value {
    case .section(let section): write(section)
    case .list(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        text += index == 0 ? "" : ","
        write(element.value)
      }
      text += "]"
    case .integer, .boolean: text += value.plainText
    case .nothing: text += "null"
    default: text += Self.quoted(value.plainText)
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for letter in text.unicodeScalars {
      switch letter {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where letter.value < 0x20 || letter.value == 0x7F:
        let hex = String(letter.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: result.unicodeScalars.append(letter)
      }
    }
    return result + "\""
  }
}

extension Configuration {
  /// All values as they are in effect, as a JSON object. No secret is in it.
  public var effectiveJSON: String { EffectiveJSON(root).text }
}
