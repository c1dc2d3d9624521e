import Testing
import Zones

@Suite("Trading hours")
struct TradingHoursTests {
  private func time(_ zone: String, _ date: String, _ hour: Int, _ minute: Int) throws -> UInt64 {
    let day = try #require(ZoneDate(date))
    return try ZoneRules.named(zone).utcNanos(
      day, nanosOfDay: UInt64(hour * 60 + minute) * 60_000_000_000)
  }

  /// Hours, the zone to read the time in, the time, and the session's date (nil for closed).
  static let cases: [(String, String, String, Int, Int, String?)] = [
    ("America/New_York mon-fri 09:30-16:00", "America/New_York", "2026-11-20", 9, 29, nil),
    ("America/New_York mon-fri 09:30-16:00", "America/New_York", "2026-11-20", 9, 30, "2026-11-20"),
    ("America/New_York mon-fri 09:30-16:00", "America/New_York", "2026-11-20", 16, 0, nil),
    ("America/New_York mon-fri 09:30-16:00", "America/New_York", "2026-11-21", 12, 0, nil),
    // 9:30 in New York is 13:30 UTC in summer and 14:30 in winter.
    ("America/New_York mon-fri 09:30-16:00", "UTC", "2026-07-01", 13, 30, "2026-07-01"),
    ("America/New_York mon-fri 09:30-16:00", "UTC", "2026-12-01", 13, 30, nil),
    (
      "America/New_York mon-fri 09:30-16:00 except 2026-11-26", "America/New_York", "2026-11-26",
      12,
      0, nil
    ),
    // Futures: Sunday evening belongs to Monday, and Friday 16:00 ends the week.
    ("America/Chicago sun-thu 17:00-16:00", "America/Chicago", "2026-11-22", 17, 0, "2026-11-23"),
    ("America/Chicago sun-thu 17:00-16:00", "America/Chicago", "2026-11-23", 15, 59, "2026-11-23"),
    ("America/Chicago sun-thu 17:00-16:00", "America/Chicago", "2026-11-23", 16, 30, nil),
    ("America/Chicago sun-thu 17:00-16:00", "America/Chicago", "2026-11-27", 15, 59, "2026-11-27"),
    ("America/Chicago sun-thu 17:00-16:00", "America/Chicago", "2026-11-27", 17, 0, nil),
    (
      "America/Chicago sun-thu 17:00-16:00 except 2026-11-23", "America/Chicago", "2026-11-22", 20,
      0, nil
    ),
    ("Asia/Bangkok mon-fri 10:00-12:30,14:00-16:30", "Asia/Bangkok", "2026-11-20", 13, 0, nil),
    (
      "Asia/Bangkok mon-fri 10:00-12:30,14:00-16:30", "Asia/Bangkok", "2026-11-20", 14, 0,
      "2026-11-20"
    ),
    ("Asia/Kolkata mon-fri 09:15-15:30", "UTC", "2026-11-20", 3, 45, "2026-11-20"),
    (
      "Europe/London mon-thu 08:00-16:30 fri 08:00-12:30", "Europe/London", "2026-11-20", 13, 0, nil
    ),
    (
      "Europe/London mon-thu 08:00-16:30 fri 08:00-12:30", "Europe/London", "2026-11-19", 13, 0,
      "2026-11-19"
    ),
    ("UTC sun-sat 00:00-24:00", "UTC", "2026-11-21", 23, 59, "2026-11-21"),
    ("always", "UTC", "2026-11-21", 0, 0, "2026-11-21"),
  ]

  @Test("Open and closed, and the session's date", arguments: cases)
  func sessionDates(
    hours: String, zone: String, date: String, hour: Int, minute: Int, session: String?
  ) throws {
    let hours = try TradingHours(hours)
    let now = try time(zone, date, hour, minute)
    #expect(hours.sessionDate(now)?.description == session)
    #expect(hours.isOpen(now) == (session != nil))
  }

  @Test("The next opening: over the weekend, over daylight saving, over holidays")
  func nextOpen() throws {
    let zone = "America/New_York"
    let hours = try TradingHours("\(zone) mon-fri 09:30-16:00 except 2026-11-02")
    let friday = try time(zone, "2026-10-30", 17, 0)
    #expect(hours.nextOpen(friday) == (try time(zone, "2026-11-03", 9, 30)))
    let open = try time(zone, "2026-11-03", 10, 0)
    #expect(hours.nextOpen(open) == open)
    let never = TradingHours(zone: .utc, sessions: [])
    #expect(never.nextOpen(open) == nil)
  }

  @Test("Open time between two times: a session over the hour that is skipped has 22 hours")
  func openNanos() throws {
    let hour: UInt64 = 3_600_000_000_000
    let hours = try TradingHours("America/New_York mon-fri 09:30-16:00")
    let from = try time("America/New_York", "2026-11-20", 15, 0)
    let to = try time("America/New_York", "2026-11-23", 10, 0)
    #expect(hours.openNanos(from: from, to: to) == hour + hour / 2)
    let night = try TradingHours("America/New_York sat 17:00-16:00")
    let start = try time("America/New_York", "2026-03-07", 12, 0)
    #expect(night.openNanos(from: start, to: start + 48 * hour) == 22 * hour)
    #expect(hours.openNanos(from: to, to: from) == 0)
  }

  @Test(
    "What is refused",
    arguments: [
      "", "America/New_York", "America/New_York 09:30-16:00", "America/New_York mon-fri 9:30-16:00",
      "America/New_York mon-fry 09:30-16:00", "America/New_York mon-fri 09:30-24:01",
      "America/New_York mon-fri 09:60-16:00",
      "America/New_York mon-fri 09:30-16:00 except 2026-2-30",
      "Mars/Olympus mon 09:30-16:00", "../x mon 09:30-16:00", "UTC mon-tue-wed 09:30-16:00",
      "UTC mon +9:30-16:00", "UTC mon 24:00-16:00",
    ])
  func refusals(text: String) {
    #expect(throws: ZoneError.self) { try TradingHours(text) }
  }
}
