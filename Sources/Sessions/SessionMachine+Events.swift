// What the caller tells the machine. Every call is O(1), except those that concern all instruments:
// the loss of a connection, its being ready, and the upstream's link going and coming.

extension SessionMachine {
  /// Begins; `next` opens the first connection.
  public mutating func start(now: UInt64) {
    guard state == .idle || state == .stopped else { return }
    isStarted = true
    if state == .stopped { enter(.idle, now: now) }
  }

  /// The transport stands.
  public mutating func opened(now: UInt64) {
    guard state == .connecting else { return }
    tally.connects += 1
    heardAt = now
    deadline = after(now, policy.handshakeTimeoutNanos)
    enter(.authenticating, now: now)
  }

  /// The handshake is done: subscriptions may go.
  public mutating func ready(now: UInt64) {
    guard state == .authenticating else { return }
    heardAt = now
    askedAt = now
    deadline = never
    isVerifying = true
    isOverLimitTold = false
    subscriptions.begin()
    enter(.subscribing, now: now)
    settle(now: now)
  }

  /// Bytes came on a vital channel.
  public mutating func heard(now: UInt64) { heardAt = max(heardAt, now) }

  /// The answer to a request for a sign of life.
  public mutating func answered(now: UInt64) { heard(now: now) }

  /// The transport broke, could not be had, or the protocol says that it is of no use any more.
  public mutating func lost(_ cause: DisconnectCause, text: String, now: UInt64) {
    guard isConnected else { return }
    drop(cause, text: text, now: now)
  }

  /// The upstream has sent something of the instrument.
  public mutating func confirmed(index: Int, now: UInt64) {
    guard state.delivers, subscriptions.contains(index) else { return }
    let (isNew, wasMissing) = subscriptions.confirm(index, now: now)
    if wasMissing { note(.back(index: index), now: now) }
    if isNew { settle(now: now) }
  }

  /// The upstream does not give the instrument. It is asked again in the next connection.
  public mutating func refused(index: Int, now: UInt64) {
    guard state.delivers, subscriptions.contains(index) else { return }
    if subscriptions.refuse(index) { note(.refused(index: index), now: now) }
    settle(now: now)
  }

  /// The upstream has no room for the instrument: what it holds now is its limit, in this
  /// connection.
  public mutating func limitReached(index: Int, now: UInt64) {
    guard state.delivers, subscriptions.contains(index) else { return }
    if subscriptions.leaveOut(index, isLearnt: true) { note(.unserved(index: index), now: now) }
    settle(now: now)
  }

  /// The upstream's own link is gone or back; the socket stands.
  public mutating func upstream(
    isUp: Bool, keepsSubscriptions: Bool, text: String, now: UInt64
  ) {
    guard state.delivers, isUp || !isUpstreamDown else { return }
    if !isUp {
      isUpstreamDown = true
      cause = .upstream
      tally.noteDisconnect(.upstream)
      openHole(heardAt: heardAt, cause: .upstream, now: now)
      enter(.degraded, text: text, now: now)
      return
    }
    let wasDown = isUpstreamDown
    isUpstreamDown = false
    if keepsSubscriptions {
      if wasDown { subscriptions.resume(now: now) }
    } else {
      // Without a word before, the hole is from now: subscriptions are gone with this message.
      openHole(heardAt: heardAt, cause: .upstream, now: now)
      subscriptions.begin()
      isVerifying = true
    }
    settle(now: now)
  }

  /// A part of the upstream is broken or back.
  public mutating func part(name: String, isBroken: Bool, now: UInt64) {
    guard state.delivers else { return }
    let name = limited(name)
    if isBroken {
      guard brokenParts.count < SessionsLimits.parts, brokenParts.insert(name).inserted else {
        return
      }
    } else {
      guard brokenParts.remove(name) != nil else { return }
    }
    note(.part(name: name, isBroken: isBroken), now: now)
    settle(now: now)
  }

  /// The most subscriptions that this login may have; 0 for no limit.
  public mutating func subscriptionLimit(_ limit: Int) {
    // The policy's own limit is a person's decision: a login's greater one does not lift it.
    let own = policy.subscriptionLimit
    subscriptions.limit = limit > 0 && own > 0 ? min(limit, own) : max(limit, own)
    subscriptions.readmit()
  }

  /// What is wanted from now on, for a configuration that was read again.
  public mutating func setWanted(index: Int, _ wanted: Bool, now: UInt64) {
    guard subscriptions.contains(index) else { return }
    subscriptions.want(index, wanted, isReady: state.delivers)
    settle(now: now)
  }

  /// The hole of the instrument was filled, or could not be.
  public mutating func backfilled(index: Int, now: UInt64) {
    guard subscriptions.contains(index) else { return }
    subscriptions.holes.answered(index)
  }

  /// The credential is good until then.
  public mutating func expires(at monotonicNanos: UInt64) {
    expiresAt = monotonicNanos
    renewAt = monotonicNanos > policy.tokenLeadNanos ? monotonicNanos - policy.tokenLeadNanos : 0
  }

  /// The upstream restarts between these times by its own schedule: a loss of the transport then is
  /// no failure.
  public mutating func expectsRestart(from: UInt64, to: UInt64) {
    restartWindow = from < to ? from..<to : nil
  }

  /// An operator closes the circuit; where it was open an attempt is made at once.
  public mutating func resetCircuit(now: UInt64) {
    if breaker.state != .closed { note(.circuit(.closed), now: now) }
    breaker.close()
    backoff.reset()
    guard state == .openCircuit else { return }
    deadline = now
    enter(.backoff, text: "circuit reset", now: now)
  }

  /// Ends for good; `next` closes what is open.
  public mutating func stop(now: UInt64) {
    guard state != .stopped else { return }
    isStarted = false
    let wasConnected = isConnected
    if wasConnected {
      cause = .stopped
      tally.noteDisconnect(.stopped)
      closing = .stopped
      subscriptions.forget()
    }
    deadline = never
    enter(.stopped, now: now)
  }
}
