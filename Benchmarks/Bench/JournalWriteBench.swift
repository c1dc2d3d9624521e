import CBenchHooks
import CLinux
import ExchangeFeeds
import Journal
import Ledger
import Lz4
import Records
import Wire
import Zstd

/// The journal's codecs, writing, on one core.
///
///     records in memory ─▶ block: ranges, map, payload, hash ─▶ a buffer that is used again
///                                    │
///                                    ├ dbn: zstd or LZ4 of the records    beside bare zstd, LZ4
///                                    └ columnar                           beside C of our own
///
/// On the day's order records as the shared `journal_bench.c` makes them, and on what a pipeline
/// publishes of the same day. Every block of the first round is decoded and compared. The C
/// neighbour (`journal_baseline.c`) is that program's transform on the same 56-byte records; all
/// streams of a block are compressed at once there, each alone here.
enum JournalWriteBench: Bench {
  static var name: String { "journal-write" }
  static var summary: String { "the journal's codecs, writing, one core" }

  static var hotBlock: Int { 16_384 }
  static var archiveBlock: Int { 262_144 }

  /// Codec, records a block.
  static var cases: [(codec: String, block: Int)] {
    [
      ("none", hotBlock), ("lz4", hotBlock), ("zstd:1", hotBlock), ("zstd:3", hotBlock),
      ("columnar+lz4", hotBlock), ("columnar+zstd:1", hotBlock),
      ("columnar+lz4", archiveBlock), ("columnar+zstd:1", archiveBlock),
      ("columnar+zstd:3", archiveBlock),
    ]
  }

  static func label(_ codec: String, _ block: Int, of data: String) -> String {
    "\(data), \(codec)\(block == archiveBlock ? ", blocks of \(block)" : "")"
  }

  static func run(_ options: BenchOptions) throws(BenchError) -> BenchReport {
    var report = BenchReport(name)
    let input = try JournalBenchInput(options)
    report.input = input.description
    _ = ml_thread_pin(0)
    for round in 0..<options.rounds(5) {
      for block in [hotBlock, archiveBlock] {
        let lines = try Baseline.run(
          ["\(options.baselines)/journal_baseline", "run", input.file, "\(block)"])
        for line in lines { try add(line, block, records: input.orders.recordCount, &report) }
        for item in cases where item.block == block {
          try time(input.orders, "orders", item, round, &report)
        }
      }
      for codec in ["lz4", "zstd:1", "zstd:3"] { try bare(input.orders, codec, &report) }
      for item in cases { try time(input.published, "published", item, round, &report) }
    }
    bars(&report)
    report.verified.append("every block of the first round decodes to the records it was made of")
    return report
  }

  private static func add(
    _ line: BaselineLine, _ block: Int, records: Int, _ report: inout BenchReport
  ) throws(BenchError) {
    try verify(line.text("same"), "1", "what the C neighbour decodes")
    try verify(line.count("records"), UInt64(records), "records of the C neighbour")
    let label = label("C columns+\(line.text("codec"))", block, of: "orders")
    report.add(label, "M rec/s", line.number("encode_per_second") / 1e6)
    report.add("\(label), size", "B/record", line.number("bytes") / Double(records))
  }

  /// All blocks through the container's encoder.
  private static func time(
    _ records: borrowing JournalRecords, _ data: String, _ item: (codec: String, block: Int),
    _ round: Int, _ report: inout BenchReport
  ) throws(BenchError) {
    let label = label(item.codec, item.block, of: data)
    let blocks = records.blocks(of: item.block)
    guard let codec = JournalCodec(name: item.codec) else { throw .wrong(item.codec) }
    var encoder = try makeEncoder(codec)
    var output = ByteBuffer(capacity: 1 << 25)
    // Buffers grow in the first blocks; in the first round, whose allocations count, in all.
    for block in blocks.prefix(round == 0 ? blocks.count : 2) {
      output.removeAll()
      _ = try append(block, records, to: &output, &encoder)
    }
    var stored = 0
    let calls = bench_allocation_calls()
    let start = MonotonicClock.now()
    for block in blocks {
      output.removeAll()
      _ = try append(block, records, to: &output, &encoder)
      stored += output.count
    }
    let nanos = MonotonicClock.now().nanos(since: start)
    let allocations = bench_allocation_calls() - calls
    report.add(label, "M rec/s", Double(records.recordCount) * 1e3 / Double(nanos))
    report.add("\(label), size", "B/record", Double(stored) / Double(records.recordCount))
    if round == 0 {
      // zstd gives its context another size now and then: two calls in some hundred blocks.
      let calls = Double(allocations) / Double(blocks.count)
      report.add("\(label), allocations", "calls/block", calls)
      if item.codec.hasPrefix("columnar") {
        report.bar("\(label), allocating calls a block", calls, atMost: 0.1)
      }
      try check(records, blocks, label, &encoder)
    }
  }

