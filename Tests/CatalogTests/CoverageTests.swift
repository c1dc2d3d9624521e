import FeedKit
import Foundation
import Sqlite
import Testing
import Zones

@testable import Catalog

/// Coverage against one bit an instant, and against the calendar.
@Suite struct CoverageTests {
  static let second: UInt64 = 1_000_000_000
  static let day = GapLedgerTests.day
  static let date = CivilDate(year: 2026, month: 11, day: 20)

  /// Hours are instants of a day here: the model has one bit for each.
  @Test(arguments: [1, 2, 3, 4] as [UInt64]) func arithmetic(seed: UInt64) throws {
    let date = try #require(Self.date)
    var numbers = SeededNumbers(seed: seed)
    let hour = 3_600 * Self.second
    for round in 0..<40 {
      let folder = try MadeFolder()
      let ledger = try GapLedger(path: folder.path("g"), startingAt: Self.day)
      var watched = [[Bool]](repeating: [Bool](repeating: false, count: 24), count: 3)
      var gap = watched
      var holes = [Int](repeating: 0, count: 3)
      var list: Set<Int> = []
      for index in 0..<24 {
        if Int.random(in: 0..<5, using: &numbers) == 0 {
          list = Set((0..<3).filter { _ in Bool.random(using: &numbers) })
          try ledger.watch(
            source: "iq", instruments: list.map { UInt32($0 + 1) },
            at: Self.day + UInt64(index) * hour)
        }
        for one in list { watched[one][index] = true }
      }
      for _ in 0..<Int.random(in: 0...6, using: &numbers) {
        let from = Int.random(in: 0..<24, using: &numbers)
        let to = Int.random(in: from...24, using: &numbers)
        let mine = (0..<3).filter { _ in Bool.random(using: &numbers) }
        let entry = GapEntry(
          source: "iq", epoch: 1, cause: "reset", instruments: mine.map { UInt32($0 + 1) },
          from: Self.day + UInt64(from) * hour, to: Self.day + UInt64(to) * hour)
        try ledger.add(entry)
        for one in mine.isEmpty ? [0, 1, 2] : mine {
          for index in from..<to { gap[one][index] = true }
        }
        if let first = mine.first {
          holes[first] += 1
          try ledger.record([
            GapLedgerTests.note(
              .missing(instrument: UInt32(first + 1), channel: "5", first: 1, last: 10),
              at: Self.day + UInt64(from) * hour)
          ])
        }
      }
      let now = Self.day + 24 * hour
      let found = try ledger.coverage(from: date, to: date, at: now)
      let ever = watched.indices.filter { watched[$0].contains(true) }
      #expect(found.map(\.instrument) == ever.map { UInt32($0 + 1) }, "seed \(seed), \(round)")
      for one in found {
        let index = Int(one.instrument) - 1
        let covered = zip(watched[index], gap[index]).count { $0 && !$1 }
        #expect(one.coveredNanos == UInt64(covered) * hour, "seed \(seed), round \(round)")
        #expect(one.scheduledNanos == 24 * hour)
        #expect(one.milliPercent == UInt64(covered) * 100_000 / 24)
        #expect(one.missingMessages == UInt64(holes[index] * 10))
      }
    }
  }

  @Test func onlyTheSessionsHoursCount() throws {
    let date = try #require(Self.date)
    let folder = try MadeFolder()
    let hours = try SessionHours("America/New_York mon-fri 09:30-16:00 except 2026-11-26")
    let ledger = try GapLedger(path: folder.path("g"), startingAt: 0)
    // 2026-11-20 is a Friday; New York is 5 hours behind.
    let open = Self.day + (14 * 3_600 + 1_800) * Self.second
    let close = Self.day + 21 * 3_600 * Self.second
    try ledger.watch(source: "iq", instruments: [1], hours: hours, at: open - 1)
    try ledger.add([
      // 30 s before the opening to 90 s after it, and a night without meaning.
      GapEntry(
        source: "iq", epoch: 1, cause: "reset", from: open - 30 * Self.second,
        to: open + 90 * Self.second),
      GapEntry(source: "iq", epoch: 2, cause: "restart", from: close, to: close + 5 * Self.second),
    ])
    try ledger.repaired(
      source: "iq", instrument: 1, from: open, to: open + Self.second, status: .repaired,
      records: 4, at: close)
    let found = try ledger.coverage(from: date, to: date, at: close + 1)
    let one = try #require(found.first)
    #expect(found.count == 1)
    #expect(one.scheduledNanos == 23_400 * Self.second)
    #expect(one.coveredNanos == 23_310 * Self.second)
    #expect(one.repairedNanos == 90 * Self.second)
    #expect(one.gaps == 1)
    #expect(one.milliPercent == 99_615)
    // Half of the session is over.
    let half = try ledger.coverage(from: date, to: date, at: open + 11_700 * Self.second)
    #expect(half.first?.scheduledNanos == 11_700 * Self.second)
    // Saturday, and the holiday: no session, no row.
    for text in ["2026-11-21", "2026-11-26"] {
      let closed = try #require(CivilDate(text))
      #expect(hours.intervals(of: closed).isEmpty)
      let row = try ledger.coverage(from: closed, to: closed, at: close + 30 * 86_400 * Self.second)
      #expect(row.isEmpty)
    }
    #expect(hours.date(of: close + 1) == CivilDate("2026-11-23"))
  }

  @Test func nightSessionsAndChangesOfTheClock() throws {
    let futures = try SessionHours("America/Chicago sun-thu 17:00-16:00")
    let monday = try #require(CivilDate("2026-03-09"))
    // Clocks went forward on Sunday, 2026-03-08, at 2:00, before the session began.
    #expect(
      futures.intervals(of: monday).map { $0.upperBound - $0.lowerBound } == [
        23 * 3_600 * Self.second
      ])
    let newYork = try SessionHours("America/New_York sun-sat 00:00-24:00")
    for (text, length) in [("2026-03-08", UInt64(23)), ("2026-11-01", 25), ("2026-07-01", 24)] {
      let date = try #require(CivilDate(text))
      let total = IntervalSet(newYork.intervals(of: date)).total
      #expect(total == length * 3_600 * Self.second, "\(text)")
    }
  }
}
