internal import FeedKit

/// Moments in lists and tables: UTC, as people write them.
public enum CatalogTime {
  public static var dayNanos: UInt64 { 86_400_000_000_000 }

  /// Midnight (UTC) of a day written `20261218` or `2026-12-18`, Unix ns; nil for anything else.
  public static func day(_ text: some StringProtocol) -> UInt64? {
    let bytes = Array(text.utf8)
    let date: CivilDate?
    if bytes.count == 8, let number = UInt32(text) {
      date = CivilDate(
        year: Int(number / 10_000), month: Int(number / 100 % 100), day: Int(number % 100))
    } else {
      date = CivilDate(text)
    }
    return date.map { UInt64(max($0.daysSince1970, 0)) * dayNanos }
  }

  /// A day, or `2026-12-18T13:30:00.5Z` (the `Z` may be missing), Unix ns; nil for anything else.
  public static func moment(_ text: some StringProtocol) -> UInt64? {
    let bytes = Array(text.utf8)
    guard bytes.count > 10 else { return day(text) }
    guard let midnight = day(String(decoding: bytes[..<10], as: UTF8.self)),
      bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " ")
    else { return nil }
    var rest = bytes[11...]
    if rest.last == UInt8(ascii: "Z") { rest.removeLast() }
    let halves = rest.split(
      separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    let parts = halves[0].split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count == 3 else { return nil }
    var seconds: UInt64 = 0
    for (part, limit) in zip(parts, [UInt64(24), 60, 60]) {
      guard part.count == 2, let number = digits(part), number < limit else { return nil }
      seconds = seconds * 60 + number
    }
    var nanos: UInt64 = 0
    if halves.count == 2 {
      guard (1...9).contains(halves[1].count), let fraction = digits(halves[1]) else { return nil }
      nanos = (halves[1].count..<9).reduce(fraction) { value, _ in value * 10 }
    }
    return midnight + seconds * 1_000_000_000 + nanos
  }

  private static func digits(_ bytes: ArraySlice<UInt8>) -> UInt64? {
    guard bytes.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return UInt64(String(decoding: bytes, as: UTF8.self))
  }

  /// `2026-12-18T13:30:00.500Z`: with as many groups of three decimals as the moment has, none for
  /// a whole second. What lies behind the year 2261 is `later`.
  public static func text(_ nanos: UInt64) -> String {
    let days = nanos / dayNanos
    guard days <= 106_650 else { return "later" }
    let rest = nanos % dayNanos
    func padded(_ number: UInt64, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(width - digits.count, 0)) + digits
    }
    let seconds = rest / 1_000_000_000
    var text = "\(CivilDate(daysSince1970: Int(days)))T"
    text += [seconds / 3_600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }
      .joined(separator: ":")
    let fraction = rest % 1_000_000_000
    if fraction % 1_000_000 == 0, fraction > 0 {
      text += "." + padded(fraction / 1_000_000, 3)
    } else if fraction % 1_000 == 0, fraction > 0 {
      text += "." + padded(fraction / 1_000, 6)
    } else if fraction > 0 {
      text += "." + padded(fraction, 9)
    }
    return text + "Z"
  }
}
