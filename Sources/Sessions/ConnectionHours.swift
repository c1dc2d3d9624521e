/// Connections within the last hour, counted exactly up to one more than the limit.
struct ConnectionHours: Sendable {
  /// Connections in an hour that are no alarm; 0 for any number.
  let limit: Int
  /// The last `limit` times, as a ring.
  private var times: [UInt64] = []
  private var oldest = 0
  private(set) var isAlarmed = false

  private static var hourNanos: UInt64 { 3_600_000_000_000 }

  init(limit: Int) { self.limit = min(max(limit, 0), SessionsLimits.connectionTimes) }

  /// Notes a connection; whether there are more than `limit` within the hour before it.
  mutating func note(now: UInt64) -> Bool {
    guard limit > 0 else { return false }
    if times.count < limit {
      times.append(now)
      isAlarmed = false
      return false
    }
    isAlarmed = elapsed(from: times[oldest], to: now) < Self.hourNanos
    times[oldest] = now
    oldest = oldest + 1 == limit ? 0 : oldest + 1
    return isAlarmed
  }
}
