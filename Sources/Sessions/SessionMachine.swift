/// The state machine of one connection to one upstream: what to do next, from what has happened.
///
/// It does no I/O and reads no clock: every call gives `now`, monotonic ns. Owned by one thread.
public struct SessionMachine: Sendable {
  public let policy: SessionPolicy
  public private(set) var state = SessionState.idle
  /// Number of the connection, from 1; 0 before the first one.
  public private(set) var epoch: UInt32 = 0
  public private(set) var cause = DisconnectCause.none

  var attempts = 0
  var deadline: UInt64 = 0
  var isOpen = false
  var pendingClose: DisconnectCause?
  var heardAt: UInt64 = 0
  var askedAt: UInt64 = 0
  var random: SessionRandom
  var subscriptions: SubscriptionBook

  /// `costs` has the requests that each subscription takes, by index.
  public init(policy: SessionPolicy, costs: [Int], seed: UInt64) {
    self.policy = policy
    random = SessionRandom(seed: seed)
    subscriptions = SubscriptionBook(costs: costs, policy: policy)
  }
}
