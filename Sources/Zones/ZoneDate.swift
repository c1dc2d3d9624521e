/// A day of the Gregorian calendar.
public struct ZoneDate: Hashable, Comparable, Sendable {
  public let year: Int
  /// 1 ... 12.
  public let month: Int
  /// 1 ... 31.
  public let day: Int

  /// Days since 1970-01-01.
  public let daysSince1970: Int

  /// The day that is this many days after 1970-01-01, or before it for a negative number.
  ///
  /// Years are counted from 1 March, so that the leap day is the last of its year, in cycles of
  /// 400 years = 146,097 days; 719,468 days lie between 0000-03-01 and 1970-01-01.
  public init(daysSince1970 days: Int) {
    let shifted = days + 719_468
    let cycle = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfCycle = shifted - cycle * 146_097
    let yearOfCycle =
      (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
    let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0)
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    daysSince1970 = days
  }

  /// Days and months beyond their ends run on into the next ones: 32 January is 1 February.
  /// Years are limited to -9999 ... 9999.
  public init(year: Int, month: Int, day: Int) {
    let months = min(max(month, -10_000), 10_000) - 1
    let carry = months >= 0 ? months / 12 : (months - 11) / 12
    let wholeYear = min(max(year, -9_999), 9_999) + carry
    let wholeMonth = months - carry * 12 + 1
    let fromMarch = wholeMonth <= 2 ? wholeYear - 1 : wholeYear
    let monthFromMarch = wholeMonth > 2 ? wholeMonth - 3 : wholeMonth + 9
    let cycle = (fromMarch >= 0 ? fromMarch : fromMarch - 399) / 400
    let yearOfCycle = fromMarch - cycle * 400
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + min(max(day, -100_000), 100_000) - 1
    let dayOfCycle = yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear
    self.init(daysSince1970: cycle * 146_097 + dayOfCycle - 719_468)
  }

  /// A date written `2026-11-26`; nil for anything else, and for days that no month has.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    let isDigits = text.utf8.allSatisfy { $0 == 0x2D || (0x30...0x39).contains($0) }
    guard isDigits, parts.count == 3, parts[0].utf8.count == 4, parts[1].utf8.count == 2,
      parts[2].utf8.count == 2, let year = UInt16(parts[0]), let month = UInt8(parts[1]),
      let day = UInt8(parts[2])
    else { return nil }
    self.init(year: Int(year), month: Int(month), day: Int(day))
    guard self.month == Int(month), self.day == Int(day) else { return nil }
  }

  /// 0 is Sunday. 1970-01-01 was a Thursday.
  public var weekday: Int {
    let shifted = (daysSince1970 + 4) % 7
    return shifted < 0 ? shifted + 7 : shifted
  }

  public func adding(days: Int) -> ZoneDate { ZoneDate(daysSince1970: daysSince1970 + days) }

  public static func < (left: Self, right: Self) -> Bool {
    left.daysSince1970 < right.daysSince1970
  }
}

extension ZoneDate: CustomStringConvertible {
  /// `2026-11-26`.
  public var description: String {
    func padded(_ number: Int, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(width - digits.utf8.count, 0)) + digits
    }
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  }
}
