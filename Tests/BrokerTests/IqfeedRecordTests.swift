import FeedKit
import Records
import Sessions
import TestSupport
import Testing
import Wire

@testable import BrokerFeeds

/// What level 1 lines become.
@Suite("IQFeed records")
struct IqfeedRecordTests {
  private static let start = "S,CURRENT UPDATE FIELDNAMES,\(Iqfeed.goodFields)\n"

  /// A line of the good set of fields.
  private func line(
    _ letter: String, contents: String, price: String = "427.8550", size: String = "300",
    time: String = "13:29:35.963557", date: String = "07/01/2021", center: String = "19",
    aggressor: String = "1", tick: String = "7", bid: String = "427.85", bidSize: String = "500",
    ask: String = "427.86", askSize: String = "1200", delay: String = ""
  ) -> String {
    "\(letter),SPY,\(contents),\(price),\(size),\(time),\(date),\(center),01,\(aggressor),\(tick),"
      + "3886793083,\(bid),\(bidSize),13:29:35.9,11,\(ask),\(askSize),13:29:35.8,5,427.21,428.38,"
      + "427.18,427.70,,\(delay),4,\n"
  }

  @Test func aTradeAndAQuote() {
    var file = IqfeedFile()
    file.time = summer(13, 30, 0)
    file.read(Self.start + line("Q", contents: "Cba"))
    let trade = file.trades[0]
    #expect(trade.price == nanos("427.855") && trade.size == 300 && trade.side == .bid)
    #expect(trade.header.tsEvent == summer(13, 29, 35, micros: 963_557))
    #expect(trade.header.publisherID == 60_001 && trade.header.instrumentID == 1)
    #expect(trade.tsRecv == file.time && trade.action == .trade && trade.flags == [])
    let quote = file.quotes[0]
    let best = quote.levels[0]
    #expect(best.bidPx == nanos("427.85") && best.askSz == 1_200)
    #expect(quote.header.tsEvent == summer(13, 29, 35, micros: 900_000))
    #expect(quote.flags == [.last, .topOfBook] && quote.size == 0)
    let symbols = file.tap.all(SymbolMappingMessage.self).map { $0.stypeInSymbol.text }
    #expect(symbols == ["SPY"])
  }

  @Test(arguments: [
    ("C", true, false, false), ("E", true, false, false), ("O", true, true, false),
    ("b", false, false, true), ("a", false, false, true), ("", false, false, false),
    ("v", false, false, false), ("Ca", true, false, true),
  ])
  func contentsDecide(_ letters: String, _ isTrade: Bool, _ isOther: Bool, _ isQuote: Bool) {
    let file = IqfeedFile()
    file.read(Self.start + line("Q", contents: letters))
    #expect(file.trades.count == (isTrade ? 1 : 0))
    #expect(file.quotes.count == (isQuote ? 1 : 0))
    #expect(file.trades.first?.flags.contains(.publisherSpecific) ?? isOther == isOther)
    #expect(file.trades.first?.flags.contains(.last) ?? !isQuote == !isQuote)
    #expect(file.isBalanced && file.rejected == 0)
  }

  @Test func aSummaryIsNeverATrade() {
    let file = IqfeedFile()
    file.read(Self.start + line("P", contents: "Cbaohlcv"))
    #expect(file.trades.isEmpty)
    #expect(file.quotes.map(\.flags) == [[.last, .topOfBook, .snapshot]])
  }

  @Test func statistics() {
    let file = IqfeedFile()
    file.read(Self.start + line("Q", contents: "hv"))
    let found = file.tap.all(StatisticsMessage.self)
    #expect(found.map(\.statType) == [.tradingSessionHighPrice, .clearedVolume])
    #expect(found[0].price == nanos("428.38") && found[0].quantity == Undefined.quantity)
    #expect(found[1].quantity == 3_886_793_083 && found[1].price == Undefined.price)
  }

