internal import FeedKit
internal import Records
internal import Wire

/// One day of New York's clock in UTC: what a wall-clock time of that day is.
struct IqfeedDay: BitwiseCopyable {
  /// Days since 1970-01-01, -1 for none.
  var number: Int32 = -1
  /// Length of the day: -1, 0 or 1 hour more than 24.
  var extraHours: Int32 = 0
  /// When the day begins, Unix ns.
  var midnight: UInt64 = 0

  static var hour: Int64 { 3_600_000_000_000 }

  init() {}

  init(_ date: CivilDate) {
    number = Int32(date.daysSince1970)
    midnight = NewYorkTime.midnight(of: date)
    let next = NewYorkTime.midnight(of: CivilDate(daysSince1970: date.daysSince1970 + 1))
    extraHours = Int32((Int64(next - midnight) - 24 * Self.hour) / Self.hour)
  }

  /// First instant of the next day.
  var end: UInt64 {
    midnight &+ UInt64(bitPattern: (24 &+ Int64(extraHours)) &* Self.hour)
  }

  /// The instant at which a clock shows so many ns of this day.
  ///
  /// Clocks change at 2:00. An hour that comes twice (1:00 to 2:00 in autumn) is taken as the one
  /// nearer to `near`; one that does not exist (2:00 to 3:00 in spring) as an hour later.
  @inline(__always)
  func time(_ nanos: Int64, near: UInt64) -> UInt64 {
    let plain = midnight &+ UInt64(bitPattern: nanos)
    return extraHours == 0 ? plain : changed(plain, nanos, near)
  }

  @inline(never)
  private func changed(_ plain: UInt64, _ nanos: Int64, _ near: UInt64) -> UInt64 {
    let hour = UInt64(Self.hour)
    if extraHours < 0 { return nanos >= 3 * Self.hour ? plain - hour : plain }
    if nanos >= 2 * Self.hour { return plain + hour }
    guard nanos >= Self.hour, near > plain + hour / 2 else { return plain }
    // Of a time that is long past nothing is known: the first of both.
    return near - plain < 24 * hour ? plain + hour : plain
  }
}

/// New York's wall clock to Unix ns, with the days last used at hand.
struct IqfeedClock: ~Copyable {
  private var today = IqfeedDay()
  private var yesterday = IqfeedDay()
  /// The last dates of level 1 (`MM/DD/YYYY`) and of depth and history (`YYYY-MM-DD`), as text.
  private var slashed = IqfeedDay()
  private var slashedText: (UInt64, UInt16) = (0, 0)
  private var dashed = IqfeedDay()
  private var dashedText: (UInt64, UInt16) = (0, 0)

  /// How far ahead of the receive time a time without a date may be before it is taken as one of
  /// the day before: clocks that differ must not cost a day, and data is late, never early.
  private static var aheadNanos: UInt64 { UInt64(IqfeedDay.hour) }

  /// The instant of a time without a date: the last one that is not after the receive time, give
  /// or take an hour.
  @inline(__always)
  mutating func recent(_ nanos: Int64, tsRecv: UInt64) -> UInt64 {
    if tsRecv < today.midnight || tsRecv >= today.end || today.number < 0 { turn(to: tsRecv) }
    let time = today.time(nanos, near: tsRecv)
    guard time > tsRecv &+ Self.aheadNanos else { return time }
    return yesterday.time(nanos, near: tsRecv)
  }

  /// The number of the day on which `recent` has put a time.
  @inline(__always)
  func day(of time: UInt64, tsRecv: UInt64) -> Int32 {
    time < today.midnight ? yesterday.number : today.number
  }

  @inline(never)
  private mutating func turn(to tsRecv: UInt64) {
    // The calendar ends in 2261, and times of tests begin at 0.
    let limit = UInt64(Int64.max) - 4 * 86_400_000_000_000
    let date = NewYorkTime.date(of: min(tsRecv, limit))
    today = IqfeedDay(date)
    yesterday = IqfeedDay(CivilDate(daysSince1970: max(date.daysSince1970 - 1, 0)))
  }

