extension LedgerReport {
  /// The report in the text format of Prometheus, version 0.0.4.
  ///
  /// Names are `millrace_<scope>_<counter>`, with `_total` for what only grows. Elements of arrays
  /// appear once they are not zero.
  public func prometheus() -> String {
    var text = """
      # HELP millrace_ledger_balanced Whether every message is accounted for.
      # TYPE millrace_ledger_balanced gauge
      millrace_ledger_balanced \(isBalanced ? 1 : 0)

      """
    for scope in scopes {
      let blocks = blocks(of: scope).map { (block: $0, labels: labels(of: $0)) }
      for entry in entries(of: scope) {
        let isCounter = entry.kind == .counter
        let plain = "millrace_\(scope.name)_\(entry.name)"
        let name = Self.metricName(isCounter ? "\(plain)_total" : plain)
        text += "# HELP \(name) \(Self.escaped(entry.help))\n"
        text += "# TYPE \(name) \(isCounter ? "counter" : "gauge")\n"
        for (block, labels) in blocks {
          if entry.wordCount == 1 {
            text += "\(name)\(Self.braced(labels)) \(block[entry.id])\n"
          } else {
            for (element, value) in block.elements(entry.id) {
              let all = labels + [(label: Self.metricName(entry.label), name: element)]
              text += "\(name)\(Self.braced(all)) \(value)\n"
            }
          }
        }
      }
    }
    return text
  }

  private static func braced(_ labels: [(label: String, name: String)]) -> String {
    guard !labels.isEmpty else { return "" }
    let pairs = labels.map { "\($0.label)=\"\(escaped($0.name, quotes: true))\"" }
    return "{\(pairs.joined(separator: ","))}"
  }

  /// Names come from the file: what the format does not allow in them becomes an underscore.
  private static func metricName(_ name: String) -> String {
    String(
      name.map { character in
        character.isASCII && (character.isLetter || character.isNumber) ? character : "_"
      })
  }

  private static func escaped(_ text: String, quotes: Bool = false) -> String {
    var result = ""
    for character in text {
      switch character {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\"" where quotes: result += "\\\""
      default: result.append(character)
      }
    }
    return result
  }
}
