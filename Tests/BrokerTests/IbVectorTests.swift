import FeedKit
import Foundation
import TestSupport
import Testing
import Wire

@testable import BrokerFeeds

/// Frames of the vector files: what our readers make of them is what the official client's
/// callbacks have; our requests are the bytes of the official client.
@Suite struct IbVectorTests {
  @Test func madeServerFrames() throws {
    let vectors = try IbVectors.made().filter { $0["direction"] as? String == "server->client" }
    #expect(vectors.count == 86)
    try judge(vectors)
  }

  @Test(.enabled(if: SharedFolder.isPresent, "needs ../shared/vectors"))
  func capturedServerFrames() throws {
    let vectors = try IbVectors.captured()
    #expect(vectors.count == 33)
    try judge(vectors)
  }

  private func judge(_ vectors: [[String: Any]]) throws {
    for vector in vectors {
      let name = IbVectors.name(vector)
      if let expected = vector["expected"] as? [[String: Any]], vector["hex"] != nil {
        let bytes = try IbVectors.bytes(vector)
        let describer = IbDescriber(
          bytes: RawBytesBox(bytes), version: vector["server_version"] as? Int ?? 0)
        let calls = try #require(describer.calls(from: 4, to: bytes.count), "\(name)")
        compare(calls, expected, name)
      } else if let expected = vector["expected"] as? [String: Any] {
        try judgeOther(vector, expected, name)
      } else {
        try judgeStream(vector, name)
      }
    }
  }

  /// Members of the official client's objects that are not on the wire of the message, or are none
  /// of a feed's business.
  private static func isForeign(_ event: String, _ key: String) -> Bool {
    if key.hasSuffix("includeExpired") { return true }
    switch event {
    // Only the head of an order is read.
    case "openOrder": return key.hasPrefix("order.") || key.hasPrefix("orderState")
    case "contractDetails":
      return [
        "minSize", "sizeIncrement", "suggestedSizeIncrement", "minAlgoSize",
        "lastPricePrecision", "lastSizePrecision", "callable", "putable", "coupon",
        "convertible", "nextOptionPartial", "fundClosed", "fundClosedForNewInvestors",
        "fundClosedForNewMoney", "fundDistributionPolicyIndicator", "fundAssetType",
        // The client takes the zone out of the last trade's time where there is one.
        "timeZoneId",
      ].contains { key == "contractDetails.\($0)" }
    case "execDetails": return key == "execution.optExerciseOrLapseType"
    default: return false
    }
  }

  private func compare(_ calls: [IbCall], _ expected: [[String: Any]], _ name: String) {
    #expect(calls.map(\.event) == expected.map { $0["event"] as? String ?? "" }, "\(name)")
    for (call, wanted) in zip(calls, expected) {
      let values = IbVectors.flat(wanted["args"] ?? [:])
      for (key, value) in values where !key.isEmpty {
        if let ours = call.values[key] {
          #expect(IbVectors.isSame(ours, value), "\(name): \(key) is \(ours), not \(value)")
        } else if !Self.isForeign(call.event, key) {
          // What the wire does not have is unset, or its type's zero.
          #expect(IbVectors.isSame("", value) || value == "0", "\(name): \(key) \(value)")
        }
      }
    }
  }

  /// Handshakes and frames that must be refused.
  private func judgeOther(
    _ vector: [String: Any], _ expected: [String: Any], _ name: String
  ) throws {
    var bytes = try IbVectors.bytes(vector)
    if let version = expected["serverVersion"] as? Int {
      var fields = IbFields(bytes.rawSpan, from: 4, to: bytes.count)
      let read = fields.int()
      let time = fields.string()
      let (failure, isAtEnd) = (fields.failure, fields.isAtEnd)
      #expect(failure == nil && isAtEnd && read == version, "\(name)")
      #expect(time == expected["connectionTime"] as? String, "\(name)")
      return
    }
    let reject = try #require(expected["reject"] as? String, "\(name)")
    let harness = IbHarness([IbHarness.stock()])
    _ = harness.connect()
    harness.session.decoder.version = vector["server_version"] as? Int ?? 178
    let before = harness.counters
    bytes.append(contentsOf: [0, 0, 0, 0])
    harness.receive(bytes)
    let counters = harness.counters
    let rejected = counters.rejectedTotal - before.rejectedTotal
    let ignored = counters.ignoredTotal - before.ignoredTotal
    let isLost = harness.report.events.contains { if case .lost(_, _) = $0 { true } else { false } }
    #expect(isLost == reject.contains("close the connection"), "\(name)")
    #expect(rejected == (reject.contains("empty frame") ? 0 : 1), "\(name)")
    if !isLost { #expect(ignored == (reject.contains("empty frame") ? 2 : 1), "\(name)") }
    #expect(harness.isBalanced, "\(name)")
  }

  /// Frames cut at any byte, or all in one piece: the same frames come out.
  private func judgeStream(_ vector: [String: Any], _ name: String) throws {
    let chunks = try #require(vector["chunks"] as? [String], "\(name)")
    let frames = try #require(vector["frames"] as? [String], "\(name)")
    let expected = try #require(vector["expected"] as? [[[String: Any]]], "\(name)")
    let harness = IbHarness([IbHarness.stock()])
    let context = harness.context
    harness.session.opened(channel: 0, context: context, report: &harness.report)
    harness.receive("200", "20260706 09:30:00 US/Eastern")
    harness.session.decoder.version = vector["server_version"] as? Int ?? 178
    let before = harness.messages
    for chunk in chunks { harness.receive(try IbVectors.hex(chunk)) }
    #expect(harness.messages - before == frames.count, "\(name)")
    #expect(harness.keptCount == 0 && harness.counters.rejectedTotal == 0, "\(name)")
    for (frame, wanted) in zip(frames, expected) {
      let bytes = try IbVectors.hex(frame)
      let describer = IbDescriber(
        bytes: RawBytesBox(bytes), version: vector["server_version"] as? Int ?? 178)
      let calls = try #require(describer.calls(from: 4, to: bytes.count), "\(name)")
      compare(calls, wanted, name)
    }
  }

  @Test func requestsAreTheOfficialClients() throws {
    let vectors = try IbVectors.made().filter { $0["direction"] as? String == "client->server" }
    #expect(vectors.count == 66)
    for vector in vectors {
      let name = IbVectors.name(vector)
      var requests = IbRequests(version: vector["server_version"] as? Int ?? 0)
      let isKnown = IbOfficialRequests.write(name, &requests)
      #expect(isKnown, "no request for \(name)")
      let wanted = try IbVectors.bytes(vector)
      #expect(requests.writer.bytes == wanted, "\(name)")
    }
  }
}
