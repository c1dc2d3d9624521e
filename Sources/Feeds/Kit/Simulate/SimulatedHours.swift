/// When a simulated market trades: always, or as in New York.
public struct SimulatedHours: Sendable {
  public enum Phase: Sendable {
    case closed, extended, regular
  }

  /// Whether it keeps hours at all.
  public let keepsHours: Bool
  /// Day of New York's calendar, days since 1970, and when it begins and ends, Unix ns.
  public private(set) var day: Int
  public private(set) var dayStart: UInt64
  public private(set) var dayEnd: UInt64

  private static var minute: UInt64 { 60_000_000_000 }

  /// `always` (the default) or `us`: Mondays to Fridays 4:00 to 20:00, regular from 9:30 to 16:00.
  init(_ text: String?, at time: UInt64) throws(SimulatorError) {
    let text = text ?? "always"
    guard ["always", "us"].contains(text) else {
      throw SimulatorError("hours=\(text) is unknown: give always or us")
    }
    keepsHours = text == "us"
    (day, dayStart, dayEnd) = (0, 0, 0)
    beginDay(at: time)
  }

  /// The day that holds `time` begins.
  mutating func beginDay(at time: UInt64) {
    let date = NewYorkTime.date(of: time)
    day = date.daysSince1970
    dayStart = NewYorkTime.midnight(of: date)
    dayEnd = NewYorkTime.midnight(of: CivilDate(daysSince1970: day + 1))
  }

  /// Of a time of this day.
  public func phase(at time: UInt64) -> Phase {
    guard keepsHours else { return .regular }
    // 0 is Sunday; 1970-01-01 was a Thursday.
    let weekday = (day + 4) % 7
    guard (1...5).contains(weekday), time >= dayStart else { return .closed }
    let minutes = (time - dayStart) / Self.minute
    switch minutes {
    case 570..<960: return .regular
    case 240..<1_200: return .extended
    default: return .closed
    }
  }

  /// When trading begins after a closed time of this day: at 4:00, or the day after this.
  func opening(after time: UInt64) -> UInt64 {
    let four = dayStart + 240 * Self.minute
    return time < four && (1...5).contains((day + 4) % 7) ? four : dayEnd
  }
}
