import BrokerFeeds
import FeedKit
import TestSupport
import Testing
import Wire

/// The simulated IQConnect, line by line.
@Suite struct IqfeedSimulatorTests {
  private func fields(_ line: String) -> [String] {
    line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }

  @Test func greetingAndEndingsAreThoseOfEachPort() throws {
    let peer = try IqfeedPeer(IqfeedPeer.options(["SPY"]))
    for (port, crlf) in [
      ("level1", false), ("depth", true), ("lookup", true), ("admin", false),
      ("derivatives", true),
    ] {
      let client = try peer.connect(port)
      peer.send(client, "S,SET PROTOCOL,6.2")
      peer.pass(1.1)
      let text = String(decoding: peer.bytes(client), as: UTF8.self)
      let isLookup = port == "lookup"
      #expect(text.contains("S,CURRENT PROTOCOL,6.2" + (isLookup ? "\r\n" : ",")), "\(port)")
      #expect(
        text.utf8.filter { $0 == 13 }.count == (crlf ? text.utf8.filter { $0 == 10 }.count : 0))
      if port == "level1" {
        #expect(text.hasPrefix("S,KEY,99999\nS,SERVER CONNECTED\nS,IP,"))
        #expect(text.contains("\nS,CURRENT UPDATE FIELDNAMES,Symbol,Most Recent Trade,"))
        #expect(text.contains("\nT,20260303 10:00:0"))
      }
      if port == "admin" { #expect(text.contains("S,STATS,127.0.0.1,60003,500,0,")) }
    }
  }

  @Test func watchingGivesFundamentalsSummaryAndUpdates() throws {
    let peer = try IqfeedPeer(IqfeedPeer.options(["SPY", "@ESZ26"]))
    let client = try peer.connect("level1")
    peer.send(client, "S,SET PROTOCOL,6.2", "wSPY", "w@ESZ26", "wNOTHERE")
    let first = peer.lines(client).dropFirst(6)
    #expect(first.map { $0.prefix(2) } == ["F,", "P,", "F,", "P,", "n,"])
    #expect(first.last == "n,NOTHERE")
    // Letter, 57 or 16 fields, and a trailing comma.
    #expect(first.map { fields($0).count } == [59, 18, 59, 18, 2])
    peer.pass(5)
    let updates = peer.lines(client).filter { $0.hasPrefix("Q") }
    #expect(updates.count > 300)
    for update in updates {
      let contents = fields(update)[15]
      #expect(contents.filter { "CEO".contains($0) }.count <= 1)
      #expect(!contents.isEmpty)
    }
    peer.send(client, "rSPY", "r@ESZ26")
    peer.pass(2)
    #expect(!peer.lines(client).contains { $0.hasPrefix("Q") })
  }

  @Test func fieldsAreThoseThatWereSelected() throws {
    let peer = try IqfeedPeer(IqfeedPeer.options(["SPY"]))
    let client = try peer.connect("level1")
    peer.send(
      client, "S,SET PROTOCOL,6.2", "S,SELECT UPDATE FIELDS,Bid,Symbol,Nonsense,Ask,TickID", "wSPY")
    let lines = peer.lines(client)
    #expect(lines.contains("S,CURRENT UPDATE FIELDNAMES,Symbol,Bid,Ask,TickID"))
    let summary = try #require(lines.last { $0.hasPrefix("P,") })
    #expect(fields(summary).count == 6)
    #expect(fields(summary)[1] == "SPY")
    peer.send(client, "S,REQUEST ALL UPDATE FIELDNAMES", "S,REQUEST FUNDAMENTAL FIELDNAMES")
    let names = peer.lines(client)
    #expect(names.map { fields($0).count } == [72, 59])
  }

  @Test func tradesAloneWhereOnlyTheyAreWatched() throws {
    let peer = try IqfeedPeer(IqfeedPeer.options(["SPY"]))
    let client = try peer.connect("level1")
    peer.send(client, "S,SET PROTOCOL,6.2", "tSPY")
    peer.pass(5)
    let updates = peer.lines(client).filter { $0.hasPrefix("Q") }
    #expect(updates.count > 100)
    #expect(updates.allSatisfy { fields($0)[15].contains { "CEO".contains($0) } })
  }

