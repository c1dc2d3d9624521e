internal import Glibc

/// A reading of the monotonic clock: for durations within this boot of the machine.
public struct MonotonicInstant: RawRepresentable, Hashable, Comparable, Sendable, BitwiseCopyable {
  /// Nanoseconds since an arbitrary start.
  public let rawValue: UInt64

  @inlinable
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// Nanoseconds from `start` to this instant; 0 where `start` is later.
  @inlinable
  public func nanos(since start: Self) -> UInt64 {
    rawValue > start.rawValue ? rawValue &- start.rawValue : 0
  }

  @inlinable
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// CLOCK_MONOTONIC: never set back. About 20 ns a reading, so once per batch.
public enum MonotonicClock {
  /// The time now.
  public static func now() -> MonotonicInstant {
    MonotonicInstant(rawValue: read(CLOCK_MONOTONIC))
  }
}

/// A point of civil time: nanoseconds since 1970-01-01 UTC, as `ts_recv` has it.
public struct RealtimeInstant: RawRepresentable, Hashable, Comparable, Sendable, BitwiseCopyable {
  /// Nanoseconds since 1970-01-01 UTC.
  public let rawValue: UInt64

  @inlinable
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// Nanoseconds from `start` to this instant; 0 where `start` is later (the clock may be set).
  @inlinable
  public func nanos(since start: Self) -> UInt64 {
    rawValue > start.rawValue ? rawValue &- start.rawValue : 0
  }

  @inlinable
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// CLOCK_REALTIME: civil time, which may jump when the machine's clock is set.
public enum RealtimeClock {
  /// The time now.
  public static func now() -> RealtimeInstant {
    RealtimeInstant(rawValue: read(CLOCK_REALTIME))
  }

  /// What is to be added to the monotonic clock (modulo 2^64) to get civil time, ns.
  ///
  /// The two run equally fast; it changes when the machine's clock is set. A thread that is
  /// interrupted between both readings would be wrong by that time, so the closest of three counts.
  public static func offsetFromMonotonic() -> UInt64 {
    var best: (gap: UInt64, offset: UInt64) = (.max, 0)
    for _ in 0..<3 {
      let before = read(CLOCK_MONOTONIC)
      let civil = read(CLOCK_REALTIME)
      let gap = read(CLOCK_MONOTONIC) &- before
      if gap < best.gap { best = (gap, civil &- before &- gap / 2) }
    }
    return best.offset
  }
}

private func read(_ clock: clockid_t) -> UInt64 {
  var time = timespec()
  // Safety: the kernel fills the structure, which outlives the call. Both clocks exist on Linux.
  _ = unsafe clock_gettime(clock, &time)
  return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
}
