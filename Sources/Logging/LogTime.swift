internal import Glibc

/// Times of log and audit lines.
enum LogTime {
  /// Now, Unix ns.
  static func now() -> UInt64 { read(CLOCK_REALTIME) }
  /// Now, monotonic ns.
  static func monotonic() -> UInt64 { read(CLOCK_MONOTONIC) }

  private static func read(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    // Safety: the kernel fills the structure, which outlives the call. Both clocks exist on Linux.
    _ = unsafe clock_gettime(clock, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }

  /// RFC 3339 in UTC with microseconds: "2026-11-21T20:15:00.123456Z".
  static func text(_ nanos: UInt64) -> String {
    let seconds = nanos / 1_000_000_000
    let (year, month, day) = date(days: Int(seconds / 86_400))
    let ofDay = Int(seconds % 86_400)
    let clock = [ofDay / 3_600, ofDay / 60 % 60, ofDay % 60].map { padded($0, 2) }
    let micros = padded(Int(nanos % 1_000_000_000 / 1_000), 6)
    let civil = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    return "\(civil)T\(clock.joined(separator: ":")).\(micros)Z"
  }

  /// Days since 1970-01-01 as a date of the Gregorian calendar: Howard Hinnant's
  /// `civil_from_days`, whose years begin in March.
  private static func date(days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let ofEra = shifted % 146_097
    let year = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * year + year / 4 - year / 100)
    let shiftedMonth = (5 * ofYear + 2) / 153
    let day = ofYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (year + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  private static func padded(_ number: Int, _ places: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, places - digits.count)) + digits
  }
}
