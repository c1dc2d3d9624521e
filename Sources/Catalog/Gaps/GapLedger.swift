internal import FeedKit
public import Sqlite

/// The gap ledger: when which source was connected, what may be missing, and what was repaired.
///
/// One writer, the control thread; `millrace gaps` reads beside it. Each call is one transaction
/// that is there after kill -9 as soon as the call returns. What lasts when the process dies is
/// closed by the next start, and says that its end is not known.
public final class GapLedger {
  let database: SqliteDatabase
  let statements: GapStatements
  /// Trading hours by source, as far as they were told.
  var hours: [String: SessionHours] = [:]

  /// Opens the ledger at `path`. With a time (Unix ns) of the start it is opened for writing, made
  /// where it is missing, and what the last process left open is closed; without, for reading.
  public init(path: String, startingAt now: UInt64?) throws(SqliteError) {
    database = try SqliteDatabase(
      path: path, schema: GapSchema.schema, access: now == nil ? .readOnly : .readWrite)
    statements = try GapStatements(database)
    for source in try sources() { hours[source.name] = source.hours }
    if let now { try closeWhatWasLeftOpen(at: now) }
  }

  // MARK: Writing

  /// Adds entries, in one transaction; gives their numbers.
  @discardableResult
  public func add(_ entries: [GapEntry]) throws(SqliteError) -> [Int64] {
    try database.transaction { () throws(SqliteError) in
      var ids: [Int64] = []
      for entry in entries { ids.append(try insert(entry)) }
      return ids
    }
  }

  @discardableResult
  public func add(_ entry: GapEntry) throws(SqliteError) -> Int64 {
    try database.transaction { () throws(SqliteError) in try insert(entry) }
  }

  /// Ends the source's open interval: its true bounds and cause are known now. Where none is open,
  /// `entry` is added as it is. Give an entry that has an end.
  public func end(with entry: GapEntry) throws(SqliteError) {
    precondition(entry.to != nil, "an end")
    try database.transaction { () throws(SqliteError) in
      let open = try openEntries(of: entry.source)
      guard let last = open.last, entry.instruments.isEmpty else {
        _ = try insert(entry)
        return
      }
      for one in open {
        let isLast = one.id == last.id
        try statements.closeOne.run([
          .integer(one.id), .clamped(isLast ? entry.from : one.from),
          .optional(entry.to.map { max($0, isLast ? entry.from : one.from) }),
          .integer(Int64(entry.ending.rawValue)), .text(isLast ? entry.cause : one.cause),
          .text((isLast && !entry.detail.isEmpty ? entry.detail : one.detail).bounded()),
        ])
      }
    }
  }

  /// Notes what became of a backfill in all gaps of the source that lie in `from ..< to` (Unix ns)
  /// and concern the instrument; gives how many those are.
  @discardableResult
  public func repaired(
    source: String, instrument: UInt32, from: UInt64, to: UInt64, status: RepairStatus,
    records: UInt64 = 0, text: String = "", at time: UInt64
  ) throws(SqliteError) -> Int {
    try database.transaction { () throws(SqliteError) in
      let gaps = try statements.overlapping.all([
        .text(source), .integer(Int64(instrument)), .clamped(from), .clamped(max(to, from + 1)),
      ]) { (row) throws(SqliteError) in try row.integer(0) }
      for gap in gaps {
        try statements.putRepair.run([
          .integer(gap), .integer(Int64(instrument)), .integer(Int64(status.rawValue)),
          .clamped(records), .text(text.bounded()), .clamped(time),
        ])
      }
      return gaps.count
    }
  }

  /// Several calls in one transaction: all of them, or none where `body` throws.
  public func batch<Value>(
    _ body: () throws(SqliteError) -> Value
  ) throws(SqliteError) -> Value {
    try database.transaction(body)
  }

  func insert(_ entry: GapEntry) throws(SqliteError) -> Int64 {
    let session = hours[entry.source].map { $0.date(of: entry.from) } ?? entry.session
    try statements.add.run([
      .text(entry.source.bounded(to: CatalogLimits.symbolBytes)), .integer(Int64(entry.epoch)),
      .text(entry.cause.bounded(to: CatalogLimits.symbolBytes)), .text(entry.detail.bounded()),
      .clamped(entry.from), .optional(entry.to), .integer(Int64(entry.ending.rawValue)),
      entry.missing.map { .text($0.channel.bounded(to: CatalogLimits.symbolBytes)) } ?? .null,
      entry.missing.map { .bits($0.first) } ?? .null,
      entry.missing.map { .bits($0.last) } ?? .null, .text("\(session)"),
    ])
    let id = database.lastInsertedID
    if entry.instruments.count <= CatalogLimits.gapInstruments {
      for instrument in entry.instruments {
        try statements.addInstrument.run([.integer(id), .integer(Int64(instrument))])
      }
    }
    for repair in entry.repairs {
      try statements.putRepair.run([
        .integer(id), .integer(Int64(repair.instrument)),
        .integer(Int64(repair.status.rawValue)), .clamped(repair.records),
        .text(repair.text.bounded()), .clamped(repair.time),
      ])
    }
    return id
  }

  struct OpenEntry {
    var id: Int64
    var from: UInt64
    var cause: String
    var detail: String
  }

  func openEntries(of source: String) throws(SqliteError) -> [OpenEntry] {
    try statements.openOf.all([.text(source)]) { (row) throws(SqliteError) in
      OpenEntry(
        id: try row.integer(0), from: try row.unsigned(1), cause: try row.text(2),
        detail: try row.text(3))
    }
  }
}
