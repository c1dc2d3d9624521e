import Ledger
import Sessions
import Testing

@testable import Control

@Suite("Readiness")
struct ReadinessTests {
  /// A view after these notes.
  static func views(_ states: [(String, SessionState)]) -> [SessionView] {
    var book = NoteBook(sources: states.map(\.0))
    _ = book.take(
      states.map { source, to in state(.idle, to, .refused, "nobody listens", source: source) })
    return book.sessions
  }

  @Test(
    "A source is ready where it delivers, degraded with a warning",
    arguments: [
      (SessionState.live, true), (.degraded, true), (.subscribing, false), (.connecting, false),
      (.backoff, false), (.openCircuit, false), (.authenticating, false), (.stopped, false),
      (.idle, false),
    ])
  func sources(_ state: SessionState, _ isReady: Bool) {
    let view = Self.views([("iq", state)])[0]
    #expect((view.unreadiness == nil) == isReady)
    if !isReady {
      #expect(view.unreadiness == "source iq: \(state.name) after refused: nobody listens")
    }
    #expect(view.warnings.isEmpty == (state != .degraded))
  }

  @Test("Every source must deliver; the reasons name those that do not")
  func several() {
    var snapshot = ControlSnapshot(
      takenAt: 0, sessions: Self.views([("a", .live), ("b", .backoff), ("c", .openCircuit)]))
    snapshot.troubles = ["the gap ledger cannot be written: disk full"]
    let reasons = snapshot.unreadiness
    #expect(
      reasons == [
        "source b: backoff after refused: nobody listens",
        "source c: open_circuit after refused: nobody listens", "the counters cannot be read",
        "the gap ledger cannot be written: disk full",
      ])
  }

  @Test("A control thread without a sign of life is stuck, and told so")
  func stuck() {
    let board = ControlBoard(limitNanos: 5_000_000_000)
    #expect(board.unreadiness() == ["it is starting"])
    board.publish(ControlSnapshot(takenAt: 0, sessions: []))
    let now = MonotonicClock.now().rawValue
    #expect(board.stuckness(now: now) == nil)
    let late = board.stuckness(now: now + 6_000_000_000)
    #expect(late?.hasPrefix("the control thread has given no sign of life for 6.0") == true)
    #expect(board.unreadiness(now: now + 6_000_000_000).count == 2)
    board.end()
    #expect(board.unreadiness() == ["it is about to end"])
  }

  @Test("The kernel's figures of the process")
  func process() {
    let text = "Name:\tx\nVmHWM:\t  2048 kB\nVmRSS:\t  1024 kB\nThreads:\t7\nbad\nVmRSS\n"
    let sample = ProcessSample.parse(text, usage: (user: 3, system: 4))
    #expect(sample.residentBytes == 1 << 20)
    #expect(sample.peakResidentBytes == 2 << 20)
    #expect(sample.threads == 7)
    #expect(sample.userNanos == 3)
    let own = ProcessSample.now()
    #expect(own.residentBytes > 1 << 20)
    #expect(own.threads > 0)
  }
}
