/// The state machine of one connection to one upstream: what to do next, from what has happened.
///
/// It does no I/O and reads no clock: every call gives `now`, monotonic ns. Owned by one thread.
/// The caller tells what happened and then calls `next` until it says to wait.
public struct SessionMachine: Sendable {
  public let policy: SessionPolicy
  public internal(set) var state = SessionState.idle
  /// Number of the connection, from 1; 0 before the first one.
  public internal(set) var epoch: UInt32 = 0
  /// Why the last connection or attempt ended.
  public internal(set) var cause = DisconnectCause.none
  /// When the state was entered.
  public internal(set) var stateSince: UInt64 = 0

  var isStarted = false
  /// When the present state ends by itself.
  var deadline = never
  /// What the caller has still to close for.
  var closing: DisconnectCause?
  var heardAt: UInt64 = 0
  /// Last request for a sign of life.
  var askedAt: UInt64 = 0
  /// When the present connection became live first.
  var liveSince: UInt64?
  var isStable = false
  /// Whether subscriptions of a new connection, or of a new upstream link, are being verified.
  var isVerifying = false
  var isUpstreamDown = false
  /// The hole in what is delivered by the session, if there is one now.
  var hole: (heardAt: UInt64, cause: DisconnectCause)?
  var brokenParts: Set<String> = []
  var expiresAt = never
  var renewAt = never
  var restartWindow: Range<UInt64>?
  /// Since when the next request waits for the upstream's limit.
  var pacedSince: UInt64?
  var isOverLimitTold = false

  var random: SessionRandom
  var subscriptions: SubscriptionBook
  var backoff: Backoff
  var breaker: CircuitBreaker
  var bucket: TokenBucket
  var hours: ConnectionHours
  var notes = NoteQueue()
  var tally = SessionCounts()

  /// `costs` has the requests that each subscription takes, by index. All are wanted at first. The
  /// same seed, policy and calls give the same actions.
  public init(policy: SessionPolicy, costs: [Int], seed: UInt64) {
    self.policy = policy
    random = SessionRandom(seed: seed)
    subscriptions = SubscriptionBook(costs: costs, policy: policy)
    backoff = Backoff(
      firstNanos: policy.firstWaitNanos, longestNanos: policy.longestWaitNanos)
    breaker = CircuitBreaker(
      threshold: policy.breakerFailures, coolDownNanos: policy.breakerCoolDownNanos)
    bucket = TokenBucket(rate: policy.requestsPerSecond, burst: policy.requestBurst)
    hours = ConnectionHours(limit: policy.hourlyAlarm)
  }

  /// What has been done so far. O(1), allocates nothing.
  public var counts: SessionCounts {
    var counts = tally
    counts.wanted = subscriptions.wanted
    counts.confirmed = subscriptions.count(.confirmed)
    counts.missing = subscriptions.count(.missing)
    counts.refused = subscriptions.count(.refused)
    counts.unserved = subscriptions.count(.unserved)
    counts.brokenParts = brokenParts.count
    counts.notesDropped = notes.droppedInAll
    return counts
  }

  /// Whether attempts are made.
  public var circuit: CircuitState { breaker.state }

  /// What has happened since the last call, oldest first; bounded.
  public mutating func takeNotes() -> [SessionNote] { notes.take(now: stateSince, epoch: epoch) }

  /// Whether the instrument is confirmed in this connection.
  public func isConfirmed(index: Int) -> Bool {
    subscriptions.contains(index) && subscriptions.status(index) == .confirmed
  }
}

// MARK: Changes of state

extension SessionMachine {
  /// Whether an attempt is under way or a connection stands.
  var isConnected: Bool { state == .connecting || state == .authenticating || state.delivers }

  mutating func note(_ content: SessionNote.Content, now: UInt64) {
    notes.add(SessionNote(time: now, epoch: epoch, content: content))
  }

