/// When an instrument is expected to trade: weekly sessions in a time zone, and days without any.
///
///     America/New_York mon-fri 09:30-16:00 except 2026-11-26 2026-12-25
///     America/Chicago sun-thu 17:00-16:00
///     Asia/Bangkok mon-fri 10:00-12:30 14:00-16:30
///     UTC sun-sat 00:00-24:00
///     Europe/London mon-thu 08:00-16:30 fri 08:00-12:30
///
/// A session whose end is not after its beginning ends on the next day; its date is that day, as
/// futures exchanges count: Sunday evening belongs to Monday. `except` names session dates.
public struct TradingHours: Sendable {
  /// A session of each week.
  public struct Session: Sendable, Equatable {
    /// 0 is Sunday; the day of its beginning.
    public var weekday: Int
    /// ns after local midnight, up to 24 h.
    public var opens: UInt64
    public var closes: UInt64

    public init(weekday: Int, opens: UInt64, closes: UInt64) {
      self.weekday = weekday
      self.opens = opens
      self.closes = closes
    }

    /// Whether it ends on the day after its beginning.
    public var isOverMidnight: Bool { closes <= opens }
  }

  public let zone: ZoneRules
  public let sessions: [Session]
  public let holidays: Set<ZoneDate>

  public init(zone: ZoneRules, sessions: [Session], holidays: Set<ZoneDate> = []) {
    self.zone = zone
    self.sessions = sessions
    self.holidays = holidays
  }

  /// Always open.
  public static var always: TradingHours {
    let day = 86_400 * UInt64(nanosPerSecond)
    return TradingHours(
      zone: .utc, sessions: (0..<7).map { Session(weekday: $0, opens: 0, closes: day) })
  }

  /// Whether it is expected to trade at a time (Unix ns).
  public func isOpen(_ utcNanos: UInt64) -> Bool { sessionDate(utcNanos) != nil }

  /// The date that the session belongs to; nil while closed.
  public func sessionDate(_ utcNanos: UInt64) -> ZoneDate? { span(at: utcNanos).date }

  /// When it opens next; the time itself while open, nil if never within 400 days.
  public func nextOpen(_ utcNanos: UInt64) -> UInt64? {
    let span = span(at: utcNanos)
    if span.isOpen { return utcNanos }
    return span.until == UInt64.max ? nil : span.until
  }
}

/// A stretch of time in which the market is open, or closed.
public struct TradingSpan: Sendable, Equatable {
  /// Its session's date; nil for closed.
  public var date: ZoneDate?
  /// Unix ns: the first instant that it holds at, and the first that it does not.
  public var from: UInt64
  public var until: UInt64

  public init(date: ZoneDate?, from: UInt64, until: UInt64) {
    self.date = date
    self.from = from
    self.until = until
  }

  public var isOpen: Bool { date != nil }
  public func contains(_ utcNanos: UInt64) -> Bool { from <= utcNanos && utcNanos < until }
}

extension TradingHours {
  /// What holds at a time, and how long: for callers that ask again and again. Where closed, `from`
  /// is the time that was asked for.
  public func span(at utcNanos: UInt64) -> TradingSpan {
    let today = zone.local(utcNanos).date
    var next = UInt64.max
    for offset in -1...ZonesLimits.openingDays {
      for session in sessions {
        guard let span = occurrence(of: session, on: today.adding(days: offset)) else { continue }
        if span.contains(utcNanos) { return span }
        if span.from > utcNanos { next = min(next, span.from) }
      }
      // A later day has no earlier opening, but for the hour that a clock is set back.
      if next != UInt64.max && offset >= 1 { break }
    }
    return TradingSpan(date: nil, from: utcNanos, until: next)
  }

  /// Open time between two times, ns: what silence is measured by. Looks at 400 days at most.
  public func openNanos(from: UInt64, to: UInt64) -> UInt64 {
    var time = from
    var open: UInt64 = 0
    var spans = 0
    while time < to, spans < ZonesLimits.openingDays {
      let span = span(at: time)
      if span.isOpen { open += min(span.until, to) - time }
      time = span.until
      spans += 1
    }
    return open
  }

  /// The session that begins on this day, unless it is another weekday's or its date a holiday.
  private func occurrence(of session: Session, on day: ZoneDate) -> TradingSpan? {
    guard session.weekday == day.weekday else { return nil }
    let lastDay = session.isOverMidnight ? day.adding(days: 1) : day
    guard !holidays.contains(lastDay) else { return nil }
    return TradingSpan(
      date: lastDay, from: time(day, session.opens), until: time(lastDay, session.closes))
  }

  /// 24:00 is the midnight of the next day by the clock, not 24 hours later.
  private func time(_ day: ZoneDate, _ nanos: UInt64) -> UInt64 {
    let whole = UInt64(secondsPerDay * nanosPerSecond)
    let isEnd = nanos >= whole
    return zone.utcNanos(isEnd ? day.adding(days: 1) : day, nanosOfDay: isEnd ? 0 : nanos)
  }
}
