/// What an operator wants of a running session.
public enum LiveCommand: Sendable, Equatable {
  /// Close the open circuit: the next attempt is made at once.
  case resetCircuit
  /// Drop the connection and make a new one, in order.
  case reconnect
}
