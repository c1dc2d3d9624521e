import BrokerFeeds
import CBenchHooks
import Engine
import FeedKit
import FeedRegistry
import Glibc
import Ledger
import Records
import Sessions
import SharedMemory
import Wire

/// A live IQFeed session over loopback TCP, into shared memory.
///
///     simulator's thread ─▶ socket ─▶ one thread: session, decoder, worker ─▶ ring under /dev/shm
///
/// Two figures a rate: from the read call to the publication (the pipeline's own stage), and from
/// the instant at which the simulated market made the message to the read, which holds the
/// simulator's turn of 20 µs, the socket and the waking of the reader. Every message that the
/// simulator has sent must be accounted for, and no trade may lack in the venue's own numbering.
enum LiveBench: Bench {
  static var name: String { "live" }
  static var summary: String { "a live session over loopback into shared memory: latency, loss" }

  static func run(_ options: BenchOptions) throws(BenchError) -> BenchReport {
    let seconds = options.isQuick ? 2 : 8
    var report = BenchReport(name)
    report.input = [("seconds", "\(seconds) a round"), ("feed", "iqfeed 6.2, level 1")]
    for _ in 0..<options.rounds(5) {
      try round("50 k/s", instruments: 400, rate: 50_000, seconds: seconds, &report)
      try round("200 k/s, 10,000", instruments: 10_000, rate: 200_000, seconds: seconds, &report)
    }
    report.bar(
      "read to shared memory at 50 k/s, p99, µs", report.median("50 k/s: to shared memory p99"),
      atMost: 100)
    report.bar(
      "made to read at 50 k/s, p99, µs", report.median("50 k/s: made to read p99"), atMost: 100,
      note: "the simulator's turn and the kernel's waking are in it")
    report.bar(
      "messages lost at 200 k/s", report.median("200 k/s, 10,000: lost"), atMost: 0)
    report.verified.append("the ledger is balanced and no trade lacks in the venue's numbering")
    return report
  }

  private static func round(
    _ label: String, instruments: Int, rate: Double, seconds: Int, _ report: inout BenchReport
  ) throws(BenchError) {
    let upstream: SimulatedUpstream
    let wanted: [LiveInstrument]
    do {
      var market = SimulatorOptions()
      market.symbolCount = instruments
      market.rate = rate
      market.linesLimit = instruments
      wanted = try IqfeedFeed.simulator?.instruments(market) ?? []
      var shell = SimulatedUpstreamOptions()
      shell.turnNanos = 20_000
      for port in IqfeedFeed.simulator?.ports ?? [] { shell.ports[port.name] = 0 }
      upstream = try simulated(market, shell)
      try upstream.start(cpu: 1)
    } catch {
      throw .missing("\(error)")
    }
    defer { upstream.stop() }
    let pipeline = try pipeline(upstream, wanted)
    defer {
      BenchFile.removeFolder(
        pipeline.folder, files: ["counters", "shard-0.ring", "shard-0.symbols"])
    }
    try measure(pipeline, upstream, label, wanted: instruments, seconds: seconds, &report)
  }

  private static func simulated(
    _ market: SimulatorOptions, _ shell: SimulatedUpstreamOptions
  ) throws -> SimulatedUpstream {
    guard let type = IqfeedFeed.simulator else { throw BenchError.missing("no simulator") }
    return try SimulatedUpstream(type, market, faults: FaultScript(), shell)
  }

  private static func pipeline(
    _ upstream: SimulatedUpstream, _ instruments: [LiveInstrument]
  ) throws(BenchError) -> Pipeline {
    var policy = IqfeedFeed.policy
    policy.requestsPerSecond = 100_000
    policy.requestBurst = 10_000
    policy.subscriptionLimit = instruments.count
    var settings: [String: String] = [:]
    for channel in ["level1", "depth", "lookup", "admin", "derivatives"] {
      settings["\(channel)_port"] = "\(upstream.port(channel))"
    }
    let live = LiveOptions(
      decoder: DecoderOptions(shards: 1),
      instruments: instruments.map { instrument in
        var instrument = instrument
        instrument.interests = [.trades, .quotes]
        return instrument
      }, settings: settings, policy: policy)
    var options = PipelineOptions(instance: "bench-\(bench_process())", verb: "bench")
    options.layout = .inline
    options.outputs = []
    options.ringLines = 1 << 20
    do throws(EngineError) {
      var source = SourceConfiguration(
        name: "iqfeed", feed: IqfeedFeed.self,
        input: .live(IqfeedFeed.self, host: "127.0.0.1", live))
      source.cpu = 0
      let pipeline = try Pipeline(options: options, sources: [source], version: "bench")
      try pipeline.start()
      return pipeline
    } catch {
      throw .missing("\(error)")
    }
  }

