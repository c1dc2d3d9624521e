/// Latencies that wait until it is known whether their windows are clean. A ring of fixed size.
///
/// An entry is a latency and how many messages had it: 40 bits (18 minutes) and 24 bits. Entries
/// that came one after another out of the same window and into the same window are one run; runs
/// leave in the order in which they came.
struct PendingSamples: ~Copyable, Sendable {
  /// Entries that were due in `first` and seen in `last`, and the messages in them.
  struct Run: Sendable, BitwiseCopyable {
    var first = 0
    var last = 0
    var count = 0
    var messages: UInt64 = 0
  }

  private var values: FixedBuffer<UInt64>
  private let mask: Int
  private var head = 0
  private var tail = 0
  private var runs: FixedBuffer<Run>
  private var runHead = 0
  private var runTail = 0
  /// The run that grows; its place in `runs` is out of date.
  private var newest = Run()

  /// Runs that may wait at a time; they are longer than a window where the load is even.
  private static var runLimit: Int { 1 << 14 }

  /// Room for `capacity` entries, rounded up to a power of two.
  init(capacity: Int) {
    var count = 1 << 8
    while count < capacity { count <<= 1 }
    values = FixedBuffer(repeating: 0, count: count)
    mask = count - 1
    runs = FixedBuffer(repeating: Run(), count: Self.runLimit)
  }

  /// Whether entries wait.
  var isEmpty: Bool { head == tail }

  /// The oldest run.
  var oldest: Run { oldestIsOpen ? newest : runs[runTail & (Self.runLimit - 1)] }

  /// Whether the oldest run still grows.
  var oldestIsOpen: Bool { runTail &+ 1 == runHead }

  /// Adds an entry; false where there is no room. What exceeds its bits counts as their greatest.
  @inline(__always)
  mutating func append(_ nanos: UInt64, count: UInt64, first: Int, last: Int) -> Bool {
    guard head &- tail <= mask else { return false }
    if runHead != runTail, newest.first == first, newest.last == last {
      newest.count &+= 1
      newest.messages &+= count
    } else {
      guard runHead &- runTail < Self.runLimit else { return false }
      store()
      newest = Run(first: first, last: last, count: 1, messages: count)
      runHead &+= 1
    }
    values[head & mask] = min(nanos, 1 << 40 - 1) &<< 24 | min(count, 1 << 24 - 1)
    head &+= 1
    return true
  }

  /// Takes the oldest entry. There must be one.
  mutating func takeOldest() -> (nanos: UInt64, count: UInt64) {
    let value = values[tail & mask]
    tail &+= 1
    if oldestIsOpen {
      newest.count &-= 1
      if newest.count == 0 { runTail &+= 1 }
    } else {
      let index = runTail & (Self.runLimit - 1)
      var run = runs[index]
      run.count &-= 1
      runs[index] = run
      if run.count == 0 { runTail &+= 1 }
    }
    return (value &>> 24, value & (1 << 24 - 1))
  }

  /// Brings the place of the newest run up to date.
  private mutating func store() {
    if runHead != runTail { runs[(runHead &- 1) & (Self.runLimit - 1)] = newest }
  }

  /// Drops the oldest run; gives how many messages that were.
  mutating func dropOldestRun() -> UInt64 {
    let run = oldest
    tail &+= run.count
    runTail &+= 1
    return run.messages
  }
}
