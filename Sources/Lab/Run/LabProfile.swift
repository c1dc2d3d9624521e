public import Timing

/// What is offered, as options say it; the same words make the same schedule in every process.
public struct LabProfile: Codable, Sendable {
  /// `constant`, `ramp`, `step`, `microburst`, `bursts`, `capture` or `bell`.
  public var kind = "constant"
  /// Messages a second: the rate, or where it begins, or the base below the bursts, or that within
  /// a burst.
  public var rate = 1_000_000.0
  /// Where a ramp, a step or a bell goes to.
  public var to = 5_000_000.0
  /// How much more a microburst has than the base.
  public var factor = 10.0
  public var burstNanos: UInt64 = 50_000
  public var periodNanos: UInt64 = 10_000_000
  /// Messages of a burst.
  public var count = 1_000
  /// Arrival times of a capture, ns from the first one, and how much faster they are played.
  public var arrivals: [UInt64] = []
  public var speed = 1.0
  public var nanos: UInt64 = 5_000_000_000

  public init() {}

  /// All kinds, in the order of help.
  public static var kinds: [String] {
    ["constant", "ramp", "step", "microburst", "bursts", "capture", "bell"]
  }

  /// The shape; nil for a kind that there is not.
  public var shape: RateProfile? {
    switch kind {
    case "constant": .constant(rate: rate, nanos: nanos)
    case "ramp": .ramp(from: rate, to: to, nanos: nanos)
    case "step": .step(from: rate, to: to, nanos: nanos)
    case "microburst":
      .microbursts(
        base: rate, factor: factor, length: burstNanos, period: periodNanos, nanos: nanos)
    case "bursts": .bursts(count: count, rate: rate, period: periodNanos, nanos: nanos)
    case "capture": .arrivals(arrivals, speed: speed, nanos: nanos)
    case "bell": .bell(base: rate, peak: to, nanos: nanos)
    default: nil
    }
  }
}
