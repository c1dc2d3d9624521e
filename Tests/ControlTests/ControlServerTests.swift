import FeedKit
import Foundation
import Ledger
import Sessions
import TestSupport
import Testing

@testable import Control

@Suite("Pages of the control plane")
struct ControlServerTests {
  /// A running source with a session in this state.
  static func snapshot(_ state: SessionState, _ folder: borrowing ControlFolder) throws
    -> ControlSnapshot
  {
    var book = NoteBook(sources: ["iq"])
    _ = book.take([
      ControlTests.state(.connecting, state, .refused, "nobody"),
      note(.notServed(instrument: 9, symbol: "A\"B\n", code: 200, text: "no such security")),
      note(.health(instrument: 0, from: .unknown, to: .suspicious, evidence: "silent 9 s")),
      note(.lost(from: 5, cause: .silent)), note(.notice(code: 2104, text: "a farm is OK")),
    ])
    var snapshot = ControlSnapshot(
      takenAt: 77, sessions: book.sessions, process: .now(), report: try folder.report())
    snapshot.watches = [
      WatchStatus(name: "memory", level: .warning, text: "1 GiB", value: 1e9, since: 1)
    ]
    snapshot.files = [("gaps", "/x/gaps.sqlite")]
    return snapshot
  }

  @Test("Ready, not ready with reasons, degraded with a warning, stuck")
  func health() throws {
    let folder = try ControlFolder()
    _ = try folder.writer()
    let board = ControlBoard()
    let server = try ControlServer(port: 0, board: board, counters: folder.path("counters"))
    defer { server.stop() }
    #expect(try get("/livez", port: server.port).status == 200)
    let starting = try get("/readyz", port: server.port)
    #expect(starting.status == 503)
    #expect(starting.body == "not ready\nit is starting\n")
    #expect(try get("/status.json", port: server.port).status == 200)

    board.publish(try Self.snapshot(.backoff, folder))
    let broken = try get("/readyz", port: server.port)
    #expect(broken.status == 503)
    #expect(broken.body.contains("source iq: backoff after refused: nobody\n"))

    board.publish(try Self.snapshot(.degraded, folder))
    let degraded = try get("/readyz", port: server.port)
    #expect(degraded.status == 200)
    #expect(degraded.body.hasPrefix("ready\nwarning: source iq: degraded: nobody\n"))
    #expect(degraded.body.contains("warning: memory is warning: 1 GiB\n"))
    #expect(degraded.body.contains("warning: source iq: 1 instruments are not served\n"))

    let json = try get("/readyz.json", port: server.port)
    let object = try JSONSerialization.jsonObject(with: Data(json.body.utf8)) as? [String: Any]
    #expect(object?["ready"] as? Bool == true)
    #expect((object?["warnings"] as? [String])?.count == 4)
    board.end()
    #expect(
      try get("/readyz", port: server.port).body == "not ready\nit is about to end\n"
        + degraded.body.split(separator: "\n").dropFirst().map { "\($0)\n" }.joined())
    #expect(try get("/livez", port: server.port).status == 200)
  }

  @Test("A stuck control thread is not live")
  func stuck() throws {
    let board = ControlBoard(limitNanos: 0)
    let server = try ControlServer(port: 0, board: board, counters: "/nonexistent")
    defer { server.stop() }
    let answer = try get("/livez", port: server.port)
    #expect(answer.status == 503)
    #expect(answer.body.hasPrefix("not live: the control thread has given no sign of life for "))
    // Without a counters file the page still tells the rest.
    let page = try get("/metrics", port: server.port)
    #expect(page.status == 200)
    #expect(MetricsCheck(page.body)["millrace_ready", [:]] == "0")
  }

  @Test("Metrics are well formed, in base units, and fresh at each scrape")
  func metrics() throws {
    let folder = try ControlFolder()
    var writer = try folder.writer()
    var source = writer.claimSource(0)
    let board = ControlBoard()
    board.publish(try Self.snapshot(.live, folder))
    let server = try ControlServer(port: 0, board: board, counters: folder.path("counters"))
    defer { server.stop() }
    source.counters.messages = 5
    source.counters.decoded = 5
    source.publish()
    let page = MetricsCheck(try get("/metrics", port: server.port).body)
    #expect(page.findings == [])
    let here = ["pipeline": "test", "source": "iq"]
    #expect(page["millrace_source_messages_total", here] == "5")
    #expect(page["millrace_session_gap_open", here] == "1")
    #expect(page["millrace_threshold_level", ["pipeline": "test", "name": "memory"]] == "1")
    #expect(page["millrace_ready", ["pipeline": "test"]] == "1")
    let resident = page["millrace_process_resident_bytes", ["pipeline": "test"]]
    #expect(resident.flatMap(Int.init).map { $0 > 1 << 20 } == true)
    source.counters.messages = 6
    source.counters.decoded = 6
    source.publish()
    let later = MetricsCheck(try get("/metrics", port: server.port).body)
    #expect(later["millrace_source_messages_total", here] == "6")
  }

  @Test("The status says all of it, as JSON that a parser reads")
  func status() throws {
    let folder = try ControlFolder()
    _ = try folder.writer()
    let board = ControlBoard()
    board.publish(try Self.snapshot(.live, folder))
    let text = StatusPage.json(board)
    let parsed = try JSONSerialization.jsonObject(with: Data(text.utf8))
    let object = try #require(parsed as? [String: Any])
    #expect(object["instance"] as? String == "test")
    #expect(object["ready"] as? Bool == true)
    #expect(object["taken_at"] as? Int == 77)
    #expect(object["files"] as? [String: String] == ["gaps": "/x/gaps.sqlite"])
    let session = try #require((object["sessions"] as? [[String: Any]])?.first)
    #expect(session["state"] as? String == "live")
    #expect(session["health"] as? String == "suspicious")
    #expect(session["evidence"] as? String == "silent 9 s")
    #expect((session["open_gap"] as? [String: Any])?["cause"] as? String == "silent")
    #expect((session["notice"] as? [String: Any])?["code"] as? Int == 2104)
    let unserved = try #require((session["not_served"] as? [[String: Any]])?.first)
    #expect(unserved["symbol"] as? String == "A\"B\n")
    #expect(unserved["code"] as? Int == 200)
    let ledger = try #require(object["ledger"] as? [String: Any])
    #expect(ledger["balanced"] as? Bool == true)
    #expect((object["process"] as? [String: Any])?["threads"] as? Int != 0)
  }
}
