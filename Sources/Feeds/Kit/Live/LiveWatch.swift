internal import Sessions

/// Looks after the silence of a session and of its instruments: a slice of them each tenth of a
/// second, so that no look takes long.
struct LiveWatch {
  private(set) var feed = Health.unknown
  /// Instruments, by their health.
  private(set) var tally = InlineArray<8, UInt64>(repeating: 0)
  private var nextLook: UInt64 = 0

  private static var lookNanos: UInt64 { 100_000_000 }

  init(_ options: LiveOptions) {}

  func isDue(_ now: UInt64) -> Bool { now >= nextLook }

  mutating func look(
    _ activity: borrowing LiveActivity, delivers: Bool, now: UInt64, tsRecv: UInt64,
    _ body: (LiveNote.Content) -> Void
  ) {
    nextLook = now &+ Self.lookNanos
  }
}
