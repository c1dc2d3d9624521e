import CBenchHooks
import CLinux
import Captures
import Engine
import ExchangeFeeds
import FeedKit
import FeedRegistry
import Lanes
import Ledger
import SharedMemory

/// The whole way: ITCH file to records in shared memory.
///
///     day file ─▶ reader thread (CPU 0) ─▶ lane ─▶ worker (CPU 1) ─▶ ring under /dev/shm
///     day file ─▶ reader thread (CPU 0), which steps the worker ─▶ ring        (inline)
///
/// With and without L3 books; timed from start to the last record published. Beside it, in the same
/// round, an assembled C stack whose consumer only counts (`stack_baseline.c`). The rings' own
/// records are compared afterwards: a reader takes what the ring still holds, and its checksum must
/// be the same in every round.
enum PipelineBench: Bench {
  static var name: String { "pipeline" }
  static var summary: String { "ITCH file to shared memory, with and without books" }

  private static var ringLines: Int { 1 << 16 }

  static func run(_ options: BenchOptions) throws(BenchError) -> BenchReport {
    let day = try BenchDay(messages: options.isQuick ? 1_000_000 : 10_000_000, options: options)
    var report = BenchReport(name)
    report.input = day.description
    var digests: [String: UInt64] = [:]
    for _ in 0..<options.rounds(5) {
      try assembled(day, options, &report)
      for (label, outputs, layout) in Self.variants {
        let digest = try time(day, label: label, outputs: outputs, layout: layout, &report)
        try verify(digest, digests[label] ?? digest, "checksum of \(label)")
        digests[label] = digest
      }
    }
    report.bar(
      "without books / assembled C stack that counts",
      max(
        report.ratio("without books", to: "C stack, count"),
        report.ratio("inline, without books", to: "C stack, count")), atLeast: 3,
      note: "the better layout; the C stack's consumer publishes nothing")
    report.bar("without books, M msg/s", report.median("without books"), atLeast: 100)
    report.bar("books and BBO, M msg/s per worker", report.median("books, MBP-1"), atLeast: 10)
    report.verified.append("ledger balanced; every message accounted for; open orders the market's")
    report.verified.append("the rings end with the same records in every round")
    return report
  }

  private static var variants: [(String, ShardOutputs, PipelineLayout)] {
    [
      ("without books", [], .split), ("inline, without books", [], .inline),
      ("books", [.books], .split), ("books, MBP-1", [.books, .mbp1], .split),
      ("inline, books, MBP-1", [.books, .mbp1], .inline),
    ]
  }

  /// Scalar decoder, SPSC ring, and a consumer that adds up, on the same two cores.
  private static func assembled(
    _ day: borrowing BenchDay, _ options: BenchOptions, _ report: inout BenchReport
  ) throws(BenchError) {
    let lines = try Baseline.run(
      ["\(options.baselines)/stack_baseline", day.path, "\(day.path).stack", "count"])
    for line in lines {
      try verify(line.count("messages"), day.messages, "messages of the C stack")
      report.add("C stack, count", "M msg/s", Double(day.messages) / 1e6 / line.number("seconds"))
    }
  }

  private static func time(
    _ day: borrowing BenchDay, label: String, outputs: ShardOutputs, layout: PipelineLayout,
    _ report: inout BenchReport
  ) throws(BenchError) -> UInt64 {
    let pipeline: Pipeline
    let violations: [String]
    let snapshot: CounterSnapshot
    let nanos: UInt64
    do throws(EngineError) {
      pipeline = try makePipeline(day, outputs: outputs, layout: layout)
      let start = MonotonicClock.now()
      try pipeline.start()
      while !pipeline.isFinished { ml_thread_nap(200_000) }
      violations = pipeline.stop().map(\.description)
      nanos = MonotonicClock.now().nanos(since: start)
      snapshot = try pipeline.snapshot()
    } catch {
      throw .missing(error.description)
    }
    report.add(label, "M msg/s", Double(day.messages) * 1e3 / Double(nanos))
    report.add(
      "\(label): published", "M rec/s", Double(snapshot.total(.written)) * 1e3 / Double(nanos))
    return try check(pipeline, snapshot, violations, day, outputs)
  }

  /// Allocating calls of all threads while a pipeline with books and MBP-1 reads the day, from the
  /// first records published on.
  static func allocations(_ day: borrowing BenchDay) throws(BenchError) -> UInt64 {
    do throws(EngineError) {
      let pipeline = try makePipeline(day, outputs: [.books, .mbp1])
      defer { BenchFile.removeFolder(pipeline.folder, files: leftFiles) }
      try pipeline.start()
      ml_thread_nap(20_000_000)
      let before = bench_allocation_calls()
      while !pipeline.isFinished { ml_thread_nap(200_000) }
      let calls = bench_allocation_calls() &- before
      _ = pipeline.stop()
      return calls
    } catch {
      throw .missing(error.description)
    }
  }

  private static func makePipeline(
    _ day: borrowing BenchDay, outputs: ShardOutputs, layout: PipelineLayout = .split
  ) throws(EngineError) -> Pipeline {
    let input: InputRecognition
    do throws(InputError) {
      input = try InputRecognition(path: day.path, as: ItchFeed.self)
    } catch {
      throw .input(error)
    }
    var options = PipelineOptions(instance: "bench-\(bench_process())", verb: "bench")
    options.outputs = outputs
    options.layout = layout
    options.ringLines = ringLines
    options.workerCPUs = [1]
    options.expectedOrders = day.market.openOrderLimit
    options.lanes = LaneOptions(capacityLines: 1_024, policy: .wait, strategy: .spin)
    return try Pipeline(
      options: options,
      sources: [
        SourceConfiguration(
          name: "itch", feed: ItchFeed.self,
          input: .file(input), cpu: 0)
      ], version: "bench")
  }
}

/// What a run must leave behind.
extension PipelineBench {
  private static var leftFiles: [String] {
    ["counters", "shard-0.ring", "shard-0.ring.lock", "shard-0.symbols"]
  }

  private static func check(
    _ pipeline: Pipeline, _ snapshot: CounterSnapshot, _ violations: [String],
    _ day: borrowing BenchDay, _ outputs: ShardOutputs
  ) throws(BenchError) -> UInt64 {
    defer { BenchFile.removeFolder(pipeline.folder, files: leftFiles) }
    try verify(violations, [], "violations of the ledger")
    let source = pipeline.reports[0]
    try verify(source.messages, day.messages, "messages read")
    try verify(source.decode.rejectedTotal, 0, "messages rejected")
    try verify(snapshot.total(.received), source.records[0], "records received by the worker")
    if outputs.contains(.books) {
      try verify(snapshot.total(.unknownOrders), 0, "unknown orders")
      try verify(snapshot.total(.crossedBooks), 0, "crossed books")
      try verify(pipeline.memory.openOrders, day.market.openOrders, "open orders of the market")
    }
    return try digest(of: "\(pipeline.folder)/shard-0.ring")
  }

  /// The sum of references, shares and prices over what the ring still holds.
  private static func digest(of path: String) throws(BenchError) -> UInt64 {
    var reader: BroadcastReader
    do throws(SharedMemoryError) {
      reader = try BroadcastReader(path: path)
    } catch {
      throw .missing("\(error)")
    }
    var digest = RecordDigest()
    while reader.poll() == .record { digest.add(reader.record) }
    guard digest.records > UInt64(ringLines / 16) else {
      throw .wrong("the ring holds \(digest.records) records")
    }
    return digest.sum
  }
}
