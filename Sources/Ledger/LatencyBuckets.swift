/// The coarse buckets in which latencies are published: a quarter of a power of two each.
///
/// Bucket 0 holds what is below 64 ns, the last one what is 2^34 ns (17 s) or more; in between each
/// power of two is cut into four equal parts. That is enough for a live view to tell percentiles of
/// the last second to about a tenth, and little enough to be published by each thread several times
/// a second. Every fourth bucket begins at a power of two: those are the bounds of the metrics.
public enum LatencyBuckets {
  /// Buckets of one stage.
  @inlinable public static var count: Int { 114 }
  /// The least value of bucket 1 is 2^6 ns.
  static var firstBit: Int { 6 }

  /// The least value of a bucket, in nanoseconds.
  public static func lowerBound(of bucket: Int) -> UInt64 {
    guard bucket > 0 else { return 0 }
    let step = min(bucket, count - 1) - 1
    return UInt64(4 + step % 4) << UInt64(firstBit + step / 4 - 2)
  }

  /// Places of the powers of two: the buckets that begin at one, without the first.
  static var powers: [Int] { stride(from: 5, to: count, by: 4).map { $0 } }

  /// Percentiles of counts in these buckets, interpolated within a bucket; zeros where there are
  /// no counts. `percents` ascend.
  public static func percentiles(_ counts: [UInt64], _ percents: [Double]) -> [UInt64] {
    let total = counts.reduce(0, &+)
    guard total > 0 else { return percents.map { _ in 0 } }
    var result: [UInt64] = []
    var bucket = 0
    var before: UInt64 = 0
    for percent in percents {
      let wanted = percent / 100 * Double(total)
      while bucket < counts.count - 1, Double(before &+ counts[bucket]) < wanted {
        before &+= counts[bucket]
        bucket += 1
      }
      let low = Double(lowerBound(of: bucket))
      let high = bucket + 1 < count ? Double(lowerBound(of: bucket + 1)) : low
      let share = counts[bucket] > 0 ? (wanted - Double(before)) / Double(counts[bucket]) : 0
      result.append(UInt64(low + (high - low) * min(max(share, 0), 1)))
    }
    return result
  }
}

extension Histogram {
  /// Writes the count of each coarse bucket into `counts`, from `first` on. One pass over what is
  /// in use.
  func writeCoarse(to counts: inout MutableSpan<UInt64>, at first: Int) {
    let last = Self.index(of: max)
    var index = 0
    for bucket in 0..<LatencyBuckets.count where index <= last {
      let next = LatencyBuckets.lowerBound(of: bucket + 1)
      let isLast = bucket == LatencyBuckets.count - 1
      let end = Swift.min(isLast ? Self.bucketCount : Self.index(of: next), last + 1)
      counts[first + bucket] = sum(from: index, to: end)
      index = end
    }
  }
}
