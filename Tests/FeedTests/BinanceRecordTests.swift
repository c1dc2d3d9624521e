import ExchangeFeeds
import FeedKit
import FeedRegistry
import Foundation
import Records
import TestSupport
import Testing

/// What becomes of single messages: vectors, lots, limits.
@Suite struct BinanceRecordTests {
  @Test(.enabled(if: SharedFolder.isPresent, "the folder shared is absent"))
  func vectorsAgree() throws {
    var count = 0
    for vector in try Vectors.load("binance-json") {
      guard let text = vector["text"] as? String else { continue }
      let expected = try #require(vector["expected"] as? [String: Any])
      let harness = BinanceHarness()
      harness.message(text)
      try check(harness, expected)
      #expect(harness.isBalanced)
      count += 1
    }
    #expect(count == 7)
  }

  private func check(_ harness: BinanceHarness, _ expected: [String: Any]) throws {
    var sums = BinanceSums()
    for record in harness.records { sums.note(record) }
    let records = harness.quotes
    func value(_ key: String) throws -> Int128 {
      try #require(BinanceSums.value(expected[key] as? String ?? "", places: 9))
    }
    let kind = try #require(expected["kind"] as? String)
    switch kind {
    case "trade", "agg_trade":
      let record = try #require(records.first)
      #expect(record.type == .trade && records.count == 1)
      try #expect(Int128(record.price) == value("price"))
      try #expect(sums.quantity(record.size, of: record) == value("quantity"))
      #expect(record.side == (expected["aggressor"] as? String == "sell" ? .ask : .bid))
      #expect(record.flags.contains(.publisherSpecific) == (kind == "agg_trade"))
      #expect(record.tsEvent == UInt64(expected["trade_time_ms"] as? Int ?? 0) * 1_000_000)
      #expect(sums.symbols[record.instrument] == expected["symbol"] as? String)
    case "bbo":
      let record = try #require(records.first)
      #expect(record.type == .mbp1 && record.tsEvent == Undefined.timestamp)
      try #expect(Int128(record.bidPrice) == value("bid"))
      try #expect(Int128(record.askPrice) == value("ask"))
      try #expect(sums.quantity(record.bidSize, of: record) == value("bid_qty"))
      try #expect(sums.quantity(record.askSize, of: record) == value("ask_qty"))
    case "depth":
      let levels = try ["bids", "asks"].flatMap {
        try #require(expected[$0] as? [[String]])
      }
      let prices = try levels.map { try Price.parse($0[0]) }
      #expect(records.map(\.price) == prices)
      #expect(records.map(\.side) == [.bid, .ask])
      #expect(records.map(\.action) == [.modify, .modify])
    default:
      #expect(records.isEmpty && harness.report.decode.ignoredTotal == 1, "\(kind)")
    }
  }

  /// Lines made up by us, with the records that they must become.
  @Test func madeVectorsAgree() throws {
    let url = SharedFolder.packageRoot.appending(path: "Tests/Vectors/binance/made.json")
    let root = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any]
    let vectors = try #require(root?["vectors"] as? [[String: Any]])
    #expect(vectors.count >= 6)
    for vector in vectors {
      let name = try #require(vector["name"] as? String)
      for isFast in [true, false] {
        let harness = BinanceHarness(isFast: isFast)
        harness.read(try #require(vector["lines"] as? [String]))
        let text = RecordText(form: .json)
        let lines = harness.records.map { record in
          var buffer: [UInt8] = []
          text.append(record.bytes.rawSpan, to: &buffer)
          return String(decoding: buffer, as: UTF8.self).trimmingCharacters(in: .newlines)
        }
        #expect(lines == vector["records"] as? [String], "\(name)")
        #expect(Int(harness.report.decode.ignoredTotal) == vector["ignored"] as? Int, "\(name)")
        #expect(Int(harness.report.decode.rejectedTotal) == vector["rejected"] as? Int, "\(name)")
        #expect(harness.isBalanced)
      }
    }
  }

  private static func trade(_ symbol: String, _ price: String, _ quantity: String) -> String {
    "{\"e\":\"trade\",\"E\":1672515782136,\"s\":\"\(symbol)\",\"t\":1,\"p\":\"\(price)\","
      + "\"q\":\"\(quantity)\",\"T\":1672515782136,\"m\":true,\"M\":true}"
  }