  @Test(arguments: [
    ("2938.", "2938"), ("0.", "0"), ("-37.63", "-37.63"), ("12345678.9012", "12345678.9012"),
    ("1", "1"), ("123456789", "123456789"), ("0.000000001", "0.000000001"),
    ("99999999", "99999999"), (".5", "0.5"), ("00001.50", "1.5"), ("1.50000000000", "1.5"),
    ("9223372036.854775806", "9223372036.854775806"), ("1234567.", "1234567"),
  ])
  func pricesAreExact(_ text: String, _ value: String) {
    let bytes = Array(text.utf8) + Array(repeating: 0x39, count: 40)
    #expect(IqfeedNumber.price(bytes.rawSpan, 0, text.utf8.count) == nanos(value))
  }

  @Test func numbersAgreeWithPlainReading() {
    var random = SeededGenerator(seed: 62)
    for _ in 0..<20_000 {
      let whole = random.next() % [10, 1_000, 100_000, 10_000_000_000][Int(random.next() % 4)]
      let places = Int(random.next() % 10)
      var fraction = ""
      for _ in 0..<places { fraction += "\(random.next() % 10)" }
      // The largest price is 9223372036.854775806.
      guard whole < 9_223_372_036 else { continue }
      let text = places == 0 ? "\(whole)" : "\(whole).\(fraction)"
      let bytes = Array(text.utf8) + Array(",123.456,".utf8) + Array(repeating: 0x30, count: 32)
      let value = IqfeedNumber.price(bytes.rawSpan, 0, text.utf8.count)
      #expect(value == nanos(text), "seed \(random.seed): \(text)")
      let count = "\(whole)".utf8.count
      #expect(IqfeedNumber.whole(bytes.rawSpan, 0, count) == Int64(whole), "\(text)")
    }
  }

  @Test func aSideWithoutSizeIsNoQuote() {
    let file = IqfeedFile()
    file.read(Self.start + line("Q", contents: "b", bid: "0.", bidSize: "0"))
    file.read(line("Q", contents: "a", bid: "", bidSize: "", ask: "-0.25"))
    let levels = file.quotes.map { $0.levels[0] }
    #expect(levels.map(\.bidPx) == [Undefined.price, Undefined.price])
    #expect(levels[1].askPx == nanos("-0.25"))
  }

  @Test func setsChangeWhileLinesAreUnderWay() {
    let file = IqfeedFile()
    file.read("P,SPY,1.0,100,09:30:00.0,19,5,1.0,100,1.1,200,1,1,1,1,Cba,01,\n")
    file.read("S,CURRENT UPDATE FIELDNAMES,Symbol,Bid,Ask\nQ,SPY,1.5,1.6,\nQ,SPY,1.5,1.6,7,\n")
    let bids = file.quotes.map { $0.levels[0].bidPx }
    #expect(bids == [nanos("1.0"), nanos("1.5")])
    #expect(file.report.decode.rejected[Int(RejectReason.trailingBytes.rawValue)] == 1)
  }

  @Test func theSampleSetOfEighteen() {
    let file = IqfeedFile()
    file.read("Q,SPY,1.5,100,09:30:00.0,19,5,1.0,100,1.1,200,1,1,1,1,C,01,2,1,\n")
    #expect(file.trades.map(\.side) == [.ask] && file.rejected == 0)
  }

  @Test func extendedAndLastTrades() {
    let file = IqfeedFile()
    file.read(
      "S,CURRENT UPDATE FIELDNAMES,Symbol,Message Contents,Last,Last Size,Last Time,Last Date\n"
        + "Q,SPY,C,1.5,100,09:30:00.000001,07/01/2021,\nQ,SPY,O,1.4,100,09:30:00.0,07/01/2021,\n")
    #expect(file.trades.map(\.price) == [nanos("1.5")], "Last is only new with C")
    #expect(file.trades[0].header.tsEvent == summer(9, 30, 0, micros: 1))
  }

  @Test func recordedLinesWithReceiveTimes() {
    let file = IqfeedFile()
    file.read("1625150000000000000 Q,SPY,1.5,100,09:30:00.0,19,5,1.0,100,1.1,200,1,1,1,1,C,01,\n")
    #expect(file.trades.map(\.tsRecv) == [1_625_150_000_000_000_000])
  }

