import FeedKit
import Testing

/// New York's clock against the time zone database (2025b, read with Python's zoneinfo).
struct NewYorkTimeTests {
  /// Year, Sunday of March and Sunday of November on which the clocks are set.
  static let switches: [(year: Int, march: Int, november: Int)] = [
    (2007, 11, 4), (2008, 9, 2), (2009, 8, 1), (2010, 14, 7), (2011, 13, 6),
    (2012, 11, 4), (2013, 10, 3), (2014, 9, 2), (2015, 8, 1), (2016, 13, 6),
    (2017, 12, 5), (2018, 11, 4), (2019, 10, 3), (2020, 8, 1), (2021, 14, 7),
    (2022, 13, 6), (2023, 12, 5), (2024, 10, 3), (2025, 9, 2), (2026, 8, 1),
    (2027, 14, 7), (2028, 12, 5), (2029, 11, 4), (2030, 10, 3), (2031, 9, 2),
    (2032, 14, 7), (2033, 13, 6), (2034, 12, 5), (2035, 11, 4), (2036, 9, 2),
    (2037, 8, 1),
  ]

  static let hour: UInt64 = 3_600_000_000_000

  private func date(_ year: Int, _ month: Int, _ day: Int) throws -> CivilDate {
    try #require(CivilDate(year: year, month: month, day: day))
  }

  /// Hours between midnight in New York and midnight UTC.
  private func offset(_ date: CivilDate) -> UInt64 {
    NewYorkTime.midnight(of: date) / Self.hour - UInt64(date.daysSince1970 * 24)
  }

  @Test(arguments: switches)
  func midnightFollowsBothSwitches(year: Int, march: Int, november: Int) throws {
    #expect(offset(try date(year, 1, 1)) == 5)
    #expect(offset(try date(year, 3, march)) == 5)
    #expect(offset(try date(year, 3, march + 1)) == 4)
    #expect(offset(try date(year, 7, 4)) == 4)
    #expect(offset(try date(year, 11, november)) == 4)
    #expect(offset(try date(year, 11, november + 1)) == 5)
    #expect(offset(try date(year, 12, 31)) == 5)
    #expect(try date(year, 3, march).weekday == 0)
    #expect(try date(year, 11, november).weekday == 0)
  }

  @Test(arguments: [
    ("2023-08-22", 1_692_676_800), ("2024-03-10", 1_710_046_800), ("2024-03-11", 1_710_129_600),
    ("2024-11-03", 1_730_606_400), ("2024-11-04", 1_730_696_400), ("2020-02-29", 1_582_952_400),
    ("1970-01-01", 18_000),
  ])
  func midnights(text: String, seconds: UInt64) throws {
    let date = try #require(CivilDate(text))
    #expect(NewYorkTime.midnight(of: date) == seconds * 1_000_000_000)
    #expect(date.description == text)
  }

  /// Every day begins at its midnight and ends before the next one, over all switches.
  @Test func daysFollowEachOther() throws {
    let first = try date(2006, 12, 31).daysSince1970
    let last = try date(2038, 1, 1).daysSince1970
    for day in first...last {
      let date = CivilDate(daysSince1970: day)
      let next = CivilDate(daysSince1970: day + 1)
      let start = NewYorkTime.midnight(of: date)
      let end = NewYorkTime.midnight(of: next)
      #expect((23...25).contains((end - start) / Self.hour))
      #expect(NewYorkTime.date(of: start) == date)
      #expect(NewYorkTime.date(of: end - 1) == date)
      #expect(CivilDate(year: date.year, month: date.month, day: date.day) == date)
      #expect(date.daysSince1970 == day)
      #expect(date < next)
    }
  }

  @Test(arguments: [
    "2023-02-29", "2023-13-01", "2023-00-10", "2023-4-5", "23-04-05", "2023-04-31", "2262-01-01",
    "1969-12-31", "2023/04/05", "2023-04-05 ", "", "2023-04", "+023-04-05",
  ])
  func noDate(text: String) {
    #expect(CivilDate(text) == nil)
  }
}

/// Dates in file names as exchanges write them.
struct TradingDayTests {
  @Test(arguments: [
    ("01302020.NASDAQ_ITCH50.gz", "2020-01-30"),
    ("/data/20230822/S083023-v50.txt.gz", "2023-08-30"),
    ("ex20101224.TEST_ITCH_50", "2010-12-24"), ("day-2024-03-11.itch", "2024-03-11"),
    ("x-12312019-y", "2019-12-31"), ("20191231", "2019-12-31"), ("S010203", "2003-01-02"),
  ])
  func found(path: String, text: String) {
    #expect(TradingDay.date(inFileName: path)?.description == text)
  }

  @Test(arguments: ["day.itch", "99999999.itch", "13322020", "2023/day", "1234567", "S133299", ""])
  func absent(path: String) {
    #expect(TradingDay.date(inFileName: path) == nil)
  }
}
