internal import Lanes
internal import Records
internal import Sessions
internal import Wire

/// What the protocol says, and what the machine has made of it. Rare.
extension LiveRunner where Upstream: ~Copyable {
  /// Handles the events of the last call into the protocol.
  func takeEvents(now: UInt64, tsRecv: UInt64) {
    guard !outcome.events.isEmpty else { return }
    var events: [LiveEvent] = []
    swap(&events, &outcome.events)
    // By index: an iterator would share the buffer, which then could not be kept.
    for index in events.indices { take(events[index], now: now, tsRecv: tsRecv) }
    events.removeAll(keepingCapacity: true)
    // Handling an event asks the protocol for nothing, so that no event was added meanwhile.
    swap(&events, &outcome.events)
    drainMachine(now: now, tsRecv: tsRecv)
  }

  private func take(_ event: LiveEvent, now: UInt64, tsRecv: UInt64) {
    switch event {
    case .ready:
      broadcast(
        LiveRecord.started(
          publisherID: publisherID, source: source, epoch: machine.epoch, tsRecv: tsRecv))
      machine.ready(now: now)
    case .confirmed(let index): machine.confirmed(index: index, now: now)
    case .refused(let index, let code, let text):
      machine.refused(index: index, now: now)
      notServed(index, code: code, text: text, tsRecv)
    case .limitReached(let index):
      machine.limitReached(index: index, now: now)
    case .upstreamDown(let text):
      machine.upstream(isUp: false, keepsSubscriptions: true, text: text, now: now)
    case .upstreamUp(let keeps, let text):
      machine.upstream(isUp: true, keepsSubscriptions: keeps, text: text, now: now)
    case .part(let name, let isBroken):
      machine.part(name: name, isBroken: isBroken, now: now)
      notes.add(note(.part(name: name, isBroken: isBroken), tsRecv))
    case .lost(let cause, let text): machine.lost(cause, text: text, now: now)
    case .answered: machine.answered(now: now)
    case .subscriptionLimit(let limit): machine.subscriptionLimit(limit)
    case .expires(let at):
      machine.expires(at: now &+ (at > tsRecv ? at &- tsRecv : 0))
    case .backfilled(let request, let records, let error):
      filled(request, records: records, error: error, now: now, tsRecv: tsRecv)
    case .missing(let index, let channel, let first, let last):
      missing(index, channel, first, last, tsRecv)
    default: tell(event, tsRecv)
    }
  }

  /// What only the control plane wants to know.
  private func tell(_ event: LiveEvent, _ tsRecv: UInt64) {
    switch event {
    case .clockOffset(let nanos):
      // Told when it has moved, so that a steady clock costs nothing; the counter has each.
      let moved = (nanos &- tally.toldClockOffset).magnitude
      tally.clockOffset = nanos
      guard moved > LiveLimits.clockOffsetNanos else { return }
      tally.toldClockOffset = nanos
      notes.add(note(.clockOffset(nanos: nanos), tsRecv))
    case .delayed(let seconds):
      tally.delayedSeconds = UInt64(max(seconds, 0))
      notes.add(note(.delayed(seconds: seconds), tsRecv))
    case .notice(let code, let text): notes.add(note(.notice(code: code, text: text), tsRecv))
    case .definition(let definition): notes.add(note(.definition(definition), tsRecv))
    default: break
    }
  }

  private func notServed(_ index: Int, code: Int, text: String, _ tsRecv: UInt64) {
    guard instruments.indices.contains(index) else { return }
    let instrument = instruments[index]
    notes.add(
      note(
        .notServed(
          instrument: instrument.instrumentID, symbol: instrument.symbol, code: code, text: text),
        tsRecv))
  }

  private func missing(
    _ index: Int, _ channel: String, _ first: UInt64, _ last: UInt64, _ tsRecv: UInt64
  ) {
    guard instruments.indices.contains(index), first <= last else { return }
    let instrument = instruments[index].instrumentID
    tally.upstreamMissing &+= last &- first &+ 1
    push(
      LiveRecord.missing(
        publisherID: publisherID, instrumentID: instrument, source: source, channel: channel,
        first: first, last: last, tsRecv: tsRecv), instrument: instrument)
    notes.add(
      note(.missing(instrument: instrument, channel: channel, first: first, last: last), tsRecv))
  }

  /// The machine closes the connection: what waits to be sent on it is void.
  func closed(_ cause: DisconnectCause, tsRecv: UInt64) {
    for channel in outcome.output.indices where cause != .stopped {
      outcome.output[channel].removeAll(keepingCapacity: true)
    }
    fills.forgetAll { request in
      tally.backfillFailures &+= 1
      noteFill(request, records: 0, error: "the connection was lost", tsRecv)
    }
  }

  /// Brings out what has changed in the machine.
  func drainMachine(now: UInt64, tsRecv: UInt64) {
    for event in machine.takeNotes() {
      // The machine's times are monotonic; both clocks were read together.
      take(event.content, at: tsRecv &- (now &- min(event.time, now)), now: now, tsRecv: tsRecv)
    }
  }

