/// New York's clock, for feeds whose times count from midnight there.
///
/// Daylight time lasts from 2:00 on the second Sunday of March to 2:00 on the first Sunday of
/// November (Energy Policy Act of 2005, section 110, in force since 2007). The same rule is applied
/// to earlier years, of which no feed of ours has data. Times are ns since 1970-01-01 UTC.
public enum NewYorkTime {
  private static var secondNanos: UInt64 { 1_000_000_000 }
  private static var daySeconds: Int { 86_400 }
  private static var hourSeconds: Int { 3_600 }

  /// When the day begins. Both switches are at 2:00, so midnight has the offset of the evening
  /// before.
  public static func midnight(of date: CivilDate) -> UInt64 {
    let isDaylight = date > switchDay(3, 2, date.year) && date <= switchDay(11, 1, date.year)
    let offset = (isDaylight ? 4 : 5) * hourSeconds
    return UInt64(date.daysSince1970 * daySeconds + offset) * secondNanos
  }

  /// The day that a clock in New York shows. Times before its first midnight of 1970 give that day.
  public static func date(of time: UInt64) -> CivilDate {
    let seconds = Int(time / secondNanos)
    let standard = CivilDate(daysSince1970: max(seconds - 5 * hourSeconds, 0) / daySeconds)
    let next = CivilDate(daysSince1970: standard.daysSince1970 + 1)
    return midnight(of: next) <= time ? next : standard
  }

  /// The `count`th Sunday of a month.
  private static func switchDay(_ month: Int, _ count: Int, _ year: Int) -> CivilDate {
    // Both months have a first day in every year, so the fallback is never taken.
    let first = CivilDate(year: year, month: month, day: 1) ?? CivilDate(daysSince1970: 0)
    let untilSunday = (7 - first.weekday) % 7
    return CivilDate(daysSince1970: first.daysSince1970 + untilSunday + 7 * (count - 1))
  }
}
