public import FeedKit
public import Zones

/// The hours in which an instrument is expected to trade, by the day of its session.
public struct SessionHours: Sendable {
  /// As they were written, and as they stand in the ledger; empty for all day, every day (UTC).
  public let text: String
  private let hours: TradingHours?

  /// All day, every day, UTC: where nothing else is known.
  public static var always: SessionHours { SessionHours(text: "", hours: nil) }

  private init(text: String, hours: TradingHours?) {
    self.text = text
    self.hours = hours
  }

  /// Reads `America/New_York mon-fri 09:30-16:00` (`TradingHours`); nothing means all day.
  public init(_ text: String) throws(ZoneError) {
    self.init(text: text, hours: text.isEmpty ? nil : try TradingHours(text))
  }

  /// Hours as the ledger keeps them; what can no longer be read (a zone that this machine does not
  /// know) counts as all day.
  init(stored text: String) {
    self.init(text: text, hours: text.isEmpty ? nil : try? TradingHours(text))
  }

  /// The intervals (Unix ns) of the session of this day; none where it does not trade.
  public func intervals(of date: CivilDate) -> [Range<UInt64>] {
    let midnight = UInt64(max(date.daysSince1970, 0)) * CatalogTime.dayNanos
    guard let hours else { return [midnight..<midnight + CatalogTime.dayNanos] }
    // A session of this day begins the day before at the earliest, by clocks up to 14 h off UTC.
    var time = midnight - min(midnight, 2 * CatalogTime.dayNanos)
    let end = midnight + 3 * CatalogTime.dayNanos
    var found: [Range<UInt64>] = []
    while time < end {
      let span = hours.span(at: time)
      if let day = span.date, day.daysSince1970 == date.daysSince1970 {
        found.append(span.from..<span.until)
      }
      guard span.until > time else { break }
      time = span.until
    }
    return found
  }

  /// The day of the session that this instant belongs to: outside of the hours, of the next one.
  public func date(of nanos: UInt64) -> CivilDate {
    let days = hours.flatMap { hours in
      hours.nextOpen(nanos).flatMap { hours.sessionDate($0)?.daysSince1970 }
    }
    return CivilDate(
      daysSince1970: min(days ?? Int(nanos / CatalogTime.dayNanos), Self.lastDay))
  }

  /// 2261-12-31, the last day of `CivilDate`.
  private static var lastDay: Int { 106_650 }
}
