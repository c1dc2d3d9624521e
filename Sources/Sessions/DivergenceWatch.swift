/// How far two sources of an instrument may be apart.
public struct DivergencePolicy: Sendable, Equatable {
  /// Smallest price step, in units of 1e-9.
  public var tickSize: Int64
  /// Ticks that are no divergence.
  public var ticks: Int64
  /// How long prices must be further apart than that, ns.
  public var holdNanos: UInt64
  /// How much older the last price of one source may be when another one has a new price, ns; 0 for
  /// any age.
  public var lagNanos: UInt64

  public init(
    tickSize: Int64, ticks: Int64 = 5, holdNanos: UInt64 = 2_000_000_000,
    lagNanos: UInt64 = 0
  ) {
    self.tickSize = max(tickSize, 1)
    self.ticks = max(ticks, 0)
    self.holdNanos = holdNanos
    self.lagNanos = lagNanos
  }
}

/// Compares the last prices of one instrument at several sources.
///
/// A price is the last trade's or the middle of a quote, in units of 1e-9. Times are receive times,
/// Unix ns. One value an instrument; allocates nothing.
public struct DivergenceWatch: Sendable {
  public enum Event: Sendable, Equatable {
    /// Prices have been apart for as long as the policy says; ticks rounded down.
    case apart(first: Int, second: Int, ticks: Int64)
    /// `source` has no new price for so long, while `other` has.
    case lagging(source: Int, other: Int, nanos: UInt64)
    /// They agree again, and none lags.
    case together(first: Int, second: Int)
  }

  private struct Pair: Sendable {
    var apartSince: UInt64 = 0
    var isAlarmed = false
    var isLagging = false
  }

  public let policy: DivergencePolicy
  private var prices = InlineArray<4, Int64>(repeating: 0)
  private var times = InlineArray<4, UInt64>(repeating: 0)
  /// Of sources a < b at a * 4 + b.
  private var pairs = InlineArray<16, Pair>(repeating: Pair())

  public init(policy: DivergencePolicy) { self.policy = policy }

  /// Notes a price of a source (0 ..< `FallbackSelector.limit`); the first thing that it changes.
  public mutating func note(_ source: Int, price: Int64, time: UInt64) -> Event? {
    guard (0..<4).contains(source), time > 0 else { return nil }
    prices[source] = price
    times[source] = max(times[source], time)
    for other in 0..<4 where other != source && times[other] > 0 {
      if let event = compare(source, other, now: times[source]) { return event }
    }
    return nil
  }

  private mutating func compare(_ source: Int, _ other: Int, now: UInt64) -> Event? {
    let (first, second) = (min(source, other), max(source, other))
    let place = first * 4 + second
    var pair = pairs[place]
    defer { pairs[place] = pair }
    let age = elapsed(from: times[other], to: now)
    let lags = policy.lagNanos > 0 && age > policy.lagNanos
    if lags && !pair.isLagging {
      pair.isLagging = true
      return .lagging(source: other, other: source, nanos: age)
    }
    let (difference, overflows) = prices[first].subtractingReportingOverflow(prices[second])
    let ticks =
      overflows ? Int64.max : Int64(clamping: difference.magnitude / UInt64(policy.tickSize))
    let isApart = ticks > policy.ticks
    guard isApart else {
      pair.apartSince = 0
      guard (pair.isAlarmed || pair.isLagging) && !lags else { return nil }
      pair.isAlarmed = false
      pair.isLagging = false
      return .together(first: first, second: second)
    }
    if pair.apartSince == 0 { pair.apartSince = now }
    guard !pair.isAlarmed, elapsed(from: pair.apartSince, to: now) >= policy.holdNanos else {
      return nil
    }
    pair.isAlarmed = true
    return .apart(first: first, second: second, ticks: ticks)
  }
}
