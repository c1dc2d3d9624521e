internal import CLinux
internal import Synchronization

/// What the threads of a replay tell each other and the one that watches.
final class ReplayState: Sendable {
  private let stopping = Atomic(false)
  private let finished = Atomic(false)
  private let records = Atomic<UInt64>(0)
  private let journalTime = Atomic<UInt64>(0)
  private let doneBytes = Atomic<UInt64>(0)
  private let startNanos = Atomic<UInt64>(0)
  private let endNanos = Atomic<UInt64>(0)

  func stop() { stopping.store(true, ordering: .relaxed) }
  var mustStop: Bool { stopping.load(ordering: .relaxed) }

  func begin(nowNanos: UInt64) { startNanos.store(nowNanos, ordering: .relaxed) }

  func finish(nowNanos: UInt64) {
    endNanos.store(nowNanos, ordering: .relaxed)
    // Pairs with the load in `isFinished`: who sees it sees all that was counted.
    finished.store(true, ordering: .releasing)
  }

  var isFinished: Bool { finished.load(ordering: .acquiring) }

  /// Only the giving thread counts, so that no addition needs to be atomic.
  func gave(_ count: Int, journalTime time: UInt64) {
    records.store(records.load(ordering: .relaxed) &+ UInt64(count), ordering: .relaxed)
    if time > 0 { journalTime.store(time, ordering: .relaxed) }
  }

  func read(_ bytes: UInt64) { doneBytes.store(bytes, ordering: .relaxed) }

  func progress(totalBytes: UInt64) -> ReplayProgress {
    let start = startNanos.load(ordering: .relaxed)
    let end = endNanos.load(ordering: .relaxed)
    let now = end > 0 ? end : ml_clock_nanos()
    return ReplayProgress(
      records: records.load(ordering: .relaxed),
      journalTime: journalTime.load(ordering: .relaxed),
      doneBytes: doneBytes.load(ordering: .relaxed), totalBytes: totalBytes,
      elapsedNanos: start > 0 && now > start ? now - start : 0)
  }
}
