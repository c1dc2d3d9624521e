import FeedKit
import Records
import Sessions
import TestSupport
import Testing
import Wire

@testable import BrokerFeeds

/// Frames that have ended real clients, and more: each is counted, and the next one is read.
@Suite struct IbBadFrameTests {
  private static let good = IbHarness.text(["1", "6", IbHarness.data, "1", "10", "1", "0"])

  /// Feeds a bad frame and a good one; gives the reason of the bad one.
  private func reason(_ frame: [UInt8], version: Int = 200) -> RejectReason? {
    let harness = IbHarness(
      [IbHarness.stock()], settings: version > 200 ? ["versions": "protobuf"] : [:])
    _ = harness.connect(version: version)
    _ = harness.takeRecords()
    let before = harness.counters
    harness.receive(frame)
    let after = harness.counters
    if version > 200 {
      harness.receive(
        IbHarness.protobuf(1) {
          $0.int(1, IbRequestKind.id(IbRequestKind.marketData, 1))
          $0.int(2, 1)
          $0.double(3, 10)
          $0.string(4, "1")
        })
    } else {
      harness.receive(Self.good)
    }
    #expect(harness.takeRecords().last?.description == "Q 10.0x1 -x0")
    #expect(harness.isBalanced)
    for index in after.rejected.indices where after.rejected[index] > before.rejected[index] {
      #expect(harness.report.poison.count == 1)
      return RejectReason(rawValue: UInt8(index))
    }
    return nil
  }

  @Test func textClasses() {
    let data = IbHarness.data
    let cases: [([String], RejectReason?)] = [
      (["1", "6", data, "1", "189.98"], .truncated),
      (["1", "6", data, "1", "abc", "300", "1"], .badField),
      (["46", "6", data, "48"], .truncated), (["48", "1", "x"], .unknownType),
      (["201", "1"], .unknownType), (["250", "1"], .unknownType), (["xx", "1"], .badHeader),
      (["", "1"], .badHeader), (["-1", "1"], .badHeader), (["0"], .badHeader),
      (["1", "6", data, "1", "10", "1", "0", "extra"], nil),
      (["1", "6", "-5", "1", "10", "1", "0"], nil),
      (["46", "6", data, "48", "701.28;1;x;67854;701.4;true"], .badField),
      (["46", "6", data, "48", "701.28;1"], .badField),
      (["46", "6", data, "48", "701.28;-1;1348075471534;1;1;true"], .overflow),
      (["99", data, "9", "1", "1"], .badField),
      (["99", data, "1", "-5", "1", "1", "0", "", ""], .badField),
      (["12", "1", data, "0", "0", "1", "x", "1"], .badField),
      (["98", data, "1000000", "1", "0"], .badField), (["98", data, "-1", "1"], .badField),
      (["98", data, "2", "1783344600", "0", "1", "1", "", ""], .truncated),
      (["17", data, "99999999999"], .badField), (["4", "x", "y", "z", "", ""], .badField),
      (["4", "1"], .truncated), (["10", data, "AAPL"], .truncated),
      (["79", data, "9999999"], .badField),
      (["58", "1", data, "9"], .badField), (["49", "1", "-7"], .badField), (["15"], .truncated),
      (["50", "3", data, "then", "1", "1", "1", "1", "1", "1", "1"], .badField),
      (["50", "3", data, "1783344600", "1", "1", "1", "1e99", "1", "1", "1"], .overflow),
      (["1", "6", data, "1", "1e30", "1", "0"], .overflow),
      (["1", "6", data, "1", "1", "99999999999", "0"], .overflow),
      (["1", "6", data, "1", "1", "1.5", "0"], .overflow),
    ]
    for (fields, wanted) in cases {
      #expect(reason(IbHarness.text(fields)) == wanted, "\(fields)")
    }
  }

