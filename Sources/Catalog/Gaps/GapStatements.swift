internal import Sqlite

/// The ledger's statements, prepared once.
struct GapStatements {
  let add: SqliteStatement
  let addInstrument: SqliteStatement
  let closeOne: SqliteStatement
  let openOf: SqliteStatement
  let putRepair: SqliteStatement
  let overlapping: SqliteStatement
  let query: SqliteStatement
  let instruments: SqliteStatement
  let repairs: SqliteStatement
  let putSource: SqliteStatement
  let beat: SqliteStatement
  let sources: SqliteStatement
  let openWatches: SqliteStatement
  let addWatch: SqliteStatement
  let closeWatch: SqliteStatement
  let watches: SqliteStatement

  init(_ database: SqliteDatabase) throws(SqliteError) {
    add = try database.prepare(Self.addText)
    addInstrument = try database.prepare(
      SqliteQuery(
        "add instrument of gap", "INSERT OR IGNORE INTO gap_instrument VALUES (?1, ?2)"))
    closeOne = try database.prepare(
      SqliteQuery(
        "close gap",
        """
        UPDATE gap SET from_ns = ?2, to_ns = ?3, ending = ?4, cause = ?5, detail = ?6
        WHERE id = ?1
        """))
    openOf = try database.prepare(
      SqliteQuery(
        "open gaps of source",
        """
        SELECT id, from_ns, cause, detail FROM gap
        WHERE source = ?1 AND to_ns IS NULL ORDER BY id
        """))
    putRepair = try database.prepare(
      SqliteQuery("note repair", "INSERT OR REPLACE INTO repair VALUES (?1, ?2, ?3, ?4, ?5, ?6)"))
    overlapping = try database.prepare(Self.overlappingText)
    query = try database.prepare(Self.queryText)
    instruments = try database.prepare(
      SqliteQuery(
        "instruments of gap",
        "SELECT instrument FROM gap_instrument WHERE gap = ?1 ORDER BY instrument"))
    repairs = try database.prepare(
      SqliteQuery(
        "repairs of gap",
        """
        SELECT instrument, status, records, detail, time_ns FROM repair
        WHERE gap = ?1 ORDER BY instrument
        """))
    putSource = try database.prepare(
      SqliteQuery(
        "put source",
        """
        INSERT INTO source VALUES (?1, ?2, ?3, ?4) ON CONFLICT (name) DO UPDATE
        SET hours = excluded.hours, alive_ns = excluded.alive_ns, is_running = excluded.is_running
        """))
    beat = try database.prepare(
      SqliteQuery("sign of life", "UPDATE source SET alive_ns = ?1 WHERE is_running = 1"))
    sources = try database.prepare(
      SqliteQuery("sources", "SELECT name, hours, alive_ns, is_running FROM source ORDER BY name"))
    openWatches = try database.prepare(
      SqliteQuery(
        "open watches", "SELECT id, instrument FROM watch WHERE source = ?1 AND to_ns IS NULL"))
    addWatch = try database.prepare(
      SqliteQuery(
        "add watch", "INSERT INTO watch (source, instrument, from_ns) VALUES (?1, ?2, ?3)"))
    closeWatch = try database.prepare(
      SqliteQuery("close watch", "UPDATE watch SET to_ns = max(?2, from_ns) WHERE id = ?1"))
    watches = try database.prepare(
      SqliteQuery(
        "watches",
        """
        SELECT source, instrument, from_ns, to_ns FROM watch
        WHERE (?1 IS NULL OR source = ?1) AND (?2 IS NULL OR instrument = ?2)
          AND from_ns < ?4 AND (to_ns IS NULL OR to_ns > ?3)
        ORDER BY source, instrument, from_ns
        """))
  }

  private static var addText: SqliteQuery {
    SqliteQuery(
      "add gap",
      """
      INSERT INTO gap
        (source, epoch, cause, detail, from_ns, to_ns, ending, channel, first, last, session)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
      """)
  }

  /// Gaps of a source that an answer for `?2` from `?3` to `?4` may have filled. A hole without
  /// extent counts as the instant that it was noticed at.
  private static var overlappingText: SqliteQuery {
    SqliteQuery(
      "gaps of repair",
      """
      SELECT id FROM gap WHERE source = ?1 AND from_ns < ?4
        AND (to_ns IS NULL OR to_ns > ?3 OR (to_ns = from_ns AND from_ns >= ?3))
        AND (NOT EXISTS (SELECT 1 FROM gap_instrument WHERE gap = gap.id)
          OR EXISTS (SELECT 1 FROM gap_instrument WHERE gap = gap.id AND instrument = ?2))
      """)
  }

  private static var queryText: SqliteQuery {
    SqliteQuery(
      "list gaps",
      """
      SELECT id, source, epoch, cause, detail, from_ns, to_ns, ending, channel, first, last, session
      FROM gap WHERE (?1 IS NULL OR source = ?1) AND from_ns < ?4
        AND (to_ns IS NULL OR to_ns > ?3 OR (to_ns = from_ns AND from_ns >= ?3))
        AND (?5 = 0 OR to_ns IS NULL)
        AND (?2 IS NULL OR NOT EXISTS (SELECT 1 FROM gap_instrument WHERE gap = gap.id)
          OR EXISTS (SELECT 1 FROM gap_instrument WHERE gap = gap.id AND instrument = ?2))
      ORDER BY from_ns, id
      """)
  }
}
