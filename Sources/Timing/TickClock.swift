public import CLinux

/// The processor's time stamp counter as a clock: about half the cost of the system's, and the same
/// on all cores where it is constant.
///
/// `scale` says how ticks become nanoseconds since 1970-01-01 UTC. Two processes that share one
/// scale read the same time.
public struct TickClock: Sendable {
  /// Ticks at the calibration, Unix time there in ns, and 2^32 times the ns of a tick.
  public struct Scale: Sendable, Equatable, BitwiseCopyable {
    public var baseTicks: UInt64
    public var baseNanos: UInt64
    public var multiplier: UInt64

    public init(baseTicks: UInt64, baseNanos: UInt64, multiplier: UInt64) {
      self.baseTicks = baseTicks
      self.baseNanos = baseNanos
      self.multiplier = multiplier
    }
  }

  public let scale: Scale

  public init(_ scale: Scale) { self.scale = scale }

  /// The counter now.
  @inlinable @inline(__always)
  public static func ticks() -> UInt64 { ml_ticks() }

  /// Whether the counter runs at one rate, whatever the cores do.
  public static var isConstant: Bool { ml_has_constant_ticks() }

  /// Nanoseconds since 1970-01-01 UTC. About 10 ns a reading.
  @inlinable @inline(__always)
  public var now: UInt64 { unixNanos(atTicks: ml_ticks()) }

  /// The Unix time in ns at which the counter shows `ticks`, earlier or later than the calibration.
  @inlinable @inline(__always)
  public func unixNanos(atTicks ticks: UInt64) -> UInt64 {
    let passed = Int64(bitPattern: ticks &- scale.baseTicks)
    let product = passed.multipliedFullWidth(by: Int64(bitPattern: scale.multiplier))
    // The middle 64 of the 128 bits: ticks × multiplier ÷ 2^32.
    let nanos = UInt64(bitPattern: product.high) &<< 32 | product.low &>> 32
    return scale.baseNanos &+ nanos
  }

  /// The length of `ticks` in ns, rounded down.
  @inlinable @inline(__always)
  public func nanos(ofTicks ticks: UInt64) -> UInt64 {
    let product = ticks.multipliedFullWidth(by: scale.multiplier)
    return product.high &<< 32 | product.low &>> 32
  }

  /// What the counter shows `nanos` ns after it showed 0, rounded down.
  public func ticks(ofNanos nanos: UInt64) -> UInt64 {
    let product = nanos.multipliedFullWidth(by: 1 << 32)
    // Safe: a multiplier above 1 keeps the quotient of nanos × 2^32 within 64 bits up to 2^32 s.
    return scale.multiplier > product.high
      ? scale.multiplier.dividingFullWidth(product).quotient : .max
  }

  /// Ticks a microsecond.
  public var ticksPerMicrosecond: Double { 1000 * 0x1p32 / Double(scale.multiplier) }
}

extension TickClock {
  /// How long a calibration takes: 50 ms, in which two readings that are 50 ns off make 2 in 10^6.
  public static var calibrationNanos: Int64 { 50_000_000 }

  /// Tries at each end, of which the quickest counts: it was not interrupted.
  private static var tries: Int { 64 }

  /// Measures the counter against the system's clocks; sleeps for `calibrationNanos`.
  ///
  /// The rate is that of CLOCK_MONOTONIC_RAW, which nobody slews; the origin that of
  /// CLOCK_REALTIME.
  public static func calibrated() -> TickClock {
    let first = pair(ml_clock_raw)
    ml_thread_nap(calibrationNanos)
    let second = pair(ml_clock_raw)
    let wall = pair(ml_clock_realtime)
    let ticks = max(1, second.ticks &- first.ticks)
    let nanos = second.nanos &- first.nanos
    let multiplier = Double(nanos) / Double(ticks) * 0x1p32
    return TickClock(
      Scale(baseTicks: wall.ticks, baseNanos: wall.nanos, multiplier: UInt64(multiplier)))
  }

  /// The counter and a clock at the same moment, as near as can be told.
  private static func pair(_ clock: () -> UInt64) -> (ticks: UInt64, nanos: UInt64) {
    var best: (ticks: UInt64, nanos: UInt64) = (0, 0)
    var shortest = UInt64.max
    for _ in 0..<tries {
      let before = ticks()
      let nanos = clock()
      let after = ticks()
      guard after &- before < shortest else { continue }
      shortest = after &- before
      best = (before &+ shortest / 2, nanos)
    }
    return best
  }
}
