import FeedKit
import Records
import Sessions
import TestSupport
import Testing

@testable import BrokerFeeds

/// Tick ids count the trades of a market center and day without gaps: a jump is a loss.
@Suite("IQFeed tick ids")
struct IqfeedTickTests {
  private func line(
    _ letter: String = "Q", tick: UInt64, center: Int = 11, day: String = "07/01/2021",
    contents: String = "C"
  ) -> String {
    "\(letter),SPY,\(contents),1.5,100,09:30:00.0,\(day),\(center),\(tick),\n"
  }

  private static let fields =
    "Symbol,Message Contents,Most Recent Trade,Most Recent Trade Size,Most Recent Trade Time,"
    + "Most Recent Trade Date,Most Recent Trade Market Center,TickID"

  private func live() -> IqfeedLive {
    let live = IqfeedLive("SPY")
    live.greet(fields: Self.fields)
    live.subscribe()
    _ = live.takeEvents()
    return live
  }

  private func missing(_ live: IqfeedLive) -> [LiveEvent] {
    live.takeEvents().filter { if case .missing = $0 { true } else { false } }
  }

  @Test func aJumpIsALoss() {
    let live = live()
    live.read(line(tick: 4_145_784_264) + line(tick: 4_145_784_265) + line(tick: 4_145_784_269))
    #expect(
      missing(live) == [
        .missing(index: 0, channel: "center 11", first: 4_145_784_266, last: 4_145_784_268)
      ])
    #expect(live.tap.all(TradeMessage.self).count == 3, "trades come all the same")
  }

  @Test func centersAndDaysCountApart() {
    let live = live()
    live.read(line(tick: 50) + line(tick: 3, center: 5) + line(tick: 51) + line(tick: 4, center: 5))
    live.read(line(tick: 1, day: "07/02/2021") + line(tick: 2, day: "07/02/2021"))
    live.read(line(tick: 52, day: "07/01/2021") + line(tick: 3, day: "07/02/2021"))
    #expect(missing(live).isEmpty)
  }

  @Test func lateAndRepeatedTradesAreNoLoss() {
    let live = live()
    live.read(line(tick: 10) + line(tick: 11) + line(tick: 11) + line(tick: 9) + line(tick: 12))
    #expect(missing(live).isEmpty)
  }

  @Test func aSummarySetsWhereTheyStand() {
    let live = live()
    live.read(line("P", tick: 100) + line(tick: 101) + line(tick: 103))
    #expect(
      missing(live) == [.missing(index: 0, channel: "center 11", first: 102, last: 102)])
  }

  @Test func quotesHaveOldTickIds() {
    let live = live()
    live.read(line(tick: 100) + line(tick: 900, contents: "ba") + line(tick: 101))
    #expect(missing(live).isEmpty)
  }

  @Test func aNewConnectionAssumesNothing() {
    let live = live()
    live.read(line(tick: 100))
    live.greet(fields: Self.fields)
    live.subscribe()
    live.read(line(tick: 500) + line(tick: 501))
    #expect(missing(live).isEmpty)
  }

  @Test func numbersThatJumpAllTheTimeAreLeftAlone() {
    let live = live()
    for index in 1...200 { live.read(line(tick: UInt64(index * 3))) }
    let events = live.takeEvents()
    let losses = events.filter { if case .missing = $0 { true } else { false } }
    let notices = events.filter { if case .notice = $0 { true } else { false } }
    #expect(losses.count < 20 && notices.count == 1)
  }

  @Test func filesWriteTheLossAsARecord() {
    let file = IqfeedFile()
    file.read("S,CURRENT UPDATE FIELDNAMES,\(Self.fields)\n" + line(tick: 1) + line(tick: 4))
    let texts = file.tap.all(ErrorMessage.self).map { $0.err.text }
    #expect(texts == ["missing source=iqfeed channel=center 11 first=2 last=3 count=2"])
  }

  @Test func everyDroppedTradeIsFound() {
    var random = SeededGenerator(seed: 11)
    let live = live()
    var dropped: UInt64 = 0
    var next: [UInt64] = [1, 1, 1]
    for number in 0..<5_000 {
      let center = Int(random.next() % 3)
      let tick = next[center]
      next[center] += 1
      // The first and last of each center come, so that every loss lies between two.
      if number > 50, number < 4_900, random.next() % 50 == 0 {
        dropped += 1
        continue
      }
      live.read(line(tick: tick, center: center + 20))
    }
    var found: UInt64 = 0
    for event in live.takeEvents() {
      if case .missing(_, _, let first, let last) = event { found += last - first + 1 }
    }
    #expect(found == dropped && dropped > 20, "seed \(random.seed)")
  }
}
