import FeedKit
import Records
import TestSupport
import Testing
import Wire

@testable import ExchangeFeeds

/// IEX-TP and its arbitration: heartbeats, offsets, restarts, gaps, foreign protocols.
@Suite struct IexSessionTests {
  /// Segments of level updates, one message each, of the session `0x51000000`.
  private func segments(_ count: Int, protocolID: UInt16 = 0x8004) -> [[UInt8]] {
    var writer = IexSegmentWriter(protocolID: protocolID, sessionID: 0x5100_0000)
    return (0..<count).map { index in
      writer.level(
        isBid: true, isComplete: true, 0x2020_2020_4C50_4141, size: 100,
        price: 1_000_000 + Int64(index), time: 1_000 + UInt64(index))
      var segment: [UInt8] = []
      writer.close(sendTime: 2_000 + UInt64(index), into: &segment)
      return segment
    }
  }

  private func heartbeat(sequence: UInt64, offset: UInt64, sendTime: UInt64) -> [UInt8] {
    var segment: [UInt8] = [1, 0, 4, 0x80, 1, 0, 0, 0, 0, 0, 0, 0x51, 0, 0, 0, 0]
    segment.appendLE(offset)
    segment.appendLE(sequence)
    segment.appendLE(sendTime)
    return segment
  }

  private func patched(_ segment: [UInt8], _ at: Int, _ bytes: [UInt8]) -> [UInt8] {
    var segment = segment
    segment.replaceSubrange(at..<(at + bytes.count), with: bytes)
    return segment
  }

  @Test func heartbeatsTellOfLoss() {
    let harness = IexHarness(IexDeepFeed.self)
    let all = segments(3)
    harness.receive(heartbeat(sequence: 1, offset: 0, sendTime: 1))
    harness.receive(all[0])
    #expect(harness.runner.nextDeadline == nil)
    harness.receive(heartbeat(sequence: 3, offset: 64, sendTime: 2_001))
    #expect(harness.runner.nextDeadline != nil)
    harness.receive(all[1])
    #expect(harness.runner.nextDeadline == nil)
    let report = harness.runner.report
    #expect(report.arbiter.heartbeats == 2 && report.arbiter.gapsDetected == 1)
    #expect(report.messages == 2 && report.arbiter.gapMessagesLost == 0)
    #expect(report.arbiter.offsetMismatches == 0)
    #expect(report.session == "8004.1.51000000")
  }

  @Test func offsetsAreCompared() {
    let harness = IexHarness(IexDeepFeed.self)
    let all = segments(3)
    harness.receive(all[0])
    harness.receive(patched(all[1], 16, [99]))
    // The offset of the datagram itself is believed, so the third is off by as much again.
    harness.receive(all[2])
    #expect(harness.runner.report.arbiter.offsetMismatches == 2)
    #expect(harness.runner.report.messages == 3)
  }

  @Test func restartsUnderTheSameSession() {
    let harness = IexHarness(IexDeepFeed.self)
    for segment in segments(3) { harness.receive(segment) }
    harness.receive(heartbeat(sequence: 1, offset: 0, sendTime: 9_000))
    for segment in segments(2) { harness.receive(segment) }
    harness.finish()
    let report = harness.runner.report
    #expect(report.messages == 5)
    #expect(report.arbiter.sessionRestarts == 1)
    #expect(report.arbiter.gapMessagesLost == 0 && report.arbiter.duplicates == 0)
    #expect(report.arbiter.offsetMismatches == 0)
    #expect(harness.records[.system] == 2)
  }

  /// The other line's first segments come late, with the send times that the first line had.
  @Test func lateRepeatsAreNoRestart() {
    let harness = IexHarness(IexDeepFeed.self)
    let all = segments(3)
    let first = heartbeat(sequence: 1, offset: 0, sendTime: 1)
    for segment in [first] + all { harness.receive(segment) }
    for segment in [first] + all { harness.receive(segment) }
    let report = harness.runner.report
    #expect(report.arbiter.sessionRestarts == 0)
    #expect(report.messages == 3 && report.arbiter.duplicates == 3)
  }

  @Test func gapsAreAskedForAndDeclared() {
    let policy = GapPolicy(
      requestDelayNanos: 10, retryNanos: 10, requestLimit: 1, deadlineNanos: 100)
    let harness = IexHarness(IexDeepFeed.self, gaps: policy)
    let all = segments(5)
    harness.receive(all[0])
    harness.receive(all[3])
    var request: [UInt8] = []
    harness.runner.advance(now: 50, tsRecv: 50, request: &request)
    // Ours: version, kind, protocol, channel, session, one range, first and last.
    #expect(
      request == [
        1, 0, 4, 0x80, 1, 0, 0, 0, 0, 0, 0, 0x51, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0,
        0, 0,
      ])
    harness.receive(all[1], isAnswer: true)
    harness.finish()
    let lost = LostRange(session: "8004.1.51000000", first: 3, last: 3)
    #expect(harness.runner.report.gaps == [lost])
    #expect(harness.runner.report.messages == 3)
    #expect(harness.records[.error] == 1)
  }

  @Test func otherProtocolsStayOut() {
    let harness = IexHarness(IexDeepFeed.self)
    for segment in segments(2) { harness.receive(segment) }
    for segment in segments(2, protocolID: 0x8003) { harness.receive(segment) }
    let report = harness.runner.report
    #expect(report.messages == 2 && report.arbiter.sessionRestarts == 0)
    #expect(report.arbiter.rejectedPackets[4] == 2)
    let segment = segments(1)[0]
    let names = [
      IexTopsFeed.protocolName(of: segment.rawSpan), IexDeepFeed.protocolName(of: segment.rawSpan),
    ]
    #expect(names == [nil, "iextp-8004"])
  }

  @Test(
    arguments: [
      (0, [2], "bad_header"), (2, [0xFF], "bad_header"), (12, [0xFF, 0xFF], "truncated"),
      (12, [0, 0], "bad_length"), (14, [0, 0], "bad_length"), (14, [0xFF, 0xFF], "bad_length"),
      (31, [0x80], "bad_sequence"), (24, [0], "bad_sequence"), (23, [0x80], "bad_sequence"),
    ] as [(Int, [UInt8], String)])
  func badHeadersAreRejected(at: Int, bytes: [UInt8], reason: String) throws {
    let segment = patched(segments(1)[0], at, bytes)
    let harness = IexHarness(IexDeepFeed.self)
    harness.receive(segment)
    let report = harness.runner.report
    #expect(report.messages == 0 && report.arbiter.rejectedTotal == 1)
    do {
      _ = try IexDeepFeed.header(of: segment.rawSpan)
      Issue.record("accepted")
    } catch {
      #expect(error.name == reason)
      #expect(report.arbiter.rejectedPackets[Int(error.rawValue)] == 1)
    }
  }

  @Test func symbolsEndAtTheirLimit() {
    var symbols = IexSymbols()
    for number in 0..<UInt64(IexLimits.symbols) {
      let symbol = 0x2020_2020_2020_2020 ^ (number &* 0x0101_0000_0101)
      #expect(symbols.find(symbol) == 0)
      #expect(symbols.add(symbol) == UInt32(number) + 1)
    }
    #expect(symbols.add(0) == 0)
    #expect(symbols.find(0) == 0)
    #expect(symbols.find(0x2020_2020_2020_2020) == 1)
  }
}
