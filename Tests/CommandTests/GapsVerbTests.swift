import Catalog
import Foundation
import Sqlite
import Testing

/// `millrace gaps` on the real binary.
@Suite struct GapsVerbTests {
  static let second: UInt64 = 1_000_000_000
  /// 2026-11-20T14:30:00Z, when New York opens.
  static let open: UInt64 = (20_777 * 86_400 + 52_200) * second

  /// A day with a loss of 90 s that was repaired for one of two instruments, and a hole.
  static func makeLedger(_ folder: URL, isOpen: Bool = false) throws {
    let ledger = try GapLedger(path: folder.appending(path: "gaps.sqlite").path, startingAt: 1)
    let hours = try SessionHours("America/New_York mon-fri 09:30-16:00")
    try ledger.watch(source: "iq", instruments: [1, 2], hours: hours, at: open)
    try ledger.add([
      GapEntry(
        source: "iq", epoch: 4, cause: "reset", detail: "by peer", from: open + 600 * second,
        to: open + 690 * second),
      GapEntry(
        source: "iq", epoch: 5, cause: GapEntry.upstreamMissing, instruments: [2],
        from: open + 700 * second, to: open + 700 * second,
        missing: MissingMessages(channel: "19", first: 100, last: 109)),
    ])
    try ledger.repaired(
      source: "iq", instrument: 1, from: open + 600 * second, to: open + 690 * second,
      status: .repaired, records: 42, at: open + 695 * second)
    if isOpen {
      try ledger.add(GapEntry(source: "iq", epoch: 5, cause: "silent", from: open * 1, to: nil))
    } else {
      try ledger.stop(source: "iq", at: open + 23_400 * second)
    }
  }

  @Test func intervalsAndCoverage() throws {
    let files = try MadeFiles()
    try Self.makeLedger(files.folder)
    let master = try SymbolMaster(path: files.folder.appending(path: "symbols.sqlite").path)
    #expect(try master.assign(source: "iq", symbol: "AAPL", canonical: "APPLE", at: 1) == 1)
    let words = ["gaps", "--state", files.folder.path, "--date", "2026-11-20"]
    let text = try Program.run(words)
    #expect(text.code == 1)
    #expect(text.errors.isEmpty)
    for part in ["reset", "0:01:30", "42 records", "APPLE", "19 100...109", "99.615 %"] {
      #expect(text.output.contains(part), "\(part) in \(text.output)")
    }
    let report = try #require(try Program.run(words + ["--json"]).objects().first)
    let gaps = try #require(report["gaps"] as? [[String: Any]])
    #expect(gaps.map { $0["cause"] as? String } == ["reset", "upstream_missing"])
    #expect(gaps.first?["to"] as? String == "2026-11-20T14:41:30Z")
    #expect(gaps.first?["repair"] as? String == "repaired")
    let coverage = try #require(report["coverage"] as? [[String: Any]])
    #expect(coverage.map { $0["percent"] as? Double } == [99.615, 99.615])
    #expect(coverage.map { $0["repaired_seconds"] as? Double } == [90, 0])
    #expect(coverage.map { $0["missing_messages"] as? Int } == [0, 10])
    #expect(coverage.map { $0["scheduled_seconds"] as? Double } == [23_400, 23_400])
    let one = try Program.run(words + ["--json", "--symbol", "AAPL"])
    #expect(one.code == 0, "what is left is repaired")
    #expect((try one.objects().first?["coverage"] as? [Any])?.count == 1)
    let other = try Program.run(words + ["--json", "--hours", "UTC sun-sat 00:00-24:00"])
    let day = try #require(try other.objects().first?["coverage"] as? [[String: Any]])
    #expect(day.first?["scheduled_seconds"] as? Double == 86_400)
    let none = try Program.run(
      "gaps", "--state", files.folder.path, "--date", "2026-11-19", "--source", "iq")
    #expect(none.code == 0)
    #expect(none.output.hasPrefix("no gaps from 2026-11-19T14:30:00Z"))
  }

  @Test func whatLasts() throws {
    let files = try MadeFiles()
    try Self.makeLedger(files.folder, isOpen: true)
    let open = try Program.run("gaps", "--state", files.folder.path, "--open", "--json")
    #expect(open.code == 1)
    let gaps = try #require(try open.objects().first?["gaps"] as? [[String: Any]])
    #expect(gaps.count == 1)
    #expect(gaps.first?["ending"] as? String == "open")
    #expect(gaps.first?["to"] is NSNull)
    let text = try Program.run("gaps", "--state", files.folder.path, "--open")
    #expect(text.output.contains("lasts"))
  }

  @Test func mistakesSayWhatToDo() throws {
    let files = try MadeFiles()
    try Self.makeLedger(files.folder)
    for (words, code, hint) in [
      (["--state", "/nowhere/at/all"], 66, "there is no gap ledger"),
      (["--state", files.folder.path, "--symbol", "AAPL"], 66, "there is no symbol master"),
      (["--state", files.folder.path, "--hours", "noon"], 64, "write a zone, days and times"),
      (
        ["--state", files.folder.path, "--date", "2026-11-20", "--from", "2026-11-20"], 64, "--date"
      ),
      (
        ["--state", files.folder.path, "--from", "2026-11-20", "--to", "2026-11-19"], 64,
        "exchange --from and --to"
      ),
    ] as [([String], Int32, String)] {
      let result = try Program.run(["gaps"] + words)
      #expect(result.code == code, "\(words)")
      #expect(result.errors.contains(hint), "\(result.errors)")
      #expect(result.output.isEmpty)
    }
  }
}