  /// Quantities that no lot so far could hold make a new instrument of the symbol, never a wrong
  /// size.
  @Test func lotFollowsTheQuantities() {
    let steps: [(quantity: String, unit: Int64, size: UInt32)] = [
      ("0.02000000", 10_000, 2_000), ("3.78826000", 10_000, 378_826),
      ("0.00000100", 1_000, 1), ("41000.00000000", 1_000, .max), ("7.00000001", 10, 700_000_001),
    ]
    for isFast in [true, false] {
      let harness = BinanceHarness(isFast: isFast)
      var sums = BinanceSums()
      for (index, step) in steps.enumerated() {
        harness.message(Self.trade("BTCUSDT", "61837.63000000", step.quantity))
        for record in harness.records { sums.note(record) }
        let record = harness.records.last
        #expect(record?.size == step.size, "\(step)")
        #expect(sums.units[record?.instrument ?? 0] == step.unit, "\(index): \(step)")
      }
      #expect(Set(sums.symbols.values) == ["BTCUSDT"])
    }
  }

  /// A quantity that is too large for its lot but not for a coarser one.
  @Test func lotBecomesCoarser() {
    let harness = BinanceHarness()
    harness.message(Self.trade("NKNUSDT", "0.35210000", "12.00000000"))
    harness.message(Self.trade("NKNUSDT", "0.35210000", "54848.00000000"))
    let trades = harness.quotes.filter { $0.type == .trade }
    #expect(trades.map(\.size) == [1_200_000, 548_480])
    #expect(harness.quotes.filter { $0.action == .clear }.map(\.instrument) == [1])
    #expect(trades.map(\.instrument) == [1, 2])
  }

  @Test(arguments: [
    ("61837.6300000001", "1", 10), ("9223372036.854775807", "1", 10), ("1", "1.000000001", 10),
    ("-1", "1", 3), ("1e5", "1", 3), ("", "1", 3), (".", "1", 3), ("1..2", "1", 3),
    ("1", "0x10", 3), ("99999999999999999999999", "1", 10),
  ])
  func badNumbersAreRejected(price: String, quantity: String, reason: Int) {
    for isFast in [true, false] {
      let harness = BinanceHarness(isFast: isFast)
      harness.message(Self.trade("BTCUSDT", "1.00000000", "1.00000000"))
      harness.message(Self.trade("BTCUSDT", price, quantity))
      #expect(harness.report.decode.rejected[reason] == 1, "\(price) \(quantity)")
      #expect(harness.quotes.count == 1)
    }
  }

  @Test(arguments: [
    ("{", 0), ("[1,2", 0), ("nonsense", 3), ("{}", 2), ("{\"x\":1}", 2), ("{\"e\":1}", 3),
    ("{\"e\":\"trade\",\"e\":\"trade\"}", 3), ("{\"e\":\"trade\"}", 3), ("{} {}", 9),
    ("{\"x\":" + String(repeating: "[", count: 40), 8),
    ("{\"e\":\"depthUpdate\",\"E\":1,\"s\":\"A\",\"b\":[[1]],\"a\":[]}", 3),
    (
      "{\"e\":\"depthUpdate\",\"E\":1,\"s\":\"" + String(repeating: "A", count: 33)
        + "\",\"b\":[[1,2]],\"a\":[]}", 8
    ),
  ])
  func badMessagesAreRejected(text: String, reason: Int) {
    let harness = BinanceHarness()
    harness.message(text, room: 0)
    #expect(harness.report.decode.rejected[reason] == 1, "\(text)")
    #expect(harness.records.isEmpty && harness.isBalanced)
  }

  @Test func levelsHaveALimit() {
    let level = "[\"1\",\"2\"],"
    for (count, rejected) in [(16_384, UInt64(0)), (16_385, 1)] {
      let harness = BinanceHarness()
      // The lane of this test holds 16,384 lines and is not read meanwhile.
      let text =
        "{\"e\":\"depthUpdate\",\"E\":1,\"s\":\"A\",\"b\":["
        + String(repeating: level, count: count - 1) + "[\"1\"],[\"2\",\"3\"]],\"a\":[]}"
      harness.message(text, room: 0)
      #expect(harness.report.decode.rejectedTotal == 1)
      #expect(harness.report.decode.rejected[rejected == 1 ? 8 : 3] == 1)
    }
  }

  @Test func symbolsHaveALimit() {
    let harness = BinanceHarness()
    var refused = 0
    for index in 0..<8_200 {
      harness.message(Self.trade("S\(index)", "1.00000000", "1.00000000"), room: 0)
      if index % 500 == 0 { _ = harness.records.count }
      refused = Int(harness.report.decode.rejected[11])
    }
    #expect(refused == 8_200 - 8_192)
    #expect(harness.isBalanced)
  }
}
