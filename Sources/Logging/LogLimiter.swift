/// Allowances of lines by event name: so many a second, and some at once.
///
/// Pure: each call is given the time, monotonic ns.
struct LogLimiter: Sendable {
  private struct Bucket {
    /// Time in which the lines that may be written now have been earned, ns; full at the burst.
    var credit: UInt64
    var filledAt: UInt64
    var suppressed: UInt64 = 0
    /// When the first of those was suppressed.
    var since: UInt64 = 0
    var level = LogLevel.debug
  }

  private let nanosPerLine: UInt64
  private let fullCredit: UInt64
  private var buckets: [String: Bucket] = [:]
  /// Those with a count to report.
  private var waiting: Set<String> = []

  init(
    linesPerSecond: UInt64 = LoggingLimits.linesPerSecond, burst: UInt64 = LoggingLimits.lineBurst
  ) {
    nanosPerLine = 1_000_000_000 / max(linesPerSecond, 1)
    fullCredit = nanosPerLine * max(burst, 1)
  }

  /// Whether a line of this event may be written now, and how many were held back before it.
  mutating func admit(_ name: String, level: LogLevel, now: UInt64) -> UInt64? {
    let name = key(of: name)
    var bucket = buckets[name] ?? Bucket(credit: fullCredit, filledAt: now)
    let earned = now > bucket.filledAt ? now - bucket.filledAt : 0
    bucket.credit = min(fullCredit, bucket.credit + min(earned, fullCredit))
    bucket.filledAt = max(bucket.filledAt, now)
    defer { buckets[name] = bucket }
    guard bucket.credit >= nanosPerLine else {
      if bucket.suppressed == 0 {
        bucket.since = now
        bucket.level = level
        waiting.insert(name)
      }
      bucket.suppressed &+= 1
      bucket.level = max(bucket.level, level)
      return nil
    }
    bucket.credit -= nanosPerLine
    let before = bucket.suppressed
    bucket.suppressed = 0
    if before > 0 { waiting.remove(name) }
    return before
  }

  /// Counts that have waited long enough, to be told by a line of their own; `all` takes the rest
  /// too, at the end.
  mutating func takeOverdue(
    now: UInt64, all: Bool = false
  ) -> [(name: String, level: LogLevel, count: UInt64)] {
    var overdue: [(name: String, level: LogLevel, count: UInt64)] = []
    for name in waiting.sorted() {
      guard let bucket = buckets[name] else { continue }
      guard all || now >= bucket.since &+ LoggingLimits.suppressedNanos else { continue }
      overdue.append((name, bucket.level, bucket.suppressed))
      buckets[name]?.suppressed = 0
      waiting.remove(name)
    }
    return overdue
  }

  private func key(of name: String) -> String {
    buckets[name] != nil || buckets.count < LoggingLimits.eventNames ? name : "other"
  }
}
