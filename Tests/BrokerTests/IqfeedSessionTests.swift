import FeedKit
import Records
import Sessions
import TestSupport
import Testing

@testable import BrokerFeeds

/// What is said to IQConnect, and what its lines mean to the session.
@Suite("IQFeed session")
struct IqfeedSessionTests {
  @Test func theHandshake() {
    let live = IqfeedLive("SPY")
    live.open()
    #expect(
      live.sent() == [
        "S,SET PROTOCOL,6.2", "S,SET CLIENT NAME,millrace", "S,CONNECT",
        "S,REQUEST FUNDAMENTAL FIELDNAMES", "S,SELECT UPDATE FIELDS,\(Iqfeed.goodFields)",
        "S,TIMESTAMPSON",
      ])
    live.read("S,KEY,99999\nS,SERVER CONNECTED\n")
    live.read("S,CUST,real_time,1.2.3.4,60003,secret,6.1.0.20,0, NYSE ,code,1300,QT_API,,\n")
    live.read("S,CURRENT PROTOCOL,6.2,\nS,CURRENT UPDATE FIELDNAMES,\(Iqfeed.defaultFields)\n")
    #expect(live.takeEvents() == [.subscriptionLimit(1_300)])
    live.read("S,CURRENT UPDATE FIELDNAMES,\(Iqfeed.goodFields)\n")
    #expect(live.takeEvents() == [.ready])
    live.subscribe()
    #expect(live.sent() == ["wSPY"])
    live.subscribe()
    #expect(live.sent() == ["fSPY"], "what is watched is asked for again")
    live.unsubscribe()
    #expect(live.sent() == ["rSPY"])
  }

  @Test func anotherVersionIsRefused() {
    let live = IqfeedLive("SPY")
    live.open()
    live.read("S,CURRENT PROTOCOL,5.2,\n")
    let causes = live.takeEvents().compactMap { event -> DisconnectCause? in
      if case .lost(let cause, _) = event { cause } else { nil }
    }
    #expect(causes == [.version])
  }

  @Test func fieldsThatAreNotGiven() {
    let live = IqfeedLive("SPY")
    live.open()
    live.read("S,CURRENT PROTOCOL,6.2,\nS,CURRENT UPDATE FIELDNAMES,\(Iqfeed.defaultFields)\n")
    let some = IqfeedFieldSet.names(Iqfeed.goodFields).filter { $0 != "TickID" }
    live.read("S,CURRENT UPDATE FIELDNAMES,\(some.joined(separator: ","))\n")
    #expect(
      live.takeEvents() == [
        .notice(code: 0, text: "IQFeed does not give the field \"TickID\""), .ready,
      ])
    let bare = IqfeedLive("SPY")
    bare.open()
    bare.read("S,CURRENT PROTOCOL,6.2,\nS,CURRENT UPDATE FIELDNAMES,Symbol,Bid\n")
    bare.read("S,CURRENT UPDATE FIELDNAMES,Symbol,Bid\n")
    #expect(bare.takeEvents().contains { if case .lost = $0 { true } else { false } })
  }

  @Test func confirmationsAndRefusals() {
    let live = IqfeedLive("SPY", "NOPE", "QQQ")
    live.greet(fields: Iqfeed.defaultFields)
    for index in 0...2 { live.subscribe(index) }
    _ = live.takeEvents()
    live.read("P,SPY,1.0,100,09:30:00.0,19,5,1.0,100,1.1,200,1,1,1,1,Cba,01,\n")
    live.read("n,NOPE\nS,SYMBOL LIMIT REACHED,QQQ,\nn,STRANGER\n")
    #expect(
      live.takeEvents() == [
        .confirmed(index: 0), .refused(index: 1, code: 0, text: "symbol not found"),
        .limitReached(index: 2),
      ])
    let quote = live.tap.all(MBP1Message.self)
    #expect(quote.map(\.header.instrumentID) == [10] && quote[0].sequence == 3)
  }

  @Test func symbolsOfNobody() {
    let live = IqfeedLive("SPY", "A,B", "SPY")
    live.open()
    for index in 0...2 { live.subscribe(index) }
    let refused = live.takeEvents().compactMap { event -> Int? in
      if case .refused(let index, _, _) = event { index } else { nil }
    }
    #expect(refused == [1, 2])
    #expect(live.sent().filter { $0.hasPrefix("w") } == ["wSPY"])
    live.read("Q,QQQ,1.0,100,09:30:00.0,19,5,1.0,100,1.1,200,1,1,1,1,Cba,01,\n")
    #expect(live.counters.ignored[0x51] == 1 && live.tap.records.isEmpty)
  }

  @Test func unwatchedLinesAreMuted() {
    let live = IqfeedLive("SPY")
    live.greet(fields: Iqfeed.defaultFields)
    live.subscribe()
    live.unsubscribe()
    live.read("Q,SPY,1.0,100,09:30:00.0,19,5,1.0,100,1.1,200,1,1,1,1,Cba,01,\n")
    #expect(live.tap.records.isEmpty && live.counters.ignored[0x51] == 1)
  }

  @Test func interestsDecideWhatIsAskedAndWritten() {
    let live = IqfeedLive([
      LiveInstrument(instrumentID: 1, symbol: "SPY", interests: [.trades]),
      LiveInstrument(
        instrumentID: 2, symbol: "@ESZ26", interests: [.quotes, .depth, .regional, .news, .bars]),
      LiveInstrument(
        instrumentID: 3, symbol: "QQQ", interests: [.depth], details: ["depth_kind": "orders"]),
    ])
    #expect(
      live.channels.map(\.name) == ["level1", "depth", "lookup", "admin", "derivatives"])
    #expect(live.channels.map(\.isVital) == [true, true, false, false, false])
    #expect((0...2).map { live.requests($0) } == [1, 4, 1])
    live.open()
    #expect(live.sent().last == "S,NEWSON")
    live.open("depth")
    live.open("derivatives")
    #expect(live.sent("depth").last == "c")
    _ = live.sent("derivatives")
    for index in 0...2 { live.subscribe(index) }
    #expect(live.sent() == ["tSPY", "w@ESZ26", "S,REGON,@ESZ26"])
    #expect(live.sent("depth") == ["WPL,@ESZ26,10", "WOR,QQQ"])
    #expect(live.sent("derivatives") == ["BW,@ESZ26,60,,,,,,B1,s,,0"])
    live.read("P,SPY,1.0,100,09:30:00.0,19,5,1.0,100,1.1,200,1,1,1,1,Cba,01,\n")
    #expect(live.tap.all(MBP1Message.self).isEmpty, "quotes are not wanted of it")
    live.read("R,@ESZ26,,1.5,100,09:30:00,1.6,200,09:30:01,14,4,34,\n")
    let regional = live.tap.all(CMBP1Message.self)
    #expect(regional.map { $0.levels[0].askPb } == [34])
    #expect(regional[0].header.tsEvent == summer(9, 30, 1))
  }

  @Test func theServerComesAndGoes() {
    let live = IqfeedLive("SPY")
    live.greet()
    _ = live.takeEvents()
    live.read("S,SERVER CONNECTED\nS,SERVER DISCONNECTED\nS,SERVER DISCONNECTED\n")
    live.read("S,SERVER CONNECTED\n")
    let kinds = live.takeEvents().map { event -> String in
      switch event {
      case .upstreamDown: "down"
      case .upstreamUp(let keeps, _): keeps ? "up, kept" : "up"
      default: "other"
      }
    }
    #expect(kinds == ["down", "up"])
  }

  @Test func timeLinesAnswerAndCompareClocks() {
    let live = IqfeedLive("SPY")
    live.greet()
    _ = live.takeEvents()
    _ = live.sent()
    live.keepAlive()
    #expect(live.sent() == ["T"])
    for second in 0..<10 { live.read("T,20210701 12:00:0\(second)\n") }
    #expect(live.takeEvents() == [.answered, .clockOffset(nanos: 9_000_000_000)])
  }

  @Test func lateDataIsNoticed() {
    let live = IqfeedLive("SPY")
    live.greet(fields: Iqfeed.defaultFields)
    live.subscribe()
    _ = live.takeEvents()
    live.read("T,20210701 12:00:00\n")
    for _ in 0..<30 {
      live.read("Q,SPY,1.0,100,11:44:30.0,19,5,1.0,100,1.1,200,1,1,1,1,C,01,\n")
    }
    live.read("T,20210701 12:00:01\n")
    #expect(live.takeEvents() == [.delayed(seconds: 900)])
  }

  @Test func adminStatistics() {
    let live = IqfeedLive("SPY")
    live.open()
    live.open("admin")
    #expect(live.sent("admin").suffix(2) == ["S,CONNECT", "S,CLIENTSTATS ON"])
    func stats(_ status: String) -> String {
      "S,STATS,1.2.3.4,60004,500,0,4,0,0,1,Jul 05 7:26AM,Jul 05 04:15AM,\(status),6.1.0.20,1,1,1,"
        + "1,1,1,1,\n"
    }
    live.read(stats("Connected") + stats("Not Connected") + stats("Not Connected"), "admin")
    live.read(stats("Connected"), "admin")
    func client(_ queued: String) -> String {
      "S,CLIENTSTATS,1,2,millrace,20210705 072652,1,0,0.00,374.69,\(queued),\n"
    }
    live.read(client("0.00") + client("5000.5") + client("500.0") + client("1.0"), "admin")
    #expect(
      live.takeEvents() == [
        .subscriptionLimit(500), .part(name: "iqconnect link", isBroken: true),
        .part(name: "iqconnect link", isBroken: false),
        .part(name: "iqconnect queue", isBroken: true),
        .part(name: "iqconnect queue", isBroken: false),
      ])
  }

  @Test func aLoginByProgram() {
    let live = IqfeedLive(
      [LiveInstrument(instrumentID: 1, symbol: "SPY")],
      settings: ["product": "MILLRACE", "login": "12345", "password": "pass,word\r\n"])
    live.open("admin")
    #expect(
      live.sent("admin") == [
        "S,SET PROTOCOL,6.2", "S,SET CLIENT NAME,millrace", "S,REGISTER CLIENT APP,MILLRACE,1.0",
        "S,SET LOGINID,12345", "S,SET PASSWORD,password", "S,CONNECT", "S,CLIENTSTATS ON",
      ])
    live.read("S,CURRENT PASSWORD,password,\nS,CURRENT LOGINID,12345,\n", "admin")
    #expect(live.takeEvents().isEmpty && live.poison.isEmpty)
  }
}