  @Test func rawClasses() {
    #expect(reason([0, 0, 0, 0]) == nil)
    #expect(reason([0, 0, 0, 3] + Array("abc".utf8)) == .badHeader)
    #expect(reason([0, 0, 0, 1, 0x31]) == .badHeader)
    #expect(reason([0, 0, 0, 2, 0xFF, 0]) == .badHeader)
    // Bytes that are no UTF-8 are repaired in texts and refused in numbers.
    #expect(
      reason(
        [0, 0, 0, 13] + Array("4".utf8) + [0, 0x2D, 0x31, 0, 0x37, 0, 0xFF, 0xFE, 0, 0, 0x31, 0])
        == nil)
  }

  @Test func protobufClasses() {
    func frame(_ id: Int, _ body: [UInt8]) -> [UInt8] {
      IbHarness.protobuf(id) { $0.bytes += body }
    }
    #expect(reason([0, 0, 0, 2, 0, 0], version: 226) == .badHeader)
    #expect(reason([0, 0, 0, 0], version: 226) == nil)
    #expect(reason(frame(1, [0x08]), version: 226) == .truncated)
    #expect(reason(frame(1, [0x19, 1, 2]), version: 226) == .truncated)
    #expect(reason(frame(1, [0x22, 0x7F, 0x31]), version: 226) == .truncated)
    #expect(reason(frame(1, Array(repeating: 0xFF, count: 12)), version: 226) == .badField)
    #expect(reason(frame(1, [0x0A, 1, 0x31]), version: 226) == .badField)
    #expect(reason(frame(1, [0x0B]), version: 226) == .badField)
    #expect(reason(frame(1, [0x00, 0x00]), version: 226) == .badField)
    #expect(reason(frame(2, [0x08, 1, 0x1A, 1, 0x78]), version: 226) == .badField)
    #expect(reason(frame(99, []), version: 226) == .truncated)
    #expect(reason(frame(12, [0x08, 1]), version: 226) == .truncated)
    #expect(reason(frame(98, [0x12, 2, 0x08]), version: 226) == .truncated)
    #expect(reason(frame(150, [1, 2, 3]), version: 226) == .unknownType)
    // Fields of later releases are passed over by their wire types.
    let id = IbRequestKind.id(IbRequestKind.marketData, 1)
    let later = IbHarness.protobuf(1) {
      $0.int(1, id)
      $0.int(99, 5)
      $0.double(98, 1)
      $0.string(97, "later")
      $0.bytes += [0x85, 0x06, 1, 2, 3, 4]
      $0.int(2, 2)
      $0.double(3, 12)
      $0.string(4, "1")
    }
    let harness = IbHarness([IbHarness.stock()], settings: ["versions": "protobuf"])
    _ = harness.connect(version: 226)
    harness.receive(later)
    #expect(harness.takeRecords().map(\.description) == ["Q -x0 12.0x1"])
  }

  /// A length beyond the protocol's cap leaves no way to the next frame.
  @Test func aLengthThatCannotBeEndsTheConnection() {
    for bytes: [UInt8] in [[1, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF], Array("HTTP/1.1 400".utf8)] {
      let harness = IbHarness([IbHarness.stock()])
      _ = harness.connect()
      _ = harness.takeEvents()
      harness.receive(bytes + Self.good)
      let events = harness.takeEvents()
      let isLost = events.contains { if case .lost(.protocolError, _) = $0 { true } else { false } }
      #expect(isLost && harness.keptCount == 0 && harness.takeRecords().isEmpty)
      #expect(harness.rejected(.badLength) == 1 && harness.isBalanced)
    }
  }

  /// Long frames of messages that are of no use stream by without having to fit a buffer; a long
  /// one of the market is refused; the next frame is read in both cases.
  @Test func longFramesArePassedOver() {
    for (id, wanted) in [("19", 0), ("1", 1)] {
      let harness = IbHarness([IbHarness.stock()], settings: ["frame_limit": "4096"])
      _ = harness.connect()
      let frame = IbHarness.text([id, "1", String(repeating: "x", count: 100_000)])
      let stream = frame + Self.good
      for start in stride(from: 0, to: stream.count, by: 1_000) {
        harness.receive(Array(stream[start..<min(start + 1_000, stream.count)]))
        #expect(harness.keptCount < 1_000)
      }
      #expect(harness.takeRecords().map(\.description) == ["Q 10.0x1 -x0"])
      #expect(harness.rejected(.oversized) == UInt64(wanted) && harness.isBalanced)
    }
  }

  /// Any bytes: nothing traps, every message counts once, whole frames are consumed.
  @Test(arguments: 1...4)
  func damagedFramesNeverTrap(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let frames = try IbVectors.made().compactMap { vector -> [UInt8]? in
      guard vector["direction"] as? String == "server->client", vector["hex"] != nil else {
        return nil
      }
      return try? IbVectors.bytes(vector)
    }
    for version in [100, 178, 200, 202, 226] {
      let harness = IbHarness([IbHarness.stock(LiveInterests(rawValue: .max))])
      _ = harness.connect()
      harness.session.decoder.version = version
      for _ in 0..<1_500 {
        var frame = frames[Int.random(in: 0..<frames.count, using: &generator)]
        for _ in 0..<Int.random(in: 0...3, using: &generator) where frame.count > 4 {
          frame[Int.random(in: 4..<frame.count, using: &generator)] = UInt8.random(
            in: .min ... .max, using: &generator)
        }
        harness.receive(frame)
        _ = harness.takeRecords()
        harness.report.events = []
        harness.report.poison = []
      }
      #expect(harness.isBalanced, "seed \(seed), version \(version)")
    }
  }
}
