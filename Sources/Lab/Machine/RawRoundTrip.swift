internal import CLinux
public import Engine
public import Ledger
internal import Synchronization

/// The least that two cores can do: one line there, one line back, both threads spinning.
///
///     thread on CPU a ─ ping line ─▶ thread on CPU b
///                     ◀─ pong line ─
///
/// Everything that crosses cores is judged against it, because the cores of a virtual machine move
/// apart and together again.
public enum RawRoundTrip {
  /// Trips timed together: a reading of the clock costs a fifth of a trip.
  private static var group: Int { 64 }
  /// Trips that take longer on average tell of a thread that was not running: they are left out.
  private static var disturbedNanos: UInt64 { 4_000 }

  /// Adds the round trips of `nanos` to the histogram, one value for each 64 trips.
  ///
  /// Both threads are bound; the caller sleeps meanwhile. Throws where no thread can be started.
  public static func measure(
    cpus: (Int, Int), nanos: UInt64, into histogram: inout Histogram
  ) throws(EngineError) {
    let lines = PingPongLines()
    let echo = try NativeThread(name: "pong", cpu: cpus.1) { lines.echo() }
    let found = FoundTrips()
    let caller = try NativeThread(name: "ping", cpu: cpus.0) {
      found.values = lines.call(nanos: nanos, group: group)
    }
    caller.join()
    echo.join()
    for value in found.values where value <= disturbedNanos { histogram.record(value) }
  }

  private final class FoundTrips: @unchecked Sendable {
    // Safety of `@unchecked`: written by the thread, read when it was joined.
    var values: [UInt64] = []
  }
}

/// Two lines, far enough apart that the prefetcher of the neighbour line does not join them.
@safe private final class PingPongLines: @unchecked Sendable {
  // Safety of `@unchecked`: the memory is only accessed as atomics.
  private let memory: UnsafeMutableRawPointer
  private let ping: UnsafeMutablePointer<Atomic<UInt64>>
  private let pong: UnsafeMutablePointer<Atomic<UInt64>>

  private static var distance: Int { 256 }

  init() {
    // Safety: two lines' room each, freed in deinit; atomics of trivial integers need no more.
    unsafe memory = .allocate(byteCount: 2 * Self.distance, alignment: Self.distance)
    unsafe ping = memory.bindMemory(to: Atomic<UInt64>.self, capacity: 1)
    unsafe pong = (memory + Self.distance).bindMemory(to: Atomic<UInt64>.self, capacity: 1)
    unsafe ping.initialize(to: Atomic(0))
    unsafe pong.initialize(to: Atomic(0))
  }

  deinit { unsafe memory.deallocate() }

  /// Answers until the greatest number comes.
  func echo() {
    var next: UInt64 = 1
    while true {
      // Safety: the memory lives as long as self.
      let seen = unsafe ping.pointee.load(ordering: .acquiring)
      if seen == .max { return }
      if seen == next {
        unsafe pong.pointee.store(next, ordering: .releasing)
        next &+= 1
      } else {
        ml_cpu_pause()
      }
    }
  }

  /// Calls for this long; gives nanoseconds a trip, one value a group.
  func call(nanos: UInt64, group: Int) -> [UInt64] {
    var values: [UInt64] = []
    values.reserveCapacity(Int(nanos / 1_000))
    var number: UInt64 = 0
    let begin = ml_clock_nanos()
    var last = begin
    while last &- begin < nanos {
      for _ in 0..<group {
        number &+= 1
        // Safety: the memory lives as long as self.
        unsafe ping.pointee.store(number, ordering: .releasing)
        while unsafe pong.pointee.load(ordering: .acquiring) != number { ml_cpu_pause() }
      }
      let now = ml_clock_nanos()
      // Rounded: 79.6 ns are nearer to 80.
      values.append((now &- last &+ UInt64(group / 2)) / UInt64(group))
      last = now
    }
    unsafe ping.pointee.store(.max, ordering: .releasing)
    return values
  }
}

extension LabQuantiles {
  /// The figures of a histogram.
  public init(_ histogram: borrowing Histogram) {
    let summary = histogram.summary()
    self.init()
    samples = summary.count
    mean = Double(summary.mean)
    p50 = summary.p50
    p90 = summary.p90
    p99 = summary.p99
    p999 = summary.p999
    p9999 = summary.p9999
    max = summary.max
  }
}
