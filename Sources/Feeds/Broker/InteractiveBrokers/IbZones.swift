internal import Zones

/// Zones and times as the upstream writes them (section 9).
///
/// Zone names are free text in the words of the host. Those of the trading places are read from the
/// system once; any other name is opaque: such a time has no UTC.
struct IbZones: Sendable {
  private var rules: [String: ZoneRules] = [:]

  /// Zones in which exchanges write their hours, as the upstream names them.
  static var names: [String] {
    [
      "US/Eastern", "US/Central", "US/Mountain", "US/Pacific", "America/New_York",
      "America/Chicago", "America/Toronto", "America/Sao_Paulo", "Europe/London", "GB-Eire", "GB",
      "Europe/Berlin", "Europe/Paris", "Europe/Zurich", "Europe/Amsterdam", "Europe/Rome",
      "Europe/Madrid", "Europe/Stockholm", "Europe/Warsaw", "MET", "CET", "Asia/Tokyo", "Japan",
      "Asia/Hong_Kong", "Hongkong", "Asia/Singapore", "Asia/Seoul", "Asia/Shanghai",
      "Asia/Kolkata", "Asia/Calcutta", "Australia/NSW", "Australia/Sydney",
    ]
  }

  /// Read once a process, when the first session is made.
  static let shared = IbZones()

  private init() {
    rules["UTC"] = .utc
    rules["GMT"] = .utc
    for name in Self.names {
      // A system without this zone: its times stay opaque.
      if let found = try? ZoneRules.named(name) { rules[name] = found }
    }
  }

  subscript(name: String) -> ZoneRules? { rules[name] }

  /// Unix ns of a time of any form of section 9; nil for what is none, or in an unknown zone.
  /// A day alone is its midnight in UTC, as DBN counts daily bars.
  ///
  /// - Parameter zone: where a time without a zone is from; the upstream's setting decides.
  func nanos(_ text: String, zone: ZoneRules? = nil) -> UInt64? {
    let utf8 = Array(text.utf8)
    guard utf8.count >= 8, let head = Self.digits(utf8[0..<8]) else {
      return Self.digits(utf8[...]).flatMap { IbDecoder.nanos(seconds: $0) }
    }
    if utf8.count == 8 {
      // Eight digits are a day; seconds have ten since 2001.
      return Self.day(head).map { ZoneRules.utc.utcNanos($0, nanosOfDay: 0) }
    }
    if let seconds = Self.digits(utf8[...]) { return IbDecoder.nanos(seconds: seconds) }
    guard let date = Self.day(head) else { return nil }
    var at = 8
    let isUTC = utf8[at] == UInt8(ascii: "-")
    guard isUTC || utf8[at] == UInt8(ascii: " ") else { return nil }
    while at < utf8.count, utf8[at] == UInt8(ascii: " ") || (isUTC && at == 8) { at += 1 }
    guard let clock = Self.clock(utf8, &at) else { return nil }
    if isUTC {
      // `Z` at the end from version 214 on.
      guard at == utf8.count || (at + 1 == utf8.count && utf8[at] == UInt8(ascii: "Z")) else {
        return nil
      }
      return ZoneRules.utc.utcNanos(date, nanosOfDay: clock)
    }
    guard at < utf8.count else { return zone?.utcNanos(date, nanosOfDay: clock) }
    guard utf8[at] == UInt8(ascii: " ") else { return nil }
    let name = String(decoding: utf8[(at + 1)...], as: UTF8.self)
    return rules[name]?.utcNanos(date, nanosOfDay: clock)
  }

  private static func digits(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard !bytes.isEmpty, bytes.count <= 18 else { return nil }
    var value = 0
    for byte in bytes {
      guard byte &- 0x30 < 10 else { return nil }
      value = value * 10 + Int(byte &- 0x30)
    }
    return value
  }

  /// `yyyymmdd` as a number.
  private static func day(_ value: Int) -> ZoneDate? {
    let (year, month, day) = (value / 10_000, value / 100 % 100, value % 100)
    guard (1...12).contains(month), (1...31).contains(day), year >= 1900 else { return nil }
    return ZoneDate(year: year, month: month, day: day)
  }

  /// `hh:mm:ss` or `hh:mm`, as ns of the day.
  private static func clock(_ bytes: [UInt8], _ at: inout Int) -> UInt64? {
    func pair(_ index: Int) -> Int? {
      index + 2 <= bytes.count ? digits(bytes[index..<(index + 2)]) : nil
    }
    guard let hour = pair(at), hour < 24, at + 2 < bytes.count, bytes[at + 2] == UInt8(ascii: ":"),
      let minute = pair(at + 3), minute < 60
    else { return nil }
    var second = 0
    at += 5
    if at < bytes.count, bytes[at] == UInt8(ascii: ":") {
      guard let read = pair(at + 1), read < 61 else { return nil }
      second = read
      at += 3
    }
    return UInt64(hour * 3600 + minute * 60 + second) * 1_000_000_000
  }

  /// `yyyymmdd-hh:mm:ss` in UTC, as requests have it; whole seconds, downwards.
  static func utcText(_ nanos: UInt64) -> String {
    let local = ZoneRules.utc.local(nanos)
    let seconds = Int(local.nanosOfDay / 1_000_000_000)
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return "\(local.date.year)\(two(local.date.month))\(two(local.date.day))-"
      + "\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
  }
}
