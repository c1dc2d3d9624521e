public import FeedKit
internal import Sessions
public import Sqlite

/// What sessions say, as entries of the ledger.
extension GapLedger {
  /// Takes the notes that concern the ledger, in one transaction; gives how many those were.
  ///
  /// A session that loses its connection opens an interval, which is there even if the process dies
  /// before it is live again; the note of the whole gap then gives it its end.
  @discardableResult
  public func record(_ notes: [LiveNote]) throws(SqliteError) -> Int {
    guard notes.contains(where: Self.concerns) else { return 0 }
    return try database.transaction { () throws(SqliteError) in
      var count = 0
      for note in notes where Self.concerns(note) {
        try take(note)
        count += 1
      }
      return count
    }
  }

  private static func concerns(_ note: LiveNote) -> Bool {
    switch note.content {
    case .lost, .gap, .missing, .backfilled: true
    default: false
    }
  }

  private func take(_ note: LiveNote) throws(SqliteError) {
    switch note.content {
    case .lost(let from, let cause):
      // One hole has one beginning, however many attempts it takes to end it.
      guard try openEntries(of: note.source).isEmpty else { return }
      _ = try insert(
        GapEntry(
          source: note.source, epoch: note.epoch, cause: cause.name, from: from, to: nil))
    case .gap(let from, let to, let cause, let instruments):
      try end(
        with: GapEntry(
          source: note.source, epoch: note.epoch, cause: cause.name, instruments: instruments,
          from: from, to: to))
    case .missing(let instrument, let channel, let first, let last):
      _ = try insert(
        GapEntry(
          source: note.source, epoch: note.epoch, cause: GapEntry.upstreamMissing,
          instruments: [instrument], from: note.time, to: note.time,
          missing: MissingMessages(channel: channel, first: first, last: last)))
    case .backfilled(let instrument, let from, let to, let records, let error):
      try repaired(
        source: note.source, instrument: instrument, from: from, to: to,
        status: error == nil ? .repaired : .failed, records: records, text: error ?? "",
        at: note.time)
    default: break
    }
  }
}
