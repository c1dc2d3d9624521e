public import Sessions
public import Wire

/// What the control plane learns of a session: for the log, the gap ledger, the symbol master, the
/// quarantine and status. Times are Unix ns. Rare: never one a message.
public struct LiveNote: Sendable {
  public enum Content: Sendable {
    /// The session's state has changed.
    case state(from: SessionState, to: SessionState, cause: DisconnectCause, text: String)
    /// Nothing is delivered any more: records from this time on may be missing, until `gap`.
    case lost(from: UInt64, cause: DisconnectCause)
    /// Records between these times may be missing: from the last byte heard to the session's being
    /// live again. `instruments` are ids; empty for all of the session.
    case gap(from: UInt64, to: UInt64, cause: DisconnectCause, instruments: [UInt32])
    /// Messages first ... last of the upstream's own numbering did not come.
    case missing(instrument: UInt32, channel: String, first: UInt64, last: UInt64)
    /// A hole was filled, or could not be: `error` says why.
    case backfilled(
      instrument: UInt32, from: UInt64, to: UInt64, records: UInt64, error: String?)
    /// An instrument was refused, or did not come back after a reconnect.
    case notServed(instrument: UInt32, symbol: String, code: Int, text: String)
    /// More connections in an hour than the policy allows.
    case reconnectAlarm(count: Int)
    /// The circuit opened, half-opened or closed.
    case circuit(CircuitState)
    /// An instrument that was not served has come.
    case served(instrument: UInt32)
    /// More instruments are wanted than the upstream allows.
    case overLimit(wanted: Int, limit: Int)
    /// A part of the upstream is broken or back.
    case part(name: String, isBroken: Bool)
    /// The upstream's own words.
    case notice(code: Int, text: String)
    /// The health of the whole feed (`instrument` 0) or of one instrument.
    case health(instrument: UInt32, from: Health, to: Health, evidence: String)
    case clockOffset(nanos: Int64)
    case delayed(seconds: Int)
    case definition(LiveDefinition)
    /// A message that was rejected, as it came.
    case poison(bytes: [UInt8], channel: String, reason: RejectReason)
    /// Notes that found no room.
    case dropped(count: Int)
  }

  public var source: String
  public var time: UInt64
  public var epoch: UInt32
  public var content: Content

  public init(source: String, time: UInt64, epoch: UInt32, content: Content) {
    self.source = source
    self.time = time
    self.epoch = epoch
    self.content = content
  }
}
