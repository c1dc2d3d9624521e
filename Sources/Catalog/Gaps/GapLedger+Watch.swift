internal import FeedKit
public import Sqlite

/// When instruments were watched: what coverage is measured against.
extension GapLedger {
  /// A source as the ledger knows it.
  public struct Source: Sendable {
    public var name: String
    public var hours: SessionHours
    /// The last sign of life, Unix ns.
    public var alive: UInt64
    /// Whether it runs, or ended without saying so.
    public var isRunning: Bool
  }

  /// The instruments of a source that are watched from `now` on (Unix ns): call it when the session
  /// is live for the first time, and after each change of the list. Those that are no longer named
  /// end here; those that go on are left alone.
  public func watch(
    source: String, instruments: [UInt32], hours: SessionHours = .always, at now: UInt64
  ) throws(SqliteError) {
    self.hours[source] = hours
    try database.transaction { () throws(SqliteError) in
      try putSource(source, hours, at: now, isRunning: true)
      var wanted = Set(instruments)
      for watch in try openWatches(of: source) where wanted.remove(watch.instrument) == nil {
        try statements.closeWatch.run([.integer(watch.id), .clamped(now)])
      }
      for instrument in wanted.sorted() {
        try statements.addWatch.run([
          .text(source), .integer(Int64(instrument)), .clamped(now),
        ])
      }
    }
  }

  /// A sign of life of all running sources. Call it every few seconds: after a crash, nothing later
  /// than the last one counts as watched.
  public func beat(at now: UInt64) throws(SqliteError) {
    try statements.beat.run([.clamped(now)])
  }

  /// The source ends in order.
  public func stop(source: String, at now: UInt64) throws(SqliteError) {
    try database.transaction { () throws(SqliteError) in
      try putSource(source, hours[source] ?? .always, at: now, isRunning: false)
      for watch in try openWatches(of: source) {
        try statements.closeWatch.run([.integer(watch.id), .clamped(now)])
      }
      try closeOpen(of: source, at: now, ending: .known)
    }
  }

  /// All sources.
  public func sources() throws(SqliteError) -> [Source] {
    try statements.sources.all { (row) throws(SqliteError) in
      Source(
        name: try row.text(0), hours: SessionHours(stored: try row.text(1)),
        alive: try row.unsigned(2), isRunning: try row.integer(3) != 0)
    }
  }

  private func putSource(
    _ name: String, _ hours: SessionHours, at now: UInt64, isRunning: Bool
  ) throws(SqliteError) {
    try statements.putSource.run([
      .text(name), .text(hours.text), .clamped(now), .integer(isRunning ? 1 : 0),
    ])
  }

  private func openWatches(
    of source: String
  ) throws(SqliteError) -> [(id: Int64, instrument: UInt32)] {
    try statements.openWatches.all([.text(source)]) { (row) throws(SqliteError) in
      (try row.integer(0), UInt32(clamping: try row.integer(1)))
    }
  }

  private func closeOpen(
    of source: String, at now: UInt64, ending: GapEnding
  ) throws(SqliteError) {
    for one in try openEntries(of: source) {
      try statements.closeOne.run([
        .integer(one.id), .clamped(one.from), .clamped(max(now, one.from)),
        .integer(Int64(ending.rawValue)), .text(one.cause), .text(one.detail),
      ])
    }
  }

  /// What the last process left behind: an open interval ends now at the latest; where it died in
  /// the middle of its work, the time since its last sign of life is an interval of its own.
  func closeWhatWasLeftOpen(at now: UInt64) throws(SqliteError) {
    try database.transaction { () throws(SqliteError) in
      let query = SqliteQuery(
        "sources left open", "SELECT DISTINCT source FROM gap WHERE to_ns IS NULL")
      let open = try database.prepare(query).all { (row) throws(SqliteError) in try row.text(0) }
      for source in open { try closeOpen(of: source, at: now, ending: .unknown) }
      for source in try sources() where source.isRunning {
        if !open.contains(source.name) {
          var entry = GapEntry(
            source: source.name, epoch: 0, cause: GapEntry.notRunning,
            detail: "the process ended without closing its ledger", from: source.alive,
            to: max(now, source.alive))
          entry.ending = .unknown
          _ = try insert(entry)
        }
        for watch in try openWatches(of: source.name) {
          try statements.closeWatch.run([.integer(watch.id), .clamped(source.alive)])
        }
        try putSource(source.name, source.hours, at: source.alive, isRunning: false)
      }
    }
  }
}
