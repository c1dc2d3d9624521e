internal import FeedKit
internal import Ledger
internal import Logging
internal import Sessions
internal import Wire

extension SessionView {
  /// Takes one note; gives the line of the log that tells it, if one should.
  mutating func fold(_ note: LiveNote) -> LogEvent? {
    epoch = max(epoch, note.epoch)
    let known = [
      LogField("source", .text(source)), LogField("epoch", .number(note.epoch)),
    ]
    switch note.content {
    case .state, .lost, .gap, .circuit, .reconnectAlarm, .overLimit, .dropped:
      return foldSession(note, known)
    case .served, .notServed, .health, .definition: return foldInstrument(note, known)
    default: return foldUpstream(note, known)
    }
  }

  // MARK: The session itself

  private mutating func foldSession(_ note: LiveNote, _ known: [LogField]) -> LogEvent? {
    switch note.content {
    case .state(let from, let to, let cause, let text):
      changed(from, to, cause, text, at: note.time)
      return LogEvent(
        Self.level(of: to), "session.state",
        known + [
          .init("from", .text(from.name)), .init("to", .text(to.name)),
          .init("cause", .text(cause.name)), .init("text", .text(text)),
        ])
    case .lost(let from, let cause):
      openGap = OpenGap(from: from, cause: cause)
      return LogEvent(
        .warning, "session.lost",
        known + [.init("cause", .text(cause.name)), .init("from_ns", .unsigned(from))])
    case .gap(let from, let to, let cause, let instruments):
      if instruments.isEmpty { openGap = nil }
      gaps &+= 1
      let nanos = to > from ? to - from : 0
      gapNanos &+= nanos
      return LogEvent(
        .warning, "session.gap",
        known + [
          .init("cause", .text(cause.name)), .init("from_ns", .unsigned(from)),
          .init("to_ns", .unsigned(to)), .init("duration", .text(LedgerReport.duration(nanos))),
          .init("instruments", instruments.isEmpty ? "all" : .number(instruments.count)),
        ])
    case .circuit(let state):
      circuit = state
      return LogEvent(
        state == .open ? .error : .info, "session.circuit",
        known + [.init("circuit", .text(state.name))])
    case .reconnectAlarm(let count):
      reconnectAlarms &+= 1
      return LogEvent(
        .error, "session.reconnect_alarm", known + [.init("connections_an_hour", .number(count))])
    case .overLimit(let wanted, let limit):
      return LogEvent(
        .error, "session.over_limit",
        known + [.init("wanted", .number(wanted)), .init("limit", .number(limit))])
    case .dropped(let count):
      notesDropped &+= UInt64(max(count, 0))
      return LogEvent(.error, "session.notes_dropped", known + [.init("count", .number(count))])
    default: return nil
    }
  }

  private mutating func changed(
    _ from: SessionState, _ to: SessionState, _ cause: DisconnectCause, _ text: String,
    at time: UInt64
  ) {
    state = to
    since = time
    if to == .live {
      self.text = ""
    } else {
      if cause != .none { self.cause = cause }
      if !text.isEmpty { self.text = text }
    }
    // A session that stops delivering has lost records from now on at the latest; its own note of
    // the loss says from when exactly.
    if (from == .live || from == .degraded) && !to.delivers && to != .stopped && openGap == nil {
      openGap = OpenGap(from: time, cause: cause)
    }
    if to == .stopped { openGap = nil }
    // Whatever does not come on a new connection is told anew.
    if to == .connecting {
      unservedByID.removeAll()
      unlisted = 0
    }
  }

  private static func level(of state: SessionState) -> LogLevel {
    switch state {
    case .degraded, .backoff: .warning
    case .openCircuit: .error
    default: .info
    }
  }

  // MARK: Its instruments

