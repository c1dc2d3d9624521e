internal import Catalog
internal import Ledger
internal import Sqlite

/// `millrace symbols verify`: whether the symbol master contradicts itself.
enum SymbolsVerifyVerb: Verb {
  static var name: String { "symbols verify" }
  static var summary: String { "look for symbols that overlap, dangle or could not be asked for" }
  static var operands: String { "" }
  static var options: [any DeclaredOption] { [StateFolder.option] }
  static var notes: String {
    """
    overlap          a source's symbol means two things at a time
    two_instruments  two instruments have one canonical symbol at a time
    two_names        an instrument has two canonical symbols at a time
    dangling         a name without an instrument, or an instrument without a name
    refused          the source's feed could not ask for the symbol
    Exit codes: 0 nothing found, 1 findings.
    """
  }

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    let master = try StateFolder(context.arguments, verb: name).symbolMaster()
    let found: [SymbolFinding]
    do throws(SqliteError) {
      found = try master.verify(isValid: FeedSymbols.isValid)
    } catch {
      throw CommandError(error, verb: name)
    }
    if context.arguments[GlobalOptions.json] {
      var json = JSONText()
      json.object { json in
        json.field("findings") { json in
          json.array { json in
            for one in found {
              json.object {
                $0.field("kind", one.kind)
                $0.field("symbol", one.symbol)
                $0.field("text", one.text)
              }
            }
          }
        }
      }
      json.newLine()
      try context.output.write(json.utf8)
    } else {
      for one in found { try context.output.write("\(one.kind)  \(one.symbol): \(one.text)\n") }
      if found.isEmpty { try context.output.write("nothing found\n") }
    }
    return found.isEmpty ? .ok : .findings
  }
}
