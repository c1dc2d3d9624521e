/// Two marks of a value that is watched; a nil one is off.
public struct Marks<Value: Sendable & Equatable>: Sendable, Equatable {
  public var warning: Value?
  public var critical: Value?

  public init(warning: Value? = nil, critical: Value? = nil) {
    self.warning = warning
    self.critical = critical
  }
}

/// Thresholds of health, of the whole or of one source.
public struct HealthSettings: Sendable, Equatable {
  /// Event time to receipt, ns.
  public var latency = Marks<UInt64>()
  /// Rejected messages, in millionths of all.
  public var errors = Marks<Int>()
  /// Fewest messages while the market is open.
  public var throughput = Marks<Rate>()
  /// The upstream's clock against ours, ns either way.
  public var clockOffset = Marks<UInt64>()
  /// Resident memory of the process, bytes.
  public var memory = Marks<Int>()
  public var lists: [InstrumentHealth] = []

  /// Rules of some instruments.
  public struct InstrumentHealth: Sendable, Equatable {
    /// Symbols as the upstream writes them.
    public var instruments: [String]
    /// Silence in trading hours after which it is dead, ns; nil leaves it to its rhythm.
    public var silenceNanos: UInt64?
  }

  public init() {}
}

extension HealthSettings {
  init(_ section: CheckedSection?) {
    guard let section else { return }
    latency = Self.marks(section, "latency") { $0.optionalNanos($1) }
    errors = Self.marks(section, "errors") { $0.optionalShare($1) }
    throughput = Self.marks(section, "throughput") { $0.optionalRate($1) }
    clockOffset = Self.marks(section, "clock_offset") { $0.optionalNanos($1) }
    memory = Self.marks(section, "memory") { $0.optionalBytes($1) }
    lists = section.sections("lists").map {
      InstrumentHealth(
        instruments: $0.texts("instruments"), silenceNanos: $0.optionalNanos("silence"))
    }
  }

  private static func marks<Value>(
    _ section: CheckedSection, _ key: String, _ value: (CheckedSection, String) -> Value?
  ) -> Marks<Value> {
    guard let marks = section.section(key) else { return Marks() }
    return Marks(warning: value(marks, "warning"), critical: value(marks, "critical"))
  }
}
