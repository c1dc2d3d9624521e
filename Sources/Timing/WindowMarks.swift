internal import Synchronization

/// How much time threads lost to the machine in each window of a run, in memory that the threads,
/// and other processes, may share.
///
///     0      8              16            24           64
///     │start │ window nanos │ window count│ reserved │ lost ns, 0 │ lost ns, 1 │ …  4 bytes each
///
/// A latency is judged over the windows in which nothing was lost. Any number of threads mark and
/// look; what is marked while somebody looks is seen then or a little later. The memory must
/// outlive every copy: `MarkMemory` owns some.
@safe public struct WindowMarks: @unchecked Sendable {
  // Safety of `@unchecked`: all threads use atomic loads, stores and additions only.
  private let header: UnsafeMutablePointer<Atomic<UInt64>>
  private let lost: UnsafeMutablePointer<Atomic<UInt32>>
  /// How many windows there are; what happens after them is not marked.
  public let count: Int
  /// Length of a window.
  public let windowNanos: UInt64

  /// Length of a window unless told: 1 ms.
  public static var defaultWindowNanos: UInt64 { 1_000_000 }
  static var headerBytes: Int { 64 }

  /// Bytes that `count` windows take.
  public static func byteCount(windows count: Int) -> Int { headerBytes + count * 4 }

  /// Takes memory that another one has set up, in this process or elsewhere; nil where it is none.
  ///
  /// `memory` is aligned to 8 bytes, has `byteCount` of them and stays mapped.
  @unsafe public init?(attaching memory: UnsafeMutableRawPointer, byteCount: Int) {
    guard byteCount >= Self.headerBytes else { return nil }
    // Safety: at least the header is there; any bits are valid in an atomic integer.
    unsafe header = memory.assumingMemoryBound(to: Atomic<UInt64>.self)
    unsafe lost = (memory + Self.headerBytes).assumingMemoryBound(to: Atomic<UInt32>.self)
    windowNanos = unsafe header[1].load(ordering: .relaxed)
    let count = unsafe header[2].load(ordering: .relaxed)
    guard windowNanos > 0, count > 0, count <= UInt64(byteCount - Self.headerBytes) / 4 else {
      return nil
    }
    self.count = Int(count)
  }

  /// Sets up zeroed memory of `byteCount(windows:)` bytes, aligned to 8.
  @unsafe public init(
    makingIn memory: UnsafeMutableRawPointer, windows count: Int,
    windowNanos: UInt64 = WindowMarks.defaultWindowNanos
  ) {
    precondition(count > 0 && windowNanos > 0, "windows that last")
    // Safety: the caller vouches for the memory; zero bytes are valid atomic integers.
    unsafe header = memory.assumingMemoryBound(to: Atomic<UInt64>.self)
    unsafe lost = (memory + Self.headerBytes).assumingMemoryBound(to: Atomic<UInt32>.self)
    self.count = count
    self.windowNanos = windowNanos
    unsafe header[1].store(windowNanos, ordering: .relaxed)
    unsafe header[2].store(UInt64(count), ordering: .relaxed)
  }

  /// When the first window begins, Unix ns; set it before the threads look.
  public var start: UInt64 {
    get { unsafe header[0].load(ordering: .relaxed) }
    nonmutating set { unsafe header[0].store(newValue, ordering: .relaxed) }
  }

  /// Marks every window that the time from `from` to `to` touches, Unix ns, with what it lost.
  public func mark(from: UInt64, to: UInt64) {
    let start = start
    guard to >= from, to >= start else { return }
    let first = max(from, start) &- start
    let last = to &- start
    var window = first / windowNanos
    while window < UInt64(count), window <= last / windowNanos {
      let begin = max(first, window &* windowNanos)
      let end = min(last, (window &+ 1) &* windowNanos)
      // Safety: `window` is below `count`. A window that is only touched lost a nanosecond.
      unsafe lost[Int(window)].add(UInt32(clamping: max(1, end &- begin)), ordering: .relaxed)
      window &+= 1
    }
  }

  /// Which window a moment lies in; `count` for what comes after the last, 0 before the first.
  public func window(at moment: UInt64) -> Int {
    let start = start
    guard moment > start else { return 0 }
    return Int(min((moment &- start) / windowNanos, UInt64(count)))
  }

  /// Nanoseconds that the threads lost in a window, all together; 0 beyond the last.
  public func lostNanos(_ window: Int) -> UInt32 {
    guard window >= 0, window < count else { return 0 }
    // Safety: checked right above.
    return unsafe lost[window].load(ordering: .relaxed)
  }

  /// Whether a thread lost time in the window.
  public func isMarked(_ window: Int) -> Bool { lostNanos(window) > 0 }

  /// Windows of `range` in which a thread lost time.
  public func markedCount(_ range: Range<Int>) -> Int {
    range.clamped(to: 0..<count).count { isMarked($0) }
  }
}
