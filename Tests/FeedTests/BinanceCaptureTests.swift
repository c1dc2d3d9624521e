import ExchangeFeeds
import FeedKit
import FeedRegistry
import Foundation
import Records
import TestSupport
import Testing

/// Captured streams against what other people's decoders and exact decimals read from them.
@Suite struct BinanceCaptureTests {
  static var present: Bool { SharedFolder.isPresent }

  @Test(
    .enabled(if: present, "the folder shared is absent"),
    arguments: ["spot_btcusdt_20240808", "usdm_btcusdt_20240808"])
  func sumsAgree(_ name: String) throws {
    let expected = try BinanceCapture.json("binance-raw/\(name).expected.json")
    let (records, report) = try BinanceCapture.decode("binance-raw/\(name).txt.gz")
    let streams = try #require(expected["streams"] as? [String: Int])
    #expect(Int(report.messages) == expected["lines"] as? Int)
    #expect(report.decode.rejectedTotal == 0)
    #expect(Int(report.decode.ignored[Int(UInt8(ascii: "s"))]) == streams["no-stream:snapshot"])
    #expect(report.decode.ignoredTotal == 1)
    let quotes = records.filter { $0.type == .mbp1 }
    let trades = records.filter { $0.type == .trade }
    let levels = records.filter { $0.type == .mbo && $0.action != .clear }
    #expect(quotes.count == streams["bookTicker"])
    #expect(trades.count == streams["trade"])
    #expect(levels.filter { $0.side == .bid }.count == expected["depth_bid_levels"] as? Int)
    #expect(levels.filter { $0.side == .ask }.count == expected["depth_ask_levels"] as? Int)
    let updates = streams.filter { $0.key.hasPrefix("depth") }.values.reduce(0, +)
    #expect(levels.filter { $0.flags.contains(.last) }.count == updates)
    let first = try #require(expected["first_local_ns"] as? UInt64)
    #expect(records.contains { $0.tsRecv == first })
    try check(try #require(expected["sums"] as? [String: String]), records)
  }

  private func check(_ expected: [String: String], _ records: [BinanceRecord]) throws {
    var sums = BinanceSums()
    var found: [String: Int128] = [:]
    for record in records {
      sums.note(record)
      switch record.type {
      case .trade:
        found["trade_px", default: 0] += Int128(record.price)
        let quantity = sums.quantity(record.size, of: record)
        found["trade_qty", default: 0] += quantity
        found["trade_notional", default: 0] += quantity * Int128(record.price)
        found["trade_buyer_maker", default: 0] += record.side == .ask ? 1 : 0
      case .mbp1:
        found["bt_b", default: 0] += Int128(record.bidPrice)
        found["bt_a", default: 0] += Int128(record.askPrice)
        found["bt_B", default: 0] += sums.quantity(record.bidSize, of: record)
        found["bt_A", default: 0] += sums.quantity(record.askSize, of: record)
      case .mbo where record.action != .clear:
        found["depth_px", default: 0] += Int128(record.price)
        found["depth_qty", default: 0] += sums.quantity(record.size, of: record)
      default: break
      }
    }
    #expect(Set(found.keys) == Set(expected.keys))
    for (key, text) in expected {
      let places = key == "trade_buyer_maker" ? 0 : key == "trade_notional" ? 18 : 9
      #expect(found[key] == BinanceSums.value(text, places: places), "\(key)")
    }
  }

  @Test(
    .enabled(if: present, "the folder shared is absent"),
    arguments: ["BINANCE", "BINANCE_FUTURES"])
  func eventsAgree(_ name: String) throws {
    let expected = try BinanceCapture.json("cryptofeed/\(name).expected.json")
    let callbacks = try #require(expected["callbacks"] as? [String: Int])
    let (records, report) = try BinanceCapture.decode("cryptofeed/\(name).ws.1.0.gz")
    let processed = try #require(expected["messages_processed"] as? Int)
    #expect(Int(report.messages) == processed + 1)
    #expect(report.decode.ignored[Int(TextLine.noteType)] == 1)
    #expect(report.decode.rejectedTotal == 0)
    #expect(Int(report.decode.ignored[Int(UInt8(ascii: "k"))]) == callbacks["candles"])
    var sums = BinanceSums()
    var quotes: [[String]] = []
    var trades: [[String]] = []
    for record in records {
      sums.note(record)
      let symbol = sums.symbols[record.instrument] ?? ""
      if record.type == .mbp1 {
        quotes.append([symbol, Price.text(record.bidPrice), Price.text(record.askPrice)])
      } else if record.type == .trade {
        let quantity = Int64(sums.quantity(record.size, of: record))
        trades.append([
          symbol, record.side == .bid ? "buy" : "sell", Price.text(record.price),
          Price.text(quantity),
        ])
      }
    }
    let events = try self.events(name)
    #expect(quotes.count == callbacks["ticker"] && quotes == events.quotes)
    #expect(trades.count == callbacks["trades"] && trades == events.trades)
  }

  /// Tickers and trades as cryptofeed's own playback has given them out.
  private func events(_ name: String) throws -> (quotes: [[String]], trades: [[String]]) {
    var result: (quotes: [[String]], trades: [[String]]) = ([], [])
    let text = try BinanceCapture.bytes("cryptofeed/\(name).events.jsonl.gz")
    for line in text.split(separator: UInt8(ascii: "\n")) {
      let event = try #require(
        try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
      // NKN-USDT, SUSHI-USDT-PERP
      let symbol = (event["symbol"] as? String ?? "").split(separator: "-")
        .filter { $0 != "PERP" }.joined()
      func shortest(_ key: String) throws -> String {
        Price.text(try Price.parse(event[key] as? String ?? ""))
      }
      switch event["ch"] as? String {
      case "ticker": result.quotes.append([symbol, try shortest("bid"), try shortest("ask")])
      case "trades":
        result.trades.append([
          symbol, event["side"] as? String ?? "", try shortest("price"), try shortest("amount"),
        ])
      default: break
      }
    }
    return result
  }

  @Test(.enabled(if: present, "the folder shared is absent"))
  func fileIsRecognised() throws {
    let folder = try #require(SharedFolder.url).appending(path: "captures/crypto-ws")
    for name in ["binance-raw/spot_btcusdt_20240808.txt.gz", "cryptofeed/BINANCE.ws.1.0.gz"] {
      let input = try InputRecognition(path: folder.appending(path: name).path)
      #expect(input.feed?.description.name == "binance")
      #expect(input.framing == .lines && input.isCompressed)
    }
  }
}
