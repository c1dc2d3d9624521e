import FeedKit
import Foundation
import Records
import TestSupport
import Testing

/// Vectors: those beside the project, and our own of `Tests/Vectors/iex`.
enum IexVectors {
  static func shared() throws -> [[String: Any]] { try read(SharedFolder.data("vectors/iex.json")) }

  static func made() throws -> [[String: Any]] {
    try read(
      Data(contentsOf: SharedFolder.packageRoot.appending(path: "Tests/Vectors/iex/made.json")))
  }

  /// The bytes of a vector.
  static func wire(_ vector: [String: Any]) throws -> [UInt8] {
    let text = try #require(vector["hex"] as? String)
    return try #require(bytes(hex: text))
  }

  private static func read(_ data: Data) throws -> [[String: Any]] {
    let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    return try #require(object?["vectors"] as? [[String: Any]])
  }
}

@Suite struct IexVectorTests {
  /// The vectors name fields after their place in the message, the table after the specification.
  private static let otherNames = [
    "message_type": "type", "quote_update_flags": "flags", "security_directory_flags": "flags",
    "sale_condition_flags": "sale_flags", "operational_halt_status": "halt_status",
    "short_sale_price_test_status": "status", "retail_liquidity_indicator": "indicator",
    "official_price": "price", "order_id_reference": "order_id",
  ]

  @Test(.enabled(if: SharedFolder.isPresent, "the folder shared is absent"))
  func messagesAgree() throws {
    var count = 0
    for vector in try IexVectors.shared() {
      guard let name = vector["name"] as? String, name.hasPrefix("spec-"), vector["length"] != nil
      else { continue }
      let message = try IexVectors.wire(vector)
      #expect(message.count == vector["length"] as? Int)
      let feed = try IexFeeds.feed(message[0] == UInt8(ascii: "Q") ? "iex-tops" : "iex-deep")
      let expected = try #require(vector["expected"] as? [String: Any])
      try check(message, at: 0, expected, feed, "\(name)")
      try checkRecords(message, feed)
      count += 1
    }
    #expect(count == 11)
  }

  /// The message alone: decoded, or ignored by its type.
  private func checkRecords(_ message: [UInt8], _ feed: any Feed.Type) throws {
    let harness = IexHarness(feed)
    harness.runner.message(message.rawSpan, from: 0, to: message.count, sequence: 1, tsRecv: 1)
    let isIgnored = message[0] == UInt8(ascii: "B") || message[0] == UInt8(ascii: "I")
    #expect(harness.runner.report.decode.decoded == (isIgnored ? 0 : 1))
    #expect(harness.runner.report.decode.ignored[Int(message[0])] == (isIgnored ? 1 : 0))
    #expect(harness.isBalanced)
  }

  @Test(.enabled(if: SharedFolder.isPresent, "the folder shared is absent"))
  func segmentsAgree() throws {
    var count = 0
    for vector in try IexVectors.shared() {
      let expected = try #require(vector["expected"] as? [String: Any])
      guard let messages = expected["messages"] as? [[String: Any]] else { continue }
      let name = try #require(vector["name"] as? String)
      let segment = try IexVectors.wire(vector)
      let found = IexFeeds.feed(of: segment.rawSpan)
      let feed = try #require(found, "\(name)")
      let header = try feed.header(of: segment.rawSpan)
      checkHeader(header, expected, feed, name)
      var offset = header.blocks.lowerBound
      for (index, message) in messages.enumerated() {
        let length = feed.blockLength(segment.rawSpan, at: offset)
        #expect(length == (expected["message_lengths"] as? [Int])?[index], "\(name)")
        try check(segment, at: offset + 2, message, feed, "\(name)")
        offset += 2 + (length ?? 0)
      }
      #expect(offset == segment.count, "\(name)")
      let harness = IexHarness(feed)
      harness.receive(segment.rawSpan)
      #expect(harness.isBalanced && Int(harness.runner.report.messages) == messages.count)
      #expect(harness.runner.report.decode.rejectedTotal == 0, "\(name)")
      count += 1
    }
    #expect(count == 16)
  }

  private func checkHeader(
    _ header: DatagramHeader, _ expected: [String: Any], _ feed: any Feed.Type, _ name: String
  ) {
    func number(_ key: String) -> UInt64? { expected[key] as? UInt64 }
    #expect(header.kind == (number("message_count") == 0 ? .heartbeat : .data), "\(name)")
    #expect(header.sequence == number("first_sequence"), "\(name)")
    #expect(header.sequence + UInt64(header.count) == number("next_sequence"), "\(name)")
    #expect(header.streamOffset == number("stream_offset"), "\(name)")
    #expect(
      (header.streamOffset ?? 0) + UInt64(header.blocks.count) == number("next_stream_offset"),
      "\(name)")
    #expect(header.sendTime == number("send_time"), "\(name)")
    #expect(header.isStart == (number("first_sequence") == 1), "\(name)")
    let id = String(number("protocol_id") ?? 0, radix: 16)
    let session = String(number("session_id") ?? 0, radix: 16)
    #expect(feed.name(of: header.session) == "\(id).\(number("channel_id") ?? 0).\(session)")
  }

  private func check(
    _ message: [UInt8], at start: Int, _ expected: [String: Any], _ feed: any Feed.Type,
    _ comment: Comment
  ) throws {
    let description = try #require(feed.messages.messages[message[start]], comment)
    var names: Set<String> = []
    for field in description.fields {
      let name = Self.otherNames[field.name] ?? field.name
      let column = IexFieldText.Column(name: name, field: field)
      let number = IexFieldText.number(column, message.rawSpan, at: start)
      if name == "reserved_1" { continue }
      names.insert(name)
      if field.kind == .text || field.kind == .character {
        var text: [UInt8] = []
        IexFieldText.append(
          column, message.rawSpan, at: start, number: number ?? 0, to: &text)
        let padded = String(decoding: text, as: UTF8.self)
          .padding(toLength: field.byteCount, withPad: " ", startingAt: 0)
        #expect(padded == expected[name] as? String, comment)
      } else {
        #expect(number == expected[name] as? Int64, "\(name) of \(comment)")
      }
    }
    #expect(names == Set(expected.keys).subtracting(["reserved"]), comment)
  }

  /// Segments made up by us, with the records that they must become.
  @Test func recordsAgree() throws {
    let vectors = try IexVectors.made()
    #expect(vectors.count >= 5)
    for vector in vectors {
      let name = try #require(vector["name"] as? String)
      let segment = try IexVectors.wire(vector)
      let feed = try #require(vector["feed"] as? String)
      let harness = IexHarness(try IexFeeds.feed(feed))
      let lines = harness.lines(of: segment.rawSpan, tsRecv: 1_700_000_000_000_001_000)
      #expect(lines == vector["records"] as? [String], "\(name)")
      let decode = harness.runner.report.decode
      #expect(Int(decode.ignoredTotal) == vector["ignored"] as? Int, "\(name)")
      #expect(Int(decode.rejectedTotal) == vector["rejected"] as? Int, "\(name)")
      #expect(harness.isBalanced, "\(name)")
    }
  }
}
