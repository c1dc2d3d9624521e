import FeedKit
import Records
import TestSupport
import Testing
import Wire
import Zones

@testable import BrokerFeeds

/// New York's clock: daylight saving, nights, and times without a date.
@Suite("IQFeed times")
struct IqfeedTimeTests {
  private func day(_ year: Int, _ month: Int, _ day: Int) throws -> IqfeedDay {
    IqfeedDay(try #require(CivilDate(year: year, month: month, day: day)))
  }

  @Test(arguments: [
    (2026, 3, 8), (2026, 11, 1), (2026, 3, 7), (2026, 3, 9), (2026, 7, 1), (2026, 12, 31),
    (2021, 3, 14), (2021, 11, 7),
  ])
  func agreesWithTheZoneTable(_ year: Int, _ month: Int, _ day: Int) throws {
    let rules = try ZoneRules.named("America/New_York")
    let known = try self.day(year, month, day)
    for minute in stride(from: 0, to: 1_440, by: 7) {
      let nanos = Int64(minute) * 60_000_000_000
      // Nearer to the first of both in the hour that comes twice.
      let found = known.time(nanos, near: 0)
      let wanted = rules.utcNanos(
        year: year, month: month, day: day, nanosOfDay: UInt64(nanos), isLater: false)
      #expect(found == wanted, "\(year)-\(month)-\(day) minute \(minute)")
    }
  }

  @Test func theHourThatComesTwice() throws {
    let autumn = try day(2026, 11, 1)
    let first = autumn.time(5_400_000_000_000, near: 0)
    let second = first + 3_600_000_000_000
    #expect(autumn.time(5_400_000_000_000, near: first + 5) == first)
    #expect(autumn.time(5_400_000_000_000, near: second + 5) == second)
    #expect(autumn.time(7_200_000_000_000, near: 0) == autumn.midnight + 3 * 3_600_000_000_000)
    #expect(autumn.end - autumn.midnight == 25 * 3_600_000_000_000)
  }

  @Test func theHourThatDoesNotExist() throws {
    let spring = try day(2026, 3, 8)
    let two = spring.time(7_200_000_000_000, near: 0)
    #expect(two == spring.time(3 * 3_600_000_000_000, near: 0))
  }

  @Test func timesWithoutADate() {
    var clock = IqfeedClock()
    let evening: Int64 = 20 * 3_600_000_000_000
    let morning: Int64 = 9 * 3_600_000_000_000
    // Noon: this morning, and yesterday's evening.
    #expect(clock.recent(morning, tsRecv: summer(12, 0, 0)) == summer(9, 0, 0))
    #expect(
      clock.recent(evening, tsRecv: summer(12, 0, 0)) == summer(20, 0, 0) - 86_400_000_000_000)
    // Just past midnight, data of the night session comes with yesterday's times.
    let midnight = summer(0, 0, 0)
    #expect(
      clock.recent(86_399_000_000_000, tsRecv: midnight + 500) == midnight - 1_000_000_000)
    // A server's clock may be ahead of ours.
    #expect(clock.recent(1_000_000_000, tsRecv: midnight - 5) == midnight - 86_399_000_000_000)
    #expect(clock.recent(morning, tsRecv: summer(8, 59, 59)) == summer(9, 0, 0))
  }

  @Test(arguments: [
    "20210701 120000", "20260308 030000", "20260308 015959", "20261101 000000", "20261101 030000",
    "20261231 235959", "20260308 235959", "20261101 235959",
  ])
  func requestTimesComeBack(_ text: String) throws {
    let bytes = Array(text.utf8) + Array(repeating: 0, count: 32)
    let found = IqfeedClock.compactTime(bytes.rawSpan, 0, 15, near: 0)
    let time = try #require(found)
    #expect(IqfeedClock.requestTime(time) == text)
  }

  @Test(
    arguments: [
      ("09:30:00", 34_200_000_000_000), ("09:30:00.5", 34_200_500_000_000),
      ("23:59:59.999999", 86_399_999_999_000), ("00:00:00.123456789", 123_456_789),
      ("00:00:00.12345678", 123_456_780), ("99:99:99", Undefined.quantity),
      ("99:99:99.000000", Undefined.quantity), ("", Undefined.quantity), ("24:00:00", Int64.min),
      ("99:99:98", Int64.min), ("09:30", Int64.min), ("09:30:00,5", Int64.min),
      ("09:30:00.1234567890", Int64.min), ("ab:cd:ef", Int64.min), ("09:30:60", Int64.min),
    ] as [(String, Int64)])
  func wallClock(_ text: String, _ nanos: Int64) {
    let bytes = Array(text.utf8) + Array(repeating: 0x30, count: 32)
    #expect(IqfeedNumber.time(bytes.rawSpan, 0, text.utf8.count) == nanos)
  }

  @Test func datesOutsideTheCalendar() {
    var clock = IqfeedClock()
    for text in ["02/30/2021", "13/01/2021", "00/01/2021", "2021-01-01", "02/03/9999"] {
      let bytes = Array(text.utf8) + Array(repeating: 0, count: 32)
      let day = clock.slashedDay(bytes.rawSpan, 0, 10)
      #expect(day?.number == nil, "\(text)")
    }
  }
}
