import Captures
import FeedKit
import Foundation
import Records
import TestSupport
import Testing
import Wire

/// Every capture against what other people's decoders read from it.
@Suite struct IexCaptureTests {
  struct Capture: Sendable, CustomTestStringConvertible {
    let name: String
    let feed: String
    var restarts: UInt64 = 0
    var testDescription: String { name }
  }

  static let captures = [
    Capture(name: "deep10-2017-04-25-a.pcap", feed: "iex-deep", restarts: 9),
    Capture(name: "deep10-2026-07-13-a.pcap", feed: "iex-deep"),
    Capture(name: "tops16-2017-07-10.pcap", feed: "iex-tops"),
    Capture(name: "tops16-2026-07-13-a.pcap", feed: "iex-tops"),
  ]

  static var present: Bool { SharedFolder.isPresent }

  @Test(.enabled(if: present, "the folder shared is absent"), arguments: captures)
  func everyFieldAgrees(_ capture: Capture) throws {
    let expected = try IexCapture.json(capture.name + ".expected.json")
    let feed = try IexFeeds.feed(capture.feed)
    var totals = IexTotals(feed.messages)
    try IexCapture.forEachDatagram(capture.name + ".gz") { datagram, _ in
      let found = IexFeeds.feed(of: datagram)
      #expect(found.map { $0 == feed } == true)
      try totals.add(datagram, feed)
    }
    #expect(totals.datagrams == expected["packets_dissected"] as? Int)
    #expect(totals.counts == expected["counts"] as? [String: Int])
    try totals.check(try #require(expected["message_fields"] as? [String: [String: Any]]))
  }

  @Test(.enabled(if: present, "the folder shared is absent"), arguments: captures)
  func everyMessageIsAccountedFor(_ capture: Capture) throws {
    let expected = try IexCapture.json(capture.name + ".expected.json")
    let counts = try #require(expected["counts"] as? [String: Int])
    let harness = IexHarness(try IexFeeds.feed(capture.feed))
    try IexCapture.forEachDatagram(capture.name + ".gz") { harness.receive($0, tsRecv: $1) }
    harness.finish()
    let report = harness.runner.report
    #expect(harness.isBalanced)
    #expect(Int(report.messages) == expected["messages"] as? Int)
    #expect(Int(report.arbiter.packets) == expected["packets_in_file"] as? Int)
    #expect(report.decode.rejectedTotal == 0)
    let ignored = ["retailliquidityindicatormessage", "tradebreakmessage"].compactMap { counts[$0] }
    #expect(Int(report.decode.ignoredTotal) == ignored.reduce(0, +))
    checkRecords(harness, counts)
    #expect(report.arbiter.sessionRestarts == capture.restarts)
    #expect(report.arbiter.gapsDetected == 0 && report.arbiter.gapMessagesLost == 0)
    #expect(report.arbiter.duplicates == 0 && report.arbiter.rejectedTotal == 0)
    #expect(report.arbiter.offsetMismatches == 0)
    #expect(report.gaps.isEmpty)
    #expect(report.firstSequence == 1)
  }

  /// Records by type against messages by type. A session's start is one system record more.
  private func checkRecords(_ harness: IexHarness, _ counts: [String: Int]) {
    func sum(_ names: String...) -> Int { names.reduce(0) { $0 + counts[$1, default: 0] } }
    let starts = Int(harness.runner.report.arbiter.sessionRestarts) + 1
    #expect(
      harness.records[.mbo, default: 0]
        == sum("pricelevelbuyupdatemessage", "pricelevelsellupdatemessage"))
    #expect(harness.records[.mbp1, default: 0] == sum("quoteupdatemessage"))
    #expect(harness.records[.trade, default: 0] == sum("tradereportmessage"))
    #expect(
      harness.records[.status, default: 0]
        == sum(
          "tradingstatusmessage", "operationalhaltstatusmessage",
          "shortsalepriceteststatusmessage", "securityeventmessage"))
    #expect(harness.records[.imbalance, default: 0] == sum("auctioninformationmessage"))
    #expect(harness.records[.system, default: 0] == sum("systemeventmessage") + starts)
    #expect(
      harness.records[.instrumentDefinition, default: 0] == sum("securitydirectorymessage"))
    #expect(harness.records[.error] == nil)
  }

  @Test(
    .enabled(if: present, "the folder shared is absent"),
    arguments: ["packets-tops", "packets-deep", "packets-deepplus"])
  func everyPacketAgrees(folder: String) throws {
    let text = try String(
      contentsOf: URL(filePath: IexCapture.path(folder + ".messages.jsonl")), encoding: .utf8)
    var expected: [String: [[String: String]]] = [:]
    for line in text.split(separator: "\n") {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
      let message = try #require(object as? [String: Any])
      expected[try #require(message["file"] as? String), default: []].append(
        flat(try #require(message["f"] as? [String: Any]), ""))
    }
    let files = try #require(
      try IexCapture.json(folder + ".expected.json")["files"] as? [String: [String: Any]])
    for (file, want) in files {
      var found: [[String: String]] = []
      var harness: IexHarness?
      try IexCapture.forEachDatagram("\(folder)/\(file)") { datagram, time in
        let own = IexFeeds.feed(of: datagram)
        let feed = try #require(own, "\(file)")
        if harness == nil { harness = IexHarness(feed) }
        harness?.receive(datagram, tsRecv: time)
        try forEachMessage(datagram, feed) { message, start in
          found.append(try values(message, datagram, start))
        }
      }
      #expect(found == expected[file, default: []], "\(file)")
      #expect(found.count == want["messages"] as? Int, "\(file)")
      try checkRun(try #require(harness), messages: found.count)
    }
  }

  /// Packets of one file may stand in any order: those behind the first are repeats to the arbiter.
  private func checkRun(_ harness: IexHarness, messages: Int) throws {
    harness.finish()
    let report = harness.runner.report
    #expect(harness.isBalanced)
    #expect(Int(report.messages + report.arbiter.duplicates) == messages)
    #expect(report.decode.rejectedTotal == 0)
    #expect(report.arbiter.rejectedTotal == 0)
  }

  private func flat(_ object: [String: Any], _ prefix: String) -> [String: String] {
    var result: [String: String] = [:]
    for (key, value) in object {
      if let inner = value as? [String: Any] {
        result.merge(flat(inner, prefix + key + ".")) { first, _ in first }
      } else {
        result[prefix + key] = value as? String
      }
    }
    return result
  }

  private func values(
    _ message: MessageDescription, _ bytes: RawSpan, _ start: Int
  ) throws -> [String: String] {
    var result: [String: String] = [:]
    for column in IexFieldText.columns(of: message) {
      let number = IexFieldText.number(column, bytes, at: start) ?? Int64.min
      var text: [UInt8] = []
      IexFieldText.append(column, bytes, at: start, number: number, to: &text)
      result[column.name] = String(decoding: text, as: UTF8.self)
    }
    return result
  }
}

/// Calls `body` with the description and the offset of each message of a datagram.
func forEachMessage(
  _ datagram: RawSpan, _ feed: any Feed.Type,
  _ body: (MessageDescription, Int) throws -> Void
) throws {
  let header = try feed.header(of: datagram)
  var offset = header.blocks.lowerBound
  for _ in 0..<header.count {
    let length = feed.blockLength(datagram, at: offset) ?? 0
    let type = datagram.loadByte(at: offset + 2) ?? 0
    try body(try #require(feed.messages.messages[type], "type \(type)"), offset + 2)
    offset += 2 + length
  }
  #expect(offset == header.blocks.upperBound)
}
