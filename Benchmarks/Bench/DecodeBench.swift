import CLinux
import ExchangeFeeds
import FeedKit
import Lanes
import Ledger
import Records
import Wire

/// Framed ITCH in memory to records in a lane, on one core.
///
///     day in memory ─▶ runner (file framing) ─▶ decoder ─▶ ring of 64 or 4,096 lines
///
/// Beside it, in the same round, our C loops over the same bytes (`itch_baseline.c`). Nobody reads
/// the ring while it is timed: its policy lets the oldest lines give way, and the lines are stored
/// as the C loop stores them, whole. Afterwards both paths are run into a lane that is read, and
/// every record is compared.
enum DecodeBench: Bench {
  static var name: String { "decode-itch" }
  static var summary: String { "framed ITCH in memory to records in a ring, one core" }

  private static var rings: [Int] { [64, 4_096] }
  private static var sliceBytes: Int { 64 << 10 }

  static func run(_ options: BenchOptions) throws(BenchError) -> BenchReport {
    let day = try BenchDay(messages: options.isQuick ? 2_000_000 : 10_000_000, options: options)
    var report = BenchReport(name)
    report.input = day.description
    _ = ml_thread_pin(0)
    var sum: UInt64 = 0
    for _ in 0..<options.rounds(9) {
      let lines = try Baseline.run(
        ["\(options.baselines)/itch_baseline", day.path] + rings.map(String.init))
      for line in lines {
        let loop = line.text("loop")
        let ring = loop == "scalar" ? "" : ", \(line.text("lines")) lines"
        report.add("C \(loop)\(ring)", "M msg/s", line.number("messages_per_second") / 1e6)
        try verify(line.count("messages"), day.messages, "messages of the C \(loop) loop")
        sum = line.count("sum")
      }
      for ring in rings {
        try time(day, ring: ring, isWide: false, &report)
        if FramePermuter.isAvailable { try time(day, ring: ring, isWide: true, &report) }
      }
    }
    addBars(&report)
    try check(day, sum: sum, &report)
    return report
  }

  private static func label(_ ring: Int, isWide: Bool) -> String {
    "Millrace \(isWide ? "permuted" : "portable"), \(ring) lines"
  }

  private static func addBars(_ report: inout BenchReport) {
    for ring in rings {
      report.bar(
        "portable / C scalar, \(ring) lines",
        report.ratio(label(ring, isWide: false), to: "C scalar"), atLeast: 1.0)
    }
    let isAvailable = FramePermuter.isAvailable
    let ratio = report.ratio(label(64, isWide: true), to: "C permuted, 64 lines")
    report.bar(
      "permuted / C permuted, 64 lines", isAvailable ? ratio : nil, atLeast: 0.9,
      note: isAvailable ? nil : "not applicable: this processor has no AVX-512 VBMI")
  }

  private static func time(
    _ day: borrowing BenchDay, ring: Int, isWide: Bool, _ report: inout BenchReport
  ) throws(BenchError) {
    let grid = LaneGrid(
      readers: 1, shards: 1,
      options: LaneOptions(
        capacityLines: ring, policy: .dropOldest, strategy: .spin, wideStores: isWide))
    let runner = makeRunner(grid, isWide: isWide)
    let start = MonotonicClock.now()
    decode(day.bytes, with: runner)
    let nanos = MonotonicClock.now().nanos(since: start)
    try verifyCounts(runner.report, day)
    report.add(
      label(ring, isWide: isWide), "M msg/s", Double(day.messages) * 1e3 / Double(nanos))
  }

  static func makeRunner(_ grid: LaneGrid, isWide: Bool) -> any SourceRunner {
    ItchFeed.makeRunner(
      RunnerOptions(decoder: DecoderOptions(shards: grid.shards, usesWideInstructions: isWide)),
      lanes: grid.writer(0))
  }

  /// In slices, as the reader thread of a file does.
  private static func decode(_ bytes: RawSpan, with runner: any SourceRunner) {
    var offset = 0
    while offset < bytes.byteCount {
      let end = min(offset + sliceBytes, bytes.byteCount)
      let used = runner.readFile(
        bytes.extracting(offset..<end), framing: .lengthPrefixed, tsRecv: 1,
        isLast: end == bytes.byteCount)
      guard used > 0 else { break }
      offset += used
    }
  }

  private static func verifyCounts(
    _ report: SourceReport, _ day: borrowing BenchDay
  ) throws(BenchError) {
    try verify(report.messages, day.messages, "messages")
    let decode = report.decode
    try verify(decode.rejectedTotal, 0, "rejected messages")
    try verify(decode.decoded + decode.ignoredTotal, day.messages, "messages accounted for")
  }

  /// Decodes the day once more on each path, now read by a consumer in the same thread, and
  /// compares the records of both, and their sum with that of the C loop.
  private static func check(
    _ day: borrowing BenchDay, sum: UInt64, _ report: inout BenchReport
  ) throws(BenchError) {
    let portable = try digest(day, isWide: false)
    try verify(portable.sum, sum, "sum of references, shares and prices")
    report.verified.append("sum of references, shares and prices equals the C loop's: \(sum)")
    guard FramePermuter.isAvailable else { return }
    let permuted = try digest(day, isWide: true)
    try verify(permuted.records, portable.records, "records of the permuted path")
    try verify(permuted.hash, portable.hash, "hash of the permuted records")
    report.verified.append("both paths write the same \(portable.records) records, byte for byte")
  }

  private static func digest(
    _ day: borrowing BenchDay, isWide: Bool
  ) throws(BenchError) -> RecordDigest {
    let grid = LaneGrid(
      readers: 1, shards: 1,
      options: LaneOptions(capacityLines: 1 << 16, policy: .wait, strategy: .spin))
    let runner = makeRunner(grid, isWide: isWide)
    var lane = grid.reader(0, shard: 0)
    var batch = RecordBatch()
    var digest = RecordDigest()
    let bytes = day.bytes
    var offset = 0
    // A slice of 64 KiB has at most 1,598 directory messages (41 bytes), 14 lines each.
    while offset < bytes.byteCount {
      let end = min(offset + sliceBytes, bytes.byteCount)
      let used = runner.readFile(
        bytes.extracting(offset..<end), framing: .lengthPrefixed, tsRecv: 1,
        isLast: end == bytes.byteCount)
      guard used > 0 else { break }
      offset += used
      while true {
        lane.take(into: &batch)
        if batch.isEmpty { break }
        digest.add(batch)
        lane.release()
      }
    }
    try verify(digest.records, runner.report.records[0], "records read from the lane")
    return digest
  }
}