  @Test func thePiecesOfAFile() {
    let text = Array(
      (Self.start + line("P", contents: "Cba") + line("Q", contents: "C", tick: "8")
        + line("Q", contents: "ba") + "T,20210701 13:30:00\n").utf8)
    for cut in 0...text.count {
      let file = IqfeedFile()
      var kept = Array(text[..<cut])
      kept.removeFirst(
        file.runner.readFile(kept.rawSpan, framing: .lines, tsRecv: file.time, isLast: false))
      kept += text[cut...]
      let left = kept.count
      let used = file.runner.readFile(
        kept.rawSpan, framing: .lines, tsRecv: file.time, isLast: true)
      #expect(used == left)
      #expect(file.trades.count == 1 && file.quotes.count == 2 && file.rejected == 0, "\(cut)")
    }
  }

  @Test func aDefinition() {
    let names = "SPDR S&P 500, the trust"
    var fields = Array(repeating: "", count: 57)
    (fields[0], fields[17], fields[33], fields[34]) = ("@ESZ26", names, "8", "34")
    (fields[42], fields[50], fields[51], fields[53]) = ("12/18/2026", "USD", "50", "0.25")
    fields[55] = "BBG000BDTBL9"
    let live = IqfeedLive("@ESZ26")
    live.open()
    live.subscribe()
    live.read("F,\(fields.joined(separator: ",")),\n")
    let record = live.tap.all(InstrumentDefinitionMessage.self)[0]
    let exchange = record.exchange.text
    #expect(record.instrumentClass == .future && exchange == "CME")
    #expect(record.minPriceIncrement == nanos("0.25") && record.contractMultiplier == 50)
    #expect(record.maturityYear == 2026 && record.maturityMonth == 12 && record.maturityDay == 18)
    let events = live.takeEvents()
    #expect(events.contains(.confirmed(index: 0)))
    let wanted = LiveEvent.definition(
      LiveDefinition(
        symbol: "@ESZ26", name: names, exchange: "CME", currency: "USD", securityType: "FUTURE",
        key: "BBG000BDTBL9", tickSize: nanos("0.25"), validTo: "20261218"))
    #expect(events.contains(wanted))
  }

  @Test func optionsByTheirMonth() {
    #expect(IqfeedCodes.instrumentClass(2, symbol: "ZYNE1918A12.5") == .call)
    #expect(IqfeedCodes.instrumentClass(2, symbol: "ZYNE1918M12.5") == .put)
    #expect(IqfeedCodes.instrumentClass(1, symbol: "AAPL") == .stock)
    #expect(IqfeedCodes.instrumentClass(99, symbol: "AAPL") == .undefined)
  }

  @Test(arguments: [
    ("AAPL", true), ("@ES#", true), ("@MES#C", true), ("SPX.XO", true), ("ZYNE1918A12.5", true),
    ("QCLZ26-QCLF27", true), ("", false), ("A,B", false), ("A\r\nw", false), ("A B", false),
    ("A\n", false), (String(repeating: "A", count: 30), true),
    (String(repeating: "A", count: 31), false), ("AÄ", false), ("A\0", false), ("A;B", false),
  ])
  func symbols(_ text: String, _ isValid: Bool) {
    #expect(IqfeedFeed.isValidSymbol(text) == isValid)
  }

  @Test func newsOfAKnownSymbol() {
    let live = IqfeedLive("WBA")
    live.open()
    live.subscribe()
    live.read("N,CBW,22433515272,:AAPL:WBA:,20210630 152823,Honors, everywhere, and more\n")
    let record = live.tap.all(SystemMessage.self)[0]
    #expect(record.header.instrumentID == 10)
    #expect(record.header.tsEvent == summer(15, 28, 23) - 86_400_000_000_000)
    let text = record.msg.text
    #expect(
      text
        == "news CBW 22433515272 :AAPL:WBA: 20210630 152823 Honors, everywhere, and more")
  }
}
