import FeedKit
import Logging
import Sessions
import Testing
import Wire

@testable import Control

@Suite("Notes of live sessions")
struct NoteBookTests {
  /// Each kind of note, the event that tells it, and where else it goes.
  static let table: [(LiveNote.Content, String, LogLevel, String)] = [
    (.state(from: .idle, to: .connecting, cause: .none, text: ""), "session.state", .info, "gaps"),
    (
      .state(from: .live, to: .backoff, cause: .reset, text: "torn"), "session.state", .warning,
      "gaps"
    ),
    (
      .state(from: .backoff, to: .openCircuit, cause: .refused, text: ""), "session.state", .error,
      "gaps"
    ),
    (
      .state(from: .live, to: .degraded, cause: .none, text: "a farm"), "session.state", .warning,
      "gaps"
    ),
    (.lost(from: 5, cause: .silent), "session.lost", .warning, "gaps"),
    (.gap(from: 5, to: 9, cause: .silent, instruments: []), "session.gap", .warning, "gaps"),
    (
      .missing(instrument: 3, channel: "level1", first: 7, last: 9), "upstream.missing", .warning,
      "gaps"
    ),
    (
      .backfilled(instrument: 3, from: 1, to: 2, records: 4, error: nil), "session.backfill", .info,
      "gaps"
    ),
    (
      .backfilled(instrument: 3, from: 1, to: 2, records: 0, error: "no data"), "session.backfill",
      .warning, "gaps"
    ),
    (
      .notServed(instrument: 3, symbol: "X", code: 200, text: "no security"),
      "instrument.not_served", .warning, ""
    ),
    (.served(instrument: 3), "instrument.served", .info, ""),
    (.reconnectAlarm(count: 31), "session.reconnect_alarm", .error, ""),
    (.circuit(.open), "session.circuit", .error, ""),
    (.circuit(.halfOpen), "session.circuit", .info, ""),
    (.overLimit(wanted: 200, limit: 100), "session.over_limit", .error, ""),
    (.part(name: "usfarm", isBroken: true), "upstream.part", .warning, ""),
    (.part(name: "usfarm", isBroken: false), "upstream.part", .info, ""),
    (.notice(code: 2104, text: "a farm is OK"), "upstream.notice", .info, ""),
    (
      .health(instrument: 0, from: .healthy, to: .dead, evidence: "silent 45 s"), "feed.health",
      .error, ""
    ),
    (
      .health(instrument: 0, from: .dead, to: .healthy, evidence: ""), "feed.health", .info, ""
    ),
    (
      .health(instrument: 9, from: .quiet, to: .suspicious, evidence: "e"), "instrument.health",
      .warning, ""
    ),
    (.clockOffset(nanos: -5), "upstream.clock_offset", .debug, ""),
    (.delayed(seconds: 900), "upstream.delayed", .warning, ""),
    (.definition(LiveDefinition(symbol: "X")), "instrument.definition", .debug, "definitions"),
    (
      .poison(bytes: [1, 2], channel: "level1", reason: .badField), "message.rejected", .warning,
      "poison"
    ),
    (.dropped(count: 4), "session.notes_dropped", .error, ""),
  ]

  @Test(
    "Each note is told under its stable name and goes where it belongs", arguments: table.indices)
  func kinds(_ row: Int) throws {
    let (content, name, level, place) = Self.table[row]
    var book = NoteBook(sources: ["iq"])
    let effects = book.take([note(content, at: 77, epoch: 6)])
    let told = try #require(effects.events.first)
    #expect(effects.events.count == 1)
    #expect(told.event.name == name)
    #expect(told.event.level == level)
    #expect(told.time == 77)
    #expect(told.event["source"] == "iq")
    #expect(told.event["epoch"] == 6)
    #expect(effects.gaps.count == (place == "gaps" ? 1 : 0))
    #expect(effects.definitions.count == (place == "definitions" ? 1 : 0))
    #expect(effects.poison.count == (place == "poison" ? 1 : 0))
    #expect(book.session("iq")?.epoch == 6)
  }

  @Test("A session that stops delivering opens a hole; its own notes give the exact times")
  func gap() throws {
    var book = NoteBook(sources: ["iq"])
    _ = book.take([state(.subscribing, .live, at: 10)])
    #expect(book.session("iq")?.openGap == nil)
    _ = book.take([state(.live, .backoff, .reset, "torn", at: 100)])
    #expect(book.session("iq")?.openGap == .init(from: 100, cause: .reset))
    _ = book.take([note(.lost(from: 93, cause: .reset), at: 100)])
    #expect(book.session("iq")?.openGap == .init(from: 93, cause: .reset))
    // Further attempts do not begin another one.
    _ = book.take([
      state(.backoff, .connecting, at: 110),
      state(.connecting, .backoff, .refused, "nobody", at: 111),
    ])
    #expect(book.session("iq")?.openGap == .init(from: 93, cause: .reset))
    _ = book.take([
      state(.subscribing, .live, at: 200),
      note(.gap(from: 93, to: 200, cause: .reset, instruments: []), at: 200),
    ])
    let view = try #require(book.session("iq"))
    #expect(view.openGap == nil)
    #expect(view.gaps == 1)
    #expect(view.gapNanos == 107)
    #expect(view.state == .live)
    #expect(view.since == 200)
    #expect(view.cause == .refused)
    #expect(view.text == "")
  }

