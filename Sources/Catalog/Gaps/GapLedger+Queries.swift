internal import FeedKit
public import Sqlite

/// Which entries are wanted.
public struct GapQuery: Sendable {
  /// Nil for all.
  public var source: String?
  public var instrument: UInt32?
  /// Unix ns: entries that reach into `from ..< to`.
  public var from: UInt64
  public var to: UInt64
  /// Only those that last.
  public var isOpenOnly: Bool

  public init(
    source: String? = nil, instrument: UInt32? = nil, from: UInt64 = 0, to: UInt64 = .max,
    isOpenOnly: Bool = false
  ) {
    self.source = source
    self.instrument = instrument
    self.from = from
    self.to = to
    self.isOpenOnly = isOpenOnly
  }
}

extension GapLedger {
  /// The entries, by their beginning. An entry that concerns all of its source answers for each
  /// instrument.
  public func entries(_ query: GapQuery = GapQuery()) throws(SqliteError) -> [GapEntry] {
    var found = try statements.query.all([
      query.source.map { .text($0) } ?? .null, .optional(query.instrument),
      .clamped(query.from), .clamped(query.to), .integer(query.isOpenOnly ? 1 : 0),
    ]) { (row) throws(SqliteError) in try Self.entry(row) }
    for index in found.indices {
      let id: [SqliteValue] = [.integer(found[index].id)]
      found[index].instruments = try statements.instruments.all(id) {
        (row) throws(SqliteError) in UInt32(clamping: try row.integer(0))
      }
      found[index].repairs = try statements.repairs.all(id) { (row) throws(SqliteError) in
        GapRepair(
          instrument: UInt32(clamping: try row.integer(0)),
          status: RepairStatus(rawValue: UInt8(clamping: try row.integer(1))),
          records: try row.unsigned(2), text: try row.text(3), time: try row.unsigned(4))
      }
    }
    return found
  }

  private static func entry(_ row: borrowing SqliteRow) throws(SqliteError) -> GapEntry {
    let from = try row.unsigned(5)
    var missing: MissingMessages?
    if !row.isNull(8) {
      missing = MissingMessages(
        channel: try row.text(8), first: try row.bits(9), last: try row.bits(10))
    }
    var entry = GapEntry(
      source: try row.text(1), epoch: UInt32(clamping: try row.integer(2)),
      cause: try row.text(3), detail: try row.text(4), from: from,
      to: try row.optionalInteger(6).map { UInt64(clamping: $0) }, missing: missing,
      session: CivilDate(try row.text(11)))
    entry.id = try row.integer(0)
    entry.ending = GapEnding(rawValue: UInt8(clamping: try row.integer(7)))
    return entry
  }

  struct Watch: Sendable {
    var source: String
    var instrument: UInt32
    var from: UInt64
    var to: UInt64?
  }

  func watches(_ query: GapQuery) throws(SqliteError) -> [Watch] {
    try statements.watches.all([
      query.source.map { .text($0) } ?? .null, .optional(query.instrument),
      .clamped(query.from), .clamped(query.to),
    ]) { (row) throws(SqliteError) in
      Watch(
        source: try row.text(0), instrument: UInt32(clamping: try row.integer(1)),
        from: try row.unsigned(2), to: try row.optionalInteger(3).map { UInt64(clamping: $0) })
    }
  }
}
