/// What a clock on the wall of a time zone shows, and when: the rules of tzdata.
///
/// Times are ns since 1970-01-01 UTC. A conversion takes a binary search or a few divisions and
/// allocates nothing.
public struct ZoneRules: Sendable {
  /// As it was asked for.
  public let name: String
  private let transitions: [Int64]
  private let offsets: [Int32]
  private let firstOffset: Int32
  private let footer: ZoneFooter?

  /// Reads the rules of a zone from the system's files. The caller keeps them.
  ///
  /// - Parameter folder: the folder of zone files, for tests.
  public static func named(_ name: String, folder: String = "/usr/share/zoneinfo")
    throws(ZoneError) -> ZoneRules
  {
    guard isName(name) else { throw .badName(name) }
    let bytes = try ZoneFile.read(path: "\(folder)/\(name)", limit: ZonesLimits.fileBytes)
    return try ZoneRules(name: name, file: bytes)
  }

  /// UTC, without a file.
  public static var utc: ZoneRules { ZoneRules(name: "UTC", offsetSeconds: 0) }

  /// A fixed offset from UTC, seconds east.
  public init(name: String, offsetSeconds: Int) {
    self.name = name
    transitions = []
    offsets = []
    firstOffset = Int32(clamping: offsetSeconds)
    footer = nil
  }

  /// From the bytes of a zone file, version 2 or later (RFC 8536).
  public init(name: String, file bytes: [UInt8]) throws(ZoneError) {
    let file = try TZif(bytes)
    self.name = name
    transitions = file.transitions
    offsets = file.offsets
    firstOffset = file.firstOffset
    footer = file.rule.isEmpty ? nil : try ZoneFooter(file.rule)
  }

  /// Names as tzdata has them, so that none leads out of its folder.
  private static func isName(_ name: String) -> Bool {
    let allowed = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
        UInt8(ascii: "+"), UInt8(ascii: "/"):
        true
      default: false
      }
    }
    return allowed && (1...ZonesLimits.nameBytes).contains(name.utf8.count)
      && !name.hasPrefix("/") && !name.hasSuffix("/")
  }

  /// Seconds east of UTC at a time (seconds since 1970).
  func offset(atSecond time: Int64) -> Int32 {
    guard let first = transitions.first, let last = transitions.last else {
      return footer?.offset(at: time) ?? firstOffset
    }
    if time < first { return firstOffset }
    if time >= last, let footer { return footer.offset(at: time) }
    // The last transition that is not later than the time.
    var low = 0
    var high = transitions.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if transitions[middle] <= time { low = middle } else { high = middle }
    }
    return offsets[low]
  }
}

// MARK: Conversions

/// What a clock shows.
public struct LocalTime: Hashable, Sendable {
  public let date: ZoneDate
  /// Since local midnight by the clock, 0 ..< 24 h.
  public let nanosOfDay: UInt64
  /// East of UTC.
  public let offsetSeconds: Int
}

extension ZoneRules {
  /// Seconds east of UTC.
  public func offsetSeconds(at utcNanos: UInt64) -> Int {
    Int(offset(atSecond: Int64(utcNanos / UInt64(nanosPerSecond))))
  }

  /// What the clock shows at a time.
  public func local(_ utcNanos: UInt64) -> LocalTime {
    let second = Int64(utcNanos / UInt64(nanosPerSecond))
    let offset = Int64(offset(atSecond: second))
    let shown = second + offset
    let days = shown >= 0 ? shown / secondsPerDay : (shown - secondsPerDay + 1) / secondsPerDay
    let secondOfDay = shown - days * secondsPerDay
    return LocalTime(
      date: ZoneDate(daysSince1970: Int(days)),
      nanosOfDay: UInt64(secondOfDay * nanosPerSecond) + utcNanos % UInt64(nanosPerSecond),
      offsetSeconds: Int(offset))
  }

  /// When the clock shows this; times before 1970 give 0 and those after 2554 the greatest.
  ///
  /// Where the clock shows it twice (the hour before the end of daylight time), the earlier time
  /// unless `isLater`. Where it never does (the hour that daylight time skips), the clock is taken
  /// to have gone on as before: 02:30 is 03:30. Days and months beyond their ends run on.
  public func utcNanos(
    year: Int, month: Int, day: Int, nanosOfDay: UInt64, isLater: Bool = false
  ) -> UInt64 {
    utcNanos(
      ZoneDate(year: year, month: month, day: day), nanosOfDay: nanosOfDay, isLater: isLater)
  }

  /// When the clock shows this day and time.
  public func utcNanos(_ date: ZoneDate, nanosOfDay: UInt64, isLater: Bool = false) -> UInt64 {
    let shown =
      Int64(date.daysSince1970) * secondsPerDay + Int64(nanosOfDay / UInt64(nanosPerSecond))
    let second = utcSecond(shown, isLater: isLater)
    guard second >= 0 else { return 0 }
    let (nanos, overflows) = UInt64(second).multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, overflowsToo) = nanos.addingReportingOverflow(
      nanosOfDay % UInt64(nanosPerSecond))
    return overflows || overflowsToo ? UInt64.max : sum
  }

  /// The offsets that held before and after are those at both ends of what the time can be: no zone
  /// is more than 15 hours from UTC.
  private func utcSecond(_ shown: Int64, isLater: Bool) -> Int64 {
    let before = Int64(offset(atSecond: shown - 15 * 3600))
    let after = Int64(offset(atSecond: shown + 15 * 3600))
    let isBefore = Int64(offset(atSecond: shown - before)) == before
    let isAfter = Int64(offset(atSecond: shown - after)) == after
    switch (isBefore, isAfter) {
    case (true, true):
      return isLater ? max(shown - before, shown - after) : min(shown - before, shown - after)
    case (false, true): return shown - after
    default: return shown - before
    }
  }
}