  private static func measure(
    _ pipeline: Pipeline, _ upstream: SimulatedUpstream, _ label: String, wanted: Int,
    seconds: Int, _ report: inout BenchReport
  ) throws(BenchError) {
    var ages = Histogram()
    var reader = try ring(pipeline)
    try waitUntilLive(pipeline, &reader, label, wanted: wanted)
    let before = (try? pipeline.snapshot())?.total(.messages) ?? 0
    let start = MonotonicClock.now()
    // The ring holds more than comes in a pause; in between nothing takes the threads' cores.
    for _ in 0..<(seconds * 8) {
      usleep(125_000)
      drain(&reader, into: &ages, isMeasured: true)
    }
    let elapsed = MonotonicClock.now().nanos(since: start)
    let after = (try? pipeline.snapshot())?.total(.messages) ?? 0
    let violations = pipeline.stop()
    guard violations.isEmpty else { throw .wrong("\(label): \(violations)") }
    guard let snapshot = try? pipeline.snapshot(), let session = snapshot.block(.session, 0) else {
      throw .missing("no counters")
    }
    guard session[.upstreamMissing] == 0, snapshot.total(.rejected) == 0 else {
      throw .wrong("\(label): messages are missing or were rejected")
    }
    let total = pipeline.stages.summary(of: .total)
    report.add("\(label): to shared memory p50", "µs", Double(total.p50) / 1e3)
    report.add("\(label): to shared memory p99", "µs", Double(total.p99) / 1e3)
    let made = ages.summary()
    report.add("\(label): made to read p50", "µs", Double(made.p50) / 1e3)
    report.add("\(label): made to read p99", "µs", Double(made.p99) / 1e3)
    report.add(
      "\(label): messages", "k/s",
      Double(after - before) * 1e6 / Double(max(elapsed, 1)))
    report.add("\(label): lost", "messages", Double(session[.upstreamMissing] + reader.lost))
  }

  /// Until every instrument is confirmed.
  private static func waitUntilLive(
    _ pipeline: Pipeline, _ reader: inout BroadcastReader, _ label: String, wanted: Int
  ) throws(BenchError) {
    var unmeasured = Histogram()
    for _ in 0..<600 {
      usleep(100_000)
      drain(&reader, into: &unmeasured, isMeasured: false)
      let session = (try? pipeline.snapshot())?.block(.session, 0)
      guard session?[.sessionState] == UInt64(SessionState.live.rawValue) else { continue }
      guard session?[.confirmed] == UInt64(wanted) else {
        throw .wrong("\(label): not all of \(wanted) instruments are served")
      }
      return
    }
    throw .missing("\(label): never live")
  }

  private static func ring(_ pipeline: Pipeline) throws(BenchError) -> BroadcastReader {
    do throws(SharedMemoryError) {
      return try BroadcastReader(path: "\(pipeline.folder)/shard-0.ring")
    } catch {
      throw .missing("\(error)")
    }
  }

  /// Ages of trades and quotes when they were read: IQFeed's times have microseconds.
  private static func drain(
    _ reader: inout BroadcastReader, into ages: inout Histogram, isMeasured: Bool
  ) {
    while case .record = reader.poll() {
      guard isMeasured else { continue }
      let record = reader.record
      guard RecordHeader(copying: record)?.rtype == .trade,
        let trade = TradeMessage(copying: record), !trade.flags.contains(.snapshot),
        trade.tsRecv > trade.header.tsEvent
      else { continue }
      ages.record(trade.tsRecv - trade.header.tsEvent)
    }
  }
}
