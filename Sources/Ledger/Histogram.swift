internal import Glibc

/// A histogram of durations with three significant digits and fixed memory.
///
/// Log-linear buckets as in HdrHistogram: values below 2,048 have a bucket each; above, each power
/// of two is cut into 1,024 equal parts, so that a bucket is never wider than 1/1,024 (under 0.1 %)
/// of its values. 2^42 - 1 ns (73 minutes) is the greatest value told apart; larger ones count
/// there, while `max` stays exact. 2,048 + 31 × 1,024 buckets of eight bytes are 264 KiB of address
/// space, of which the kernel supplies only the pages that are touched. One thread records; nobody
/// else looks.
@safe public struct Histogram: ~Copyable, @unchecked Sendable {
  /// The greatest value with a bucket of its own, in nanoseconds.
  @inlinable public static var limit: UInt64 { (1 << 42) - 1 }
  @inlinable static var bucketCount: Int { 2_048 + 31 * 1_024 }

  @usableFromInline let counts: UnsafeMutablePointer<UInt64>
  @usableFromInline var storedCount: UInt64 = 0
  @usableFromInline var storedMax: UInt64 = 0
  @usableFromInline var storedSum: UInt64 = 0

  /// An empty histogram.
  public init() {
    // Safety: calloc gives zeroed memory for exactly the buckets; zero bits are the UInt64 0.
    guard let memory = unsafe calloc(Self.bucketCount, MemoryLayout<UInt64>.size) else {
      preconditionFailure("no memory for a histogram")
    }
    // Safety: fresh memory of that size, aligned for any type.
    unsafe counts = memory.bindMemory(to: UInt64.self, capacity: Self.bucketCount)
  }

  deinit {
    // Safety: `counts` came from calloc and nobody else holds it.
    unsafe free(counts)
  }

  /// How many values were recorded.
  public var count: UInt64 { storedCount }

  /// The greatest value recorded, exactly; 0 before the first.
  public var max: UInt64 { storedMax }

  /// The mean of the values, rounded down; larger ones than `limit` count as `limit`. 0 before the
  /// first.
  public var mean: UInt64 { storedCount == 0 ? 0 : storedSum / storedCount }

  /// The sum of the values, in nanoseconds; larger ones than `limit` count as `limit`.
  public var sum: UInt64 { storedSum }

  /// Records `count` occurrences of `nanos`: one addition in memory and no branch.
  @inlinable @inline(__always)
  public mutating func record(_ nanos: UInt64, count: UInt64 = 1) {
    let index = Self.index(of: nanos)
    // Safety: `index(of:)` is below `bucketCount` for every value.
    unsafe counts[index] &+= count
    storedCount &+= count
    storedSum &+= min(nanos, Self.limit) &* count
    storedMax = Swift.max(storedMax, count == 0 ? 0 : nanos)
  }

  /// The bucket of a value: its upper eleven bits, placed after those of the smaller powers of two.
  @inlinable @inline(__always)
  static func index(of nanos: UInt64) -> Int {
    let value = min(nanos, limit)
    let shift = 53 &- (value | 2_047).leadingZeroBitCount
    return Int(truncatingIfNeeded: (UInt64(truncatingIfNeeded: shift) << 10) &+ (value &>> shift))
  }

  /// The greatest value that falls into a bucket.
  static func upperBound(of index: Int) -> UInt64 {
    guard index >= 2_048 else { return UInt64(index) }
    let shift = UInt64(index >> 10 - 1)
    return (UInt64(index & 1_023 + 1_024 + 1) << shift) - 1
  }

  /// Adds everything that `other` has recorded.
  public mutating func merge(_ other: borrowing Histogram) {
    guard other.storedCount > 0 else { return }
    for index in 0...Self.index(of: other.storedMax) {
      // Safety: both have exactly `bucketCount` buckets, and `index(of:)` is one of them. There is
      // nothing above the bucket of the greatest value.
      let more = unsafe other.counts[index]
      // Safety: as above. An empty bucket is not written, so that its page is not touched.
      if more > 0 { unsafe counts[index] &+= more }
    }
    storedCount &+= other.storedCount
    storedSum &+= other.storedSum
    storedMax = Swift.max(storedMax, other.storedMax)
  }

  /// Forgets everything.
  public mutating func reset() {
    // Safety: `counts` holds exactly `bucketCount` integers.
    unsafe counts.update(repeating: 0, count: Self.bucketCount)
    storedCount = 0
    storedMax = 0
    storedSum = 0
  }
}

extension Histogram {
  /// The figures that reports print, in nanoseconds.
  public struct Summary: Sendable, Equatable {
    public var count: UInt64 = 0
    public var mean: UInt64 = 0
    public var p50: UInt64 = 0
    public var p90: UInt64 = 0
    public var p99: UInt64 = 0
    public var p999: UInt64 = 0
    public var p9999: UInt64 = 0
    public var max: UInt64 = 0

    /// All zero: what an empty histogram gives.
    public init() {}
  }

  /// All figures in one pass over the buckets.
  public func summary() -> Summary {
    let values = percentiles([50, 90, 99, 99.9, 99.99])
    var summary = Summary()
    summary.count = count
    summary.mean = mean
    summary.p50 = values[0]
    summary.p90 = values[1]
    summary.p99 = values[2]
    summary.p999 = values[3]
    summary.p9999 = values[4]
    summary.max = max
    return summary
  }

  /// The least value that `percent` of all values do not exceed, at most 0.1 % too large; 0 before
  /// the first value.
  public func percentile(_ percent: Double) -> UInt64 { percentiles([percent])[0] }

  /// Several percentiles in one pass; `percents` ascend.
  public func percentiles(_ percents: [Double]) -> [UInt64] {
    var result: [UInt64] = []
    var next = 0
    var seen: UInt64 = 0
    for percent in percents {
      let wanted = rank(of: percent)
      while seen < wanted, next < Self.bucketCount {
        // Whole groups are passed over at once: most of the buckets lie below the first percentile.
        if next & 255 == 0 {
          let group = sum(from: next, to: next + 256)
          if seen &+ group < wanted {
            seen &+= group
            next += 256
            continue
          }
        }
        // Safety: the loop's condition keeps `next` below `bucketCount`, a multiple of 256.
        unsafe seen &+= counts[next]
        next += 1
      }
      let isLast = next == Self.bucketCount
      result.append(next == 0 ? 0 : isLast ? max : min(Self.upperBound(of: next - 1), max))
    }
    return result
  }

  /// The sum of a range of buckets.
  func sum(from start: Int, to end: Int) -> UInt64 {
    precondition(start >= 0 && end <= Self.bucketCount)
    var sum: UInt64 = 0
    var index = start
    while index < end {
      // Safety: checked above.
      unsafe sum &+= counts[index]
      index &+= 1
    }
    return sum
  }

  /// Which value in ascending order, counted from 1, is the percentile (nearest rank).
  private func rank(of percent: Double) -> UInt64 {
    guard count > 0 else { return 0 }
    let share = Swift.min(Swift.max(percent, 0), 100) / 100 * Double(count)
    guard share < 0x1p62 else { return count }
    // A share within a billionth above a whole rank is that rank: 99.9 % of 1,000 is the 999th.
    let whole = UInt64(share)
    let rank = share - Double(whole) > 1e-9 * share ? whole + 1 : whole
    return Swift.min(Swift.max(rank, 1), count)
  }
}
