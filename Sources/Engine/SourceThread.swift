internal import FeedKit
internal import Lanes
internal import Ledger
internal import Net
internal import Synchronization
internal import Wire

/// A reader thread and what belongs to it: its runner, its counters, its stop flag.
///
/// The inputs (`SourceThread+File`, `+UDP`, `+Soup`) are thin shells: they bring bytes and times to
/// the runner and publish its counters once per batch.
final class SourceThread: @unchecked Sendable {
  // Safety of `@unchecked`: all but `shouldStop`, `isFinished` and `failure` is touched by the
  // reader thread alone until it was joined.
  let configuration: SourceConfiguration
  private let reading: Reading
  let ledger: SourceLedger
  /// Keeps the raw bytes; off where nobody wants them.
  var tap: CaptureTap
  /// The workers that this thread steps itself, in the inline layout.
  private let inline: InlineWorkers?
  let probe: LabProbe?
  private let handsOver: Bool
  /// When the last bytes of a raw capture were received: its end has no other time.
  var lastReceived: UInt64?
  private let shouldStop = Atomic(false)
  private let finished = Atomic(false)
  private let failed = Mutex<EngineError?>(nil)
  /// Notes of a live session that nobody has taken yet, and what operators want of it.
  let liveNotes = Mutex<[LiveNote]>([])
  let liveCommands = Mutex<[LiveCommand]>([])
  private var thread: NativeThread?

  /// What has the bytes: a runner of frames, or a live session.
  enum Reading {
    case source(any SourceRunner)
    case live(any LiveRunning)
  }

  /// The runner of a source that is not a live session.
  var runner: any SourceRunner {
    guard case .source(let runner) = reading else {
      preconditionFailure("a live session has no runner of frames")
    }
    return runner
  }

  /// The session of a source that is one.
  var session: any LiveRunning {
    guard case .live(let session) = reading else {
      preconditionFailure("the source is no live session")
    }
    return session
  }

  /// What is accounted for, whatever the source is.
  var account: any SourceAccount {
    switch reading {
    case .source(let runner): runner
    case .live(let session): session
    }
  }

  init(
    configuration: SourceConfiguration, reading: Reading, ledger: SourceLedger,
    capture: CaptureLink? = nil, inline: InlineWorkers? = nil, probe: LabProbe? = nil,
    strategy: WaitStrategy = .park
  ) {
    handsOver = strategy == .park
    self.inline = inline
    self.probe = probe
    self.configuration = configuration
    self.reading = reading
    self.ledger = ledger
    tap = CaptureTap(capture)
  }

  /// Opens the input in the caller's thread, so that its errors are the caller's, and starts.
  func start() throws(EngineError) {
    let body: @Sendable () -> Void
    switch configuration.input {
    case .file(let recognition):
      let input = try FileInput(recognition, feed: configuration.feed)
      body = { [self] in run { () throws(EngineError) in readFile(input) } }
    case .udp(let lines, let reRequest):
      let sockets = try LineSockets(
        lines: lines, reRequest: reRequest, bufferBytes: configuration.socketBufferBytes)
      body = { [self] in run { () throws(EngineError) in try readLines(sockets) } }
    case .soup(let server, let options):
      let link = SoupLink(server: server, options: options)
      try link.connect()
      body = { [self] in run { () throws(EngineError) in try readSoup(link) } }
    case .raw(let paths):
      body = { [self] in run { () throws(EngineError) in try readRaw(paths) } }
    case .live(_, let host, _):
      body = { [self] in run { () throws(EngineError) in keepAlive(session, host: host) } }
    case .paced(let frames):
      body = { [self] in run { () throws(EngineError) in readPaced(frames) } }
    }
    thread = try NativeThread(
      name: "reader-\(configuration.name)", cpu: configuration.cpu, body: body)
  }

  private func run(_ body: () throws(EngineError) -> Void) {
    do throws(EngineError) {
      try body()
    } catch {
      failed.withLock { $0 = error }
    }
    tap.finish()
    account.finish(tsRecv: lastReceived ?? RealtimeClock.now().rawValue)
    handOver()
    publish()
    ledger.finishLatency()
    finished.store(true, ordering: .releasing)
  }

  /// Gives what was decoded to the workers: wakes them, or steps them. Once per batch.
  func handOver() {
    account.flush()
    inline?.empty()
  }

  /// Brings the ledger up to date. Once per batch.
  func publish() {
    ledger.publish(account)
    inline?.settle()
  }

  /// Whether nobody sees what was decoded before `handOver`.
  var mustHandOver: Bool { inline != nil || handsOver }

