import CBenchHooks
import CLinux
import Engine
import ExchangeFeeds
import FeedRegistry
import Journal
import Lanes
import Ledger
import Records
import SharedMemory
import Wire

/// A journal into shared memory, at full speed and at its own.
///
///     journal ─▶ decoding thread ─▶ chunks ─▶ giving thread ─▶ ring under /dev/shm
///
/// The journal is what a pipeline with books makes of the simulated day, in each codec; beside each
/// replay stands the bare decoding of the same file on one thread, in the same round. All codecs
/// must give the same number of records. Then records of a steady rate with random distances are
/// played at 1x, and how late each one is given out goes into a histogram.
enum ReplayBench: Bench {
  static var name: String { "replay" }
  static var summary: String { "journal to shared memory: records/s by codec, pacing error at 1x" }

  static var codecs: [String] {
    ["zstd:1", "lz4", "none", "columnar+zstd:1", "columnar+lz4"]
  }

  static func run(_ options: BenchOptions) throws(BenchError) -> BenchReport {
    var report = BenchReport(name)
    let journal = try ReplayJournals(
      messages: options.isQuick ? 500_000 : 5_000_000, options: options)
    report.input = journal.description
    for _ in 0..<options.rounds(5) {
      for codec in codecs { try measure(journal, codec, &report) }
    }
    for codec in codecs {
      report.bar(
        "\(codec) to shared memory, M records/s", report.median("\(codec): replay"),
        atLeast: codec.hasPrefix("columnar") ? 20 : 10)
    }
    try pace(options, &report)
    report.add("peak resident memory", "MiB", Double(Self.peakKiB()) / 1024)
    report.verified.append("every codec gives the same records; each replay's ledger is balanced")
    return report
  }

  private static func measure(
    _ journal: borrowing ReplayJournals, _ codec: String, _ report: inout BenchReport
  ) throws(BenchError) {
    let path = journal.path(codec)
    let start = MonotonicClock.now()
    let decoded = try decode(path)
    let nanos = MonotonicClock.now().nanos(since: start)
    try verify(decoded, journal.records, "records decoded from \(codec)")
    report.add("\(codec): bare decoding", "M records/s", Double(decoded) * 1e3 / Double(nanos))
    var options = ReplayOptions()
    options.pace = .unlimited
    let played = try play(path, options)
    try verify(played.progress.records, journal.records, "records replayed from \(codec)")
    report.add(
      "\(codec): replay", "M records/s",
      Double(played.progress.records) * 1e3 / Double(played.progress.elapsedNanos))
  }

  /// All blocks of a segment, decoded into one buffer again and again.
  private static func decode(_ path: String) throws(BenchError) -> UInt64 {
    do throws(JournalError) {
      var reader = try SegmentReader(path: path)
      var buffer = ByteBuffer()
      var records: UInt64 = 0
      while let block = try reader.nextBlock() {
        buffer.removeAll()
        try reader.appendRecords(to: &buffer)
        records += UInt64(block.recordCount)
      }
      return records
    } catch {
      throw .wrong("\(error)")
    }
  }

  /// Plays a journal into rings of its own; the ledger must balance.
  static func play(_ path: String, _ options: ReplayOptions) throws(BenchError) -> Replay {
    do throws(ReplayError) {
      let plan = try plan(path)
      var setup = ReplayRingOptions(location: try location())
      setup.shards = plan.ringCount
      let rings = try ReplayRings(setup)
      let replay = try Replay(plan, options: options, outlet: rings)
      try replay.start()
      while !replay.isFinished { ml_thread_nap(200_000) }
      if let error = replay.stop() { throw error }
      let violations = rings.close().map(\.description)
      BenchFile.removeFolder(
        setup.location.instanceFolder,
        files: ["counters", "shard-0.ring", "shard-0.ring.lock", "shard-0.symbols"])
      guard violations.isEmpty else { throw .output(violations.joined(separator: "; ")) }
      return replay
    } catch {
      throw .wrong("\(error)")
    }
  }

  private static func plan(_ path: String) throws(ReplayError) -> ReplayPlan {
    do throws(JournalError) { return try ReplayPlan(paths: [path]) } catch {
      throw .journal(error)
    }
  }

  private static func location() throws(ReplayError) -> RingLocation {
    do throws(SharedMemoryError) {
      return try RingLocation(instance: "bench-\(bench_process())")
    } catch {
      throw .sharedMemory(error)
    }
  }

  /// Records at 1x, in the steps of a Poisson stream.
  private static func pace(
    _ options: BenchOptions, _ report: inout BenchReport
  ) throws(BenchError) {
    for rate in [1_000, 10_000, 100_000] {
      let seconds = options.isQuick ? 1 : 5
      let path = try ReplayJournals.steady(rate: rate, seconds: seconds, seed: options.seed)
      defer { BenchFile.remove([path]) }
      var play = ReplayOptions()
      play.pace = .speed(1)
      let pacing = try Self.play(path, play).pacingReport
      try verify(pacing.error.count, UInt64(rate * seconds), "records paced")
      for (figure, nanos) in [
        ("p50", pacing.error.p50), ("p99", pacing.error.p99), ("p99.9", pacing.error.p999),
        ("p99.99", pacing.error.p9999), ("max", pacing.error.max),
      ] {
        report.add("1x, \(rate)/s: pacing error \(figure)", "us", Double(nanos) / 1e3)
      }
      report.add(
        "1x, \(rate)/s: later than 100 us", "%",
        Double(pacing.late) * 100 / Double(max(pacing.error.count, 1)))
      report.bar(
        "pacing error at \(rate)/s, p99, us", Double(pacing.error.p99) / 1e3, atMost: 100,
        note: "on an idle machine")
    }
  }

  /// Most memory that the process has had, KiB.
  private static func peakKiB() -> Int {
    for line in BenchFile.text("/proc/self/status").split(separator: "\n")
    where line.hasPrefix("VmHWM:") {
      return Int(line.filter(\.isNumber)) ?? 0
    }
    return 0
  }
}
