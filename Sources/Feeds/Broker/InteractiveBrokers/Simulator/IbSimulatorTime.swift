internal import FeedKit
internal import Zones

/// Dates as the gateway reads and writes them (fact sheet, sections 5 and 9).
enum IbSimulatorTime {
  /// The gateway's own zone, as its operator has set it.
  static var zoneName: String { "US/Eastern" }

  /// `20261102 09:30:00 US/Eastern`.
  static func text(seconds: Int) -> String {
    let local = parts(seconds)
    return "\(day(local.day)) \(clock(local.seconds)) \(zoneName)"
  }

  /// The version reply's time, whose zone is free text.
  static func connectionText(seconds: Int) -> String {
    let local = parts(seconds)
    return "\(day(local.day)) \(clock(local.seconds)) Eastern Standard Time"
  }

  /// `20261102-14:30:00`, UTC; from 214 on with `Z` at its end.
  static func utcText(seconds: Int, version: Int) -> String {
    let (day, rest) = seconds.quotientAndRemainder(dividingBy: 86_400)
    let text = "\(self.day(CivilDate(daysSince1970: day)))-\(clock(rest))"
    return version >= 214 ? text + "Z" : text
  }

  /// `20261102` of the gateway's zone.
  static func dayText(seconds: Int) -> String { day(parts(seconds).day) }

  /// The day and the second of the day on a clock in New York.
  static func parts(_ seconds: Int) -> (day: CivilDate, seconds: Int) {
    let nanos = UInt64(max(seconds, 0)) * 1_000_000_000
    let date = NewYorkTime.date(of: nanos)
    let midnight = Int(NewYorkTime.midnight(of: date) / 1_000_000_000)
    // On the two days of a change the clock is an hour off after 2:00.
    let shift = isShifted(date, after: seconds - midnight)
    return (date, seconds - midnight + shift)
  }

  private static func isShifted(_ date: CivilDate, after elapsed: Int) -> Int {
    let next = CivilDate(daysSince1970: date.daysSince1970 + 1)
    let length = Int(
      (NewYorkTime.midnight(of: next) - NewYorkTime.midnight(of: date)) / 1_000_000_000)
    return length != 86_400 && elapsed >= 7_200 ? 86_400 - length : 0
  }

  /// What a request's date says.
  enum Read: Equatable {
    case time(Int)
    /// Good but for its zone, which is missing: warning 2174.
    case withoutZone(Int)
    /// Error 10314.
    case invalid
  }

  /// `yyyymmdd hh:mm:ss ZONE`, the same without the zone, or `yyyymmdd-hh:mm:ss` of UTC.
  static func read(_ text: String) -> Read {
    let isUTC = text.dropFirst(8).first == "-"
    let words = text.split(whereSeparator: { $0 == " " || $0 == "-" && isUTC })
    guard words.count >= 2, let date = date(words[0]), let clock = seconds(words[1]) else {
      return .invalid
    }
    if isUTC { return .time(date.daysSince1970 * 86_400 + clock) }
    let name = words.count > 2 ? String(words[2]) : zoneName
    guard let zone = zone(name) else { return .invalid }
    let nanos = zone.utcNanos(
      ZoneDate(year: date.year, month: date.month, day: date.day),
      nanosOfDay: UInt64(clock) * 1_000_000_000)
    let time = Int(nanos / 1_000_000_000)
    return words.count > 2 ? .time(time) : .withoutZone(time)
  }

  /// Rare: a request's date.
  private static func zone(_ name: String) -> ZoneRules? {
    if name == "UTC" || name == "GMT" { return .utc }
    do { return try ZoneRules.named(name) } catch { return nil }
  }

  private static func date(_ text: Substring) -> CivilDate? {
    guard text.utf8.count == 8, let number = Int(text) else { return nil }
    return CivilDate(year: number / 10_000, month: number / 100 % 100, day: number % 100)
  }

  private static func seconds(_ text: Substring) -> Int? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 3, let hour = parts[0], let minute = parts[1],
      let second = parts[2].flatMap({ $0 }), (0..<24).contains(hour), (0..<60).contains(minute),
      (0..<60).contains(second)
    else { return nil }
    return hour * 3_600 + minute * 60 + second
  }

  private static func day(_ date: CivilDate) -> String {
    String(date.year * 10_000 + date.month * 100 + date.day)
  }

  private static func clock(_ seconds: Int) -> String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(two(seconds / 3_600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
  }
}
