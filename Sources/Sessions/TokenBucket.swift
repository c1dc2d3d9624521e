/// Paces requests: at most `burst` at once and `rate` a second for long, with any mix of costs.
///
/// The level is counted in billionths of a request, so that whole nanoseconds bring whole numbers
/// of them and nothing is lost to rounding.
struct TokenBucket: Sendable {
  /// Requests a second; 0 for no limit.
  let rate: Int64
  let burst: Int64
  /// Below 0 after a request that costs more than a burst: it goes when the bucket is full.
  private var level: Int64
  private var filledAt: UInt64 = 0

  private static var unit: Int64 { 1_000_000_000 }

  init(rate: Int, burst: Int) {
    // A billion of either is no limit, and its product with the unit fits 63 bits.
    self.rate = Int64(min(max(rate, 0), 1_000_000_000))
    self.burst = Int64(min(max(burst, 1), 1_000_000_000))
    level = self.burst * Self.unit
  }

  /// Takes `cost` requests, if they may go now.
  mutating func take(_ cost: Int, now: UInt64) -> Bool {
    guard rate > 0 else { return true }
    fill(now)
    guard level >= needed(cost) else { return false }
    level -= Int64(min(max(cost, 0), 1_000_000_000)) * Self.unit
    return true
  }

  /// When `cost` requests may go, if nothing else goes before.
  func readyAt(_ cost: Int, now: UInt64) -> UInt64 {
    var filled = self
    filled.fill(now)
    let missing = filled.needed(cost) - filled.level
    guard rate > 0, missing > 0 else { return now }
    return after(now, UInt64((missing + rate - 1) / rate))
  }

  private func needed(_ cost: Int) -> Int64 { min(Int64(max(cost, 0)), burst) * Self.unit }

  private mutating func fill(_ now: UInt64) {
    let passed = elapsed(from: filledAt, to: now)
    filledAt = max(filledAt, now)
    let full = burst * Self.unit
    // The time to full is under 2^62 / rate, so the product below fits.
    let untilFull = UInt64((full - level + rate - 1) / rate)
    level = passed >= untilFull ? full : level + Int64(passed) * rate
  }
}
