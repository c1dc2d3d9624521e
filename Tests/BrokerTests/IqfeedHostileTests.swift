import FeedKit
import Records
import TestSupport
import Testing
import Wire

@testable import BrokerFeeds

/// Bad input: every class of section 11, and what could be made of numbers and symbols. A line is
/// refused whole and counted, and the next one is decoded.
@Suite("IQFeed bad input")
struct IqfeedHostileTests {
  private static let good =
    "Q,SPY,427.8550,300,13:29:35.963557,19,22748386,427.8500,500,427.8600,1200,427.2100,"
    + "428.3800,427.1800,427.7000,C,01,\n"

  /// The good line with some fields replaced.
  private static func line(_ changes: [Int: String]) -> String {
    var fields = good.dropLast(2).split(separator: ",", omittingEmptySubsequences: false).map(
      String.init)
    for (index, value) in changes { fields[index] = value }
    return fields.joined(separator: ",") + ",\n"
  }

  @Test(arguments: [
    (line([2: "abc"]), RejectReason.badField), (line([2: ""]), .badField),
    (line([2: "."]), .badField), (line([2: "-"]), .badField), (line([2: "1.2.3"]), .badField),
    (line([2: "1e5"]), .badField), (line([2: "+1"]), .badField), (line([2: "1 "]), .badField),
    (line([2: "99999999999.5"]), .overflow), (line([2: "1.0000000001"]), .overflow),
    (line([2: "9223372036.854775807"]), .overflow), (line([3: "-5"]), .badField),
    (line([3: "1.5"]), .badField), (line([3: "x"]), .badField), (line([3: ""]), .badField),
    (line([3: "4294967295"]), .overflow), (line([3: "99999999999999999999"]), .overflow),
    (line([4: "25:00:00"]), .badField), (line([4: "13-29-35"]), .badField),
    (line([4: "13:29"]), .badField), (line([4: "13:29:35."]), .badField),
    (line([4: "13:60:00.000000"]), .badField), (line([15: "C!"]), .badField),
    (line([15: "CE"]), .badField), (line([15: String(repeating: "a", count: 25)]), .badField),
    (line([16: "873"]), .badField), (line([16: "8G"]), .badField),
    (line([16: String(repeating: "01", count: 9)]), .badField), (line([1: ""]), .badField),
    (line([1: "A B"]), .badField), (line([1: String(repeating: "A", count: 31)]), .badField),
    ("Q,SPY,427.8550,300\n", .truncated), ("Q,SPY\n", .truncated), ("Q\n", .truncated),
    (String(good.dropLast()) + "extra,\n", .trailingBytes), ("?,SPY,1\n", .unknownType),
    ("Z,SPY\n", .truncated), ("6,QQQ,,AMEX,A,408.8400\n", .truncated),
    ("3,SPY,1,,X,1.0,1,,2,09:30:00.000000,2021-07-01,\n", .badField),
    ("3,SPY,x,,A,1.0,1,,2,09:30:00.000000,2021-07-01,\n", .badField),
    ("3,SPY,,,A,1.0,1,,2,09:30:00.000000,2021-07-01,\n", .badField),
    ("3,SPY,,ABCDE,A,1.0,1,,2,09:30:00.000000,2021-07-01,\n", .badField),
    ("3,SPY,1,,A,1.0,1,,2,09:30:00.000000,2021-13-01,\n", .badField),
    ("7,SPY,A,1.0,1,1,2,09:30:00.000000,2021-07-01,more,\n", .trailingBytes),
    ("9,SPY,A,x,09:30:00.000000,2021-07-01,\n", .badField), ("F,SPY,7\n", .truncated),
    ("R,AAPL,,1.0,100,09:30:00\n", .truncated),
    ("R,AAPL,,x,100,09:30:00,1.0,100,09:30:00,14,4,5,\n", .badField), ("N,CBW\n", .truncated),
    ("N,CBW,1,:A:,20211301 000000,text\n", .badField), ("T,yesterday\n", .badField),
    ("T\n", .truncated), ("C,AAPL,Q,03/30/2021,19:59:14.5,1.0,13,1,8801,17\n", .badField),
    ("S\n", .truncated), ("S,CURRENT UPDATE FIELDNAMES,Bid,Ask\n", .badField),
    ("garbage\n", .unknownType), ("\u{1}\u{2}\u{3}\n", .unknownType),
    (String(repeating: ",", count: 400) + "\n", .oversized),
  ])
  func isRefused(_ line: String, _ reason: RejectReason) {
    let file = IqfeedFile()
    file.read(line)
    #expect(file.report.decode.rejected[Int(reason.rawValue)] == 1, "\(line)")
    #expect(file.report.decode.decoded == 0 && file.isBalanced, "\(line)")
    #expect(file.tap.records.allSatisfy { $0[1] == RType.symbolMapping.rawValue }, "\(line)")
    file.read(Self.good)
    #expect(file.trades.count == 1, "the next line is decoded")
  }

