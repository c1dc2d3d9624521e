internal import Sqlite

/// The tables of the symbol master. Times are Unix ns; `to_ns` of what lasts is 2^63 - 1, so that
/// each moment is one comparison.
///
///     source      the feed by whose rule a source's symbols are checked
///     instrument  the ids, in the order of their making; a number is never given out twice
///     canonical   canonical symbol ↔ instrument, one to one at each moment
///     upstream_key  source and the upstream's own key → instrument, for ever
///     listing     source and symbol → instrument, with details; one instrument at each moment
enum SymbolSchema {
  static var schema: SqliteSchema {
    // "MRSM" in the file's header.
    SqliteSchema(applicationID: 0x4D52_534D, steps: [first])
  }

  private static var first: [SqliteQuery] {
    [
      SqliteQuery(
        "make source",
        "CREATE TABLE source (name TEXT PRIMARY KEY, feed TEXT NOT NULL) STRICT, WITHOUT ROWID"),
      SqliteQuery(
        "make instrument",
        """
        CREATE TABLE instrument (
          id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 134217727),
          made_ns INTEGER NOT NULL
        ) STRICT
        """),
      SqliteQuery(
        "make canonical",
        """
        CREATE TABLE canonical (
          id INTEGER PRIMARY KEY, name TEXT NOT NULL,
          instrument INTEGER NOT NULL REFERENCES instrument, from_ns INTEGER NOT NULL,
          to_ns INTEGER NOT NULL, CHECK (from_ns < to_ns)
        ) STRICT
        """),
      SqliteQuery(
        "make upstream_key",
        """
        CREATE TABLE upstream_key (
          source TEXT NOT NULL, key TEXT NOT NULL,
          instrument INTEGER NOT NULL REFERENCES instrument, PRIMARY KEY (source, key)
        ) STRICT, WITHOUT ROWID
        """),
      SqliteQuery(
        "make canonical index", "CREATE INDEX canonical_by_name ON canonical (name, from_ns)"),
      SqliteQuery(
        "make canonical id index",
        "CREATE INDEX canonical_by_instrument ON canonical (instrument, from_ns)"),
      SqliteQuery(
        "make listing",
        """
        CREATE TABLE listing (
          id INTEGER PRIMARY KEY, source TEXT NOT NULL, symbol TEXT NOT NULL,
          instrument INTEGER NOT NULL REFERENCES instrument, name TEXT NOT NULL,
          exchange TEXT NOT NULL, currency TEXT NOT NULL, type TEXT NOT NULL, key TEXT NOT NULL,
          tick INTEGER NOT NULL, from_ns INTEGER NOT NULL, to_ns INTEGER NOT NULL,
          CHECK (from_ns < to_ns)
        ) STRICT
        """),
      SqliteQuery(
        "make listing index", "CREATE INDEX listing_by_symbol ON listing (symbol, source, from_ns)"
      ),
      SqliteQuery(
        "make listing id index", "CREATE INDEX listing_by_instrument ON listing (instrument)"),
      SqliteQuery(
        "make listing key index",
        "CREATE INDEX listing_by_key ON listing (key, source) WHERE key <> ''"),
    ]
  }
}
