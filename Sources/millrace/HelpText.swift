/// Help, made from what the verbs declare.
enum HelpText {
  /// What `millrace --help` prints.
  static var overview: String {
    var text = """
      millrace: market data from the wire to shared memory, every message accounted for

      usage: millrace VERB [OPTIONS] [OPERANDS]
             millrace help VERB

      verbs:

      """
    text += table(VerbTable.verbs.map { ($0.name, $0.summary) })
    text += """

      Every verb takes --json, --quiet, -v, --no-color, --help; @FILE reads options from a file.
      Exit codes: 0 well, 1 findings, 64 usage, 65 bad input, 66 no input, 69 unavailable,
      73 and 74 input or output failed, 75 stopped, 77 permission, 78 configuration.

      """
    return text
  }

  /// What `millrace VERB --help` prints.
  static func text(of verb: any Verb.Type) -> String {
    let operands = verb.operands.isEmpty ? "" : " " + verb.operands
    var text = "millrace \(verb.name): \(verb.summary)\n\n"
    text += "usage: millrace \(verb.name) [OPTIONS]\(operands)\n"
    if !verb.options.isEmpty { text += "\noptions:\n" + table(verb.options.map(row)) }
    text += "\noptions of every verb:\n" + table(GlobalOptions.all.map(row))
    if !verb.notes.isEmpty { text += "\n\(verb.notes)\n" }
    return text
  }

  private static func row(_ option: any DeclaredOption) -> (String, String) {
    let letter = option.letter.map { "-\($0), " } ?? ""
    let value = option.placeholder.map { " " + $0 } ?? ""
    let fallback = option.defaultText.map { " (default \($0))" } ?? ""
    return (letter + "--" + option.name + value, option.help + fallback)
  }

  /// Two columns; long texts are wrapped under their own column.
  private static func table(_ rows: [(String, String)]) -> String {
    let width = min(rows.map(\.0.count).max() ?? 0, Self.nameColumns)
    var text = ""
    for (name, help) in rows {
      var line = "  " + name
      let indent = width + 4
      line += String(repeating: " ", count: max(indent - line.count, 2))
      for word in help.split(separator: " ") {
        let isFirst = line.allSatisfy { $0 == " " }
        if line.count + word.count > Self.columns, !isFirst {
          while line.last == " " { line.removeLast() }
          text += line + "\n"
          line = String(repeating: " ", count: indent)
        }
        line += word + " "
      }
      line.removeLast()
      text += line + "\n"
    }
    return text
  }

  /// Columns of a line of help, and of the names in it.
  private static var columns: Int { 90 }
  private static var nameColumns: Int { 30 }
}
