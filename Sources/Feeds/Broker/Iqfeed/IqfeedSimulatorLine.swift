internal import FeedKit

/// A line of IQFeed's text under construction, kept for the next one.
struct IqfeedSimulatorLine {
  private(set) var bytes: [UInt8] = []

  init() { bytes.reserveCapacity(512) }

  mutating func clear() { bytes.removeAll(keepingCapacity: true) }

  mutating func text(_ text: String) { bytes.append(contentsOf: text.utf8) }
  mutating func bytes(_ text: [UInt8]) { bytes.append(contentsOf: text) }
  mutating func byte(_ byte: UInt8) { bytes.append(byte) }
  mutating func comma() { bytes.append(UInt8(ascii: ",")) }

  /// Port 5009 and 9300 end lines with LF, the others with CRLF (section 2).
  mutating func end(crlf: Bool) {
    if crlf { bytes.append(UInt8(ascii: "\r")) }
    bytes.append(UInt8(ascii: "\n"))
  }

  mutating func number(_ value: UInt64) {
    guard value >= 10 else { return byte(UInt8(ascii: "0") + UInt8(value)) }
    let start = bytes.count
    var rest = value
    while rest > 0 {
      byte(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    }
    bytes[start...].reverse()
  }

  mutating func number(_ value: Int) {
    if value < 0 { byte(UInt8(ascii: "-")) }
    number(UInt64(value.magnitude))
  }

  /// So many digits, with zeros in front.
  mutating func digits(_ value: UInt64, _ count: Int) {
    let start = bytes.count
    for _ in 0..<count { byte(UInt8(ascii: "0")) }
    var rest = value
    var at = start + count - 1
    while at >= start {
      bytes[at] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
      at -= 1
    }
  }

  /// A price in units of 1e-9 with its instrument's decimals, zeros and all (`137.0200`).
  mutating func price(_ units: Int64, decimals: Int) {
    if units < 0 { byte(UInt8(ascii: "-")) }
    var scale: UInt64 = 1_000_000_000
    var power: UInt64 = 1
    for _ in 0..<decimals {
      scale /= 10
      power *= 10
    }
    let value = units.magnitude / scale
    number(value / power)
    byte(UInt8(ascii: "."))
    digits(value % power, decimals)
  }

  /// `HH:MM:SS`.
  mutating func clock(_ nanosOfDay: UInt64) {
    let seconds = nanosOfDay / 1_000_000_000
    digits(seconds / 3_600, 2)
    byte(UInt8(ascii: ":"))
    digits(seconds / 60 % 60, 2)
    byte(UInt8(ascii: ":"))
    digits(seconds % 60, 2)
  }

  /// `HH:MM:SS.ffffff`.
  mutating func microClock(_ nanosOfDay: UInt64) {
    clock(nanosOfDay)
    byte(UInt8(ascii: "."))
    digits(nanosOfDay / 1_000 % 1_000_000, 6)
  }

  /// `YYYY-MM-DD`.
  mutating func dashed(_ date: CivilDate) { text(date.description) }

  /// `YYYYMMDD`.
  mutating func packed(_ date: CivilDate) {
    digits(UInt64(date.year), 4)
    digits(UInt64(date.month), 2)
    digits(UInt64(date.day), 2)
  }

  /// `MM/DD/YYYY`.
  mutating func slashed(_ date: CivilDate) {
    digits(UInt64(date.month), 2)
    byte(UInt8(ascii: "/"))
    digits(UInt64(date.day), 2)
    byte(UInt8(ascii: "/"))
    digits(UInt64(date.year), 4)
  }
}

/// A moment on New York's clock, as IQFeed writes all its times.
struct IqfeedSimulatorTime {
  let date: CivilDate
  let nanosOfDay: UInt64

  /// - Parameter hours: the market's present day, so that most times need no calendar.
  init(_ time: UInt64, _ hours: SimulatedHours) {
    if time >= hours.dayStart, time < hours.dayEnd {
      self.init(
        CivilDate(daysSince1970: hours.day),
        Self.clock(time - hours.dayStart, hours.dayEnd - hours.dayStart))
    } else {
      self.init(time)
    }
  }

  private init(_ date: CivilDate, _ nanosOfDay: UInt64) {
    self.date = date
    self.nanosOfDay = nanosOfDay
  }

  init(_ time: UInt64) {
    let date = NewYorkTime.date(of: time)
    let start = NewYorkTime.midnight(of: date)
    let end = NewYorkTime.midnight(of: CivilDate(daysSince1970: date.daysSince1970 + 1))
    self.init(date, Self.clock(time - min(start, time), end - start))
  }

  private static var hour: UInt64 { 3_600_000_000_000 }

  /// The clock jumps at 2:00 on two days of the year, which have 23 and 25 hours.
  private static func clock(_ elapsed: UInt64, _ length: UInt64) -> UInt64 {
    guard length != 24 * hour, elapsed >= 2 * hour else { return elapsed }
    return length < 24 * hour ? elapsed + hour : elapsed - hour
  }

  /// Unix ns of what a request says: `YYYYMMDD HHMMSS` or `YYYYMMDD`; nil for anything else.
  static func parse(_ text: some StringProtocol) -> UInt64? {
    let digits = Array(text.utf8)
    guard digits.count == 8 || digits.count == 15 else { return nil }
    func value(_ range: Range<Int>) -> Int? {
      var value = 0
      for byte in digits[range] {
        guard (0x30...0x39).contains(byte) else { return nil }
        value = value * 10 + Int(byte - 0x30)
      }
      return value
    }
    guard let year = value(0..<4), let month = value(4..<6), let day = value(6..<8),
      let date = CivilDate(year: year, month: month, day: day)
    else { return nil }
    let start = NewYorkTime.midnight(of: date)
    guard digits.count == 15 else { return start }
    guard digits[8] == UInt8(ascii: " "), let seconds = seconds(text.dropFirst(9)) else {
      return nil
    }
    let end = NewYorkTime.midnight(of: CivilDate(daysSince1970: date.daysSince1970 + 1))
    let nanos = UInt64(seconds) * 1_000_000_000
    guard end - start != 24 * hour, nanos >= 2 * hour else { return start + nanos }
    return end - start < 24 * hour ? start + nanos - hour : start + nanos + hour
  }

  /// Seconds of the day of `HHMMSS`; nil for anything else.
  static func seconds(_ text: some StringProtocol) -> Int? {
    guard text.utf8.count == 6, let number = Int(text), number >= 0 else { return nil }
    let (hours, minutes, seconds) = (number / 10_000, number / 100 % 100, number % 100)
    guard hours < 24, minutes < 60, seconds < 60 else { return nil }
    return hours * 3_600 + minutes * 60 + seconds
  }
}
