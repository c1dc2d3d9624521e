/// Times: UInt64, ns since the Unix epoch, in UTC.
public enum Timestamp {
  /// Appends `2020-12-28T13:00:00.000704060Z`; `UNDEF` where there is no time.
  ///
  /// The whole range of UInt64 prints (to the year 2554). Leap seconds do not exist in Unix time.
  public static func appendISO8601(_ timestamp: UInt64, to buffer: inout [UInt8]) {
    buffer.append(addingCapacity: 30) { write(timestamp, to: &$0) }
  }

  /// The text into room that the caller has provided, 30 bytes at most.
  static func write(_ timestamp: UInt64, to buffer: inout OutputSpan<UInt8>) {
    guard timestamp != Undefined.timestamp else { return buffer.append(bytes: undefinedText) }
    let (seconds, nanos) = timestamp.quotientAndRemainder(dividingBy: 1_000_000_000)
    let (days, second) = seconds.quotientAndRemainder(dividingBy: 86_400)
    let date = civil(days: days)
    appendTwoParts(date.year, 4, UInt8(ascii: "-"), date.month, to: &buffer)
    buffer.append(UInt8(ascii: "-"))
    appendTwoParts(date.day, 2, UInt8(ascii: "T"), second / 3600, to: &buffer)
    buffer.append(UInt8(ascii: ":"))
    appendTwoParts(second / 60 % 60, 2, UInt8(ascii: ":"), second % 60, to: &buffer)
    buffer.append(UInt8(ascii: "."))
    Decimal.append(nanos, digits: 9, to: &buffer)
    buffer.append(UInt8(ascii: "Z"))
  }

  /// The text of one time; see `appendISO8601`.
  public static func text(_ timestamp: UInt64) -> String {
    var buffer: [UInt8] = []
    appendISO8601(timestamp, to: &buffer)
    return String(decoding: buffer, as: UTF8.self)
  }

  private static let undefinedText = Array("UNDEF".utf8)

  private static func appendTwoParts(
    _ first: UInt64, _ digits: Int, _ separator: UInt8, _ second: UInt64,
    to buffer: inout OutputSpan<UInt8>
  ) {
    Decimal.append(first, digits: digits, to: &buffer)
    buffer.append(separator)
    Decimal.append(second, digits: 2, to: &buffer)
  }

  /// The Gregorian date of a day number since 1970-01-01.
  ///
  /// Years are counted from 1 March, so that the leap day is the last of its year, in cycles of
  /// 400 years = 146,097 days; 719,468 days lie between 0000-03-01 and 1970-01-01.
  private static func civil(days: UInt64) -> (year: UInt64, month: UInt64, day: UInt64) {
    let shifted = days + 719_468
    let (cycle, dayOfCycle) = shifted.quotientAndRemainder(dividingBy: 146_097)
    let yearOfCycle =
      (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
    let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0)
    return (year, month, day)
  }
}
