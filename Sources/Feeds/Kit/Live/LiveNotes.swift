/// Notes of one session that wait for the control plane: bounded, the newest give way.
struct LiveNotes {
  private var waiting: [LiveNote] = []
  private(set) var dropped: UInt64 = 0
  private var bytes = 0

  /// Notes, and bytes of poison in them, between two takes.
  private static var limit: Int { 65_536 }
  private static var byteLimit: Int { 4 << 20 }

  var isEmpty: Bool { waiting.isEmpty }

  mutating func add(_ note: LiveNote) {
    var size = 0
    if case .poison(let message, _, _) = note.content { size = message.count }
    guard waiting.count < Self.limit, bytes + size <= Self.byteLimit else {
      dropped &+= 1
      return
    }
    bytes += size
    waiting.append(note)
  }

  mutating func take() -> [LiveNote] {
    guard !waiting.isEmpty else { return [] }
    bytes = 0
    defer { waiting = [] }
    return waiting
  }
}

/// Counts of a session that its machine does not keep.
struct LiveTally {
  var upstreamMissing: UInt64 = 0
  var backfilled: UInt64 = 0
  var backfillFailures: UInt64 = 0
  var quarantined: UInt64 = 0
  var clockOffset: Int64 = 0
  /// The one that the control plane was told last.
  var toldClockOffset: Int64 = 0
  var delayedSeconds: UInt64 = 0
  var stateSince: UInt64 = 0
}
