extension TradingHours {
  /// Reads hours written as in the examples of `TradingHours`. `always` is open at all times.
  ///
  /// - Throws: `ZoneError.badHours` with what is wrong, or what the zone's file gave.
  public init(_ text: String) throws(ZoneError) {
    let words = text.split { $0 == " " || $0 == "," || $0 == ";" }.map(String.init)
    guard let zoneName = words.first else { throw .badHours("nothing given") }
    if words == ["always"] {
      self = .always
      return
    }
    let zone: ZoneRules = zoneName == "UTC" ? .utc : try ZoneRules.named(zoneName)
    var days: [Int] = []
    var sessions: [Session] = []
    var holidays: Set<ZoneDate> = []
    var isExcept = false
    for word in words.dropFirst() {
      if word == "except" {
        isExcept = true
      } else if isExcept {
        guard let date = ZoneDate(word) else {
          throw .badHours("\"\(word)\" is no date; write 2026-12-25")
        }
        holidays.insert(date)
      } else if word.utf8.contains(where: Self.isDigit) {
        guard !days.isEmpty else { throw .badHours("\"\(word)\" without days before it") }
        let (opens, closes) = try Self.times(word)
        sessions += days.map { Session(weekday: $0, opens: opens, closes: closes) }
      } else {
        days = try Self.days(word)
      }
    }
    guard !sessions.isEmpty else {
      throw .badHours("no session in \"\(text)\"; write America/New_York mon-fri 09:30-16:00")
    }
    guard sessions.count <= ZonesLimits.sessions, holidays.count <= ZonesLimits.holidays else {
      throw .badHours(
        "over \(ZonesLimits.sessions) sessions a week or \(ZonesLimits.holidays) holidays")
    }
    self.init(zone: zone, sessions: sessions, holidays: holidays)
  }

  private static var dayNames: [String] { ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  /// `mon` or `mon-fri`; `sat-mon` runs over the week's end.
  private static func days(_ word: String) throws(ZoneError) -> [Int] {
    let ends = word.split(separator: "-", omittingEmptySubsequences: false).map { name in
      dayNames.firstIndex(of: name.lowercased())
    }
    guard ends.count <= 2, let given = ends.first, let first = given,
      let last = ends[ends.count - 1]
    else { throw .badHours("\"\(word)\" are no days; write mon-fri or sun") }
    let count = (last - first + 7) % 7 + 1
    return (0..<count).map { (first + $0) % 7 }
  }

  /// `09:30-16:00`.
  private static func times(_ word: String) throws(ZoneError) -> (UInt64, UInt64) {
    let ends = word.split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, let opens = time(ends[0]), let closes = time(ends[1]),
      opens < UInt64(secondsPerDay * nanosPerSecond), closes > 0
    else { throw .badHours("\"\(word)\" are no times; write 09:30-16:00") }
    return (opens, closes)
  }

  /// `09:30` or `09:30:15`, up to `24:00`.
  private static func time(_ text: Substring) -> UInt64? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let areNumbers = parts.allSatisfy { $0.utf8.count == 2 && $0.utf8.allSatisfy(isDigit) }
    guard (2...3).contains(parts.count), areNumbers else { return nil }
    var seconds: UInt64 = 0
    for (place, part) in parts.enumerated() {
      guard let value = UInt8(part), place == 0 || value < 60 else { return nil }
      seconds = seconds * 60 + UInt64(value)
    }
    if parts.count == 2 { seconds *= 60 }
    return seconds <= UInt64(secondsPerDay) ? seconds * UInt64(nanosPerSecond) : nil
  }
}
