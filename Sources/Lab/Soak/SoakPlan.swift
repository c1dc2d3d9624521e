public import FeedKit
public import Sessions

/// A long run of one session against its simulator, in simulated time: what to run, and for how
/// long. No sockets and no clock: days pass in minutes, and the same plan gives the same run.
public struct SoakPlan: Sendable {
  public var feed: any LiveFeed.Type
  public var simulator: SimulatorOptions
  public var faults: FaultScript
  public var policy: SessionPolicy
  public var settings: [String: String]
  /// Simulated time, ns.
  public var durationNanos: UInt64
  /// Where the gap ledger is kept.
  public var ledgerPath: String
  public var instruments: [LiveInstrument]

  public init(
    feed: any LiveFeed.Type, simulator: SimulatorOptions, faults: FaultScript,
    durationNanos: UInt64, ledgerPath: String, instruments: [LiveInstrument]
  ) {
    self.feed = feed
    self.simulator = simulator
    self.faults = faults
    self.durationNanos = durationNanos
    self.ledgerPath = ledgerPath
    self.instruments = instruments
    policy = feed.policy
    settings = [:]
  }
}

/// What a soak has found.
public struct SoakResult: Sendable {
  public var simulatedNanos: UInt64 = 0
  public var messages: UInt64 = 0
  public var decoded: UInt64 = 0
  public var ignored: UInt64 = 0
  public var rejected: UInt64 = 0
  public var recordsMade: UInt64 = 0
  public var recordsTaken: UInt64 = 0
  public var epochs: UInt32 = 0
  /// Market records whose epoch is below one that came before it.
  public var staleRecords: UInt64 = 0
  public var faults: [String: Int] = [:]
  /// Faults that left the trace that they must leave, by what it is.
  public var traced: [String: Int] = [:]
  /// Faults without a trace: each is a defect.
  public var untraced: [FaultLogEntry] = []
  public var gaps = 0
  public var gapNanos: UInt64 = 0
  /// Gaps that no fault explains.
  public var unexplained: [String] = []
  /// Longest time from the end of a fault's reach to live again, ns.
  public var longestRecoveryNanos: UInt64 = 0
  public var backfilled: UInt64 = 0
  public var endState = SessionState.idle
  /// Resident memory after a tenth of the time and at the end, bytes.
  public var earlyBytes: UInt64 = 0
  public var lateBytes: UInt64 = 0

  public init() {}

  /// Every message is accounted for, on both sides of the lane.
  public var isBalanced: Bool {
    messages == decoded &+ ignored &+ rejected && recordsMade == recordsTaken
  }
}
