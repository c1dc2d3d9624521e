internal import Sqlite

/// The tables of the gap ledger. Times are Unix ns.
///
///     source          one row a source: its trading hours, and the last sign of life
///     watch           when an instrument was watched at a source; `to_ns` is null while it is
///     gap             intervals and holes; `to_ns` is null while one lasts
///     gap_instrument  the instruments of a gap; none means all of its source
///     repair          what became of the attempts to fill a gap, one an instrument (0 for all)
enum GapSchema {
  static var schema: SqliteSchema {
    // "MRGP" in the file's header.
    SqliteSchema(applicationID: 0x4D52_4750, steps: [first])
  }

  private static var first: [SqliteQuery] {
    [
      SqliteQuery(
        "make source",
        """
        CREATE TABLE source (
          name TEXT PRIMARY KEY, hours TEXT NOT NULL, alive_ns INTEGER NOT NULL,
          is_running INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """),
      SqliteQuery(
        "make watch",
        """
        CREATE TABLE watch (
          id INTEGER PRIMARY KEY, source TEXT NOT NULL, instrument INTEGER NOT NULL,
          from_ns INTEGER NOT NULL, to_ns INTEGER
        ) STRICT
        """),
      SqliteQuery(
        "make watch index", "CREATE INDEX watch_by_source ON watch (source, instrument, from_ns)"),
      SqliteQuery(
        "make gap",
        """
        CREATE TABLE gap (
          id INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL, epoch INTEGER NOT NULL,
          cause TEXT NOT NULL, detail TEXT NOT NULL, from_ns INTEGER NOT NULL, to_ns INTEGER,
          ending INTEGER NOT NULL, channel TEXT, first INTEGER, last INTEGER,
          session TEXT NOT NULL
        ) STRICT
        """),
      SqliteQuery("make gap index", "CREATE INDEX gap_by_time ON gap (source, from_ns)"),
      SqliteQuery(
        "make open index", "CREATE INDEX gap_open ON gap (source) WHERE to_ns IS NULL"),
      SqliteQuery(
        "make gap_instrument",
        """
        CREATE TABLE gap_instrument (
          gap INTEGER NOT NULL REFERENCES gap ON DELETE CASCADE, instrument INTEGER NOT NULL,
          PRIMARY KEY (gap, instrument)
        ) STRICT, WITHOUT ROWID
        """),
      SqliteQuery(
        "make repair",
        """
        CREATE TABLE repair (
          gap INTEGER NOT NULL REFERENCES gap ON DELETE CASCADE, instrument INTEGER NOT NULL,
          status INTEGER NOT NULL, records INTEGER NOT NULL, detail TEXT NOT NULL,
          time_ns INTEGER NOT NULL, PRIMARY KEY (gap, instrument)
        ) STRICT, WITHOUT ROWID
        """),
    ]
  }
}
