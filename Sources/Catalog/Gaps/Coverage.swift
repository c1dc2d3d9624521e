public import FeedKit
public import Sqlite

/// How much of one trading session of an instrument one source has covered.
public struct Coverage: Sendable, Equatable {
  public var source: String
  public var instrument: UInt32
  public var session: CivilDate
  /// The session's hours, as far as they are over, ns.
  public var scheduledNanos: UInt64
  /// Of these, watched and outside of every gap.
  public var coveredNanos: UInt64
  /// Of the rest, filled from the upstream's history.
  public var repairedNanos: UInt64
  /// Intervals that reach into the session, and holes in the upstream's numbering.
  public var gaps: Int
  public var holes: Int
  /// Messages of those holes.
  public var missingMessages: UInt64

  /// Percent of the session's hours, in thousandths: 100 % is 100,000. Nil before it has begun.
  public var milliPercent: UInt64? {
    guard scheduledNanos > 0 else { return nil }
    // Through 128 bits: a session of a day has 8.64e13 ns. Rounded down, so that 100 % is all.
    let (high, low) = coveredNanos.multipliedFullWidth(by: 100_000)
    return scheduledNanos.dividingFullWidth((high, low)).quotient
  }
}

extension GapLedger {
  /// Coverage of each instrument of each source for every session of the days `from ... to`, up to
  /// `now` (Unix ns). Sessions in which an instrument was never watched have no row.
  public func coverage(
    source: String? = nil, instrument: UInt32? = nil, from: CivilDate, to: CivilDate,
    hours: SessionHours? = nil, at now: UInt64
  ) throws(SqliteError) -> [Coverage] {
    var found: [Coverage] = []
    let first = from.daysSince1970
    let last = min(to.daysSince1970, first + CatalogLimits.coverageDays - 1)
    guard first <= last else { return [] }
    for day in first...last {
      let date = CivilDate(daysSince1970: day)
      for known in try sources() where source == nil || known.name == source {
        let intervals = (hours ?? known.hours).intervals(of: date)
        guard let begin = intervals.map(\.lowerBound).min(),
          let end = intervals.map(\.upperBound).max(), begin < now
        else { continue }
        let session = IntervalSet(intervals).intersection(IntervalSet([0..<now]))
        found += try coverage(
          known, session, date: date, at: now,
          GapQuery(source: known.name, instrument: instrument, from: begin, to: end))
      }
    }
    return found
  }

  private func coverage(
    _ source: Source, _ session: IntervalSet, date: CivilDate, at now: UInt64, _ query: GapQuery
  ) throws(SqliteError) -> [Coverage] {
    // What runs is watched until now; what died unseen, until its last sign of life.
    let end = source.isRunning ? max(now, source.alive) : source.alive
    var watched: [UInt32: [Range<UInt64>]] = [:]
    for watch in try watches(query) {
      let to = max(watch.to ?? end, watch.from)
      watched[watch.instrument, default: []].append(watch.from..<to)
    }
    guard !watched.isEmpty else { return [] }
    let entries = try entries(query)
    // Ten thousand instruments share the entries that concern them all.
    let common = entries.filter { $0.instruments.isEmpty }
    var own: [UInt32: [GapEntry]] = [:]
    for entry in entries { for one in entry.instruments { own[one, default: []].append(entry) } }
    return watched.keys.sorted().map { instrument in
      Self.coverage(
        source.name, instrument, date, session,
        watched: IntervalSet(watched[instrument] ?? []).intersection(session),
        entries: common + (own[instrument] ?? []), at: now)
    }
  }

  /// The arithmetic: `covered` = session ∩ watched − gaps, `repaired` = filled gaps ∩ session −
  /// what is covered.
  static func coverage(
    _ source: String, _ instrument: UInt32, _ date: CivilDate, _ session: IntervalSet,
    watched: IntervalSet, entries: [GapEntry], at now: UInt64
  ) -> Coverage {
    var intervals: [Range<UInt64>] = []
    var filled: [Range<UInt64>] = []
    var holes = 0
    var missing: UInt64 = 0
    for entry in entries {
      if let messages = entry.missing {
        holes += 1
        missing &+= messages.count
        continue
      }
      let interval = entry.from..<max(entry.to ?? now, entry.from)
      intervals.append(interval)
      let repair = entry.repairs.first { $0.instrument == instrument || $0.instrument == 0 }
      if repair?.status == .repaired { filled.append(interval) }
    }
    let covered = watched.subtracting(IntervalSet(intervals))
    return Coverage(
      source: source, instrument: instrument, session: date, scheduledNanos: session.total,
      coveredNanos: covered.total,
      repairedNanos: IntervalSet(filled).intersection(session).subtracting(covered).total,
      gaps: intervals.count, holes: holes, missingMessages: missing)
  }
}
