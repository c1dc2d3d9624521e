/// What a session has done so far, and how its subscriptions stand.
public struct SessionCounts: Sendable {
  /// Attempts to connect.
  public var attempts: UInt64 = 0
  /// Transports that stood.
  public var connects: UInt64 = 0
  /// Attempts that ended before the handshake was done.
  public var failures: UInt64 = 0
  /// Connections and attempts that ended, by the number of their cause; the last for all others.
  public var disconnects = InlineArray<16, UInt64>(repeating: 0)
  /// Instruments that are wanted now.
  public var wanted = 0
  /// Of these, confirmed in this connection.
  public var confirmed = 0
  /// Not confirmed in time.
  public var missing = 0
  public var refused = 0
  /// Without room under the upstream's limit.
  public var unserved = 0
  /// Requests sent, by their costs.
  public var requests: UInt64 = 0
  /// How long requests have waited for the upstream's limit.
  public var pacedNanos: UInt64 = 0
  public var keepAlives: UInt64 = 0
  public var reconnectAlarms: UInt64 = 0
  public var circuitOpens: UInt64 = 0
  /// Broken parts of the upstream now.
  public var brokenParts = 0
  public var backfillsAsked: UInt64 = 0
  public var notesDropped: UInt64 = 0

  public init() {}

  mutating func noteDisconnect(_ cause: DisconnectCause) {
    let place = min(Int(cause.rawValue), 15)
    disconnects[place] &+= 1
  }
}
