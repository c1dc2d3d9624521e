internal import Ledger
internal import Records
internal import Synchronization

/// A stage's latencies of one interval as a DBN system record.
///
/// `latency thread=worker-0 stage=total interval=60000000000 n=12000 mean=... p50=... p90=...
/// p99=... p99.9=... p99.99=... max=...`, all times in nanoseconds. DBN has no record for it and no
/// private type may stand in its stream, so it is text like a gap (decision 003).
enum LatencyRecord {
  /// The record; `time` is the end of the interval, Unix ns. Allocates nothing.
  static func make(
    publisherID: UInt16, thread: String, stage: Stage, intervalNanos: UInt64,
    summary: Histogram.Summary, time: UInt64
  ) -> SystemMessage {
    var text = FixedText()
    text.append("latency thread=")
    // The other words need 250 bytes at most, with the longest numbers.
    text.append(thread, atMost: 48)
    text.append(" stage=")
    text.append(stage.name)
    text.append(" interval=", intervalNanos)
    text.append(" n=", summary.count)
    text.append(" mean=", summary.mean)
    text.append(" p50=", summary.p50)
    text.append(" p90=", summary.p90)
    text.append(" p99=", summary.p99)
    text.append(" p99.9=", summary.p999)
    text.append(" p99.99=", summary.p9999)
    text.append(" max=", summary.max)
    return SystemMessage(
      publisherID: publisherID, instrumentID: 0, tsEvent: time, msg: text.bytes)
  }
}

/// The text of a system record as it is written, without a string.
private struct FixedText {
  var bytes = InlineArray<303, UInt8>(repeating: 0)
  private var count = 0

  /// Appends text; what has no room any more is left out, the last byte stays 0.
  mutating func append(_ text: String, atMost limit: Int = 303) {
    for byte in text.utf8.prefix(limit) where count < 302 {
      // A space would end the field.
      bytes[count] = limit < 303 && byte == 0x20 ? 0x5F : byte
      count += 1
    }
  }

  mutating func append(_ name: String, _ number: UInt64) {
    append(name)
    var divisor: UInt64 = 1
    while number / divisor >= 10 { divisor *= 10 }
    while divisor > 0, count < 302 {
      bytes[count] = 0x30 + UInt8(number / divisor % 10)
      count += 1
      divisor /= 10
    }
  }
}

/// The latencies of one thread on their way into the stream: what was recorded since the last time.
struct LatencyReporter: ~Copyable {
  private var intervals = StageIntervals()
  private let nanos: UInt64
  private let thread: String
  private let publisherID: UInt16
  private var next: UInt64 = 0
  private var start: UInt64 = 0
  private var hasReported = false

  /// `nanos` is the interval; nil reports never.
  init(thread: String, publisherID: UInt16, nanos: UInt64?) {
    self.thread = thread
    self.publisherID = publisherID
    self.nanos = nanos ?? .max
  }

  /// Whether the interval is over; `now` is monotonic. Begins the first one.
  mutating func isDue(_ now: UInt64) -> Bool {
    guard nanos != .max else { return false }
    if next == 0 {
      start = now
      next = now &+ nanos
    }
    return now >= next
  }

  /// Gives a record for each stage that has recorded something since the last time. At the end of a
  /// run (`isLast`) the interval that is not whole is told only where others were before it.
  mutating func report(
    _ stages: borrowing StageHistograms, now: UInt64, isLast: Bool = false,
    _ body: (SystemMessage) -> Void
  ) {
    guard nanos != .max, next != 0, !isLast || hasReported else { return }
    hasReported = true
    let time = RealtimeClock.now().rawValue
    for stage in Stage.all {
      guard let summary = intervals.take(stage, of: stages) else { continue }
      body(
        LatencyRecord.make(
          publisherID: publisherID, thread: thread, stage: stage, intervalNanos: now &- start,
          summary: summary, time: time))
    }
    start = now
    next = now &+ nanos
  }
}

/// Records that reader threads want to have in the stream: the worker of shard 0 takes them along.
final class StreamNotes: Sendable {
  private let isFilled = Atomic(false)
  private let notes = Mutex<[SystemMessage]>([])

  /// What may wait: a worker that does not come must not cost memory.
  private static var limit: Int { 1_024 }

  /// Leaves a record. From any thread, about once a minute.
  func add(_ note: SystemMessage) {
    notes.withLock { if $0.count < Self.limit { $0.append(note) } }
    isFilled.store(true, ordering: .releasing)
  }

  /// What was left, oldest first; a look at one word where there is nothing.
  func take() -> [SystemMessage] {
    guard isFilled.exchange(false, ordering: .acquiring) else { return [] }
    return notes.withLock { notes in
      let taken = notes
      notes.removeAll(keepingCapacity: true)
      return taken
    }
  }
}
