public import Sqlite

/// Why the catalog could not do what was asked.
public enum CatalogError: Error, Equatable, Sendable {
  case storage(SqliteError)
  /// A symbol, a canonical symbol or a source's name that must not be kept; the text says why.
  case badName(String, why: String)
  /// The definition contradicts what is known.
  case conflict(String, why: String)
  /// All 2^27 - 1 instrument ids are given out.
  case noMoreIDs
}

extension CatalogError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .storage(let error): "\(error)"
    case .badName(let name, let why): "\(why): \(name)"
    case .conflict(let name, let why): "\(name): \(why)"
    case .noMoreIDs: "all instrument ids are given out"
    }
  }
}
