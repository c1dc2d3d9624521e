public import Ledger

/// Records how late each message was: over all, over the windows in which no thread lost time to
/// the machine, and slot by slot.
///
///     record ─┬─▶ all                         every message
///             ├─▶ slots                       what happened when
///             └─▶ pending ─▶ clean            once nobody can mark the windows any more
///
/// A message counts as clean where no window from its due time to its being seen is marked. Since a
/// thread that was taken off its core marks the gap only when it runs again, samples wait for
/// `graceNanos`; a few of them are settled at each record, so that no call takes long. One thread;
/// nothing is allocated after `init`, and all memory is touched there.
public struct LatencyRecorder: ~Copyable, Sendable {
  /// What a recorder is made with.
  public struct Options: Sendable {
    /// When the first message is due, Unix ns. Where there are marks, their start counts.
    public var start: UInt64
    /// Slots of the series, and their length; 0 for no series.
    public var slots: Int
    public var slotNanos: UInt64
    /// Entries, of one message or one group each, that may wait for their windows.
    public var pendingSamples: Int
    /// How long after a window its marks are final.
    public var graceNanos: UInt64

    public init(
      start: UInt64, slots: Int = 0, slotNanos: UInt64 = 10_000_000,
      pendingSamples: Int = 1 << 20, graceNanos: UInt64 = 40_000_000
    ) {
      self.start = start
      self.slots = slots
      self.slotNanos = slotNanos
      self.pendingSamples = pendingSamples
      self.graceNanos = graceNanos
    }
  }

  /// Every message.
  public private(set) var all = Histogram()
  /// The messages of clean windows; whole after `finish`.
  public private(set) var clean = Histogram()
  /// What happened when; whole after `finish`.
  public private(set) var series: SlotSeries
  /// Messages that found no room to wait, so that they stand in `all` only.
  public private(set) var overflowed: UInt64 = 0
  /// Messages of windows that are marked.
  public private(set) var unclean: UInt64 = 0

  private let marks: WindowMarks?
  private let start: UInt64
  private let windowNanos: UInt64
  private let graceNanos: UInt64
  /// Whether it keeps a series.
  public let hasSeries: Bool
  private var pending: PendingSamples
  /// The windows that due and seen times lie in at present, and their bounds since the start.
  private var dueWindow = WindowCursor()
  private var seenWindow = WindowCursor()
  /// Whether the oldest run was found clean and is being settled.
  private var isSettling = false

  /// A recorder; without `marks` every message is clean.
  public init(_ options: Options, marks: WindowMarks?) {
    self.marks = marks
    start = marks?.start ?? options.start
    windowNanos = marks?.windowNanos ?? WindowMarks.defaultWindowNanos
    graceNanos = options.graceNanos
    hasSeries = options.slots > 0
    series = SlotSeries(count: max(1, options.slots), slotNanos: options.slotNanos)
    pending = PendingSamples(capacity: marks == nil ? 1 : options.pendingSamples)
    // Touches every page.
    all.reset()
    clean.reset()
  }

  /// Records a message that was due at `due` and is seen at `seen`, both Unix ns. One that is seen
  /// early (the clocks differ by a fraction of a tick) is 0 ns late.
  @inline(__always)
  public mutating func record(due: UInt64, seen: UInt64) {
    let nanos = seen > due ? seen &- due : 0
    record(due: due, seen: seen, nanos: nanos)
  }

  /// Records a duration `nanos` that belongs to `count` messages, the oldest of them due at `due`,
  /// and ended at `seen`: a stage's own time, or the age of a group's oldest message.
  public mutating func record(due: UInt64, seen: UInt64, nanos: UInt64, count: UInt64 = 1) {
    all.record(nanos, count: count)
    let dueOffset = due > start ? due &- start : 0
    let seenOffset = seen > start ? seen &- start : 0
    if hasSeries {
      series.record(due: dueOffset, seen: seenOffset, nanos: nanos, count: count)
    }
    guard marks != nil else { return clean.record(nanos, count: count) }
    let first = dueWindow.window(of: dueOffset, length: windowNanos)
    let last = seenWindow.window(of: seenOffset, length: windowNanos)
    if !pending.append(nanos, count: count, first: first, last: last) { overflowed &+= count }
    settle(now: seen, atMost: 2)
  }

  /// Notes how many messages waited at this moment.
  public mutating func noteDepth(_ depth: UInt64) {
    if hasSeries { series.noteDepth(depth) }
  }

  /// Settles up to `limit` entries whose windows are final at `now`, Unix ns. Call it while there
  /// is nothing else to do.
  @inline(__always)
  public mutating func settle(now: UInt64, atMost limit: Int) {
    var left = limit
    while left > 0, !pending.isEmpty {
      if !isSettling {
        let run = pending.oldest
        guard !pending.oldestIsOpen || limit == .max, isFinal(run, now: now) else { return }
        if isMarked(run) {
          unclean &+= pending.dropOldestRun()
          continue
        }
        isSettling = true
      }
      isSettling = pending.oldest.count > 1
      let entry = pending.takeOldest()
      clean.record(entry.nanos, count: entry.count)
      left &-= 1
    }
  }

  /// Settles everything that waits: when the run is over and every thread has marked its gaps.
  public mutating func finish() {
    settle(now: .max, atMost: .max)
    series.finish()
  }

  private func isFinal(_ run: PendingSamples.Run, now: UInt64) -> Bool {
    let end = start &+ (UInt64(run.last) &+ 1) &* windowNanos
    return now > end && now &- end >= graceNanos
  }

  private func isMarked(_ run: PendingSamples.Run) -> Bool {
    guard let marks, run.first <= run.last else { return false }
    for window in run.first...run.last where marks.isMarked(window) { return true }
    return false
  }
}

/// Finds the window of moments that mostly follow one another, without a division.
struct WindowCursor: Sendable {
  private var begin: UInt64 = 0
  private var length: UInt64 = 0
  private var index = 0

  @inline(__always)
  mutating func window(of moment: UInt64, length: UInt64) -> Int {
    if moment &- begin < self.length { return index }
    let window = moment / length
    begin = window &* length
    self.length = length
    index = Int(truncatingIfNeeded: window & 0xFFFF_FFFF)
    return index
  }
}
