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
}
