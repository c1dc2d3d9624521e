/// How a session connects, proves that it is alive, and connects again. Times in ns.
public struct SessionPolicy: Sendable, Equatable {
  /// The longest wait before the first attempt after a loss, doubled for each further one; the wait
  /// itself is drawn evenly from 0 to it (full jitter).
  public var firstWaitNanos: UInt64 = 1_000_000_000
  /// What the doubling ends at.
  public var longestWaitNanos: UInt64 = 60_000_000_000
  /// Connections in any hour after which an alarm is raised.
  public var hourlyAlarm: Int = 30
  /// Failed attempts in a row that open the circuit.
  public var breakerFailures: Int = 8
  /// How long the circuit stays open before one attempt is made.
  public var breakerCoolDownNanos: UInt64 = 120_000_000_000
  /// How long a connection must have been live before its loss counts as the first one again: a
  /// connection that flaps resets neither the waits nor the circuit.
  public var stableNanos: UInt64 = 30_000_000_000
  public var connectTimeoutNanos: UInt64 = 5_000_000_000
  /// From the open transport to the end of the handshake.
  public var handshakeTimeoutNanos: UInt64 = 10_000_000_000
  /// How long after its request a subscription must be confirmed; then it is reported as missing.
  public var verifyTimeoutNanos: UInt64 = 10_000_000_000
  /// Silence of the whole connection after which it is dead.
  public var silenceNanos: UInt64 = 15_000_000_000
  /// How often the upstream is asked for a sign of life, where nothing else came; 0 for never.
  public var keepAliveNanos: UInt64 = 5_000_000_000
  /// Requests a second that the upstream allows, and how many at once.
  public var requestsPerSecond: Int = 50
  public var requestBurst: Int = 50
  /// Most subscriptions that the upstream allows; 0 for no limit.
  public var subscriptionLimit: Int = 0
  /// Whether a hole is filled from the upstream's history after a reconnect, where it has one.
  public var backfills: Bool = true
  /// Longest hole that is filled.
  public var backfillLimitNanos: UInt64 = 3_600_000_000_000
  /// Backfills that are asked for before the first of them is answered.
  public var backfillsAtOnce: Int = 4
  /// Requests that one backfill takes.
  public var backfillCost: Int = 1
  /// How long a backfill may take; then it is given up and told.
  public var backfillTimeoutNanos: UInt64 = 60_000_000_000
  /// How long before its end a token is renewed.
  public var tokenLeadNanos: UInt64 = 300_000_000_000

  public init() {}
}
