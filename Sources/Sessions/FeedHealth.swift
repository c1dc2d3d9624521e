public import Zones

/// Whether a feed and each of its instruments speak as they usually do, in the hours in which they
/// trade.
///
/// It is given what the decoder has noted (`last`, `count`), a slice of the instruments a call, and
/// keeps 64 bytes an instrument. Times are Unix ns. A call allocates nothing. Owned by one thread.
///
/// Silence begins at the last message, at the opening of the market, or when the session came back,
/// whichever is the latest; gaps are learnt in the same way. While the market is closed nothing is
/// expected and nothing is said.
public struct FeedHealth: Sendable {
  public let policy: HealthPolicy
  private var rhythms: [Rhythm]
  /// When each was looked at, of which slices of one call share the time.
  private var looks: [UInt64]
  /// The rhythm of the whole feed, all instruments together.
  private var feed = Rhythm()
  private var feedLook: UInt64 = 0
  private var calendar: HoursCalendar
  /// When the session began to deliver, nil while it does not.
  private var deliversSince: UInt64?
  private var hasDeliveredSince: UInt64 = 0
  private var nextIndex = 0
  private var tally = InlineArray<8, UInt64>(repeating: 0)

  /// - Parameters:
  ///   - hours: calendars that instruments share; always open where there is none.
  ///   - calendars: for each instrument the place of its calendar in `hours`.
  public init(
    count: Int, policy: HealthPolicy = HealthPolicy(), hours: [TradingHours] = [],
    calendars: [Int] = []
  ) {
    self.policy = policy
    rhythms = Array(repeating: Rhythm(), count: max(count, 0))
    looks = Array(repeating: 0, count: max(count, 0))
    calendar = HoursCalendar(hours: hours, places: calendars, count: max(count, 0))
    tally[0] = UInt64(max(count, 0))
  }

  public var count: Int { rhythms.count }

  /// Instruments by their health.
  public var counts: InlineArray<8, UInt64> { tally }

  public var feedVerdict: Health { feed.health }

  public func verdict(_ index: Int) -> Health {
    rhythms.indices.contains(index) ? rhythms[index].health : .unknown
  }

  /// The session delivers from now on, or no longer: an outage is no gap of an instrument.
  public mutating func setDelivering(_ delivers: Bool, now: UInt64) {
    guard delivers != (deliversSince != nil) else { return }
    deliversSince = delivers ? now : nil
    if delivers { hasDeliveredSince = now }
  }

  /// The next instruments to look at, so that all of them come in turn.
  public mutating func nextSlice(of size: Int) -> Range<Int> {
    guard !rhythms.isEmpty, size > 0 else { return 0..<0 }
    if nextIndex >= rhythms.count { nextIndex = 0 }
    let slice = nextIndex..<min(nextIndex + size, rhythms.count)
    nextIndex = slice.upperBound
    return slice
  }

  /// Looks at one instrument.
  ///
  /// - Returns: its health, if that has changed.
  public mutating func look(index: Int, last: UInt64, count: UInt64, now: UInt64) -> Health? {
    guard rhythms.indices.contains(index) else { return nil }
    let span = calendar.span(index, at: now)
    let floor = max(hasDeliveredSince, span.opensAt)
    rhythms[index].look(last: last, count: count, floor: floor, lookedAt: looks[index])
    looks[index] = now
    let before = rhythms[index].health
    let after =
      span.isOpen
      ? judge(rhythms[index], silence: silence(rhythms[index], floor: span.opensAt, now: now))
      : .unknown
    guard after != before else { return nil }
    rhythms[index].health = after
    tally[Int(before.rawValue)] -= 1
    tally[Int(after.rawValue)] += 1
    return after
  }

  /// Looks at the feed as a whole: its newest message and all its messages.
  ///
  /// - Returns: its health, if that has changed.
  public mutating func lookAtFeed(last: UInt64, count: UInt64, now: UInt64) -> Health? {
    let span = calendar.anySpan(at: now)
    let floor = max(hasDeliveredSince, span.opensAt)
    feed.look(last: last, count: count, floor: floor, lookedAt: feedLook)
    feedLook = now
    let before = feed.health
    feed.health =
      span.isOpen
      ? judge(feed, silence: silence(feed, floor: span.opensAt, now: now)) : .unknown
    return feed.health == before ? nil : feed.health
  }

  /// While the session is down, silence goes on from the last message.
  private func silence(_ rhythm: Rhythm, floor: UInt64, now: UInt64) -> UInt64 {
    elapsed(from: max(rhythm.last, floor, deliversSince ?? 0), to: now)
  }

  private func judge(_ rhythm: Rhythm, silence: UInt64) -> Health {
    guard rhythm.gaps >= policy.leastGaps else { return .unknown }
    let usual = rhythm.quantile(999)
    let longest = rhythm.longestNanos
    func limit(_ longestMultiple: Int, _ usualMultiple: Int, _ nanos: UInt64) -> UInt64 {
      max(
        nanos, longest / 1_000 * UInt64(max(longestMultiple, 0)),
        usual / 1_000 * UInt64(max(usualMultiple, 0)))
    }
    if silence > limit(policy.deadLongest, policy.deadUsual, policy.deadNanos) { return .dead }
    if silence
      > limit(policy.suspiciousLongest, policy.suspiciousUsual, policy.suspiciousNanos)
    {
      return .suspicious
    }
    return silence > max(rhythm.quantile(990), 1_000_000_000) ? .quiet : .healthy
  }
}

// MARK: Evidence

extension FeedHealth {
  /// Why the instrument is judged so: `silent 45 s, usually at most 1.0 s (p99.9 of 5312 gaps),
  /// longest 3.2 s, market open`.
  public mutating func evidence(index: Int, now: UInt64) -> String {
    guard rhythms.indices.contains(index) else { return "no such instrument" }
    return text(rhythms[index], calendar.span(index, at: now), now: now)
  }

  /// Why the feed is judged so.
  public mutating func feedEvidence(now: UInt64) -> String {
    text(feed, calendar.anySpan(at: now), now: now)
  }

  private func text(_ rhythm: Rhythm, _ span: HoursCalendar.Span, now: UInt64) -> String {
    guard span.isOpen else { return "market closed" }
    let silent = "silent \(Self.text(silence(rhythm, floor: span.opensAt, now: now)))"
    let session = deliversSince == nil ? ", session down" : ""
    guard rhythm.gaps >= policy.leastGaps else {
      return "\(silent), \(rhythm.gaps) gaps known of \(policy.leastGaps) needed\(session)"
    }
    return "\(silent), usually at most \(Self.text(rhythm.quantile(999))) (p99.9 of "
      + "\(rhythm.gaps) gaps), longest \(Self.text(rhythm.longestNanos)), market open\(session)"
  }

  /// `45 s`, `1.2 s`, `350 ms`.
  private static func text(_ nanos: UInt64) -> String {
    let millis = nanos / 1_000_000
    if millis < 1_000 { return "\(millis) ms" }
    if millis < 10_000 { return "\(millis / 1_000).\(millis % 1_000 / 100) s" }
    return "\(millis / 1_000) s"
  }
}