  /// The day of a field `MM/DD/YYYY`; nil where it is no date.
  @inline(__always)
  mutating func slashedDay(_ bytes: RawSpan, _ start: Int, _ end: Int) -> IqfeedDay? {
    guard end &- start == 10 else { return nil }
    let text = (
      bytes.uncheckedLE(UInt64.self, at: start), bytes.uncheckedLE(UInt16.self, at: start &+ 8)
    )
    if text == slashedText { return slashed }
    guard bytes.uncheckedByte(at: start + 2) == UInt8(ascii: "/"),
      bytes.uncheckedByte(at: start + 5) == UInt8(ascii: "/"),
      let day = Self.day(bytes, year: start + 6, month: start, day: start + 3)
    else { return nil }
    slashed = day
    slashedText = text
    return day
  }

  /// The day of a field that begins with `YYYY-MM-DD`; nil where it is no date.
  @inline(__always)
  mutating func dashedDay(_ bytes: RawSpan, _ start: Int, _ end: Int) -> IqfeedDay? {
    guard end &- start >= 10 else { return nil }
    let text = (
      bytes.uncheckedLE(UInt64.self, at: start), bytes.uncheckedLE(UInt16.self, at: start &+ 8)
    )
    if text == dashedText { return dashed }
    guard bytes.uncheckedByte(at: start + 4) == UInt8(ascii: "-"),
      bytes.uncheckedByte(at: start + 7) == UInt8(ascii: "-"),
      let day = Self.day(bytes, year: start, month: start + 5, day: start + 8)
    else { return nil }
    dashed = day
    dashedText = text
    return day
  }

  /// The instant of `YYYYMMDD HH:MM:SS` or `YYYYMMDD HHMMSS`; nil for anything else.
  static func compactTime(_ bytes: RawSpan, _ start: Int, _ end: Int, near: UInt64) -> UInt64? {
    let count = end - start
    guard count == 15 || count == 17, bytes.uncheckedByte(at: start + 8) == UInt8(ascii: " "),
      let day = Self.day(bytes, year: start, month: start + 4, day: start + 6)
    else { return nil }
    if count == 17 {
      let nanos = IqfeedNumber.time(bytes, start + 9, end)
      guard nanos >= 0, nanos != Undefined.quantity else { return nil }
      return day.time(nanos, near: near)
    }
    guard let hours = IqfeedNumber.digits(bytes, start + 9, count: 2), hours < 24,
      let minutes = IqfeedNumber.digits(bytes, start + 11, count: 2), minutes < 60,
      let seconds = IqfeedNumber.digits(bytes, start + 13, count: 2), seconds < 60
    else { return nil }
    return day.time(
      Int64(hours * 3_600 + minutes * 60 + seconds) * 1_000_000_000, near: near)
  }

  private static func day(_ bytes: RawSpan, year: Int, month: Int, day: Int) -> IqfeedDay? {
    guard let year = IqfeedNumber.digits(bytes, year, count: 4),
      let month = IqfeedNumber.digits(bytes, month, count: 2),
      let day = IqfeedNumber.digits(bytes, day, count: 2), year < 2261,
      let date = CivilDate(year: year, month: month, day: day)
    else { return nil }
    return IqfeedDay(date)
  }

  /// A day in New York as requests write it, with the time of day: `YYYYMMDD HHMMSS`.
  static func requestTime(_ time: UInt64) -> String {
    let date = NewYorkTime.date(of: time)
    let day = IqfeedDay(date)
    var nanos = Int64(bitPattern: time &- day.midnight)
    if day.extraHours < 0, nanos >= 2 * IqfeedDay.hour { nanos += IqfeedDay.hour }
    if day.extraHours > 0, nanos >= 2 * IqfeedDay.hour { nanos -= IqfeedDay.hour }
    let seconds = Int(nanos / 1_000_000_000)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(date.year)\(two(date.month))\(two(date.day)) "
      + two(seconds / 3_600) + two(seconds / 60 % 60) + two(seconds % 60)
  }
}
