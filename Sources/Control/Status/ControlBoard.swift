internal import Ledger
internal import Synchronization

/// Where the control thread leaves what it knows, and the pages find it.
///
/// One thread publishes, any may read. Reading copies; nobody waits for long.
public final class ControlBoard: Sendable {
  private struct State {
    var snapshot: ControlSnapshot?
    /// Monotonic ns.
    var beatAt: UInt64
    var isEnding = false
  }

  private let state: Mutex<State>
  private let limitNanos: UInt64

  /// `limitNanos` is the age of the last beat at which the control thread counts as stuck.
  public init(limitNanos: UInt64 = ControlLimits.beatNanos) {
    self.limitNanos = limitNanos
    state = Mutex(State(snapshot: nil, beatAt: MonotonicClock.now().rawValue))
  }

  /// Publishes what is known now; a sign of life too.
  public func publish(_ snapshot: ControlSnapshot) {
    let now = MonotonicClock.now().rawValue
    state.withLock { state in
      state.snapshot = snapshot
      state.beatAt = now
    }
  }

  /// A sign of life alone.
  public func beat() {
    let now = MonotonicClock.now().rawValue
    state.withLock { $0.beatAt = now }
  }

  /// The process is about to end in order: not ready from here on, but alive.
  public func end() { state.withLock { $0.isEnding = true } }

  /// What was last published.
  public var snapshot: ControlSnapshot? { state.withLock { $0.snapshot } }

  /// Age of the last sign of life, ns; `now` is monotonic, nil for the clock's.
  public func beatAge(now: UInt64? = nil) -> UInt64 {
    let at = state.withLock { $0.beatAt }
    let now = now ?? MonotonicClock.now().rawValue
    return now > at ? now - at : 0
  }

  /// Why the process counts as stuck; nil while it lives.
  public func stuckness(now: UInt64? = nil) -> String? {
    let age = beatAge(now: now)
    guard age > limitNanos else { return nil }
    return "the control thread has given no sign of life for \(LedgerReport.duration(age)); "
      + "the limit is \(LedgerReport.duration(limitNanos))"
  }

  /// Why the process is not ready; empty where it is.
  public func unreadiness(now: UInt64? = nil) -> [String] {
    let (snapshot, isEnding) = state.withLock { ($0.snapshot, $0.isEnding) }
    if isEnding { return ["it is about to end"] }
    guard let snapshot else { return ["it is starting"] }
    return (stuckness(now: now).map { [$0] } ?? []) + snapshot.unreadiness
  }
}
