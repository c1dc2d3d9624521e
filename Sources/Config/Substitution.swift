/// References to the environment in a text: `${NAME}`, `${NAME:-default}`; `$${` is a plain `${`.
struct Substitution {
  /// The text with the values of the variables in it.
  private(set) var text = ""
  /// The one variable that makes up all of the text, with no default: what a secret may be.
  private(set) var whole: String?
  private(set) var hasReferences = false
  /// What is wrong, and how many characters from the beginning.
  private(set) var failures: [(message: String, offset: Int)] = []

  init(_ source: String, environment: [String: String]) {
    // Nearly every text has none.
    guard source.utf8.contains(UInt8(ascii: "$")) else {
      text = source
      return
    }
    let letters = Array(source)
    var index = 0
    while index < letters.count {
      if letters[index...].starts(with: "$${") {
        text += "${"
        index += 3
      } else if letters[index...].starts(with: "${") {
        index = reference(letters, index, environment)
      } else {
        text.append(letters[index])
        index += 1
      }
    }
  }

  /// Reads one reference; gives the index behind it.
  private mutating func reference(
    _ letters: [Character], _ start: Int, _ environment: [String: String]
  ) -> Int {
    hasReferences = true
    guard let end = letters[start...].firstIndex(of: "}") else {
      failures.append(("a reference ${...} without its end; write $${ for the signs", start))
      return letters.count
    }
    let inside = String(letters[(start + 2)..<end])
    let parts = inside.split(separator: ":-", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts.first.map(String.init) ?? ""
    guard Self.isName(name) else {
      failures.append(
        ("\(Units.quoted(name)) is no name of an environment variable", start))
      return end + 1
    }
    if start == 0, end == letters.count - 1, parts.count == 1 { whole = name }
    if let value = environment[name], !value.isEmpty || parts.count == 1 {
      text += value
    } else if parts.count == 2 {
      text += parts[1]
    } else {
      failures.append(
        (
          "the environment variable \(name) is not set; set it, or write ${\(name):-default}",
          start
        ))
    }
    if text.count > ConfigLimits.textCharacters {
      failures.append(("a text of more than \(ConfigLimits.textCharacters) characters", start))
      return letters.count
    }
    return end + 1
  }

  static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
    return text.utf8.allSatisfy { byte in
      byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
  }
}