  private mutating func foldInstrument(_ note: LiveNote, _ known: [LogField]) -> LogEvent? {
    switch note.content {
    case .served(let instrument):
      unservedByID.removeValue(forKey: instrument)
      return LogEvent(
        .info, "instrument.served", known + [.init("instrument", .number(instrument))])
    case .notServed(let instrument, let symbol, let code, let text):
      let entry = Unserved(
        instrument: instrument, symbol: symbol, code: code, text: text, since: note.time)
      if unservedByID[instrument] != nil
        || unservedByID.count < ControlLimits.listedInstruments
      {
        unservedByID[instrument] = entry
      } else {
        unlisted &+= 1
      }
      return LogEvent(
        .warning, "instrument.not_served",
        known + [
          .init("instrument", .number(instrument)), .init("symbol", .text(symbol)),
          .init("code", .number(code)), .init("text", .text(text)),
        ])
    case .health(let instrument, let from, let to, let evidence):
      return foldHealth(instrument, from, to, evidence, note.time, known)
    case .definition(let definition):
      return LogEvent(
        .debug, "instrument.definition",
        known + [
          .init("symbol", .text(definition.symbol)), .init("name", .text(definition.name)),
        ])
    default: return nil
    }
  }

  private mutating func foldHealth(
    _ instrument: UInt32, _ from: Health, _ to: Health, _ evidence: String, _ time: UInt64,
    _ known: [LogField]
  ) -> LogEvent {
    let fields = [
      LogField("from", .text(from.name)), LogField("to", .text(to.name)),
      LogField("evidence", .text(evidence)),
    ]
    if instrument == 0 {
      health = to
      self.evidence = evidence
      let level: LogLevel = to == .dead ? .error : to == .suspicious ? .warning : .info
      return LogEvent(level, "feed.health", known + fields)
    }
    if to == .dead || to == .suspicious {
      let isListed = ailingByID[instrument] != nil
      if isListed || ailingByID.count < ControlLimits.listedInstruments {
        ailingByID[instrument] = Ailing(
          instrument: instrument, health: to, evidence: evidence, since: time)
      }
    } else {
      ailingByID.removeValue(forKey: instrument)
    }
    return LogEvent(
      to == .dead || to == .suspicious ? .warning : .debug, "instrument.health",
      known + [.init("instrument", .number(instrument))] + fields)
  }

  // MARK: The upstream

  private mutating func foldUpstream(_ note: LiveNote, _ known: [LogField]) -> LogEvent? {
    switch note.content {
    case .missing(let instrument, let channel, let first, let last):
      missing &+= last >= first ? last - first &+ 1 : 0
      return LogEvent(
        .warning, "upstream.missing",
        known + [
          .init("instrument", .number(instrument)), .init("channel", .text(channel)),
          .init("first", .unsigned(first)), .init("last", .unsigned(last)),
        ])
    case .part(let name, let isBroken):
      brokenParts.removeAll { $0 == name }
      if isBroken && brokenParts.count < ControlLimits.parts {
        brokenParts.append(name)
        brokenParts.sort()
      }
      return LogEvent(
        isBroken ? .warning : .info, "upstream.part",
        known + [.init("part", .text(name)), .init("broken", .truth(isBroken))])
    case .notice(let code, let text):
      notice = (code, text, note.time)
      return LogEvent(
        .info, "upstream.notice",
        known + [.init("code", .number(code)), .init("text", .text(text))])
    case .clockOffset(let nanos):
      clockOffset = nanos
      return LogEvent(
        .debug, "upstream.clock_offset", known + [.init("offset_ns", .signed(nanos))])
    case .delayed(let seconds):
      delayedSeconds = seconds
      return LogEvent(
        seconds > 0 ? .warning : .info, "upstream.delayed",
        known + [.init("seconds", .number(seconds))])
    case .backfilled(let instrument, let from, let to, let records, let error):
      return foldFill(instrument, from, to, records, error, known)
    case .poison(let bytes, let channel, let reason):
      rejected &+= 1
      return LogEvent(
        .warning, "message.rejected",
        known + [
          .init("channel", .text(channel)), .init("reason", .text(reason.name)),
          .init("bytes", .number(bytes.count)),
          .init("begins", .bytes(Array(bytes.prefix(ControlLimits.poisonBytes)))),
        ])
    default: return nil
    }
  }

  private mutating func foldFill(
    _ instrument: UInt32, _ from: UInt64, _ to: UInt64, _ records: UInt64, _ error: String?,
    _ known: [LogField]
  ) -> LogEvent {
    backfilledRecords &+= records
    if error != nil { backfillFailures &+= 1 }
    var fields =
      known + [
        .init("instrument", .number(instrument)), .init("from_ns", .unsigned(from)),
        .init("to_ns", .unsigned(to)), .init("records", .unsigned(records)),
      ]
    if let error { fields.append(.init("error", .text(error))) }
    return LogEvent(error == nil ? .info : .warning, "session.backfill", fields)
  }
}