  mutating func enter(_ new: SessionState, text: String = "", now: UInt64) {
    guard new != state else { return }
    note(.state(from: state, to: new, cause: cause, text: limited(text)), now: now)
    state = new
    stateSince = now
  }

  /// A text from outside, at most so long that notes stay small.
  func limited(_ text: String) -> String {
    guard text.utf8.count > SessionsLimits.textBytes else { return text }
    return String(decoding: text.utf8.prefix(SessionsLimits.textBytes), as: UTF8.self)
  }

  mutating func connect(now: UInt64) {
    breaker.attempt()
    if breaker.state == .halfOpen { note(.circuit(.halfOpen), now: now) }
    epoch &+= 1
    tally.attempts += 1
    liveSince = nil
    isStable = false
    deadline = after(now, policy.connectTimeoutNanos)
    enter(.connecting, now: now)
    if hours.note(now: now) {
      tally.reconnectAlarms += 1
      note(.reconnectAlarm(count: hours.limit + 1), now: now)
    }
  }

  /// The connection or the attempt is over: what comes next is decided here, once.
  mutating func drop(_ given: DisconnectCause, text: String, now: UInt64) {
    let isExpected = given == .restart || (restartWindow?.contains(now) ?? false)
    cause = isExpected && given.isOfTransport ? .restart : given
    tally.noteDisconnect(cause)
    if !state.delivers { tally.failures += 1 }
    if state.delivers { openHole(heardAt: heardAt, cause: cause, now: now) }
    subscriptions.forget()
    brokenParts.removeAll()
    isUpstreamDown = false
    isVerifying = false
    closing = cause
    pacedSince = nil
    if cause == .takenOver { backoff.exhaust() }
    // A restart that was announced is nobody's failure; waits grow all the same.
    let isFailure = !isStable && cause != .restart
    if isFailure && breaker.fail() {
      tally.circuitOpens += 1
      note(.circuit(.open), now: now)
      deadline = after(now, breaker.coolDownNanos)
      enter(.openCircuit, text: text, now: now)
    } else {
      deadline = after(now, backoff.wait(using: &random))
      enter(.backoff, text: text, now: now)
    }
  }

  mutating func openHole(heardAt: UInt64, cause: DisconnectCause, now: UInt64) {
    // What never delivered has no hole of its own: that of the connection before goes on.
    let hasDelivered = liveSince != nil || subscriptions.count(.confirmed) > 0
    subscriptions.openHoles(heardAt: heardAt)
    guard hole == nil, hasDelivered else { return }
    hole = (heardAt, cause)
    note(.lostConnection(heardAt: heardAt, cause: cause), now: now)
  }

  /// Brings the state of a connection in line with what its subscriptions and its upstream are.
  mutating func settle(now: UInt64) {
    guard state.delivers else { return }
    if isVerifying && !subscriptions.isPending && !isUpstreamDown { isVerifying = false }
    if isUpstreamDown {
      enter(.degraded, now: now)
    } else if isVerifying {
      enter(.subscribing, now: now)
    } else {
      let isWhole = subscriptions.count(.missing) == 0 && brokenParts.isEmpty
      enter(isWhole ? .live : .degraded, now: now)
      if liveSince == nil { liveSince = now }
      if let ended = hole {
        hole = nil
        note(.liveAgain(heardAt: ended.heardAt, cause: ended.cause), now: now)
      }
    }
  }

  /// The connection has stood for so long that its loss will be the first one again.
  mutating func becomeStable(now: UInt64) {
    isStable = true
    backoff.reset()
    if breaker.state != .closed { note(.circuit(.closed), now: now) }
    breaker.close()
  }
}

extension DisconnectCause {
  /// Whether it says only that the transport is gone, not why.
  var isOfTransport: Bool {
    switch self {
    case .refused, .ended, .reset, .silent, .timedOut, .restart, .upstream: true
    default: false
    }
  }
}
