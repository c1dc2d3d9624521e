import FeedKit
import Records
import TestSupport
import Testing
import Wire

@testable import BrokerFeeds

/// What is only looked at: accounts and orders; and what a session never sends.
@Suite struct IbReadOnlyTests {
  /// Payloads of the frames in `bytes`, as fields with blanks between.
  private func frames(_ bytes: [UInt8]) -> [String] {
    var result: [String] = []
    var at = 0
    while at + 4 <= bytes.count {
      let length = Int(bytes.rawSpan.loadBE(UInt32.self, at: at) ?? 0)
      let payload = bytes[(at + 4)..<min(at + 4 + length, bytes.count)]
      result.append(
        payload.split(separator: 0, omittingEmptySubsequences: false).dropLast().map {
          String(decoding: $0, as: UTF8.self)
        }.joined(separator: " "))
      at += 4 + length
    }
    return result
  }

  @Test func accountsAreAStreamOfTheirOwn() {
    let harness = IbHarness([IbHarness.stock()], settings: ["accounts": "true"])
    let sent = frames(Array(harness.connect().dropFirst(4)))
    #expect(sent.contains("61 1") && sent.contains("5 1") && sent.contains("6 2 1 DU1"))
    harness.receive(
      "61", "3", "DU1", "265598", "AAPL", "STK", "", "0.0", "", "", "NASDAQ", "USD", "AAPL",
      "NMS", "-110", "201.8829709")
    let text = harness.takeRecords().map(\.text)
    #expect(
      text == [
        "account position account=DU1 conId=265598 symbol=AAPL secType=STK strike=0.0 "
          + "exchange=NASDAQ currency=USD localSymbol=AAPL tradingClass=NMS position=-110 "
          + "avgCost=201.8829709"
      ])
    let quiet = IbHarness([IbHarness.stock()])
    _ = quiet.connect()
    quiet.receive("6", "2", "NetLiquidation", "100000.00", "USD", "DU1")
    #expect(quiet.takeRecords().isEmpty && quiet.isBalanced)
  }

  /// Whatever is asked of a session, none of its requests trades, cancels or exercises.
  @Test func nothingThatASessionSendsTrades() {
    for versions in ["text", "protobuf"] {
      let instruments = (1...3).map {
        LiveInstrument(
          instrumentID: UInt32($0), symbol: "S\($0)",
          interests: LiveInterests(rawValue: .max), details: ["tick_by_tick": "all-last+bid-ask"])
      }
      let harness = IbHarness(
        instruments, settings: ["accounts": "true", "versions": versions])
      var sent = harness.connect(version: versions == "text" ? 200 : 226)
      let context = harness.context
      for index in 0..<3 {
        harness.subscribe(index)
        _ = harness.backfill(BackfillRequest(id: UInt32(index), index: index, from: 1, to: 2))
        harness.session.keepAlive(context: context, report: &harness.report)
        harness.session.unsubscribe(index: index, context: context, report: &harness.report)
      }
      harness.session.logOut(report: &harness.report)
      sent += harness.takeOutput()
      let ids = requestIDs(Array(sent.drop { $0 != 0 }.dropFirst()), isText: versions == "text")
      #expect(ids.count > 20)
      #expect(Set(ids).isDisjoint(with: [3, 4, 21, 58]), "\(versions)")
    }
  }

  /// Numbers of all requests behind the hello.
  private func requestIDs(_ bytes: [UInt8], isText: Bool) -> [Int] {
    var ids: [Int] = []
    var at = 0
    while at + 8 <= bytes.count {
      let length = Int(bytes.rawSpan.loadBE(UInt32.self, at: at) ?? 0)
      if bytes[at + 4] != UInt8(ascii: "v") {
        if isText {
          let digits = bytes[(at + 4)...].prefix { $0 != 0 }
          ids.append(Int(String(decoding: digits, as: UTF8.self)) ?? -1)
        } else {
          ids.append(Int(bytes.rawSpan.loadBE(UInt32.self, at: at + 4) ?? 0) - 200)
        }
      }
      at += 4 + length
    }
    return ids
  }

  @Test func symbolsAreChecked() {
    for symbol in ["AAPL", "BRK B", "EUR.USD", "ESU6", "@ES#"] {
      #expect(InteractiveBrokersFeed.isValidSymbol(symbol))
    }
    for symbol in ["", "A\0B", "A\nB", "é", " A", String(repeating: "A", count: 65)] {
      #expect(!InteractiveBrokersFeed.isValidSymbol(symbol))
    }
  }
}
