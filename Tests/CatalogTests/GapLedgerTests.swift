import Catalog
import FeedKit
import Foundation
import Sessions
import Sqlite
import Testing

/// The life of entries.
@Suite struct GapLedgerTests {
  static let second: UInt64 = 1_000_000_000
  /// 2026-11-20T00:00:00Z.
  static let day: UInt64 = 1_795_132_800 * second

  static func note(_ content: LiveNote.Content, at time: UInt64, epoch: UInt32 = 1) -> LiveNote {
    LiveNote(source: "iq", time: time, epoch: epoch, content: content)
  }

  @Test func whatIsWrittenComesBack() throws {
    let folder = try MadeFolder()
    let ledger = try GapLedger(path: folder.path("g"), startingAt: 0)
    var entry = GapEntry(
      source: "'; DROP TABLE gap; --", epoch: 3, cause: DisconnectCause.reset.name,
      detail: "peer\u{7} said\nno", instruments: [7, 9], from: Self.day, to: Self.day + 5,
      missing: MissingMessages(channel: "5", first: 10, last: .max))
    entry.repairs = [GapRepair(instrument: 7, status: .requested, time: 4)]
    let ids = try ledger.add([entry, entry])
    #expect(Set(ids).count == 2)
    let found = try ledger.entries()
    #expect(found.map(\.id) == ids)
    entry.id = ids[0]
    entry.detail = "peer  said no"
    #expect(found.first == entry)
    #expect(found.first?.session == CivilDate("2026-11-20"))
    #expect(try ledger.entries(GapQuery(instrument: 9)).count == 2)
    #expect(try ledger.entries(GapQuery(instrument: 8)).isEmpty)
    #expect(try ledger.entries(GapQuery(source: "iq")).isEmpty)
    #expect(try ledger.entries(GapQuery(from: Self.day + 5)).isEmpty)
    #expect(try ledger.entries(GapQuery(to: Self.day)).isEmpty)
    #expect(try ledger.entries(GapQuery(from: Self.day + 4, to: Self.day + 9)).count == 2)
  }

  @Test func aLostConnectionIsOpenUntilItIsLiveAgain() throws {
    let folder = try MadeFolder()
    let ledger = try GapLedger(path: folder.path("g"), startingAt: 0)
    let at = Self.day
    #expect(try ledger.record([Self.note(.delayed(seconds: 1), at: at)]) == 0)
    try ledger.record([
      Self.note(.lost(from: at + 1, cause: .reset), at: at + 2),
      Self.note(.lost(from: at + 9, cause: .refused), at: at + 9),
    ])
    let open = try ledger.entries(GapQuery(isOpenOnly: true))
    #expect(open.count == 1)
    #expect(open.first?.to == nil)
    #expect(open.first?.ending == .open)
    #expect(open.first?.cause == "reset")
    try ledger.record([
      Self.note(
        .gap(from: at + 1, to: at + 50, cause: .reset, instruments: []), at: at + 50, epoch: 2)
    ])
    let closed = try ledger.entries()
    #expect(closed.count == 1)
    #expect(closed.first?.id == open.first?.id)
    #expect(closed.first?.from == at + 1)
    #expect(closed.first?.to == at + 50)
    #expect(closed.first?.ending == .known)
    // Without a beginning, a gap is an entry of its own.
    try ledger.record([
      Self.note(.gap(from: at + 60, to: at + 70, cause: .silent, instruments: [4]), at: at + 70),
      Self.note(.missing(instrument: 4, channel: "19", first: 5, last: 7), at: at + 80),
    ])
    let all = try ledger.entries()
    #expect(all.map(\.cause) == ["reset", "silent", GapEntry.upstreamMissing])
    #expect(all.last?.missing?.count == 3)
  }

  @Test func repairsAreNotedWithTheirGaps() throws {
    let folder = try MadeFolder()
    let ledger = try GapLedger(path: folder.path("g"), startingAt: 0)
    let at = Self.day
    try ledger.add([
      GapEntry(source: "iq", epoch: 1, cause: "reset", from: at, to: at + 10),
      GapEntry(source: "iq", epoch: 1, cause: "reset", instruments: [5], from: at, to: at + 10),
      GapEntry(source: "ib", epoch: 1, cause: "reset", from: at, to: at + 10),
      GapEntry(source: "iq", epoch: 2, cause: "reset", from: at + 10, to: at + 20),
    ])
    try ledger.record([
      Self.note(
        .backfilled(instrument: 4, from: at, to: at + 10, records: 12, error: nil), at: at + 30),
      Self.note(
        .backfilled(instrument: 5, from: at, to: at + 10, records: 3, error: "cut short"),
        at: at + 31),
    ])
    let found = try ledger.entries(GapQuery(source: "iq"))
    #expect(found.map { $0.repairs.count } == [2, 1, 0])
    #expect(found[0].repair.status == .failed)
    #expect(found[0].repair.text == "cut short")
    #expect(found[0].repair.records == 15)
    #expect(try ledger.entries(GapQuery(source: "ib")).first?.repair.status == RepairStatus.none)
    let none = try ledger.repaired(
      source: "iq", instrument: 4, from: at + 100, to: at + 110, status: .repaired, at: at)
    #expect(none == 0)
  }

  @Test func theNextStartClosesWhatACrashLeftOpen() throws {
    let folder = try MadeFolder()
    let at = Self.day
    do {
      let ledger = try GapLedger(path: folder.path("g"), startingAt: at)
      try ledger.watch(source: "down", instruments: [1, 2], at: at)
      try ledger.watch(source: "up", instruments: [1, 3], at: at)
      try ledger.watch(source: "ended", instruments: [4], at: at)
      try ledger.beat(at: at + 100)
      try ledger.add(
        GapEntry(source: "down", epoch: 1, cause: "silent", from: at + 50, to: nil))
      try ledger.stop(source: "ended", at: at + 110)
      // The object goes without another word, as after kill -9.
    }
    let ledger = try GapLedger(path: folder.path("g"), startingAt: at + 1_000)
    let found = try ledger.entries()
    #expect(found.map(\.source).sorted() == ["down", "up"])
    for entry in found {
      #expect(entry.ending == .unknown)
      #expect(entry.to == at + 1_000)
    }
    #expect(found.first { $0.source == "down" }?.from == at + 50)
    let dead = found.first { $0.source == "up" }
    #expect(dead?.cause == GapEntry.notRunning)
    #expect(dead?.from == at + 100)
    #expect(try ledger.sources().allSatisfy { !$0.isRunning })
    // A third start finds nothing to close.
    _ = try GapLedger(path: folder.path("g"), startingAt: at + 2_000)
    #expect(try ledger.entries().count == 2)
  }

  @Test func aReaderSeesWhatTheWriterHasWritten() throws {
    let folder = try MadeFolder()
    let writer = try GapLedger(path: folder.path("g"), startingAt: 0)
    let reader = try GapLedger(path: folder.path("g"), startingAt: nil)
    for count in 1...20 {
      try writer.add(
        GapEntry(
          source: "iq", epoch: UInt32(count), cause: "ended", from: Self.day, to: Self.day + 1))
      #expect(try reader.entries().count == count)
    }
    #expect(throws: SqliteError.self) {
      try reader.add(GapEntry(source: "iq", epoch: 1, cause: "ended", from: 1, to: 2))
    }
  }
}
