public import Sqlite

/// Something in the master that contradicts itself.
public struct SymbolFinding: Sendable, Equatable {
  /// A short name (`overlap`, `dangling`), stable for programs.
  public var kind: String
  public var symbol: String
  public var text: String
}

extension SymbolMaster {
  /// Looks for what must not be: overlapping validity, two instruments with one canonical symbol at
  /// a time, names without instruments and the reverse, symbols that their feed would refuse.
  ///
  /// `isValid` is asked with the source's feed and the symbol; nil where nobody knows the feed.
  public func verify(
    limit: Int = 10_000, isValid: (_ feed: String, _ symbol: String) -> Bool? = { _, _ in nil }
  ) throws(SqliteError) -> [SymbolFinding] {
    var found: [SymbolFinding] = []
    for (kind, query) in Self.checks {
      guard found.count < limit else { break }
      let left = limit - found.count
      try database.prepare(query).each([.integer(Int64(left))]) { (row) throws(SqliteError) in
        found.append(
          SymbolFinding(kind: kind, symbol: try row.text(0), text: try row.text(1)))
      }
    }
    var feeds: [String: String] = [:]
    for source in try sources() { feeds[source.name] = source.feed }
    let query = SqliteQuery(
      "symbols", "SELECT DISTINCT source, symbol FROM listing ORDER BY source, symbol")
    try database.prepare(query).each { (row) throws(SqliteError) in
      let source = try row.text(0)
      let symbol = try row.text(1)
      guard found.count < limit, isValid(feeds[source] ?? source, symbol) == false else { return }
      found.append(
        SymbolFinding(
          kind: "refused", symbol: symbol, text: "\(source) could not ask for this symbol"))
    }
    return found
  }

  private static let checks: [(String, SqliteQuery)] = [
    (
      "overlap",
      SqliteQuery(
        "overlapping listings",
        """
        SELECT a.symbol, a.source || ' has it twice at a time: instruments ' || a.instrument
          || ' and ' || b.instrument
        FROM listing a JOIN listing b ON b.symbol = a.symbol AND b.source = a.source
          AND b.id > a.id AND b.from_ns < a.to_ns AND b.to_ns > a.from_ns LIMIT ?1
        """)
    ),
    (
      "two_instruments",
      SqliteQuery(
        "overlapping canonical symbols",
        """
        SELECT a.name, 'instruments ' || a.instrument || ' and ' || b.instrument
          || ' have it at a time'
        FROM canonical a JOIN canonical b ON b.name = a.name AND b.id > a.id
          AND b.from_ns < a.to_ns AND b.to_ns > a.from_ns LIMIT ?1
        """)
    ),
    (
      "two_names",
      SqliteQuery(
        "instruments with two names",
        """
        SELECT a.name, 'instrument ' || a.instrument || ' is also called ' || b.name
        FROM canonical a JOIN canonical b ON b.instrument = a.instrument AND b.id > a.id
          AND b.name <> a.name AND b.from_ns < a.to_ns AND b.to_ns > a.from_ns LIMIT ?1
        """)
    ),
    (
      "dangling",
      SqliteQuery(
        "listings without a name",
        """
        SELECT l.symbol, l.source || ' means instrument ' || l.instrument
          || ', which has no canonical symbol for all of the time'
        FROM listing l WHERE NOT EXISTS (SELECT 1 FROM canonical c
          WHERE c.instrument = l.instrument AND c.from_ns <= l.from_ns AND c.to_ns > l.from_ns)
        OR NOT EXISTS (SELECT 1 FROM canonical c
          WHERE c.instrument = l.instrument AND c.from_ns < l.to_ns AND c.to_ns >= l.to_ns)
        LIMIT ?1
        """)
    ),
    (
      "dangling",
      SqliteQuery(
        "names without a listing",
        """
        SELECT c.name, 'instrument ' || c.instrument || ' is listed nowhere' FROM canonical c
        WHERE NOT EXISTS (SELECT 1 FROM listing l WHERE l.instrument = c.instrument) LIMIT ?1
        """)
    ),
    (
      "dangling",
      SqliteQuery(
        "rows without an instrument",
        """
        SELECT l.symbol, l.source || ' means instrument ' || l.instrument || ', which is not there'
        FROM listing l WHERE NOT EXISTS (SELECT 1 FROM instrument i WHERE i.id = l.instrument)
        LIMIT ?1
        """)
    ),
  ]
}
