internal import Zones

/// Trading hours and holidays as texts.
enum HoursText {
  static let kind = SettingKind.checked(
    expects: "`always`, or `ZONE DAYS HH:MM-HH:MM ... [except DATE ...]`", refusal: refusal)
  static let dayKind = SettingKind.checked(
    expects: "day, `YYYY-MM-DD`",
    refusal: { text in
      ZoneDate(text) == nil
        ? "expected a day such as 2026-11-26, found \(Units.quoted(text))" : nil
    })

  static func refusal(_ text: String) -> String? {
    do throws(ZoneError) {
      _ = try TradingHours(text)
      return nil
    } catch {
      return "\(error)"
    }
  }

  /// Hours of two texts that were checked.
  static func hours(_ text: String, holidays: [String]) -> TradingHours {
    guard let hours = try? TradingHours(text) else { return .always }
    let days = holidays.compactMap { ZoneDate($0) }
    guard !days.isEmpty else { return hours }
    return TradingHours(
      zone: hours.zone, sessions: hours.sessions, holidays: hours.holidays.union(days))
  }
}
