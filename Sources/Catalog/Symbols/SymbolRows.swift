internal import Sqlite

/// A stretch of time of one row: `from ..< to`, Unix ns, `SymbolRow.forever` for an open end.
struct Stretch: Equatable, Sendable {
  var from: Int64
  var to: Int64

  static var forever: Int64 { .max }

  func covers(_ other: Stretch) -> Bool { from <= other.from && to >= other.to }
  func contains(_ moment: Int64) -> Bool { from <= moment && moment < to }
}

/// A row of `canonical`.
struct CanonicalRow: Sendable {
  var id: Int64
  var name: String
  var instrument: Int64
  var stretch: Stretch
}

/// A row of `listing`.
struct ListingRow: Sendable {
  var id: Int64
  var source: String
  var symbol: String
  var instrument: Int64
  var details: SymbolDetails
  var stretch: Stretch
}

/// The master's statements, prepared once.
struct SymbolStatements {
  let namesByName: SqliteStatement
  let namesByInstrument: SqliteStatement
  let addName: SqliteStatement
  let endName: SqliteStatement
  let deleteName: SqliteStatement
  let bySymbol: SqliteStatement
  let byAnySymbol: SqliteStatement
  let byInstrument: SqliteStatement
  let byKey: SqliteStatement
  let instrumentOfKey: SqliteStatement
  let addKey: SqliteStatement
  let byAnyKey: SqliteStatement
  let addListing: SqliteStatement
  let endListing: SqliteStatement
  let deleteListing: SqliteStatement
  let addInstrument: SqliteStatement
  let hasInstrument: SqliteStatement
  let putSource: SqliteStatement
  let sources: SqliteStatement

  init(_ database: SqliteDatabase) throws(SqliteError) {
    func prepare(
      _ name: StaticString, _ text: StaticString
    ) throws(SqliteError) -> SqliteStatement {
      try database.prepare(SqliteQuery(name, text))
    }
    namesByName = try prepare(
      "canonical by name",
      """
      SELECT id, name, instrument, from_ns, to_ns FROM canonical
      WHERE name = ?1 AND from_ns < ?3 AND to_ns > ?2 ORDER BY from_ns
      """)
    namesByInstrument = try prepare(
      "canonical by instrument",
      """
      SELECT id, name, instrument, from_ns, to_ns FROM canonical
      WHERE instrument = ?1 AND from_ns < ?3 AND to_ns > ?2 ORDER BY from_ns
      """)
    addName = try prepare(
      "add canonical",
      "INSERT INTO canonical (name, instrument, from_ns, to_ns) VALUES (?1, ?2, ?3, ?4)")
    endName = try prepare("end canonical", "UPDATE canonical SET to_ns = ?2 WHERE id = ?1")
    deleteName = try prepare("delete canonical", "DELETE FROM canonical WHERE id = ?1")
    bySymbol = try prepare(
      "listing by symbol",
      """
      SELECT id, source, symbol, instrument, name, exchange, currency, type, key, tick, from_ns,
        to_ns FROM listing
      WHERE symbol = ?1 AND source = ?2 AND from_ns < ?4 AND to_ns > ?3 ORDER BY from_ns
      """)
    byAnySymbol = try prepare(
      "listing by symbol at all sources",
      """
      SELECT id, source, symbol, instrument, name, exchange, currency, type, key, tick, from_ns,
        to_ns FROM listing
      WHERE symbol = ?1 AND from_ns < ?3 AND to_ns > ?2 ORDER BY source, from_ns
      """)
    byInstrument = try prepare(
      "listing by instrument",
      """
      SELECT id, source, symbol, instrument, name, exchange, currency, type, key, tick, from_ns,
        to_ns FROM listing
      WHERE instrument = ?1 AND from_ns < ?3 AND to_ns > ?2 ORDER BY source, from_ns
      """)
    byKey = try database.prepare(Self.byKeyText)
    instrumentOfKey = try prepare(
      "instrument of key", "SELECT instrument FROM upstream_key WHERE source = ?1 AND key = ?2")
    addKey = try prepare("add key", "INSERT OR IGNORE INTO upstream_key VALUES (?1, ?2, ?3)")
    byAnyKey = try database.prepare(Self.byAnyKeyText)
    addListing = try prepare(
      "add listing",
      """
      INSERT INTO listing (source, symbol, instrument, name, exchange, currency, type, key, tick,
        from_ns, to_ns) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
      """)
    endListing = try prepare("end listing", "UPDATE listing SET to_ns = ?2 WHERE id = ?1")
    deleteListing = try prepare("delete listing", "DELETE FROM listing WHERE id = ?1")
    addInstrument = try prepare("add instrument", "INSERT INTO instrument VALUES (?1, ?2)")
    hasInstrument = try prepare("look for instrument", "SELECT id FROM instrument WHERE id = ?1")
    putSource = try prepare(
      "put source",
      """
      INSERT INTO source VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET feed = excluded.feed
      """)
    sources = try prepare("sources", "SELECT name, feed FROM source ORDER BY name")
  }

  private static var byKeyText: SqliteQuery {
    SqliteQuery(
      "listing by key",
      """
      SELECT id, source, symbol, instrument, name, exchange, currency, type, key, tick, from_ns,
        to_ns FROM listing WHERE key = ?1 AND key <> '' AND source = ?2 ORDER BY from_ns
      """)
  }

  private static var byAnyKeyText: SqliteQuery {
    SqliteQuery(
      "listing by key at all sources",
      """
      SELECT id, source, symbol, instrument, name, exchange, currency, type, key, tick, from_ns,
        to_ns FROM listing WHERE key = ?1 AND key <> '' AND from_ns < ?3 AND to_ns > ?2
      ORDER BY source, from_ns
      """)
  }

  static func name(_ row: borrowing SqliteRow) throws(SqliteError) -> CanonicalRow {
    CanonicalRow(
      id: try row.integer(0), name: try row.text(1), instrument: try row.integer(2),
      stretch: Stretch(from: try row.integer(3), to: try row.integer(4)))
  }

  static func listing(_ row: borrowing SqliteRow) throws(SqliteError) -> ListingRow {
    ListingRow(
      id: try row.integer(0), source: try row.text(1), symbol: try row.text(2),
      instrument: try row.integer(3),
      details: SymbolDetails(
        name: try row.text(4), exchange: try row.text(5), currency: try row.text(6),
        securityType: try row.text(7), key: try row.text(8), tickSize: try row.integer(9)),
      stretch: Stretch(from: try row.integer(10), to: try row.integer(11)))
  }
}
