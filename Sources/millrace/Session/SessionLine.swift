internal import Ledger
internal import Sessions

/// A live session as one line of a table, from its counters.
struct SessionLine {
  /// A text, and whether it says something bad.
  typealias Cell = (text: String, isBad: Bool)

  private let block: BlockSnapshot
  private let takenAt: RealtimeInstant

  init(_ block: BlockSnapshot, takenAt: RealtimeInstant) {
    self.block = block
    self.takenAt = takenAt
  }

  static var titles: [String] {
    [
      "session", "state", "for", "epoch", "heard", "wanted", "confirmed", "not served", "health",
      "lost", "cause", "missing",
    ]
  }

  var state: SessionState { SessionState(rawValue: UInt8(clamping: block[.sessionState])) }
  var health: Health { Health(rawValue: UInt8(clamping: block[.health])) }

  /// Whether it delivers all that can be had.
  var isWell: Bool { (state == .live || state == .degraded) && health != .dead }

  var cells: [Cell] {
    let unserved = block[.refused] &+ block[.unserved]
    let losses = block.elements(.disconnects)
    let worst = losses.max { $0.value < $1.value }
    return [
      (block.name, false), (state.name, !isWell), (age(.stateSince), false),
      ("\(block[.epoch])", false), (age(.lastHeard), false),
      (LedgerReport.grouped(block[.wanted]), false),
      (LedgerReport.grouped(block[.confirmed]), false),
      (LedgerReport.grouped(unserved), unserved > 0),
      (health.name, health == .dead || health == .suspicious),
      (LedgerReport.grouped(block[.disconnects]), false), (worst?.name ?? "-", false),
      (LedgerReport.grouped(block[.upstreamMissing]), block[.upstreamMissing] > 0),
    ]
  }

  /// Time since the counter's point of time.
  private func age(_ id: CounterID) -> String {
    let then = block[id]
    guard then > 0 else { return "-" }
    return LedgerReport.duration(takenAt.nanos(since: RealtimeInstant(rawValue: then)))
  }
}