  @Test("A hole of some instruments leaves the session's own open; an end in order opens none")
  func partialGap() {
    var book = NoteBook(sources: ["iq"])
    _ = book.take([
      note(.lost(from: 5, cause: .upstream)),
      note(.gap(from: 5, to: 6, cause: .upstream, instruments: [1, 2])),
    ])
    #expect(book.session("iq")?.openGap != nil)
    var other = NoteBook(sources: ["iq"])
    _ = other.take([state(.subscribing, .live), state(.live, .stopped, .stopped)])
    #expect(other.session("iq")?.openGap == nil)
  }

  @Test("Instruments that do not come are listed, bounded, and told anew by each connection")
  func unserved() throws {
    var book = NoteBook(sources: ["iq"])
    let limit = ControlLimits.listedInstruments
    for instrument in 1...UInt32(limit + 10) {
      _ = book.take([
        note(.notServed(instrument: instrument, symbol: "S\(instrument)", code: 200, text: "none"))
      ])
    }
    var view = try #require(book.session("iq"))
    #expect(view.unserved.count == limit)
    #expect(view.unlisted == 10)
    #expect(view.unserved.first?.symbol == "S1")
    _ = book.take([note(.served(instrument: 1))])
    view = try #require(book.session("iq"))
    #expect(view.unserved.first?.instrument == 2)
    _ = book.take([state(.backoff, .connecting)])
    #expect(book.session("iq")?.unserved.isEmpty == true)
    #expect(book.session("iq")?.unlisted == 0)
  }

  @Test("Health by feed and instrument, with the evidence")
  func health() throws {
    var book = NoteBook(sources: ["iq"])
    _ = book.take([
      state(.subscribing, .live),
      note(.health(instrument: 0, from: .healthy, to: .suspicious, evidence: "silent 9 s")),
      note(.health(instrument: 4, from: .quiet, to: .dead, evidence: "silent 45 s")),
      note(.health(instrument: 5, from: .quiet, to: .suspicious, evidence: "silent 8 s")),
    ])
    var view = try #require(book.session("iq"))
    #expect(view.ailing.map(\.instrument) == [4, 5])
    #expect(view.unreadiness == nil)
    #expect(view.warnings == ["source iq: suspicious: silent 9 s"])
    _ = book.take([
      note(.health(instrument: 4, from: .dead, to: .healthy, evidence: "")),
      note(.health(instrument: 0, from: .suspicious, to: .dead, evidence: "silent 60 s")),
    ])
    view = try #require(book.session("iq"))
    #expect(view.ailing.map(\.instrument) == [5])
    #expect(view.unreadiness == "source iq: the feed is dead: silent 60 s")
  }

  @Test("A reload keeps what is known of sources that stay")
  func reload() {
    var book = NoteBook(sources: ["a", "b"])
    _ = book.take([
      state(.subscribing, .live, source: "a"), state(.subscribing, .live, source: "b"),
    ])
    book.setSources(["c", "b"])
    #expect(book.sessions.map(\.source) == ["c", "b"])
    #expect(book.session("b")?.state == .live)
    #expect(book.session("a") == nil)
    _ = book.take([state(.idle, .connecting, source: "late")])
    #expect(book.sessions.map(\.source) == ["c", "b", "late"])
  }

  @Test("Counts add up, broken parts have names, the upstream's last words are kept")
  func counts() throws {
    var book = NoteBook(sources: ["iq"])
    _ = book.take([
      note(.missing(instrument: 1, channel: "l", first: 5, last: 7)),
      note(.missing(instrument: 1, channel: "l", first: 9, last: 8)),
      note(.backfilled(instrument: 1, from: 1, to: 2, records: 10, error: nil)),
      note(.backfilled(instrument: 1, from: 1, to: 2, records: 3, error: "cut")),
      note(.part(name: "b", isBroken: true)), note(.part(name: "a", isBroken: true)),
      note(.part(name: "b", isBroken: true)), note(.notice(code: 1, text: "one")),
      note(.notice(code: 2, text: "two"), at: 9), note(.delayed(seconds: 15)),
      note(.clockOffset(nanos: -7)), note(.dropped(count: 3)),
      note(.poison(bytes: [], channel: "l", reason: .truncated)),
    ])
    let view = try #require(book.session("iq"))
    #expect(view.missing == 3)
    #expect(view.backfilledRecords == 13)
    #expect(view.backfillFailures == 1)
    #expect(view.brokenParts == ["a", "b"])
    #expect(view.notice?.text == "two")
    #expect(view.clockOffset == -7)
    #expect(view.delayedSeconds == 15)
    #expect(view.notesDropped == 3)
    #expect(view.rejected == 1)
  }
}
