extension SessionMachine {
  /// What to do next, one thing a call; at last a wait. Its time is later than `now` and no later
  /// than the nearest deadline. O(1) on the average, however many instruments there are.
  public mutating func next(now: UInt64) -> SessionAction {
    if let cause = closing {
      closing = nil
      return .close(cause)
    }
    if state == .stopped { return wait(until: never, now: now) }
    if now >= renewAt { return renew(now: now) }
    if state.delivers { return serve(now: now) }
    if state == .idle {
      guard isStarted else { return wait(until: renewAt, now: now) }
      connect(now: now)
      return .open
    }
    guard now >= deadline else { return wait(until: min(deadline, renewAt), now: now) }
    if state == .backoff || state == .openCircuit {
      connect(now: now)
      return .open
    }
    let step = state == .connecting ? "no connection" : "no end of the handshake"
    drop(.timedOut, text: "\(step) in time", now: now)
    return next(now: now)
  }

  private func wait(until time: UInt64, now: UInt64) -> SessionAction {
    let latest = after(now, SessionsLimits.waitNanos)
    return .wait(until: max(min(time, latest), after(now, 1)))
  }

  /// Asks for a new credential, and again at each tenth of the lead while none has come.
  private mutating func renew(now: UInt64) -> SessionAction {
    let isOverdue = now >= expiresAt
    if isOverdue { note(.renewalOverdue(expiresAt: expiresAt), now: now) }
    renewAt = isOverdue ? never : after(now, max(policy.tokenLeadNanos / 10, 1_000_000_000))
    if !isOverdue { renewAt = min(renewAt, expiresAt) }
    return .renewToken
  }

  /// What a connection needs that has done its handshake.
  private mutating func serve(now: UInt64) -> SessionAction {
    let silentAt = policy.silenceNanos > 0 ? after(heardAt, policy.silenceNanos) : never
    if now >= silentAt {
      drop(.silent, text: silenceText(now: now), now: now)
      return next(now: now)
    }
    var nearest = min(silentAt, renewAt)
    nearest = min(nearest, lookAtLimits(now: now))
    if let action = request(now: now, nearest: &nearest) { return action }
    return wait(until: nearest, now: now)
  }

  private func silenceText(now: UInt64) -> String {
    "nothing heard for \(elapsed(from: heardAt, to: now) / 1_000_000) ms, "
      + "limit \(policy.silenceNanos / 1_000_000) ms"
  }

  /// Handles the deadlines that ask for no action; gives the nearest of those to come.
  private mutating func lookAtLimits(now: UInt64) -> UInt64 {
    var nearest = never
    while !isUpstreamDown, let sentAt = subscriptions.oldestSent() {
      let limit = after(sentAt, policy.verifyTimeoutNanos)
      guard now >= limit, let index = subscriptions.miss() else {
        nearest = limit
        break
      }
      note(.missing(index: index), now: now)
    }
    settle(now: now)
    if let since = liveSince, !isStable {
      let stableAt = after(since, policy.stableNanos)
      if now >= stableAt { becomeStable(now: now) } else { nearest = min(nearest, stableAt) }
    }
    while let askedAt = subscriptions.holes.oldestAsked() {
      let limit = after(askedAt, policy.backfillTimeoutNanos)
      guard now >= limit, let index = subscriptions.holes.giveUp() else {
        nearest = min(nearest, limit)
        break
      }
      note(.backfillTimedOut(index: index), now: now)
    }
    return nearest
  }
}

// MARK: Requests, all of them paced

extension SessionMachine {
  /// The next request that may go now. Where one waits for the upstream's limit, or is not due yet,
  /// `nearest` is told when.
  private mutating func request(now: UInt64, nearest: inout UInt64) -> SessionAction? {
    if policy.keepAliveNanos > 0 {
      let dueAt = after(max(heardAt, askedAt), policy.keepAliveNanos)
      if now >= dueAt {
        guard pay(1, now: now, nearest: &nearest) else { return nil }
        askedAt = now
        tally.keepAlives += 1
        return .keepAlive
      }
      nearest = min(nearest, dueAt)
    }
    if let index = subscriptions.nextToDrop() {
      guard pay(subscriptions.costs[index], now: now, nearest: &nearest) else { return nil }
      subscriptions.dropped(index)
      settle(now: now)
      return .unsubscribe(index: index)
    }
    // While the upstream's link is down, an answer cannot come.
    if isUpstreamDown { return nil }
    if let action = subscribe(now: now, nearest: &nearest) { return action }
    return backfill(now: now, nearest: &nearest)
  }

  private mutating func subscribe(now: UInt64, nearest: inout UInt64) -> SessionAction? {
    while let (index, hasRoom) = subscriptions.nextToSend() {
      guard hasRoom else {
        tellLimit(index, now: now)
        continue
      }
      guard pay(subscriptions.costs[index], now: now, nearest: &nearest) else { return nil }
      subscriptions.sent(index, now: now)
      nearest = min(nearest, after(now, policy.verifyTimeoutNanos))
      return .subscribe(index: index)
    }
    return nil
  }

  private mutating func tellLimit(_ index: Int, now: UInt64) {
    if !isOverLimitTold {
      isOverLimitTold = true
      note(
        .overLimit(wanted: subscriptions.wanted, limit: subscriptions.effectiveLimit), now: now)
    }
    note(.unserved(index: index), now: now)
    settle(now: now)
  }

  /// Holes are asked for when all that can be had is delivered again: live data goes first.
  private mutating func backfill(now: UInt64, nearest: inout UInt64) -> SessionAction? {
    guard !isVerifying, subscriptions.holes.inFlight < max(policy.backfillsAtOnce, 1),
      let (index, from, to) = subscriptions.holes.nextToAsk(limitNanos: policy.backfillLimitNanos),
      pay(policy.backfillCost, now: now, nearest: &nearest)
    else { return nil }
    subscriptions.holes.asked(index, now: now)
    tally.backfillsAsked += 1
    return .backfill(index: index, from: from, to: to)
  }

  /// Whether `cost` requests may go now, and then they are counted.
  private mutating func pay(_ cost: Int, now: UInt64, nearest: inout UInt64) -> Bool {
    guard bucket.take(cost, now: now) else {
      if pacedSince == nil { pacedSince = now }
      nearest = min(nearest, bucket.readyAt(cost, now: now))
      return false
    }
    if let since = pacedSince {
      tally.pacedNanos += elapsed(from: since, to: now)
      pacedSince = nil
    }
    tally.requests += UInt64(max(cost, 0))
    return true
  }
}
