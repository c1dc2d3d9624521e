/// What happened in each slot of a run: how many messages were due, how many were seen, and how
/// late those were that were due in it.
///
/// Percentiles of a slot come from buckets that are up to 1/32 of their values wide; `max` is
/// exact. Fixed memory, nothing is allocated while recording.
public struct SlotSeries: ~Copyable, Sendable {
  /// The figures of one slot.
  public struct Slot: Sendable, Equatable, BitwiseCopyable {
    /// Messages due in the slot that have been seen, whenever that was.
    public var offered: UInt64 = 0
    /// Messages seen in the slot, whenever they were due.
    public var seen: UInt64 = 0
    public var p50: UInt64 = 0
    public var p99: UInt64 = 0
    public var max: UInt64 = 0
    /// Greatest depth that was noted.
    public var depth: UInt64 = 0

    public init() {}
  }

  /// Length of a slot.
  public let slotNanos: UInt64
  private var table: FixedBuffer<Slot>
  private var buckets: FixedBuffer<UInt32>
  /// The slot that messages are due in at present, and its bounds since the start.
  private var current = 0
  private var currentEnd: UInt64
  private var count: UInt64 = 0
  private var greatest: UInt64 = 0
  /// Messages of the present slot that were seen in it, and the greatest depth there.
  private var seenNow: UInt64 = 0
  private var deepest: UInt64 = 0

  /// Buckets: 64 below 64, then 32 for each power of two up to 2^42.
  private static var bucketCount: Int { 64 + 36 * 32 }
  /// The greatest value with a bucket of its own.
  private static var limit: UInt64 { (1 << 42) - 1 }

  /// A series of `count` slots; what is due after them counts in the last one.
  public init(count: Int, slotNanos: UInt64) {
    precondition(count > 0 && slotNanos > 0, "slots that last")
    self.slotNanos = slotNanos
    table = FixedBuffer(repeating: Slot(), count: count)
    buckets = FixedBuffer(repeating: 0, count: Self.bucketCount)
    currentEnd = slotNanos
  }

  /// Records messages by when they were due and seen, ns since the start, and how late they were.
  public mutating func record(due: UInt64, seen: UInt64, nanos: UInt64, count more: UInt64 = 1) {
    if due >= currentEnd { close(upTo: due) }
    let value = min(nanos, Self.limit)
    let shift = 58 &- (value | 63).leadingZeroBitCount
    let bucket = (shift &<< 5) &+ Int(truncatingIfNeeded: value &>> UInt64(shift))
    buckets[bucket] = buckets[bucket] &+ UInt32(truncatingIfNeeded: more)
    count &+= more
    greatest = max(greatest, nanos)
    if seen < currentEnd {
      seenNow &+= 1
      return
    }
    let late = index(of: seen)
    var slot = table[late]
    slot.seen &+= more
    table[late] = slot
  }

  /// Notes how many messages waited.
  public mutating func noteDepth(_ depth: UInt64) {
    deepest = max(deepest, depth)
  }

  /// The slots so far; the present one is whole after `finish`. Allocates.
  public var slots: [Slot] { (0..<table.count).map { table[$0] } }

  /// Closes the last slot.
  public mutating func finish() { closeCurrent() }

  private func index(of moment: UInt64) -> Int {
    Int(min(moment / slotNanos, UInt64(table.count - 1)))
  }

  private mutating func close(upTo due: UInt64) {
    closeCurrent()
    current = index(of: due)
    currentEnd = current == table.count - 1 ? .max : UInt64(current + 1) * slotNanos
  }

  private mutating func closeCurrent() {
    guard count > 0 || deepest > 0 else { return }
    var slot = table[current]
    slot.depth = max(slot.depth, deepest)
    slot.seen &+= seenNow
    seenNow = 0
    deepest = 0
    slot.offered &+= count
    slot.max = max(slot.max, greatest)
    if count > 0 {
      slot.p50 = min(value(atRank: (count &+ 1) / 2), greatest)
      slot.p99 = min(value(atRank: count &- count / 100), greatest)
    }
    table[current] = slot
    for index in 0..<Self.bucketCount { buckets[index] = 0 }
    count = 0
    greatest = 0
  }

  /// The greatest value of the bucket in which the value of this rank lies.
  private func value(atRank rank: UInt64) -> UInt64 {
    var sum: UInt64 = 0
    for index in 0..<Self.bucketCount {
      sum &+= UInt64(buckets[index])
      if sum >= rank {
        guard index >= 64 else { return UInt64(index) }
        let shift = UInt64(index >> 5 - 1)
        return (UInt64(index & 31 + 32 + 1) << shift) - 1
      }
    }
    return greatest
  }
}