  /// The dense counter by market center and the volume are the truth of the stream.
  @Test func tickIDsAreDenseAndHistoryAgreesWithTheStream() throws {
    let peer = try IqfeedPeer(IqfeedPeer.options(["SPY", "@ESZ26"], rate: 2_000))
    let client = try peer.connect("level1")
    let lookup = try peer.connect("lookup")
    peer.send(
      client, "S,SET PROTOCOL,6.2",
      "S,SELECT UPDATE FIELDS,Message Contents,Most Recent Trade,Most Recent Trade Size,"
        + "Most Recent Trade Time,Most Recent Trade Market Center,TickID,Total Volume", "wSPY",
      "w@ESZ26")
    peer.send(lookup, "S,SET PROTOCOL,6.2")
    peer.pass(3)
    var streamed: [String: [String]] = [:]
    var numbers: [String: UInt64] = [:]
    for line in peer.lines(client) where line.hasPrefix("Q") {
      let values = fields(line)
      guard values[2].contains(where: { "CEO".contains($0) }) else { continue }
      let key = "\(values[1]) \(values[6])"
      let number = try #require(UInt64(values[7]))
      if let before = numbers[key] { #expect(number == before + 1) }
      numbers[key] = number
      streamed[values[1], default: []].append(
        [values[5], values[3], values[4], values[8], values[7], values[6]].joined(separator: " "))
    }
    _ = peer.lines(lookup)
    for (symbol, trades) in streamed {
      #expect(trades.count > 500)
      peer.send(lookup, "HTX,\(symbol),\(trades.count),1,R1,50")
      peer.pass(1)
      let rows = peer.lines(lookup)
      #expect(rows.last == "R1,!ENDMSG!,")
      // At the end of the pass more have traded: what was streamed lies before the newest ones.
      peer.send(lookup, "HTX,\(symbol),100000,1,R2")
      peer.pass(2)
      let all = peer.lines(lookup).dropLast().map { row in
        let values = fields(row)
        #expect(values[0] == "R2" && values[1] == "LH")
        #expect(values.count == 15)
        return [
          String(values[2].split(separator: " ")[1]), values[3], values[4], values[5], values[8],
          values[10],
        ].joined(separator: " ")
      }
      let start = try #require(all.firstIndex(of: trades[0]))
      #expect(Array(all[start..<start + trades.count]) == trades)
    }
  }

  @Test func barsAreMadeOfQualifiedAndExtendedTrades() throws {
    let peer = try IqfeedPeer(IqfeedPeer.options(["SPY"], rate: 1_000))
    let lookup = try peer.connect("lookup")
    let bars = try peer.connect("derivatives")
    peer.send(lookup, "S,SET PROTOCOL,6.2")
    peer.send(bars, "S,SET PROTOCOL,6.2", "BW,SPY,2,,,,,,B1,s,'',1")
    peer.pass(8.5)
    peer.send(lookup, "HTX,SPY,,1,T", "HIX,SPY,2,,1,I")
    peer.pass(1)
    let lines = peer.lines(lookup)
    var expected: [String: (high: String, low: String, open: String, close: String, sum: Int)] = [:]
    var order: [String] = []
    for line in lines where line.hasPrefix("T,LH") {
      let values = fields(line)
      guard values[9] != "O", let size = Int(values[4]) else { continue }
      let clock = values[2].split(separator: " ")[1].split(separator: ".")[0]
      let seconds = try #require(Int(clock.suffix(2)))
      let key = "\(seconds / 2)"
      let price = values[3]
      if var bar = expected[key] {
        // Prices of one length compare as text.
        bar = (max(bar.high, price), min(bar.low, price), bar.open, price, bar.sum + size)
        expected[key] = bar
      } else {
        expected[key] = (price, price, price, price, size)
        order.append(key)
      }
    }
    let history = lines.filter { $0.hasPrefix("I,LH") }.map(fields)
    #expect(history.count >= 4)
    for (key, row) in zip(order, history) {
      let bar = try #require(expected[key])
      #expect(Array(row[3...6]) == [bar.high, bar.low, bar.open, bar.close])
      // The bar of the request's own time grows while the rows go out.
      if key != order.last { #expect(row[8] == "\(bar.sum)") }
    }
    let complete = peer.lines(bars).filter { $0.hasPrefix("B1,BC") }.map(fields)
    #expect(complete.count >= 3)
    for bar in complete {
      let row = try #require(history.first { $0[2] == bar[3] })
      // Here it is open, high, low, close.
      #expect([bar[4], bar[5], bar[6], bar[7]] == [row[5], row[3], row[4], row[6]])
      #expect([bar[8], bar[9]] == [row[7], row[8]])
    }
  }

  @Test func limitsAreSaid() throws {
    let peer = try IqfeedPeer(IqfeedPeer.options(["A", "B", "C"]), faults: "lines-limit:2")
    let client = try peer.connect("level1")
    let other = try peer.connect("level1")
    peer.send(client, "S,SET PROTOCOL,6.2", "wA", "wB", "wC")
    #expect(peer.lines(client).last == "S,SYMBOL LIMIT REACHED,C,")
    // One login, one limit; what another client watches already costs nothing.
    peer.send(other, "S,SET PROTOCOL,6.2", "wA", "wC")
    #expect(peer.lines(other).last == "S,SYMBOL LIMIT REACHED,C,")
    peer.send(client, "rB")
    peer.send(other, "wC")
    #expect(peer.lines(other).last?.hasPrefix("P,C,") == true)
    peer.close(other)
    peer.send(client, "wB", "wC")
    #expect(peer.lines(client).last == "S,SYMBOL LIMIT REACHED,C,")
  }

  @Test func lookupsAnswerErrorsAndInterleave() throws {
    var options = IqfeedPeer.options(["SPY", "@ESZ26"], rate: 1_000)
    options.settings["history_rate"] = "5"
    let peer = try IqfeedPeer(options)
    let client = try peer.connect("lookup")
    peer.pass(2)
    peer.send(client, "S,SET PROTOCOL,6.2", "HTX,NOTHERE,5,0,R1", "nonsense", "HTX,,,")
    peer.send(client, "HTT,SPY,20200101 000000,20200102 000000,5,,,0,R2")
    peer.pass(0.1)
    #expect(
      peer.lines(client).dropFirst() == [
        "R1,E,Invalid symbol.,", "R1,!ENDMSG!,", "E,!SYNTAX_ERROR!,", "E,!SYNTAX_ERROR!,",
        "R2,E,!NO_DATA!,,", "R2,!ENDMSG!,",
      ])
    peer.send(client, "HTX,SPY,50,0,A,5", "HTX,@ESZ26,50,0,B,5")
    peer.pass(0.5)
    let rows = peer.lines(client)
    let firstEnd = try #require(rows.firstIndex(of: "A,!ENDMSG!,"))
    #expect(rows[..<firstEnd].contains { $0.hasPrefix("B,LH,") })
    #expect(rows.filter { $0.hasPrefix("A,LH,") }.count == 50)
    for _ in 0..<5 { peer.send(client, "HTX,SPY,1,0,C") }
    #expect(peer.lines(client).contains("C,E,Too many simultaneous history requests,"))
    peer.send(client, "SBF,s,SP,,,S1", "STC,S2", "HDX,SPY,3,0,S3", "SLM,S4")
    peer.pass(1)
    let tables = peer.lines(client)
    #expect(tables.contains("S1,LS,SPY,5,1,SPY SIMULATED,"))
    #expect(tables.contains("S2,LS,135,ODDLOT,ODDLOT,"))
    #expect(tables.contains { $0.hasPrefix("S4,LS,5,NASDAQ,NASDAQ,5,") })
  }

  @Test func booksAreOrdersParticipantsAndLevels() throws {
    let peer = try IqfeedPeer(IqfeedPeer.options(["SPY", "@ESZ26", "SPX.XO"], rate: 1_000))
    let client = try peer.connect("depth")
    peer.send(client, "S,SET PROTOCOL,6.2", "c", "WOR,SPY", "WPL,@ESZ26,5", "WOR,SPX.XO")
    peer.send(client, "WOR,NOTHERE")
    let image = peer.lines(client)
    #expect(image.filter { $0.hasPrefix("6,SPY,,") }.count == 20)
    #expect(image.filter { $0.hasPrefix("7,@ESZ26,") }.count == 10)
    #expect(image.suffix(2) == ["q,SPX.XO", "n,NOTHERE"])
    var levels = Dictionary(
      uniqueKeysWithValues: image.filter { $0.hasPrefix("7,") }.map {
        (fields($0)[2] + fields($0)[3], fields($0)[4])
      })
    peer.pass(5)
    for line in peer.lines(client) {
      let values = fields(line)
      switch values[0] {
      case "4": #expect(values.count == 12)
      case "8": levels[values[2] + values[3]] = values[4]
      case "9":
        #expect(levels.removeValue(forKey: values[2] + values[3]) != nil, "\(line)")
      default: Issue.record("\(line)")
      }
    }
    // What a client has kept is what a fresh image says.
    let fresh = try peer.connect("depth")
    peer.send(fresh, "S,SET PROTOCOL,6.2", "WPL,@ESZ26,5")
    let again = peer.lines(fresh).filter { $0.hasPrefix("7,") }.map(fields)
    #expect(again.count == 10 && levels.count == 10)
    for values in again { #expect(levels[values[2] + values[3]] == values[4]) }
  }

  /// Nothing that a client sends ends the simulator or disturbs another client.
  @Test(arguments: [1, 2, 3] as [UInt64]) func clientsMaySendAnything(seed: UInt64) throws {
    let peer = try IqfeedPeer(IqfeedPeer.options(["SPY"]))
    var random = SeededGenerator(seed: seed)
    let good = try peer.connect("level1")
    peer.send(good, "S,SET PROTOCOL,6.2", "wSPY")
    let heads = [
      "w", "t", "r", "f", "T", "S,", "S,SET PROTOCOL,", "S,SELECT UPDATE FIELDS,", "HTX,", "HTT,",
      "HIT,SPY,", "HDX,SPY,", "HIX,SPY,99999999999999999999,", "BW,SPY,1,", "WPL,SPY,", "WOR,",
      "S,REGON,", "SBF,", "HMX,SPY,-1,", "HTD,SPY,4611686018427387904,", "BR", "m", "",
    ]
    for port in ["level1", "depth", "lookup", "admin", "derivatives"] {
      let client = try peer.connect(port)
      for _ in 0..<400 {
        var line = Array(heads[Int(random.next() % UInt64(heads.count))].utf8)
        for _ in 0..<random.next() % 40 {
          line.append(
            [0x2C, 0x20, 0x31, 0x39, 0x2D, 0x41, UInt8(truncatingIfNeeded: random.next())][
              Int(random.next() % 7)])
        }
        line.append(10)
        peer.send(client, bytes: line)
      }
      peer.pass(0.2)
      _ = peer.bytes(client)
      // A line without an end is thrown away.
      let endless = [UInt8](repeating: 0x41, count: 100_000)
      let consumed = peer.send(client, bytes: endless)
      #expect(consumed == endless.count)
    }
    _ = peer.lines(good)
    peer.pass(2)
    #expect(peer.lines(good).contains { $0.hasPrefix("Q,SPY,") }, "seed \(seed)")
  }

  @Test func refusedLoginsAndOtherVersionsLookLikeIt() throws {
    let peer = try IqfeedPeer(
      IqfeedPeer.options(["SPY"]), faults: "deny-auth:1,wrong-version:1")
    let client = try peer.connect("level1")
    let lookup = try peer.connect("lookup")
    peer.send(client, "S,SET PROTOCOL,6.2", "wSPY")
    peer.send(lookup, "HTX,SPY,5,0,R1")
    peer.pass(2)
    let lines = peer.lines(client)
    #expect(lines[1] == "S,SERVER DISCONNECTED")
    #expect(lines.contains("S,CURRENT PROTOCOL,6.0,"))
    #expect(!lines.contains { $0.hasPrefix("P,") || $0.hasPrefix("T,") })
    #expect(peer.lines(lookup).contains("R1,E,Unauthorized user ID.,"))
    let second = try peer.connect("level1")
    peer.send(second, "S,SET PROTOCOL,6.2", "wSPY")
    #expect(peer.lines(second).last?.hasPrefix("P,SPY,") == true)
  }

  @Test func aLostLinkIsToldAndSummariesFollow() throws {
    let peer = try IqfeedPeer(
      IqfeedPeer.options(["SPY"], rate: 1_000), faults: "upstream-down@2s+2s")
    let client = try peer.connect("level1")
    peer.send(client, "S,SET PROTOCOL,6.2", "wSPY")
    peer.pass(2)
    _ = peer.lines(client)
    peer.pass(1.9)
    #expect(!peer.lines(client).contains { $0.hasPrefix("Q,") || $0.hasPrefix("T,") })
    peer.pass(0.2)
    let back = peer.lines(client)
    #expect(back.first == "S,SERVER CONNECTED")
    #expect(back.dropFirst().first?.hasPrefix("P,SPY,") == true)
  }

  @Test func clientsWithoutAProtocolGetTheOldLayouts() throws {
    let peer = try IqfeedPeer(IqfeedPeer.options(["SPY", "@ESZ26"], rate: 1_000))
    let lookup = try peer.connect("lookup")
    let depth = try peer.connect("depth")
    peer.pass(2)
    peer.send(lookup, "HTX,SPY,1,0,1", "HDX,SPY,1,0,2", "HIX,SPY,1,1,0,3")
    peer.send(depth, "w@ESZ26")
    peer.pass(0.2)
    let rows = peer.lines(lookup).filter { !$0.contains("ENDMSG") }.map(fields)
    #expect(rows.map(\.count) == [12, 9, 9])
    #expect(rows[0][1].count == 19)
    let book = peer.lines(depth).filter { $0.hasPrefix("U,@ESZ26,MD") }
    #expect(book.count >= 10)
    #expect(book.allSatisfy { fields($0).count == 16 })
  }
}