  /// Asks the thread to end soon.
  func stop() { shouldStop.store(true, ordering: .relaxed) }

  var mustStop: Bool { shouldStop.load(ordering: .relaxed) }

  /// Whether its input is over.
  var isFinished: Bool { finished.load(ordering: .acquiring) }

  /// What ended it early, if anything did.
  var failure: EngineError? { failed.withLock { $0 } }

  func join() { thread?.join() }
}

/// The ledger blocks of one source. Owned by its reader thread.
@safe final class SourceLedger {
  var source: CounterBlock<SourceCounters>
  /// Present where the source is a live session.
  var session: CounterBlock<SessionCounters>?
  var latency: CounterBlock<LatencyCounters>
  var stages = StageHistograms()
  /// Whether stages are measured.
  let measures: Bool
  private var reporter: LatencyReporter
  private let notes: StreamNotes
  /// Messages that the stage `decode` has counted, and the longest batch since.
  private var decoded: UInt64 = 0
  private var decodeNanos: UInt64 = 0
  private var summaryCursor: UInt8 = 0
  private let lanes: UnsafeMutablePointer<CounterBlock<LaneCounters>>
  private let shards: Int
  private var nextSummary: UInt64 = 0
  /// Packets, and bytes that were rejected before they reached the runner, by reason.
  var packets: UInt64 = 0
  var kernelDrops: UInt64 = 0
  var rejected = InlineArray<32, UInt64>(repeating: 0)

  init(
    index: Int, shards: Int, file: inout CounterFileWriter, isSession: Bool, measures: Bool,
    reporter: consuming LatencyReporter, notes: StreamNotes
  ) {
    self.measures = measures
    self.reporter = reporter
    self.notes = notes
    source = file.claimSource(index)
    session = isSession ? file.claimSession(index) : nil
    latency = file.claimLatency(index)
    self.shards = shards
    unsafe lanes = .allocate(capacity: shards)
    for shard in 0..<shards {
      // Safety: each slot is initialised once, here.
      unsafe lanes.advanced(by: shard).initialize(
        to: file.claimLane(source: index, shard: shard))
    }
  }

  deinit {
    // Safety: initialised by `init` over this count.
    unsafe lanes.deinitialize(count: shards)
    unsafe lanes.deallocate()
  }

  func reject(_ reason: RejectReason) { rejected[Int(reason.rawValue) & 31] &+= 1 }

  /// Notes that a batch was decoded: from bytes in hand, at `start`, to records in the lanes. Its
  /// messages are counted by the next `publish`, those of several batches with the longest time.
  func noteDecoded(since start: UInt64) {
    decodeNanos = max(decodeNanos, MonotonicClock.now().rawValue &- start)
  }

  /// Publishes everything. Once per batch.
  func publish(_ runner: any SourceAccount) {
    // Lanes first: what the workers take must never be more than what is known to be written.
    for shard in 0..<shards {
      unsafe runner.update(&lanes[shard].counters, shard: shard)
      unsafe lanes[shard].publish()
    }
    runner.update(&source.counters)
    if packets > 0 { source.counters.packets = packets }
    source.counters.kernelDrops = kernelDrops
    for reason in rejected.indices where rejected[reason] > 0 {
      source.counters.messages &+= rejected[reason]
      source.counters.rejected[reason] &+= rejected[reason]
    }
    source.publish()
    if measures { publishLatency() }
  }

  /// Publishes the counters of a live session. Once per turn.
  func publish(_ live: any LiveRunning) {
    guard var block = session.take() else { return }
    live.update(&block.counters)
    block.publish()
    session = consume block
  }

  private func publishLatency() {
    let messages = source.counters.messages
    if decodeNanos > 0 {
      // Rejected messages take part: their bytes were looked at.
      stages.record(.decode, nanos: decodeNanos, count: messages &- decoded)
      decodeNanos = 0
    }
    decoded = messages
    let now = MonotonicClock.now().rawValue
    guard now >= nextSummary else { return }
    nextSummary = now &+ StageHistograms.summaryNanos
    stages.summarizeNext(after: &summaryCursor, into: &latency.counters)
    latency.publish()
    if reporter.isDue(now) { reporter.report(stages, now: now) { notes.add($0) } }
  }

  /// The last figures of a thread that ends.
  func finishLatency() {
    guard measures else { return }
    stages.summarize(into: &latency.counters)
    latency.publish()
    reporter.report(stages, now: MonotonicClock.now().rawValue, isLast: true) { notes.add($0) }
  }
}
