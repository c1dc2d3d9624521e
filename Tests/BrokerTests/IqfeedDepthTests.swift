import FeedKit
import Records
import Sessions
import TestSupport
import Testing

@testable import BrokerFeeds

/// Both kinds of book, and what empties them.
@Suite("IQFeed depth")
struct IqfeedDepthTests {
  private func order(
    _ type: Int, _ id: String, maker: String = "", side: String = "B", price: String = "10.25",
    size: Int = 5, symbol: String = "@ESZ26"
  ) -> String {
    "\(type),\(symbol),\(id),\(maker),\(side),\(price),\(size),1,2,09:30:00.000001,2021-07-01,\r\n"
  }

  private func delete(_ id: String, maker: String = "", side: String = "B") -> String {
    "5,@ESZ26,\(id),\(maker),\(side),,2021-07-01,\r\n"
  }

  private func actions(_ file: IqfeedFile) -> String {
    String(decoding: file.orders.map(\.action.rawValue), as: UTF8.self)
  }

  @Test func ordersWithIds() {
    let file = IqfeedFile()
    file.read(
      order(6, "648907593934") + order(3, "2") + order(4, "2", size: 7) + order(4, "3")
        + delete("2") + delete("2") + order(3, "9", size: 0))
    #expect(actions(file) == "AAMAC")
    #expect(file.orders[0].orderID == 648_907_593_934)
    #expect(file.orders[0].flags == [.last, .snapshot] && file.orders[1].flags == .last)
    #expect(file.orders[0].header.tsEvent == summer(9, 30, 0, micros: 1))
    #expect(file.orders[2].tsInDelta == 2 && file.orders[2].size == 7)
    #expect(file.orders[4].header.tsEvent == Undefined.timestamp, "the time was empty")
    #expect(file.report.decode.ignored[0x35] == 1, "a delete of an unknown order is passed over")
    #expect(file.rejected == 0 && file.isBalanced)
  }

  @Test func aChangeOfSideIsANewOrder() {
    let file = IqfeedFile()
    file.read(order(3, "1") + order(4, "1", side: "A"))
    #expect(actions(file) == "ACA")
    #expect(file.orders[2].side == .ask)
  }

  @Test func marketMakersHaveOneQuoteASide() {
    let file = IqfeedFile()
    file.read(
      order(6, "", maker: "NSDQ") + order(6, "", maker: "NSDQ", side: "A")
        + order(4, "", maker: "NSDQ", price: "10.5") + order(6, "", maker: "AMEX")
        + delete("", maker: "NSDQ") + order(6, "", maker: "NSDQ", symbol: "QQQ"))
    #expect(actions(file) == "AAMACA")
    let ids = file.orders.map(\.orderID)
    #expect(ids[0] == ids[2] && ids[0] == ids[4])
    #expect(Set([ids[0], ids[1], ids[3], ids[5]]).count == 4, "each key has an id of its own")
    #expect(ids.allSatisfy { $0 >> 63 == 1 })
  }

  @Test func priceLevels() {
    let file = IqfeedFile()
    file.read(
      "7,@ESZ26,B,10.25,5,2,2,09:30:00.0,2021-07-01,\r\n"
        + "8,@ESZ26,B,10.25,9,3,2,09:30:00.0,2021-07-01,\r\n"
        + "9,@ESZ26,B,10.25,09:30:00.0,2021-07-01,\r\n"
        + "9,@ESZ26,B,10.25,09:30:00.0,2021-07-01,\r\n")
    #expect(actions(file) == "MMC")
    #expect(file.orders.map(\.size) == [5, 9, 0])
    #expect(file.orders.allSatisfy { $0.flags.contains([.mbp, .last]) && $0.side == .bid })
    #expect(file.report.decode.ignored[0x39] == 1)
  }

  @Test func oneSideIsCleared() {
    let file = IqfeedFile()
    for id in 1...40 { file.read(order(3, "\(id)", side: id % 2 == 0 ? "A" : "B")) }
    file.read("7,@ESZ26,A,11.5,5,2,2,09:30:00.0,2021-07-01,\r\n" + order(3, "99", symbol: "QQQ"))
    let before = file.orders.count
    file.read("S,CLEAR DEPTH,@ESZ26,A,\r\n")
    let gone = file.orders[before...]
    #expect(gone.count == 21 && gone.allSatisfy { $0.action == .cancel })
    #expect(Set(gone.map(\.orderID)) == Set((1...20).map { UInt64(2 * $0) } + [0]))
    file.read("S,CLEAR DEPTH,@ESZ26,A,\r\nS,CLEAR DEPTH,@ESZ26,B,\r\n")
    #expect(file.orders.count == before + 41)
    file.read("S,CLEAR DEPTH,@ESZ26,X,\r\n")
    #expect(file.rejected == 1)
  }

  @Test func aLostServerEmptiesAllBooks() {
    let live = IqfeedLive("@ESZ26", interests: [.depth])
    live.open()
    live.open("depth")
    live.subscribe()
    live.read(order(3, "1"), "depth")
    live.read("S,SERVER DISCONNECTED\r\n", "depth")
    let records = live.tap.all(MBOMessage.self)
    #expect(records.map(\.action) == [.add, .clear, .clear])
    live.read(order(4, "1"), "depth")
    #expect(live.tap.all(MBOMessage.self).last?.action == .add, "nothing of it is open any more")
    #expect(live.takeEvents() == [.confirmed(index: 0)], "depth alone says nothing of the session")
  }

  @Test func bothSidesOfOldLines() {
    let file = IqfeedFile()
    let rest = "09:30:00.0,2021-07-01,52,09:30:00.5"
    file.read("Z,SPY,MD01,10.,10.5,99,238,\(rest),T,T,F,\r\n")
    file.read("2,SPY,MD01,10.,10.5,99,238,\(rest),F,T,F,\r\n")
    file.read("2,SPY,MD01,0.,0.,0,0,99:99:99,2021-07-01,52,99:99:99,F,F,T,\r\n")
    #expect(actions(file) == "AACMC")
    #expect(file.orders[1].header.tsEvent == summer(9, 30, 0, micros: 500_000))
    #expect(file.rejected == 0)
  }

  @Test func theTableKeepsWhatIsOpen() {
    var random = SeededGenerator(seed: 9_200)
    var books = IqfeedBooks()
    var open: Set<UInt64> = []
    for round in 0..<40_000 {
      let key = random.next() % 600
      let owner = IqfeedBooks.owner(Int32(key % 3), .order, isAsk: false)
      if random.next() % 2 == 0 {
        let isSet = books.set(IqfeedBooks.Entry(owner: owner, key: key, isAsk: key & 1))
        #expect(isSet)
        open.insert(key)
      } else {
        let isRemoved = books.remove(owner, key)
        #expect(isRemoved == (open.remove(key) != nil), "seed \(random.seed) round \(round)")
      }
      let count = books.count
      #expect(count == open.count)
    }
    for key in 0..<600 as Range<UInt64> {
      let owner = IqfeedBooks.owner(Int32(key % 3), .order, isAsk: false)
      let isOpen = books.find(owner, key) != nil
      #expect(isOpen == open.contains(key), "seed \(random.seed)")
    }
  }
}