  @Test func whatIsNotNewIsNotRead() {
    // The trade's fields are old without C, E or O, whatever they say.
    let file = IqfeedFile()
    file.read(Self.line([2: "abc", 15: "ba"]))
    #expect(file.trades.isEmpty && file.quotes.count == 1 && file.rejected == 0)
  }

  @Test func emptyLinesAreNoMessages() {
    let file = IqfeedFile()
    file.read("\n\r\n\n")
    #expect(file.report.messages == 0)
    let live = IqfeedLive("SPY")
    live.open()
    #expect(live.read("\n\r\n") == 3)
    #expect(live.messages == 0 && live.poison.isEmpty)
  }

  @Test func leftoversAndErrorsAreFine() {
    let file = IqfeedFile()
    file.read("O\nO\r\nE,whatever it was,\nn,NOTFOUND,\nM,MD02,Market depth 2\n")
    #expect(file.rejected == 0 && file.isBalanced)
  }

  @Test func poisonIsShownWithoutSecrets() {
    let live = IqfeedLive("SPY")
    live.open()
    live.read("Q,SPY,1\nS\nS,STATS,1\nS,CURRENT UPDATE FIELDNAMES,secret\n?bad\n")
    #expect(live.poison.map(\.0) == ["Q,SPY,1", "?bad"])
    #expect(live.counters.rejectedTotal == 5)
  }

  @Test func aLineThatNeverEnds() {
    let live = IqfeedLive("SPY")
    live.open()
    live.subscribe()
    let long = String(repeating: "x", count: IqfeedLimits.lineBytes + 1)
    #expect(live.read(long) == long.utf8.count)
    #expect(live.counters.rejected[Int(RejectReason.oversized.rawValue)] == 1)
    #expect(live.read("still the same line") == 19)
    live.read("and its end\n" + Self.good)
    #expect(live.counters.rejectedTotal == 1)
    #expect(live.tap.all(TradeMessage.self).count == 1)
  }

  /// Whatever is cut off, changed or put in: nothing is lost from the account, and nothing traps.
  @Test func damagedLines() {
    var random = SeededGenerator(seed: 5_009)
    let lines = [
      Self.good, "6,QQQ,,AMEX,A,408.8400,100,,4,17:52:38.059128,2022-04-01,\r\n",
      "8,@ESM19,A,2938.25,65,10,2,20:31:04.876740,2019-04-23,\r\n",
      "R,AAPL,,137.0200,2100,14:44:54,137.0300,1500,14:44:54,14,4,5,\n",
      "N,CBW,22433515272,:WBA:,20210630 152823,Walgreens, and more\n",
      "T,20210630 13:44:36\n", "S,CLEAR DEPTH,QQQ,A,\n",
      "U,BLIN,NSDQ,12.4,12.41,100,50,05:57:58,2021-07-06,20,52,5,05:58:00,T,T,\r\n",
      "C,AAPL,I,03/30/2021,19:59:14.503633,183.3600,13,101123,8801,17\r\n",
      "2021-03-03 19:58:32.254017,1.5400,238,4813134,1.5100,1.5400,597,E,11,17,0,3,\r\n",
    ]
    let file = IqfeedFile()
    let live = IqfeedLive("SPY", "QQQ", interests: [.trades, .quotes, .reference, .depth])
    live.open()
    for round in 0..<3_000 {
      var bytes = Array(lines[Int(random.next() % UInt64(lines.count))].utf8)
      for _ in 0..<(1 + random.next() % 4) where !bytes.isEmpty {
        let at = Int(random.next() % UInt64(bytes.count))
        switch random.next() % 4 {
        case 0: bytes.remove(at: at)
        case 1: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: at)
        case 2: bytes[at] = UInt8(truncatingIfNeeded: random.next())
        default: bytes[at] = Array(",.-:/0\n".utf8)[Int(random.next() % 7)]
        }
      }
      bytes.append(0x0A)
      file.read(bytes)
      let consumed = live.read(bytes, Int(random.next() % 2))
      #expect(consumed == bytes.count, "seed \(random.seed), round \(round)")
    }
    #expect(file.isBalanced, "seed \(random.seed)")
    let sum = live.counters.decoded + live.counters.ignoredTotal + live.counters.rejectedTotal
    #expect(live.messages == Int(sum), "seed \(random.seed)")
  }
}
