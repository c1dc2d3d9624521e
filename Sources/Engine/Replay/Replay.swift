internal import CLinux
public import Journal
internal import Synchronization
internal import Wire

/// How far a replay has come; readable while it runs.
public struct ReplayProgress: Sendable {
  /// Records given out.
  public var records: UInt64 = 0
  /// The journal's time there, ns since the Unix epoch; 0 before the first record that has one.
  public var journalTime: UInt64 = 0
  /// Bytes of the files that were read, and all of them.
  public var doneBytes: UInt64 = 0
  public var totalBytes: UInt64 = 0
  /// Since the first record was due, ns.
  public var elapsedNanos: UInt64 = 0
}

/// Plays a journal: one thread decodes and merges ahead, another gives out what is due.
///
///     shard 0 ─┐                             ┌─ rings in shared memory, or
///     shard 1 ─┼─▶ merge ─▶ chunks ─▶ pacer ─┼─ standard output, or
///     shard S ─┘   (decoding)    (giving)    └─ ITCH datagrams
///
/// `start`, poll `isFinished`, then `stop` once; from one thread. Memory does not grow with the
/// journal: four chunks of 256 KiB, and what the readers of the lanes need for a block each.
public final class Replay: @unchecked Sendable {
  // Safety of `@unchecked`: `merge` belongs to the decoding thread and `pacing` to the giving one
  // until both were joined; the rest is atomic, locked or immutable.
  private let merge: ReplayMerge
  private let outlet: any ReplayOutlet
  private let options: ReplayOptions
  private let queue = ReplayQueue()
  private let state = ReplayState()
  private let totalBytes: UInt64
  private let openingFindings: [JournalFinding]
  private var pacing = PacingReport()
  private let failed = Mutex<ReplayError?>(nil)
  private var threads: [NativeThread] = []

  public init(
    _ plan: ReplayPlan, options: ReplayOptions, outlet: any ReplayOutlet
  ) throws(ReplayError) {
    merge = try plan.open(listsTimes: options.pace != .unlimited)
    openingFindings = plan.findings
    totalBytes = merge.totalBytes
    self.options = options
    self.outlet = outlet
  }

  /// Starts both threads.
  public func start() throws(ReplayError) {
    do throws(EngineError) {
      threads.append(try NativeThread(name: "replay-decode", cpu: nil) { [self] in decode() })
      threads.append(try NativeThread(name: "replay-give", cpu: options.cpu) { [self] in give() })
    } catch {
      _ = stop()
      throw .thread("\(error)")
    }
  }

  /// Whether everything was given out, or something broke it off.
  public var isFinished: Bool { state.isFinished }

  /// Ends it soon, waits for its threads, and tells what broke it off, if anything did.
  public func stop() -> ReplayError? {
    state.stop()
    queue.stop()
    for thread in threads { thread.join() }
    threads = []
    return failed.withLock { $0 }
  }

  /// How far it has come.
  public var progress: ReplayProgress { state.progress(totalBytes: totalBytes) }
  /// How late records were. After `stop`.
  public var pacingReport: PacingReport { pacing }
  /// Damage that was passed over. After `stop`.
  public var findings: [JournalFinding] {
    var all: [JournalFinding] = []
    for finding in openingFindings + merge.findings where !all.contains(finding) {
      all.append(finding)
    }
    return all
  }
  /// Lanes that could not be read to their end. After `stop`.
  public var failures: [JournalError] { merge.failures }

  private func decode() {
    while let box = queue.empty() {
      guard merge.fill(&box.chunk) else { break }
      queue.pass()
    }
    queue.end()
  }

  private func give() {
    ml_thread_timer_slack(1)
    do throws(ReplayError) {
      try giveAll()
      try outlet.finish(nowNanos: ml_clock_nanos())
    } catch {
      failed.withLock { $0 = error }
    }
    queue.stop()
    state.finish(nowNanos: ml_clock_nanos())
  }

  private func giveAll() throws(ReplayError) {
    var pacer = ReplayPacer(options)
    defer { pacing = pacer.report }
    try delay()
    state.begin(nowNanos: ml_clock_nanos())
    while !state.mustStop {
      guard let box = queue.take(timeoutNanos: 50_000_000) else {
        if queue.isFinished { break }
        try outlet.idle(nowNanos: ml_clock_nanos())
        continue
      }
      if options.pace == .unlimited {
        try giveAtOnce(box.chunk)
      } else {
        try give(box.chunk, &pacer)
      }
      state.read(box.chunk.doneBytes)
      queue.giveBack()
    }
  }

  private func delay() throws(ReplayError) {
    let end = ml_clock_nanos() &+ options.startDelayNanos
    while !state.mustStop {
      let now = ml_clock_nanos()
      guard now < end else { return }
      try outlet.idle(nowNanos: now)
      ml_sleep_until(min(end, now + 50_000_000))
    }
  }

  private func give(_ chunk: borrowing ReplayChunk, _ pacer: inout ReplayPacer) throws(ReplayError)
  {
    let bytes = chunk.bytes.bytes
    let times = chunk.times.bytes
    var start = 0
    var first = 0
    for run in chunk.runs where !state.mustStop {
      let end = first + run.recordCount
      try pacer.play(
        bytes.extracting(start..<run.end), times: times.extracting((first * 8)..<(end * 8)),
        ring: run.ring, to: outlet, state)
      (start, first) = (run.end, end)
    }
  }

  private func giveAtOnce(_ chunk: borrowing ReplayChunk) throws(ReplayError) {
    let bytes = chunk.bytes.bytes
    var start = 0
    for run in chunk.runs {
      try outlet.publish(
        bytes.extracting(start..<run.end), recordCount: run.recordCount, ring: run.ring)
      start = run.end
    }
    try outlet.flush(nowNanos: ml_clock_nanos())
    // The first record's time will do for a progress line.
    let count = RecordTimes.byteCount(bytes, at: 0)
    let time = count > 0 ? RecordTimes(options.clock).time(bytes, at: 0, byteCount: count) : nil
    state.gave(chunk.recordCount, journalTime: time ?? 0)
  }
}
