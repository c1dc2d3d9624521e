/// What holds after the last transition of a zone's file: the TZ string of POSIX.1-2017, chapter
/// 8.3, with the hours of RFC 8536, section 3.3.1 (-167 ... 167).
///
///     EST5EDT,M3.2.0,M11.1.0        New York
///     AEST-10AEDT,M10.1.0,M4.1.0/3  Sydney: daylight time over the new year
///     <+07>-7                       Bangkok
struct ZoneFooter: Sendable, Equatable {
  /// A day of the year and a time of that day.
  struct Switch: Sendable, Equatable {
    enum Day: Sendable, Equatable {
      /// The `week`th such weekday of the month (5 for the last one); 0 is Sunday.
      case weekday(month: Int, week: Int, weekday: Int)
      /// 1 ... 365; 29 February is never counted.
      case julian(Int)
      /// 0 ... 365; 29 February is counted.
      case ofYear(Int)
    }
    var day: Day
    /// Seconds after midnight, of the clock before the switch.
    var seconds: Int64

    /// Local seconds since 1970.
    func time(in year: Int) -> Int64 { Int64(dayNumber(in: year)) * secondsPerDay + seconds }

    private func dayNumber(in year: Int) -> Int {
      switch day {
      case .weekday(let month, let week, let weekday):
        let first = ZoneDate(year: year, month: month, day: 1)
        let date = first.adding(days: (weekday - first.weekday + 7) % 7 + (week - 1) * 7)
        let next = ZoneDate(year: year, month: month + 1, day: 1)
        return date < next ? date.daysSince1970 : date.daysSince1970 - 7
      case .julian(let number):
        let january = ZoneDate(year: year, month: 1, day: 1)
        let isLeap = ZoneDate(year: year, month: 2, day: 29).month == 2
        return january.daysSince1970 + number - 1 + (isLeap && number >= 60 ? 1 : 0)
      case .ofYear(let number):
        return ZoneDate(year: year, month: 1, day: 1).daysSince1970 + number
      }
    }
  }

  /// Seconds east of UTC.
  var standard: Int32
  var daylight: Int32
  /// Nil where there is no daylight time.
  var switches: (start: Switch, end: Switch)?

  static func == (left: Self, right: Self) -> Bool {
    left.standard == right.standard && left.daylight == right.daylight
      && left.switches?.start == right.switches?.start
      && left.switches?.end == right.switches?.end
  }

  /// The offset at a time, seconds since 1970 UTC.
  func offset(at time: Int64) -> Int32 {
    guard let (start, end) = switches else { return standard }
    let local = time + Int64(standard)
    let days = local >= 0 ? local / secondsPerDay : (local - secondsPerDay + 1) / secondsPerDay
    let year = ZoneDate(daysSince1970: Int(days)).year
    let startsAt = start.time(in: year) - Int64(standard)
    let endsAt = end.time(in: year) - Int64(daylight)
    let isDaylight =
      startsAt < endsAt
      ? startsAt <= time && time < endsAt : !(endsAt <= time && time < startsAt)
    return isDaylight ? daylight : standard
  }
}
