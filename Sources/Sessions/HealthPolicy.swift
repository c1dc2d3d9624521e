/// From when on silence means something. Multiples are in thousandths, times in ns.
public struct HealthPolicy: Sendable, Equatable {
  /// Gaps that must be known before an instrument is judged at all.
  public var leastGaps: Int = 30
  /// Suspicious: silent for more than this multiple of the longest gap of late ...
  public var suspiciousLongest: Int = 1_500
  /// ... and of what 99.9 % of the gaps stay under ...
  public var suspiciousUsual: Int = 3_000
  /// ... and for more than this.
  public var suspiciousNanos: UInt64 = 2_000_000_000
  public var deadLongest: Int = 4_000
  public var deadUsual: Int = 10_000
  public var deadNanos: UInt64 = 5_000_000_000

  /// Limits of single figures, by name; those not named are not watched.
  public var thresholds: [HealthFigure: Threshold] = [:]

  public init() {}
}

/// A figure that thresholds watch.
///
/// The set is open. Names are those of the configuration.
public struct HealthFigure: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// From receipt to shared memory, p99 of the last interval, ns.
  public static var latency: Self { Self(rawValue: 0) }
  /// Rejected messages of a million.
  public static var errorRate: Self { Self(rawValue: 1) }
  /// Messages a second, while the market is open: too few is bad.
  public static var throughput: Self { Self(rawValue: 2) }
  /// Memory of the process, bytes.
  public static var memory: Self { Self(rawValue: 3) }
  /// The upstream's clock against ours, ns, without its sign.
  public static var clockOffset: Self { Self(rawValue: 4) }

  /// The names in the order of their numbers.
  public static var names: [String] {
    ["latency", "error_rate", "throughput", "memory", "clock_offset"]
  }

  public var name: String {
    let names = Self.names
    return Int(rawValue) < names.count ? names[Int(rawValue)] : "figure_\(rawValue)"
  }

  public init?(name: String) {
    guard let place = Self.names.firstIndex(of: name) else { return nil }
    self.init(rawValue: UInt8(place))
  }
}
