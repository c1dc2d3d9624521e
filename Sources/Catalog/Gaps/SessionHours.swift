public import FeedKit

/// The hours in which an instrument is expected to trade, by the day of its session.
public struct SessionHours: Sendable {
  /// What it was made of, as it stands in the ledger; empty for all day.
  public let text: String

  /// All day, every day, UTC: where nothing else is known.
  public static var always: SessionHours { SessionHours(text: "") }

  private init(text: String) { self.text = text }

  /// The intervals (Unix ns) of the session of this day.
  public func intervals(of date: CivilDate) -> [Range<UInt64>] {
    let midnight = UInt64(max(date.daysSince1970, 0)) * Self.dayNanos
    return [midnight..<midnight + Self.dayNanos]
  }

  /// The day of the session that this instant belongs to.
  public func date(of nanos: UInt64) -> CivilDate {
    CivilDate(daysSince1970: Int(min(nanos / Self.dayNanos, Self.lastDay)))
  }

  static var dayNanos: UInt64 { 86_400_000_000_000 }
  /// 2261-12-31, the last day of `CivilDate`.
  private static var lastDay: UInt64 { 106_650 }
}

extension SessionHours {
  /// The hours as the ledger keeps them.
  init(stored text: String) { self = .always }
}
