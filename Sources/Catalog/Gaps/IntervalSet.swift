/// A set of instants (Unix ns) as intervals `from ..< to`: sorted, apart from each other, none
/// empty. The arithmetic of coverage.
public struct IntervalSet: Equatable, Sendable {
  public private(set) var intervals: [Range<UInt64>]

  /// The union of any intervals.
  public init(_ any: [Range<UInt64>] = []) {
    intervals = []
    for next in any.sorted(by: { $0.lowerBound < $1.lowerBound }) where !next.isEmpty {
      if let last = intervals.last, next.lowerBound <= last.upperBound {
        intervals[intervals.count - 1] =
          last.lowerBound..<max(last.upperBound, next.upperBound)
      } else {
        intervals.append(next)
      }
    }
  }

  /// Nanoseconds in all.
  public var total: UInt64 { intervals.reduce(0) { $0 + ($1.upperBound - $1.lowerBound) } }

  public var isEmpty: Bool { intervals.isEmpty }

  public func union(_ other: IntervalSet) -> IntervalSet {
    IntervalSet(intervals + other.intervals)
  }

  public func intersection(_ other: IntervalSet) -> IntervalSet {
    var common: [Range<UInt64>] = []
    var left = 0
    var right = 0
    while left < intervals.count, right < other.intervals.count {
      let one = intervals[left]
      let two = other.intervals[right]
      let from = max(one.lowerBound, two.lowerBound)
      let to = min(one.upperBound, two.upperBound)
      if from < to { common.append(from..<to) }
      if one.upperBound < two.upperBound { left += 1 } else { right += 1 }
    }
    return IntervalSet(common)
  }

  /// What is in this set and not in the other.
  public func subtracting(_ other: IntervalSet) -> IntervalSet {
    var rest: [Range<UInt64>] = []
    var index = 0
    for one in intervals {
      var from = one.lowerBound
      // Intervals of the other set that end before this one begins concern no later one either.
      while index < other.intervals.count, other.intervals[index].upperBound <= from { index += 1 }
      var next = index
      while next < other.intervals.count, other.intervals[next].lowerBound < one.upperBound {
        let hole = other.intervals[next]
        if hole.lowerBound > from { rest.append(from..<hole.lowerBound) }
        from = max(from, hole.upperBound)
        next += 1
      }
      if from < one.upperBound { rest.append(from..<one.upperBound) }
    }
    return IntervalSet(rest)
  }
}
