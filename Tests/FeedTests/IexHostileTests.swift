import FeedKit
import Records
import TestSupport
import Testing

@testable import ExchangeFeeds

/// Cut, changed and made-up segments: nothing traps, and every message goes one of three ways.
@Suite struct IexHostileTests {
  /// One feed, and segments that hold every type it has. Every segment is given in as one of a new
  /// session, after a silence in which the one before counts as left, so that none is a repeat.
  private final class Target {
    let feed: any Feed.Type
    let segments: [[UInt8]]
    let harness: IexHarness
    private var session: UInt32 = 1

    init(_ feed: any Feed.Type, _ segments: [[UInt8]]) {
      self.feed = feed
      self.segments = segments
      harness = IexHarness(feed)
    }

    var report: SourceReport { harness.runner.report }

    func receive(_ segment: [UInt8]) {
      harness.receive(segment.rawSpan, tsRecv: UInt64(session) * 10_000_000_000)
    }

    func inNewSession(_ segment: [UInt8]) -> [UInt8] {
      guard segment.count >= 12 else { return segment }
      session += 1
      var id: [UInt8] = []
      id.appendLE(session)
      return Array(segment[0..<8]) + id + segment[12...]
    }
  }

  private static func targets() throws -> [Target] {
    func simulated(_ stream: IexSimulatorOptions.Stream) -> [[UInt8]] {
      var simulator = IexSimulator(
        IexSimulatorOptions(stream: stream, seed: 3, symbols: 2, events: 12))
      var all: [[UInt8]] = []
      var segment: [UInt8] = []
      while simulator.next(into: &segment) != nil { all.append(segment) }
      return all
    }
    let plus = try IexVectors.made().filter { $0["feed"] as? String == "iex-deep-plus" }
    try #require(!plus.isEmpty)
    return [
      Target(IexTopsFeed.self, simulated(.tops)), Target(IexDeepFeed.self, simulated(.deep)),
      Target(IexDeepPlusFeed.self, try plus.map { try IexVectors.wire($0) }),
    ]
  }

  @Test func cutAtEveryByte() throws {
    for target in try Self.targets() {
      var cuts: UInt64 = 0
      for segment in target.segments {
        for count in 0..<segment.count {
          target.receive(target.inNewSession(Array(segment[0..<count])))
          cuts += 1
        }
      }
      #expect(target.harness.isBalanced)
      #expect(target.report.messages == 0)
      #expect(target.report.arbiter.rejectedPackets[0] == cuts)
    }
  }

  /// The header says as much as is there, so that the cut is met inside of a message.
  @Test func payloadCutAtEveryByte() throws {
    for target in try Self.targets() {
      for segment in target.segments {
        let count = try target.feed.header(of: segment.rawSpan).count
        for payload in stride(from: 2 * count, to: segment.count - 40, by: 1) {
          var cut = target.inNewSession(Array(segment[0..<(40 + payload)]))
          cut[12] = UInt8(truncatingIfNeeded: payload)
          cut[13] = UInt8(truncatingIfNeeded: payload >> 8)
          let before = target.report
          target.receive(cut)
          target.harness.finish()
          let after = target.report
          #expect(after.arbiter.rejectedPackets[0] == before.arbiter.rejectedPackets[0] + 1)
          let messages = after.messages - before.messages
          let lost = after.arbiter.gapMessagesLost - before.arbiter.gapMessagesLost
          #expect(lost > 0 && messages + lost == UInt64(count))
        }
      }
      #expect(target.harness.isBalanced)
    }
  }

  @Test(arguments: [1, 2] as [UInt64])
  func everyByteChanged(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for target in try Self.targets() {
      for segment in target.segments {
        for index in segment.indices {
          var changed = target.inNewSession(segment)
          changed[index] ^= UInt8(truncatingIfNeeded: 1 + random.next() % 255)
          target.receive(changed)
        }
        target.harness.finish()
        #expect(target.harness.isBalanced, "seed \(seed)")
      }
      #expect(target.report.messages > 0 && target.report.arbiter.rejectedTotal > 0)
      #expect(target.report.decode.rejectedTotal > 0, "seed \(seed)")
    }
  }

  @Test(arguments: [11, 12] as [UInt64])
  func anyPayload(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for (index, target) in try Self.targets().enumerated() {
      for _ in 0..<300 {
        var segment = target.inNewSession(header(protocolID: 0x8003 + UInt16(index)))
        for _ in 0..<8 { appendMessage(to: &segment, &random) }
        segment[12] = UInt8(truncatingIfNeeded: segment.count - 40)
        segment[13] = UInt8(truncatingIfNeeded: (segment.count - 40) >> 8)
        segment[14] = 8
        target.receive(segment)
      }
      #expect(target.harness.isBalanced && target.report.messages == 8 * 300, "seed \(seed)")
      #expect(target.report.arbiter.rejectedTotal == 0)
    }
  }

  private func header(protocolID: UInt16) -> [UInt8] {
    var writer = IexSegmentWriter(protocolID: protocolID, sessionID: 1)
    var segment: [UInt8] = []
    writer.close(sendTime: 1, into: &segment)
    return segment
  }

  private func appendMessage(to segment: inout [UInt8], _ random: inout SeededGenerator) {
    let types = Array("SDHIOPEQ85TXBAaMRLCz".utf8)
    let length = random.next() % 3 == 0 ? Int(random.next() % 90) : 80
    segment.appendLE(UInt16(length))
    guard length > 0 else { return }
    segment.append(types[Int(random.next() % UInt64(types.count))])
    for _ in 1..<length { segment.append(UInt8(truncatingIfNeeded: random.boundaryValue())) }
  }

  /// Prices that do not fit a record are no records, whatever the type.
  @Test(arguments: [Int64.max, Int64.min, Int64.max / 100_000 + 1])
  func pricesThatDoNotFit(price: Int64) {
    var writer = IexSegmentWriter(protocolID: 0x8004, sessionID: 1)
    writer.level(isBid: true, isComplete: true, 1, size: 1, price: price, time: 1)
    writer.trade(IexSimulatedTrade(symbol: 1, size: 1, price: price, id: 1), time: 1)
    writer.officialPrice("Q", 1, price: price, time: 1)
    var segment: [UInt8] = []
    writer.close(sendTime: 1, into: &segment)
    let harness = IexHarness(IexDeepFeed.self)
    harness.receive(segment)
    #expect(harness.runner.report.decode.rejected[10] == 3)
    #expect(harness.runner.report.decode.decoded == 0)
    #expect(harness.records == [.system: 1])
  }
}
