/// What was recorded since a mark: a histogram of an interval without recording twice.
///
/// Three histograms stand for two moments and what lies between them: `mark` holds the earlier
/// moment, turns into the difference, is read, and then into the later moment.
extension Histogram {
  /// Turns this mark, an earlier state of `now`, into what `now` has recorded since.
  ///
  /// The greatest value becomes the upper end of the greatest bucket, at most 0.1 % too large. A
  /// few microseconds, growing with the greatest value; not for the hot path.
  mutating func becomeDifference(to now: borrowing Histogram) {
    let last = Self.index(of: now.storedMax)
    var top = -1
    for index in 0...last {
      // Safety: both have exactly `bucketCount` buckets, and `index(of:)` is one of them.
      let later = unsafe now.counts[index]
      // Safety: as above.
      let earlier = unsafe counts[index]
      // A bucket that nobody touched is not written, so that its page stays untouched.
      guard later | earlier != 0 else { continue }
      // Safety: as above.
      unsafe counts[index] = later &- earlier
      if later != earlier { top = index }
    }
    storedCount = now.storedCount &- storedCount
    storedSum = now.storedSum &- storedSum
    storedMax = top < 0 ? 0 : min(Self.upperBound(of: top), now.storedMax)
    if top == Self.bucketCount - 1 { storedMax = now.storedMax }
  }

  /// Becomes a copy of `now`, of which this was a difference or an earlier state.
  mutating func becomeMark(of now: borrowing Histogram) {
    for index in 0...Self.index(of: now.storedMax) {
      // Safety: both have exactly `bucketCount` buckets, and `index(of:)` is one of them.
      let later = unsafe now.counts[index]
      // Safety: as above; unchanged buckets are not written.
      if unsafe counts[index] != later { unsafe counts[index] = later }
    }
    storedCount = now.storedCount
    storedSum = now.storedSum
    storedMax = now.storedMax
  }
}

/// The marks of one thread's stages: gives the figures of each interval.
public struct StageIntervals: ~Copyable, Sendable {
  private var marks: InlineArray<8, Histogram>

  /// Nothing was recorded before.
  public init() {
    marks = InlineArray { _ in Histogram() }
  }

  /// The figures of a stage since the last call; nil where nothing was recorded since. About ten
  /// microseconds.
  public mutating func take(
    _ stage: Stage, of stages: borrowing StageHistograms
  ) -> Histogram.Summary? {
    let index = Int(stage.rawValue & 7)
    guard stages.histograms[index].count != marks[index].count else { return nil }
    marks[index].becomeDifference(to: stages.histograms[index])
    let summary = marks[index].summary()
    marks[index].becomeMark(of: stages.histograms[index])
    return summary
  }
}
