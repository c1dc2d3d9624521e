/// Notices when the machine took the core away from a thread that spins.
///
/// The thread gives every reading of the clock that it makes anyway; two readings that are further
/// apart than the threshold have a gap between them in which it did not run. Owned by one thread.
public struct HiccupWatch: Sendable {
  public let thresholdNanos: UInt64
  /// Gaps longer than the threshold, their sum and the longest, ns.
  public private(set) var gaps: UInt64 = 0
  public private(set) var lostNanos: UInt64 = 0
  public private(set) var longest: UInt64 = 0
  @usableFromInline var last: UInt64
  private let marks: WindowMarks?

  /// 5 µs: far above what a loop that reads the clock at each message takes.
  public static var defaultThresholdNanos: UInt64 { 5_000 }

  /// A watch that begins at `now`; where there are `marks`, it marks the windows of its gaps.
  public init(
    now: UInt64, marks: WindowMarks? = nil,
    thresholdNanos: UInt64 = HiccupWatch.defaultThresholdNanos
  ) {
    last = now
    self.marks = marks
    self.thresholdNanos = thresholdNanos
  }

  /// Takes a reading of the clock, Unix ns.
  @inlinable @inline(__always)
  public mutating func note(_ now: UInt64) {
    let gap = now &- last
    // A reading before the last one (another core, a fraction of a tick) is none.
    if gap > thresholdNanos, now > last { noteGap(now) }
    last = now
  }

  /// Takes a reading after work that may well have taken `work` ns: only what is longer than both
  /// together is a gap, so that the pipeline's own slowness is never taken for the machine's.
  @inlinable @inline(__always)
  public mutating func note(_ now: UInt64, after work: UInt64) {
    let gap = now &- last
    if gap > thresholdNanos &+ work, now > last { noteGap(now) }
    last = now
  }

  /// Takes a reading after which time does not count until the next one: the thread slept or did
  /// something long by its own will.
  @inlinable @inline(__always)
  public mutating func skip(to now: UInt64) { last = now }

  @usableFromInline @inline(never)
  mutating func noteGap(_ now: UInt64) {
    let gap = now &- last
    gaps &+= 1
    lostNanos &+= gap
    longest = max(longest, gap)
    marks?.mark(from: last, to: now)
  }
}
