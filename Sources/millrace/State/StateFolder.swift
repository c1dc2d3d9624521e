internal import Catalog
internal import FeedKit
internal import FeedRegistry
internal import Ledger
internal import Sqlite

/// The folder in which live sessions keep what must outlast them: `gaps.sqlite`, `symbols.sqlite`,
/// `quarantine/`.
struct StateFolder {
  static let option = CommandOption.text(
    "state", "DIR", help: "the folder of state, as the configuration names it",
    default: "/var/lib/millrace")

  let path: String
  let verb: String

  init(_ arguments: CommandArguments, verb: String) {
    path = arguments.value(of: Self.option)
    self.verb = verb
  }

  var gaps: String { "\(path)/gaps.sqlite" }
  var symbols: String { "\(path)/symbols.sqlite" }
  var quarantine: String { "\(path)/quarantine" }

  /// The gap ledger, to be read.
  func gapLedger() throws(CommandError) -> GapLedger {
    try mustExist(gaps, "gap ledger")
    do throws(SqliteError) {
      return try GapLedger(path: gaps, startingAt: nil)
    } catch {
      throw CommandError(error, verb: verb)
    }
  }

  /// The symbol master, to be read.
  func symbolMaster() throws(CommandError) -> SymbolMaster {
    try mustExist(symbols, "symbol master")
    return try symbolMaster(.readOnly)
  }

  func symbolMaster(_ access: SqliteAccess) throws(CommandError) -> SymbolMaster {
    do throws(SqliteError) {
      return try SymbolMaster(path: symbols, access: access)
    } catch {
      throw CommandError(error, verb: verb)
    }
  }

  private func mustExist(_ file: String, _ what: String) throws(CommandError) {
    guard SystemCalls.look(at: file) == nil else { return }
    throw CommandError(
      .noInput, verb: verb, happened: "there is no \(what)", what: file,
      remedy: "name the folder of a configuration with live sessions with --state DIR")
  }
}

extension CommandError {
  /// A database that could not be opened, read or written.
  init(_ error: SqliteError, verb: String) {
    let code: ExitCode =
      switch error.kind {
      case .access: .permission
      case .damaged, .foreign, .newer, .wrongType: .badInput
      case .busy: .unavailable
      default: .inputOutput
      }
    self.init(
      code, verb: verb, happened: error.happened, what: error.path, remedy: error.remedy)
  }

  init(_ error: CatalogError, verb: String) {
    switch error {
    case .storage(let error): self.init(error, verb: verb)
    default:
      self.init(
        .badInput, verb: verb, happened: "the symbol master refuses it", what: "\(error)",
        remedy: "see millrace symbols verify")
    }
  }
}

/// Whether symbols are such that a feed could ask for them.
enum FeedSymbols {
  /// By the rule of the feed of this name; nil where there is no such feed, or it has no rule.
  static func isValid(feed: String, symbol: String) -> Bool? {
    (FeedRegistry.feed(named: feed) as? any LiveFeed.Type)?.isValidSymbol(symbol)
  }
}
