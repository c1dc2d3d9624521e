import CBenchHooks
import CLinux
import Captures
import Engine
import ExchangeFeeds
import FeedKit
import FeedRegistry
import Journal
import Lanes
import Ledger
import SharedMemory

/// The whole way onto the disk: ITCH file to a sealed journal, beside an assembled C stack.
///
///     day file ─▶ reader ─▶ lane ─▶ worker ─▶ blocks ─▶ journal thread ─▶ segment in /dev/shm
///     day file ─▶ C decoder ─▶ SPSC ring ─▶ blocks of structs, zstd or LZ4 ─▶ file
///
/// Without books, as in the C stack. Timed from start to the sealed segment. Every codec's journal
/// is read back in the first round: all hold the same records.
enum PipelineJournalBench: Bench {
  static var name: String { "pipeline-journal" }
  static var summary: String { "ITCH file to a sealed journal, by codec, beside a C stack" }

  private static var codecs: [String] { ["none", "zstd:1", "columnar+lz4", "columnar+zstd:1"] }
  private static var coders: [String] { ["none", "lz4", "zstd"] }

  static func run(_ options: BenchOptions) throws(BenchError) -> BenchReport {
    let day = try BenchDay(messages: options.isQuick ? 1_000_000 : 10_000_000, options: options)
    var report = BenchReport(name)
    report.input = day.description
    var digest: RecordDigest?
    for round in 0..<options.rounds(5) {
      try baseline(day, options, &report)
      for codec in codecs {
        for isBound in [true, false] {
          let label = isBound ? codec : "\(codec), threads not bound"
          let found = try time(
            day, codec, label: label, isBound: isBound, readsBack: round == 0, &report)
          if let found, let wanted = digest { try compare(found, wanted, codec) }
          digest = digest ?? found
        }
      }
    }
    for codec in ["columnar+zstd:1", "columnar+lz4"] {
      let bound = report.ratio(codec, to: stack("zstd"))
      let free = report.ratio("\(codec), threads not bound", to: stack("zstd"))
      report.bar(
        "\(codec) : C stack with zstd 1", max(bound, free), atLeast: 1.6,
        note: "threads bound to CPUs \(BenchReport.text(bound, decimals: 2)), free "
          + BenchReport.text(free, decimals: 2))
    }
    report.verified.append("ledger balanced; every record written, durable and sealed")
    report.verified.append("journals of all codecs read back hold the same orders and trades")
    return report
  }

  private static func stack(_ coder: String) -> String { "C stack, \(coder)" }

  private static func compare(
    _ found: RecordDigest, _ wanted: RecordDigest, _ codec: String
  ) throws(BenchError) {
    try verify(found.records, wanted.records, "records read back from \(codec)")
    // Not the bytes: a file of messages has no receive times, so ts_recv is that of each run.
    try verify(found.sum, wanted.sum, "sum over all records read back from \(codec)")
  }

  private static func baseline(
    _ day: borrowing BenchDay, _ options: BenchOptions, _ report: inout BenchReport
  ) throws(BenchError) {
    let path = "/dev/shm/millrace-bench-\(bench_process()).stack"
    let lines = try Baseline.run(["\(options.baselines)/stack_baseline", day.path, path] + coders)
    try verify(lines.count, coders.count, "lines of the C stack")
    for line in lines {
      try verify(line.count("messages"), day.messages, "messages of the C stack")
      try verify(line.text("sum"), lines[0].text("sum"), "sum of the C stack")
      let label = stack(line.text("coder"))
      report.add(label, "M msg/s", Double(day.messages) / line.number("seconds") / 1e6)
      report.add(
        "\(label): stored", "B/rec", line.number("bytes") / Double(day.messages))
    }
  }

  private static func time(
    _ day: borrowing BenchDay, _ codec: String, label: String, isBound: Bool, readsBack: Bool,
    _ report: inout BenchReport
  ) throws(BenchError) -> RecordDigest? {
    let root = "/dev/shm/millrace-bench-\(bench_process())-journal"
    let pipeline: Pipeline
    let violations: [String]
    let snapshot: CounterSnapshot
    let nanos: UInt64
    do throws(EngineError) {
      pipeline = try makePipeline(day, codec: codec, root: root, isBound: isBound)
      let start = MonotonicClock.now()
      try pipeline.start()
      while !pipeline.isFinished { ml_thread_nap(200_000) }
      violations = pipeline.stop().map(\.description)
      nanos = MonotonicClock.now().nanos(since: start)
      snapshot = try pipeline.snapshot()
    } catch {
      throw .missing(error.description)
    }
    BenchFile.removeFolder(
      pipeline.folder, files: ["counters", "shard-0.ring", "shard-0.ring.lock", "shard-0.symbols"])
    try verify(violations, [], "violations of the ledger")
    guard let outlet = snapshot.block(.outlet, 0, Pipeline.journalOutlet) else {
      throw .wrong("the ledger has no journal")
    }
    let records = pipeline.reports[0].records[0]
    try verify(outlet[.written], records, "records written")
    try verify(outlet[.durable], records, "durable records")
    report.add(label, "M msg/s", Double(day.messages) * 1e3 / Double(nanos))
    if isBound {
      report.add(
        "\(label): stored", "B/rec", Double(outlet[.bytesWritten]) / Double(records))
    }
    report.add(
      "\(label): worker held", "% of time", Double(outlet[.heldNanos]) * 100 / Double(nanos))
    let digest = readsBack ? try read(root) : nil
    _ = try Baseline.text(["rm", "-rf", root])
    return digest
  }

  private static func makePipeline(
    _ day: borrowing BenchDay, codec: String, root: String, isBound: Bool
  ) throws(EngineError) -> Pipeline {
    let input: InputRecognition
    do throws(InputError) {
      input = try InputRecognition(path: day.path, as: ItchFeed.self)
    } catch {
      throw .input(error)
    }
    var journal = JournalSettings(root: root)
    if let codec = JournalCodec(name: codec) { journal.codec = codec }
    // Large blocks are what columns are for.
    journal.blockRecords = journal.codec.payload == .columnar ? 65_536 : 16_384
    var options = PipelineOptions(instance: "bench-\(bench_process())", verb: "bench")
    options.outputs = []
    options.ringLines = 1_024
    options.lanes = LaneOptions(capacityLines: 1_024, policy: .wait, strategy: .park)
    if isBound {
      options.workerCPUs = [0]
      journal.cpus = [1]
    }
    options.journal = journal
    return try Pipeline(
      options: options,
      sources: [
        SourceConfiguration(
          name: "itch", feed: ItchFeed.self, input: .file(input), cpu: isBound ? 0 : nil)
      ], version: "bench")
  }

  /// What a journal's records amount to.
  private static func read(_ root: String) throws(BenchError) -> RecordDigest {
    var digest = RecordDigest()
    do throws(JournalError) {
      var stream = try JournalStream(paths: [root], query: JournalQuery())
      while try stream.next() { digest.add(run: stream.records) }
    } catch {
      throw .wrong("\(error)")
    }
    return digest
  }
}
