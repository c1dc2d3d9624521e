public import Sessions
public import Zones

/// What an operator wants of a running session.
public enum LiveCommand: Sendable {
  /// Close the open circuit: the next attempt is made at once.
  case resetCircuit
  /// Drop the connection and make a new one, in order.
  case reconnect
  /// An instrument of the session is wanted, or no longer.
  case want(instrument: UInt32, Bool)
  /// Silence is judged in another way from now on.
  case judge(HealthPolicy, hours: [TradingHours])
}
