import FeedKit
import Records
import Sessions
import TestSupport
import Testing

@testable import BrokerFeeds

/// Backfills, code tables and bars.
@Suite("IQFeed history")
struct IqfeedHistoryTests {
  private let request = BackfillRequest(
    id: 77, index: 0, from: summer(10, 0, 0, micros: 500), to: summer(10, 0, 5, micros: 1))

  private func live(_ interests: LiveInterests = [.trades, .quotes]) -> IqfeedLive {
    let live = IqfeedLive("AAPL", interests: interests)
    live.open()
    live.open("lookup")
    _ = live.sent("lookup")
    return live
  }

  @Test func trades() {
    let live = live()
    let isSent = live.backfill(request)
    #expect(isSent)
    #expect(
      live.sent("lookup") == ["HTT,AAPL,20210701 100000,20210701 100006,,,,1,H1,1000"])
    live.read(
      "H1,LH,2021-07-01 10:00:00.000499,1.5,100,1,1.4,1.6,1,C,11,01,0,1,\r\n"
        + "H1,LH,2021-07-01 10:00:00.000500,1.5,238,1,1.4,1.6,2,C,11,01,1,1,\r\n"
        + "H1,LH,2021-07-01 10:00:05.000000,1.6,50,2,1.4,1.6,3,O,11,87,2,1\r\n"
        + "H1,LH,2021-07-01 10:00:05.000001,1.6,50,2,1.4,1.6,4,C,11,01,2,1,\r\n"
        + "H1,LH,bad,1.6,50\r\nH1,!ENDMSG!,\r\n", "lookup")
    let trades = live.tap.all(TradeMessage.self)
    #expect(trades.map(\.size) == [238, 50])
    #expect(trades.map(\.side) == [.bid, .ask])
    #expect(trades[0].flags == [.last, .snapshot])
    #expect(trades[1].flags == [.last, .snapshot, .publisherSpecific])
    #expect(trades[0].header.tsEvent == summer(10, 0, 0, micros: 500))
    #expect(live.takeEvents() == [.backfilled(request: 77, records: 2, error: nil)])
    #expect(live.counters.rejectedTotal == 1)
    live.read("H1,!ENDMSG!,\r\n", "lookup")
    #expect(live.takeEvents().isEmpty && live.counters.rejectedTotal == 1)
  }

  @Test(
    arguments: [
      ("H1,E,!NO_DATA!,,\r\nH1,!ENDMSG!,\r\n", nil),
      ("H1,E,Invalid symbol.,\r\n", "Invalid symbol."),
      ("E,Unauthorized user ID.,\r\n", "Unauthorized user ID."),
      ("E,Too many simultaneous history requests,\r\n", "Too many simultaneous history requests"),
    ] as [(String, String?)])
  func errors(_ text: String, _ error: String?) {
    let live = live()
    let isSent = live.backfill(request)
    #expect(isSent)
    live.read(text, "lookup")
    #expect(live.takeEvents() == [.backfilled(request: 77, records: 0, error: error)])
  }

  @Test func rowsOfSeveralRequestsInterleave() {
    let live = IqfeedLive("AAPL", "SPY", interests: [.trades])
    live.open()
    live.open("lookup")
    for index in 0...1 {
      let isSent = live.backfill(
        BackfillRequest(
          id: UInt32(index + 1), index: index, from: request.from, to: request.to))
      #expect(isSent)
    }
    live.read(
      "H2,LH,2021-07-01 10:00:01.0,1.5,1,1,1.4,1.6,1,C,11,01,0,1,\r\n"
        + "H1,LH,2021-07-01 10:00:01.0,1.5,2,1,1.4,1.6,1,C,11,01,0,1,\r\n"
        + "H2,!ENDMSG!,\r\nH1,!ENDMSG!,\r\n", "lookup")
    #expect(live.tap.all(TradeMessage.self).map(\.header.instrumentID) == [11, 10])
    #expect(
      live.takeEvents() == [
        .backfilled(request: 2, records: 1, error: nil),
        .backfilled(request: 1, records: 1, error: nil),
      ])
  }

  @Test func requestsWaitForTheirTurnAndTheirPort() {
    let live = IqfeedLive("AAPL", interests: [.trades])
    live.open()
    for id in 1...12 {
      let isSent = live.backfill(
        BackfillRequest(id: UInt32(id), index: 0, from: request.from, to: request.to))
      #expect(isSent)
    }
    #expect(live.sent("lookup").isEmpty)
    live.open("lookup")
    #expect(live.sent("lookup").filter { $0.hasPrefix("HTT") }.count == 8)
    live.read("H1,!ENDMSG!,\r\n", "lookup")
    #expect(live.sent("lookup").count == 1)
    live.open("lookup")
    let ended = live.takeEvents().filter { if case .backfilled = $0 { true } else { false } }
    #expect(ended.count == 9, "what was under way is lost with the connection")
    #expect(live.sent("lookup").filter { $0.hasPrefix("HTT") }.count == 3)
  }

  @Test func barsInTheirTwoOrders() {
    let live = IqfeedLive("AAPL", interests: [.bars])
    live.open()
    live.open("lookup")
    _ = live.sent("lookup")
    let isSent = live.backfill(request)
    #expect(isSent)
    #expect(
      live.sent("lookup") == ["HIT,AAPL,60,20210701 100000,20210701 100006,,,,1,H1,1000,s,1"])
    // High, low, open, close; then open, high, low, close with the bar's end.
    live.read("H1,LH,2021-07-01 10:00:01,9.0,6.0,7.0,8.0,984267,109656,0,\r\n", "lookup")
    live.read(
      "B0,BU,AAPL,2021-07-01 10:01:00,7.0,9.0,6.0,8.0,70665229,14601,42,\r\n"
        + "B0,BC,AAPL,2021-07-01 10:01:00,7.0,9.0,6.0,8.0,70669588,109656,0,\r\n", "derivatives")
    let bars = live.tap.all(OHLCVMessage.self)
    #expect(bars.count == 2)
    for bar in bars {
      #expect(bar.open == nanos("7") && bar.high == nanos("9"))
      #expect(bar.low == nanos("6") && bar.close == nanos("8") && bar.volume == 109_656)
      #expect(bar.header.rtype == .ohlcv1m)
    }
    #expect(bars[1].header.tsEvent == summer(10, 0, 0), "bars carry their beginning")
  }

  @Test func codeTablesAndSymbols() {
    let live = IqfeedLive(
      [LiveInstrument(instrumentID: 1, symbol: "AAPL")], settings: ["symbol_search": "@ES"])
    live.open()
    live.open("lookup")
    #expect(
      live.sent("lookup") == [
        "S,SET PROTOCOL,6.2", "S,SET CLIENT NAME,millrace", "SLM,SLM1", "SST,SST2",
        "SBF,s,@ES,,,SBF3",
      ])
    live.read(
      "S,CURRENT PROTOCOL,6.2\r\nSLM1,LS,900,NEWEX,New exchange,\r\nSLM1,!ENDMSG!,\r\n"
        + "SBF3,LS,@ESZ26,900,8,E-MINI, S&P 500,\r\nSBF3,!ENDMSG!,\r\n", "lookup")
    #expect(
      live.takeEvents() == [
        .definition(
          LiveDefinition(
            symbol: "@ESZ26", name: "E-MINI, S&P 500", exchange: "NEWEX", securityType: "FUTURE"))
      ])
    #expect(live.counters.rejectedTotal == 0)
  }
}
