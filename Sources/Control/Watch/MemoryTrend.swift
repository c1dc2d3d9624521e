/// Whether the memory of the process grows for hours: a leak shows as a slope long before it shows
/// as a limit.
///
/// The least value of each ten minutes counts, so that short peaks do not; a line is laid through
/// those of the last six hours (least squares). The first half hour is left out: tables and caches
/// fill then.
struct MemoryTrend: Sendable {
  private let bucketNanos: UInt64
  private let leastBuckets: Int
  private let mostBuckets: Int
  private let skippedBuckets: UInt64
  private var began: UInt64?
  private var buckets: [(number: UInt64, bytes: UInt64)] = []

  /// Two hours of ten minutes each are needed before anything is said.
  init(
    bucketNanos: UInt64 = 600_000_000_000, leastBuckets: Int = 12, mostBuckets: Int = 36,
    skippedBuckets: UInt64 = 3
  ) {
    self.bucketNanos = bucketNanos
    self.leastBuckets = leastBuckets
    self.mostBuckets = mostBuckets
    self.skippedBuckets = skippedBuckets
  }

  /// Takes the memory at a time (monotonic ns).
  mutating func add(_ bytes: UInt64, now: UInt64) {
    let began = began ?? now
    self.began = began
    let number = (now > began ? now - began : 0) / bucketNanos
    guard number >= skippedBuckets else { return }
    if let last = buckets.last, last.number == number {
      buckets[buckets.count - 1].bytes = min(last.bytes, bytes)
      return
    }
    buckets.append((number, bytes))
    if buckets.count > mostBuckets { buckets.removeFirst() }
  }

  /// The line's slope over the buckets that are complete; nil while those are too few.
  var bytesPerHour: Int64? {
    let whole = buckets.dropLast()
    guard whole.count >= leastBuckets, let first = whole.first else { return nil }
    var sums: (x: Double, y: Double, xx: Double, xy: Double) = (0, 0, 0, 0)
    for bucket in whole {
      let x = Double(bucket.number - first.number)
      let y = Double(bucket.bytes)
      sums = (sums.x + x, sums.y + y, sums.xx + x * x, sums.xy + x * y)
    }
    let count = Double(whole.count)
    let spread = count * sums.xx - sums.x * sums.x
    guard spread > 0 else { return nil }
    let perBucket = (count * sums.xy - sums.x * sums.y) / spread
    return Int64(perBucket * 3.6e12 / Double(bucketNanos))
  }
}
