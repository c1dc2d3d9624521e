internal import Zones

/// The trading hours of many instruments, asked again and again: a calendar's answer is kept for as
/// long as it holds.
struct HoursCalendar: Sendable {
  struct Span: Sendable {
    var isOpen: Bool
    /// When the market opened; 0 where it is always open.
    var opensAt: UInt64
  }

  private let hours: [TradingHours]
  private let places: [UInt16]
  private var spans: [TradingSpan]

  init(hours: [TradingHours], places: [Int], count: Int) {
    self.hours = hours
    self.places = (0..<count).map { index in
      // Without a calendar: one past the last.
      let place = index < places.count ? places[index] : 0
      return UInt16(clamping: hours.indices.contains(place) ? place : hours.count)
    }
    spans = Array(repeating: TradingSpan(date: nil, from: 0, until: 0), count: hours.count)
  }

  mutating func span(_ index: Int, at now: UInt64) -> Span {
    span(ofPlace: Int(places[index]), now)
  }

  /// Open while any of them is, since the one that opened last: of a feed that is half open not
  /// more is expected than of its youngest part.
  mutating func anySpan(at now: UInt64) -> Span {
    guard !hours.isEmpty else { return Span(isOpen: true, opensAt: 0) }
    var whole = Span(isOpen: false, opensAt: 0)
    for place in hours.indices {
      let part = span(ofPlace: place, now)
      guard part.isOpen else { continue }
      whole = Span(isOpen: true, opensAt: max(whole.opensAt, part.opensAt))
    }
    return whole
  }

  private mutating func span(ofPlace place: Int, _ now: UInt64) -> Span {
    guard hours.indices.contains(place) else { return Span(isOpen: true, opensAt: 0) }
    if !spans[place].contains(now) { spans[place] = hours[place].span(at: now) }
    return Span(isOpen: spans[place].isOpen, opensAt: spans[place].from)
  }
}
