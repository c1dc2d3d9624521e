/// Waits before attempts: exponential with full jitter.
///
/// The limit doubles with each loss and ends at `longestNanos`; the wait is drawn evenly from 0 to
/// it, so that many clients of one upstream do not return together (Brooker, "Exponential Backoff
/// And Jitter", AWS Architecture Blog, 2015).
struct Backoff: Sendable {
  let firstNanos: UInt64
  let longestNanos: UInt64
  /// Losses since the last connection that stood for a while.
  private(set) var losses = 0

  init(firstNanos: UInt64, longestNanos: UInt64) {
    self.firstNanos = firstNanos
    self.longestNanos = max(longestNanos, firstNanos)
  }

  /// The longest that the next wait can be.
  var limitNanos: UInt64 {
    let doublings = min(losses, SessionsLimits.doublings)
    let (product, overflows) = firstNanos.multipliedReportingOverflow(by: 1 << UInt64(doublings))
    return overflows ? longestNanos : min(product, longestNanos)
  }

  /// Draws a wait and doubles the limit for the next one.
  mutating func wait(using random: inout SessionRandom) -> UInt64 {
    let limit = limitNanos
    losses = min(losses + 1, SessionsLimits.doublings)
    return UInt64.random(in: 0...limit, using: &random)
  }

  /// From now on waits are drawn from the longest limit: somebody else wants this connection.
  mutating func exhaust() { losses = SessionsLimits.doublings }

  mutating func reset() { losses = 0 }
}
