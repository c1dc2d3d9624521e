public import Sessions

/// Instruments that may come from several sources, and when they change from one to another.
public struct FallbackPlan: Sendable {
  /// One instrument.
  public struct Rule: Sendable {
    /// Its id, equal at all its sources.
    public var instrument: UInt32
    /// Names of the sources in the order of preference, 2 to `FallbackSelector.limit`. A source
    /// that is not named here delivers the instrument as if there were no rule.
    public var sources: [String]
    /// How far the sources may be apart; nil where they are not compared.
    public var divergence: DivergencePolicy?
    /// When it changes; nil for what the plan says.
    public var policy: FallbackPolicy?
    /// Whether the sources are compared and nothing else: the records of all of them are delivered.
    public var isComparedOnly = false

    public init(
      instrument: UInt32, sources: [String], divergence: DivergencePolicy? = nil,
      policy: FallbackPolicy? = nil
    ) {
      self.instrument = instrument
      self.sources = sources
      self.divergence = divergence
      self.policy = policy
    }
  }

  public var policy: FallbackPolicy
  public var rules: [Rule]

  public init(policy: FallbackPolicy = FallbackPolicy(), rules: [Rule] = []) {
    self.policy = policy
    self.rules = rules
  }
}

/// What has happened to an instrument with several sources. Sources by name.
public struct FallbackEvent: Sendable, Equatable {
  public enum Content: Sendable, Equatable {
    /// It is taken from another source from now on. The record of it stands in the stream.
    case switched(from: String, to: String, reason: FallbackReason)
    /// Two sources are apart by this many ticks, for as long as the policy says.
    case apart(first: String, second: String, ticks: Int64)
    /// The source has no new price for so long, while the other one has.
    case lagging(source: String, other: String, nanos: UInt64)
    /// They agree again.
    case together(first: String, second: String)
  }

  public var instrument: UInt32
  /// Unix ns.
  public var time: UInt64
  public var content: Content

  public init(instrument: UInt32, time: UInt64, content: Content) {
    self.instrument = instrument
    self.time = time
    self.content = content
  }

  /// The text of its record: `switch instrument=7 from=iqfeed to=ib reason=dead`.
  public var text: String {
    switch content {
    case .switched(let from, let to, let reason):
      "switch instrument=\(instrument) from=\(from) to=\(to) reason=\(reason.rawValue)"
    case .apart(let first, let second, let ticks):
      "divergence instrument=\(instrument) sources=\(first),\(second) ticks=\(ticks)"
    case .lagging(let source, let other, let nanos):
      "divergence instrument=\(instrument) lagging=\(source) other=\(other) nanos=\(nanos)"
    case .together(let first, let second):
      "divergence instrument=\(instrument) sources=\(first),\(second) over"
    }
  }
}
