public import Timing

/// Where the reading of paced messages stands. Owned by the reader thread; `SourceRunner.readPaced`
/// advances it.
@safe public struct PacedReader: ~Copyable {
  @usableFromInline let base: UnsafeRawPointer
  @usableFromInline let end: Int
  @usableFromInline let wraps: Bool
  @usableFromInline let clock: TickClock
  @usableFromInline let start: UInt64
  @usableFromInline var offset = 0
  @usableFromInline var schedule: Schedule
  /// When the next message is due, Unix ns; the greatest integer where none is.
  @usableFromInline var due: UInt64
  /// The last reading of the clock.
  @usableFromInline var now: UInt64
  /// When control was last given back for the sake of the counters, and messages since then.
  @usableFromInline var accounted: UInt64
  @usableFromInline var unaccounted = 0
  /// Notices when this thread loses its core.
  public var watch: HiccupWatch
  /// Whether control is given back after each group of messages, because somebody must be told of
  /// them: a worker that is stepped by this thread, or one that sleeps.
  public let handsOver: Bool
  /// Messages and bytes taken so far, lengths included.
  public internal(set) var messages: UInt64 = 0
  @usableFromInline var byteCount: UInt64 = 0
  @usableFromInline let probe: ReaderProbe?
  private let frames: PacedFrames

  /// A reader of `frames` from the first message on. `probe` records what the lab wants to know.
  public init(
    _ frames: PacedFrames, handsOver: Bool, probe: ReaderProbe? = nil, marks: WindowMarks? = nil
  ) {
    self.frames = frames
    self.handsOver = handsOver
    self.probe = probe
    // Safety: `frames` keeps the memory, which is never written again.
    unsafe base = UnsafeRawPointer(frames.base)
    end = frames.byteCount
    wraps = frames.wraps
    clock = frames.clock
    start = frames.start
    schedule = Schedule(frames.profile)
    now = frames.clock.now
    accounted = now
    watch = HiccupWatch(now: now, marks: marks)
    due = .max
    takeDue()
  }

  /// Whether no message will be due any more.
  public var isFinished: Bool { due == .max }

  /// Whether it is time to publish counters: little is due now, or it was long ago. Then call
  /// `account`.
  public var wantsAccount: Bool {
    let passed = now &- accounted
    return unaccounted >= PacedLimits.accountMessages || passed >= PacedLimits.longestNanos
      || passed >= PacedLimits.accountNanos && due > now &+ PacedLimits.idleNanos
  }

  /// Takes the reading up again after somebody else's work in this thread, whose time is not what
  /// the machine took.
  public mutating func resume() {
    now = clock.now
    watch.skip(to: now)
  }

  /// The counters were published.
  public mutating func account() {
    resume()
    accounted = now
    unaccounted = 0
  }

  /// Reads the clock.
  @inlinable @inline(__always)
  mutating func look() {
    now = clock.now
    watch.note(now)
  }

  /// Finds out when the next message is due, if there is one.
  @inlinable @inline(__always)
  mutating func takeDue() {
    if offset < end, let offset = schedule.next() {
      due = start &+ offset
    } else {
      due = .max
    }
  }

  /// Steps over a message of `length` bytes.
  @inlinable @inline(__always)
  mutating func step(over length: Int) {
    offset &+= 2 &+ length
    byteCount &+= UInt64(truncatingIfNeeded: 2 &+ length)
    if offset >= end, wraps { offset = 0 }
    takeDue()
  }

  /// All messages, and the zeros behind them.
  @inlinable var bytes: RawSpan {
    @_lifetime(borrow self)
    @inline(__always) get {
      // Safety: `end` bytes and the padding behind them, which live as long as `self`.
      unsafe _overrideLifetime(
        RawSpan(_unsafeStart: base, byteCount: end &+ PacedLimits.padding), borrowing: self)
    }
  }
}

/// What bounds one turn of the paced reading.
public enum PacedLimits {
  /// Messages that are decoded after one reading of the clock.
  @inlinable public static var groupMessages: Int { 64 }
  /// Messages after which the counters are published, whatever else is due: half of what the
  /// ledger allows between two publications of a reader.
  @inlinable public static var accountMessages: Int { 1 << 14 }
  /// Time after which they are published in a pause of `idleNanos` or more, and at the latest.
  @inlinable public static var accountNanos: UInt64 { 100_000 }
  @inlinable public static var idleNanos: UInt64 { 2_000 }
  @inlinable public static var longestNanos: UInt64 { 1_000_000 }
  /// Zero bytes behind the messages.
  @inlinable static var padding: Int { 64 }
}
