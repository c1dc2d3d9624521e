import CBenchHooks
import CLinux
import Captures
import Engine
import ExchangeFeeds
import FeedKit
import FeedRegistry
import Lanes
import Ledger
import Records
import Wire

/// Binance's trades and quotes as JSON text: the decoder alone, and the whole way to shared memory.
///
///     lines in memory ─▶ decoder ─▶ ring of 1,024 lines               one core
///     lines in a file ─▶ reader (CPU 0) ─▶ lane ─▶ worker (CPU 1) ─▶ ring under /dev/shm
///
/// Beside the decoder, in the same round and over the same bytes, `json_baseline.cpp`: simdjson
/// on-demand, and a scanner that knows the order of the keys. Those add prices up and write
/// nothing; the decoder finds symbols and line ends, checks every character and writes records.
/// The sum of its records must be theirs.
enum BinanceBench: Bench {
  static var name: String { "binance" }
  static var summary: String { "Binance JSON text: decoder beside simdjson, and to shared memory" }

  private static var ringLines: Int { 1 << 16 }
  private static var sliceBytes: Int { 64 << 10 }
  /// What cryptofeed and NautilusTrader do a second with such messages, in millions, as measured by
  /// `py_feed_peers.py`; `tools/peers` measures them again beside this bench.
  private static var cryptofeed: Double { 0.40 }
  private static var nautilus: Double { 0.73 }

  static func run(_ options: BenchOptions) throws(BenchError) -> BenchReport {
    let count = options.isQuick ? 300_000 : 2_000_000
    let raw = try BenchText(
      messages: count, streams: [.trade, .bookTicker], isCombined: false, options: options)
    let combined = try BenchText(
      messages: count, streams: [.aggregateTrade, .bookTicker], isCombined: true, options: options)
    var report = BenchReport(name)
    report.input = raw.description + combined.description
    _ = ml_thread_pin(0)
    var sums: [UInt64] = [0, 0]
    for _ in 0..<options.rounds(9) {
      sums[0] = try compare(raw, "raw", options, &report)
      sums[1] = try compare(combined, "combined", options, &report)
    }
    for _ in 0..<options.rounds(5) {
      try pipeline(raw, "raw", &report)
      try pipeline(combined, "combined", &report)
    }
    try check(raw, sum: sums[0], &report)
    try check(combined, sum: sums[1], &report)
    addBars(&report)
    return report
  }

  private static func addBars(_ report: inout BenchReport) {
    for label in ["raw", "combined"] {
      report.bar(
        "decoder / simdjson, \(label)",
        report.ratio("decoder, \(label)", to: "simdjson, \(label)"), atLeast: 2)
      report.bar(
        "to shared memory, \(label), times cryptofeed's \(cryptofeed) M msg/s",
        report.median("to shared memory, \(label)") / cryptofeed, atLeast: 40)
      report.bar(
        "to shared memory, \(label), times NautilusTrader's \(nautilus) M msg/s",
        report.median("to shared memory, \(label)") / nautilus, atLeast: 20)
    }
  }

  /// One round of the neighbours and the decoder; gives the neighbours' sum.
  private static func compare(
    _ text: borrowing BenchText, _ label: String, _ options: BenchOptions,
    _ report: inout BenchReport
  ) throws(BenchError) -> UInt64 {
    var sum: UInt64 = 0
    for line in try Baseline.run(["\(options.baselines)/json_baseline", text.path]) {
      report.add(
        "\(line.text("loop")), \(label)", "M msg/s", line.number("messages_per_second") / 1e6)
      try verify(line.count("messages"), text.messages, "messages of \(line.text("loop"))")
      guard sum == 0 || sum == line.count("sum") else {
        throw .wrong("the sums of the baselines differ")
      }
      sum = line.count("sum")
    }
    let grid = LaneGrid(
      readers: 1, shards: 1,
      options: LaneOptions(
        capacityLines: 1_024, policy: .dropOldest, strategy: .spin,
        wideStores: FramePermuter.isAvailable))
    let runner = makeRunner(grid)
    let start = MonotonicClock.now()
    let bytes = text.bytes
    var offset = 0
    while offset < bytes.byteCount {
      offset += read(bytes, from: offset, with: runner)
    }
    let nanos = MonotonicClock.now().nanos(since: start)
    try verify(runner.report.decode.decoded, text.messages, "messages decoded")
    report.add("decoder, \(label)", "M msg/s", Double(text.messages) * 1e3 / Double(nanos))
    return sum
  }

  static func makeRunner(_ grid: LaneGrid) -> any SourceRunner {
    BinanceFeed.makeRunner(
      RunnerOptions(decoder: DecoderOptions(shards: grid.shards)), lanes: grid.writer(0))
  }