  private static func check(
    _ records: borrowing JournalRecords, _ blocks: [JournalRecords.Block], _ label: String,
    _ encoder: inout BlockEncoder
  ) throws(BenchError) {
    var output = ByteBuffer()
    var back = ByteBuffer()
    var decoder = BlockDecoder()
    for block in blocks {
      output.removeAll()
      back.removeAll()
      let header = try append(block, records, to: &output, &encoder)
      do throws(JournalError) {
        try decoder.appendRecords(
          of: output.bytes.extracting(header.headerBytes..<output.count), header: header, to: &back)
      } catch {
        throw .wrong("\(label): \(error)")
      }
      guard isSame(back.bytes, records.bytes.extracting(block.range)) else {
        throw .wrong("\(label): a block decodes to other bytes")
      }
    }
  }

  static func isSame(_ one: RawSpan, _ other: RawSpan) -> Bool {
    guard one.byteCount == other.byteCount else { return false }
    for offset in stride(from: 0, to: one.byteCount & ~3, by: 4)
    where one.uncheckedLE(UInt32.self, at: offset) != other.uncheckedLE(UInt32.self, at: offset) {
      return false
    }
    return true
  }

  static func makeEncoder(_ codec: JournalCodec) throws(BenchError) -> BlockEncoder {
    do throws(JournalError) {
      return try BlockEncoder(codec)
    } catch {
      throw .wrong("\(codec.name): \(error)")
    }
  }

  static func append(
    _ block: JournalRecords.Block, _ records: borrowing JournalRecords,
    to output: inout ByteBuffer, _ encoder: inout BlockEncoder
  ) throws(BenchError) -> BlockHeader {
    do throws(JournalError) {
      return try encoder.append(
        records.bytes.extracting(block.range), recordCount: block.records, place: BlockHeader(),
        to: &output)
    } catch {
      throw .wrong("a block: \(error)")
    }
  }

  /// The same bytes through the library alone, with the same checksums.
  private static func bare(
    _ records: borrowing JournalRecords, _ name: String, _ report: inout BenchReport
  ) throws(BenchError) {
    guard let codec = JournalCodec(name: name) else { throw .wrong(name) }
    let blocks = records.blocks(of: hotBlock)
    var output = ByteBuffer(capacity: 1 << 22)
    var nanos: UInt64 = 0
    do {
      var zstd = try ZstdCompressor(level: max(Int(codec.level), 1))
      var lz4 = try Lz4FrameCompressor(checksum: false)
      let start = MonotonicClock.now()
      for block in blocks {
        output.removeAll()
        let bytes = records.bytes.extracting(block.range)
        if codec.coder == .zstd {
          try zstd.appendFrame(bytes, to: &output)
        } else {
          try lz4.appendFrame(bytes, to: &output)
        }
      }
      nanos = MonotonicClock.now().nanos(since: start)
    } catch {
      throw .wrong("bare \(name): \(error)")
    }
    report.add("orders, bare \(name)", "M rec/s", Double(records.recordCount) * 1e3 / Double(nanos))
  }

  private static func bars(_ report: inout BenchReport) {
    for codec in ["lz4", "zstd:1", "zstd:3"] {
      report.bar(
        "dbn \(codec) / bare", report.ratio("orders, \(codec)", to: "orders, bare \(codec)"),
        atLeast: 0.95)
    }
    for (coder, rate, size) in [("lz4", 25.0, 15.0), ("zstd:1", 12.0, 11.0)] {
      let best = label("columnar+\(coder)", archiveBlock, of: "orders")
      report.bar("columnar+\(coder), M rec/s", report.median(best), atLeast: rate)
      report.bar(
        "columnar+\(coder), B/record", report.median("\(best), size"), atMost: size)
      for block in [hotBlock, archiveBlock] {
        report.bar(
          "columnar+\(coder) / C, blocks of \(block)",
          report.ratio(
            label("columnar+\(coder)", block, of: "orders"),
            to: label("C columns+\(coder)", block, of: "orders")), atLeast: 0.85)
      }
    }
    let archive = label("columnar+zstd:1", archiveBlock, of: "orders")
    report.bar(
      "columnar+zstd:1 / dbn zstd:3, rate", report.ratio(archive, to: "orders, zstd:3"),
      atLeast: 3)
    for data in ["orders", "published"] {
      let columns = label("columnar+zstd:1", archiveBlock, of: data)
      report.bar(
        "columnar+zstd:1 / dbn zstd:3, bytes, \(data)",
        report.ratio("\(columns), size", to: "\(data), zstd:3, size"), atMost: 0.5)
    }
  }
}
