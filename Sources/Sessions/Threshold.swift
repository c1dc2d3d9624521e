/// How bad a figure is.
public enum ThresholdLevel: UInt8, Sendable, Comparable {
  case normal
  case warning
  case critical

  public var name: String {
    switch self {
    case .normal: "normal"
    case .warning: "warning"
    case .critical: "critical"
    }
  }

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Two limits of a figure, and how far it must come back before it counts as better.
public struct Threshold: Sendable, Equatable {
  /// Which side of a limit is the bad one.
  public enum Side: Sendable, Equatable {
    case above
    case below
  }

  public var side: Side
  public var warning: Int64
  public var critical: Int64
  /// A level is left when the figure is better than its limit by this part of it, in thousandths: a
  /// figure that hovers at a limit is told once.
  public var hysteresis: Int64 = 100
  /// How long a figure must be beyond a limit before it counts, ns.
  public var holdNanos: UInt64 = 0

  public init(_ side: Side, warning: Int64, critical: Int64) {
    self.side = side
    self.warning = warning
    self.critical = critical
  }

  /// Whether warning comes before critical.
  public var isOrdered: Bool {
    side == .above ? warning <= critical : warning >= critical
  }

  func limit(of level: ThresholdLevel) -> Int64 { level == .critical ? critical : warning }

  /// Whether the figure is beyond the limit of the level.
  func isBeyond(_ value: Int64, _ level: ThresholdLevel, isLeaving: Bool) -> Bool {
    var limit = limit(of: level)
    if isLeaving {
      let (product, overflows) = limit.magnitude.multipliedReportingOverflow(
        by: UInt64(max(hysteresis, 0)))
      let margin = overflows ? limit.magnitude / 1_000 : product / 1_000
      let signed = Int64(clamping: margin)
      limit =
        side == .above
        ? limit.subtractingReportingOverflow(signed).partialValue
        : limit.addingReportingOverflow(signed).partialValue
    }
    return side == .above ? value >= limit : value <= limit
  }
}

/// One figure against its limits. Owned by one thread.
public struct ThresholdWatch: Sendable {
  public let threshold: Threshold
  public private(set) var level = ThresholdLevel.normal
  /// Since when the figure is worse than the level.
  private var worseSince: UInt64?

  public init(_ threshold: Threshold) { self.threshold = threshold }

  /// The new level, if the figure has changed it.
  public mutating func judge(_ value: Int64, now: UInt64) -> ThresholdLevel? {
    var reached = ThresholdLevel.normal
    for candidate in [ThresholdLevel.critical, .warning] {
      let isLeaving = candidate <= level
      if threshold.isBeyond(value, candidate, isLeaving: isLeaving) {
        reached = candidate
        break
      }
    }
    guard reached > level else {
      worseSince = nil
      guard reached < level else { return nil }
      level = reached
      return reached
    }
    let since = worseSince ?? now
    worseSince = since
    guard elapsed(from: since, to: now) >= threshold.holdNanos else { return nil }
    level = reached
    worseSince = nil
    return reached
  }
}
