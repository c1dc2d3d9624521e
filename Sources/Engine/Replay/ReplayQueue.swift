internal import Lanes
internal import Synchronization

/// Hands chunks from one thread to another and back, in order: four of them go round.
///
///     decoding thread ── filled ──▶ giving thread
///                     ◀── empty ───
final class ReplayQueue: @unchecked Sendable {
  // Safety of `@unchecked`: chunk n is touched by the filler while `filled` is n below its turn,
  // by the taker between `filled` and `taken`; the release stores below pair with acquire loads.
  private let chunks: [ReplayChunkBox]
  private let filled = Atomic(0)
  private let taken = Atomic(0)
  private let ended = Atomic(false)
  private let stopping = Atomic(false)
  private let toFiller = Doorbell()
  private let toTaker = Doorbell()

  private static var count: Int { 4 }

  init() { chunks = (0..<Self.count).map { _ in ReplayChunkBox() } }

  /// An empty chunk to fill, once there is one; nil when nobody wants more.
  func empty() -> ReplayChunkBox? {
    let next = filled.load(ordering: .relaxed)
    while !stopping.load(ordering: .acquiring) {
      // Pairs with the store in `giveBack`.
      if next - taken.load(ordering: .acquiring) < Self.count {
        let box = chunks[next % Self.count]
        box.chunk.removeAll()
        return box
      }
      toFiller.sleep(timeoutNanos: 100_000_000) {
        next - taken.load(ordering: .acquiring) < Self.count
          || stopping.load(ordering: .acquiring)
      }
    }
    return nil
  }

  /// The chunk of the last `empty` is full.
  func pass() {
    filled.add(1, ordering: .releasing)
    toTaker.ring()
  }

  /// No more chunks will come.
  func end() {
    ended.store(true, ordering: .releasing)
    toTaker.ring()
  }

  /// The next full chunk; nil after `timeoutNanos` without one, and at the end.
  func take(timeoutNanos: Int64) -> ReplayChunkBox? {
    let next = taken.load(ordering: .relaxed)
    if !hasChunk(next) {
      var idler = Idler(.park)
      while !hasChunk(next), !ended.load(ordering: .acquiring), !idler.pause() {}
    }
    if !hasChunk(next) {
      toTaker.sleep(timeoutNanos: timeoutNanos) {
        hasChunk(next) || ended.load(ordering: .acquiring)
      }
    }
    return hasChunk(next) ? chunks[next % Self.count] : nil
  }

  /// Whether all was taken that will ever come.
  var isFinished: Bool {
    // `ended` first: what was passed before it is seen then.
    ended.load(ordering: .acquiring) && !hasChunk(taken.load(ordering: .relaxed))
  }

  private func hasChunk(_ next: Int) -> Bool { filled.load(ordering: .acquiring) > next }

  /// The chunk of the last `take` may be used again.
  func giveBack() {
    taken.add(1, ordering: .releasing)
    toFiller.ring()
  }

  /// The filler shall end.
  func stop() {
    stopping.store(true, ordering: .releasing)
    toFiller.ring()
  }
}