  private func take(
    _ event: SessionNote.Content, at time: UInt64, now: UInt64, tsRecv: UInt64
  ) {
    switch event {
    case .state(let from, let to, let cause, let text):
      tally.stateSince = time
      notes.add(note(.state(from: from, to: to, cause: cause, text: text), time))
      broadcast(
        LiveRecord.state(
          publisherID: publisherID, source: source, epoch: machine.epoch, state: to.name,
          tsRecv: time))
    case .lostConnection(let heardAt, let cause):
      let from = unixTime(heardAt, now: now, tsRecv: tsRecv)
      broadcast(
        LiveRecord.lost(
          publisherID: publisherID, source: source, epoch: machine.epoch, cause: cause.name,
          from: from, tsRecv: time))
      notes.add(note(.lost(from: from, cause: cause), time))
    case .liveAgain(let heardAt, let cause):
      let from = holeBegan ?? unixTime(heardAt, now: now, tsRecv: tsRecv)
      holeBegan = nil
      broadcast(
        LiveRecord.gap(
          publisherID: publisherID, source: source, epoch: machine.epoch, cause: cause.name,
          from: from, to: time))
      notes.add(note(.gap(from: from, to: time, cause: cause, instruments: []), time))
    case .missing(let index):
      notServed(index, code: 0, text: "asked for, but nothing of it came in time", time)
    case .unserved(let index):
      notServed(index, code: 0, text: "no room under the upstream's limit", time)
    case .back(let index):
      notes.add(note(.served(instrument: instruments[index].instrumentID), time))
    default: takeAlarm(event, time)
    }
  }

  private func takeAlarm(_ event: SessionNote.Content, _ time: UInt64) {
    switch event {
    case .overLimit(let wanted, let limit):
      notes.add(note(.overLimit(wanted: wanted, limit: limit), time))
    case .reconnectAlarm(let count): notes.add(note(.reconnectAlarm(count: count), time))
    case .circuit(let state): notes.add(note(.circuit(state), time))
    case .backfillTimedOut(let index):
      guard let request = fills.take(index: index) else { return }
      tally.backfillFailures &+= 1
      noteFill(request, records: 0, error: "no answer in time", time)
    case .renewalOverdue:
      notes.add(note(.notice(code: 0, text: "a credential expires and was not renewed"), time))
    case .dropped(let count): notes.add(note(.dropped(count: count), time))
    default: break
    }
  }

  /// The Unix time of a monotonic one; that of the last bytes is known exactly.
  private func unixTime(_ time: UInt64, now: UInt64, tsRecv: UInt64) -> UInt64 {
    let found = time == heardAt ? lastHeard : tsRecv &- (now &- min(time, now))
    holeBegan = found
    return found
  }

  // Backfill

  /// Asks for the hole of an instrument; the machine's times are monotonic.
  func backfill(_ index: Int, from: UInt64, to: UInt64, now: UInt64, tsRecv: UInt64) {
    let request = fills.add(
      index: index, from: tsRecv &- (now &- min(from, now)), to: tsRecv &- (now &- min(to, now)))
    let isSent = wire.backfill(request, context: context(now, tsRecv), report: &outcome)
    guard !isSent else { return }
    _ = fills.take(request.id)
    machine.backfilled(index: index, now: now)
  }

  private func filled(
    _ id: UInt32, records: UInt64, error: String?, now: UInt64, tsRecv: UInt64
  ) {
    guard let request = fills.take(id) else { return }
    tally.backfilled &+= records
    if error != nil { tally.backfillFailures &+= 1 }
    machine.backfilled(index: request.index, now: now)
    noteFill(request, records: records, error: error, tsRecv)
  }

  private func noteFill(
    _ request: BackfillRequest, records: UInt64, error: String?, _ tsRecv: UInt64
  ) {
    let instrument = instruments[request.index].instrumentID
    push(
      LiveRecord.backfilled(
        publisherID: publisherID, instrumentID: instrument, source: source, from: request.from,
        to: request.to, records: records, error: error, tsRecv: tsRecv), instrument: instrument)
    notes.add(
      note(
        .backfilled(
          instrument: instrument, from: request.from, to: request.to, records: records,
          error: error), tsRecv))
  }

  /// Copies what was rejected, for the quarantine.
  func quarantine(_ bytes: RawSpan, channel: Int, tsRecv: UInt64) {
    for (range, reason) in outcome.poison {
      guard range.lowerBound >= 0, range.upperBound <= bytes.byteCount else { continue }
      let kept = range.lowerBound..<min(range.upperBound, range.lowerBound + LiveLimits.poisonBytes)
      var message: [UInt8] = []
      message.reserveCapacity(kept.count)
      for at in kept { message.append(bytes.uncheckedByte(at: at)) }
      tally.quarantined &+= 1
      notes.add(
        note(
          .poison(bytes: message, channel: channels[channel].name, reason: reason), tsRecv))
    }
    outcome.poison.removeAll(keepingCapacity: true)
  }
}