  /// Reads the next slice, as the reader thread of a file does.
  static func read(_ bytes: RawSpan, from offset: Int, with runner: any SourceRunner) -> Int {
    let end = min(offset + sliceBytes, bytes.byteCount)
    return runner.readFile(
      bytes.extracting(offset..<end), framing: .lines, tsRecv: 1, isLast: end == bytes.byteCount)
  }

  /// The records' sum, formed by a consumer in the same thread, must be the neighbours'.
  private static func check(
    _ text: borrowing BenchText, sum: UInt64, _ report: inout BenchReport
  ) throws(BenchError) {
    let grid = LaneGrid(
      readers: 1, shards: 1,
      options: LaneOptions(capacityLines: 1 << 14, policy: .wait, strategy: .spin))
    let runner = makeRunner(grid)
    var lane = grid.reader(0, shard: 0)
    var batch = RecordBatch()
    var digest = QuoteDigest()
    let bytes = text.bytes
    var offset = 0
    while offset < bytes.byteCount {
      offset += read(bytes, from: offset, with: runner)
      while true {
        lane.take(into: &batch)
        if batch.isEmpty { break }
        for index in 0..<batch.count { digest.add(batch.bytes(index)) }
        lane.release()
      }
    }
    try verify(digest.sum, sum, "sum of prices, quantities, times and aggressors")
    report.verified.append("records add up to what simdjson and the scanner read: \(sum)")
  }
}

extension BinanceBench {
  private static func pipeline(
    _ text: borrowing BenchText, _ label: String, _ report: inout BenchReport
  ) throws(BenchError) {
    let pipeline: Pipeline
    let violations: [String]
    let nanos: UInt64
    do throws(EngineError) {
      pipeline = try makePipeline(text)
      let start = MonotonicClock.now()
      try pipeline.start()
      while !pipeline.isFinished { ml_thread_nap(200_000) }
      violations = pipeline.stop().map(\.description)
      nanos = MonotonicClock.now().nanos(since: start)
    } catch {
      throw .missing(error.description)
    }
    defer { BenchFile.removeFolder(pipeline.folder, files: leftFiles) }
    try verify(violations, [], "violations of the ledger")
    let source = pipeline.reports[0]
    try verify(source.decode.decoded, text.messages, "messages decoded by the pipeline")
    report.add("to shared memory, \(label)", "M msg/s", Double(text.messages) * 1e3 / Double(nanos))
  }

  private static var leftFiles: [String] {
    ["counters", "shard-0.ring", "shard-0.ring.lock", "shard-0.symbols"]
  }

  private static func makePipeline(
    _ text: borrowing BenchText
  ) throws(EngineError) -> Pipeline {
    let input: InputRecognition
    do throws(InputError) {
      input = try InputRecognition(path: text.path)
    } catch {
      throw .input(error)
    }
    var options = PipelineOptions(instance: "bench-\(bench_process())", verb: "bench")
    options.ringLines = ringLines
    options.workerCPUs = [1]
    options.lanes = LaneOptions(capacityLines: 1_024, policy: .wait, strategy: .spin)
    return try Pipeline(
      options: options,
      sources: [
        SourceConfiguration(
          name: "binance", feed: BinanceFeed.self, input: .file(input), cpu: 0)
      ], version: "bench")
  }
}

/// Sum over trades and quotes of what the baselines add up: prices and quantities in units of 1e-8,
/// trade times in ms, and 1 for a seller as aggressor.
struct QuoteDigest {
  private(set) var sum: UInt64 = 0
  /// Units of 1e-8 in a lot, by instrument.
  private var lots: [UInt32: UInt64] = [:]

  mutating func add(_ record: RawSpan) {
    let instrument = record.loadLE(UInt32.self, at: 4) ?? 0
    func word(_ offset: Int) -> UInt64 { record.loadLE(UInt64.self, at: offset) ?? 0 }
    func size(_ offset: Int) -> UInt64 {
      UInt64(record.loadLE(UInt32.self, at: offset) ?? 0) * (lots[instrument] ?? 0)
    }
    switch record.loadByte(at: 1).map(RType.init(rawValue:)) {
    case .instrumentDefinition: lots[instrument] = word(80) / 10
    case .trade:
      sum &+= word(16) / 10 &+ size(24) &+ word(8) / 1_000_000
      sum &+= record.loadByte(at: 29) == Side.ask.rawValue ? 1 : 0
    case .mbp1: sum &+= word(48) / 10 &+ word(56) / 10 &+ size(64) &+ size(68)
    default: break
    }
  }
}
