/// Whether attempts are made at all.
public enum CircuitState: Sendable, Equatable {
  /// Attempts are made.
  case closed
  /// None is made before the cool-down is over.
  case open
  /// One is being made, and decides.
  case halfOpen
}

/// Counts failures in a row and stops the attempts after too many (Nygard, "Release It!", 2007).
///
/// A connection that did not stand for a while is a failure too: one that flaps opens the circuit.
struct CircuitBreaker: Sendable {
  let threshold: Int
  let coolDownNanos: UInt64
  private(set) var state = CircuitState.closed
  private(set) var failures = 0

  init(threshold: Int, coolDownNanos: UInt64) {
    self.threshold = max(threshold, 1)
    self.coolDownNanos = coolDownNanos
  }

  /// An attempt begins.
  mutating func attempt() {
    if state == .open { state = .halfOpen }
  }

  /// Notes a failure; whether the circuit is open now.
  mutating func fail() -> Bool {
    failures += 1
    if state == .halfOpen || failures >= threshold { state = .open }
    return state == .open
  }

  /// A connection has stood for a while, or an operator has decided.
  mutating func close() {
    state = .closed
    failures = 0
  }
}
