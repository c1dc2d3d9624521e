import CBenchHooks
import CLinux
import Columnar
import ExchangeFeeds
import Journal
import Ledger
import Records
import Wire
import Zstd

/// The journal's codecs, reading, on one core.
///
///     blocks in memory ─▶ hash, decompression, columns ─▶ records in a buffer that is used again
///                              │
///                              ├ dbn: beside bare zstd of the same frames, and databento-dbn
///                              ├ columnar: beside C of our own; one column of it alone
///                              └ one symbol of a day in a segment file
///
/// databento-dbn and its kin take part where `tools/python-venv --bench` has made an environment.
enum JournalReadBench: Bench {
  static var name: String { "journal-read" }
  static var summary: String { "the journal's codecs, reading, one core" }

  private static var hotBlock: Int { JournalWriteBench.hotBlock }
  private static var archiveBlock: Int { JournalWriteBench.archiveBlock }
  private static var columns: [String] { ["ts_event", "price", "size"] }

  static func run(_ options: BenchOptions) throws(BenchError) -> BenchReport {
    var report = BenchReport(name)
    let input = try JournalBenchInput(options)
    report.input = input.description
    _ = ml_thread_pin(0)
    for round in 0..<options.rounds(5) {
      for block in [hotBlock, archiveBlock] {
        let lines = try Baseline.run(
          ["\(options.baselines)/journal_baseline", "run", input.file, "\(block)"])
        for line in lines {
          report.add(
            JournalWriteBench.label("C columns+\(line.text("codec"))", block, of: "orders"),
            "M rec/s", line.number("decode_per_second") / 1e6)
        }
        for item in JournalWriteBench.cases where item.block == block {
          try time(input.orders, "orders", item, round, &report)
          try time(input.published, "published", item, round, &report)
        }
      }
    }
    try JournalSymbolBench.run(input.published, options, &report)
    try peers(input.orders, options, &report)
    bars(&report)
    report.verified.append("all blocks decode to the records they were made of")
    report.verified.append("a column's values are those of the records")
    return report
  }

  private static func time(
    _ records: borrowing JournalRecords, _ data: String, _ item: (codec: String, block: Int),
    _ round: Int, _ report: inout BenchReport
  ) throws(BenchError) {
    let label = JournalWriteBench.label(item.codec, item.block, of: data)
    let stored = try StoredBlocks(records, item.codec, block: item.block)
    var decoder = BlockDecoder()
    var back = ByteBuffer(capacity: stored.largest)
    try stored.decode(0, with: &decoder, into: &back)
    let start = MonotonicClock.now()
    for index in stored.headers.indices {
      back.removeAll()
      try stored.decode(index, with: &decoder, into: &back)
    }
    let nanos = MonotonicClock.now().nanos(since: start)
    report.add(label, "M rec/s", Double(records.recordCount) * 1e3 / Double(nanos))
    if round == 0 {
      for index in stored.headers.indices {
        back.removeAll()
        try stored.decode(index, with: &decoder, into: &back)
        guard
          JournalWriteBench.isSame(
            back.bytes, records.bytes.extracting(stored.blocks[index].range))
        else { throw .wrong("\(label): block \(index) decodes to other bytes") }
      }
    }
    if item.codec.hasPrefix("zstd") { try bare(stored, label, &back, &report) }
    if item.codec == "columnar+zstd:1", item.block == archiveBlock, data == "orders" {
      for field in columns { try column(field, stored, records, round, &report) }
    }
  }

  /// The same frames through zstd alone.
  private static func bare(
    _ stored: borrowing StoredBlocks, _ label: String, _ back: inout ByteBuffer,
    _ report: inout BenchReport
  ) throws(BenchError) {
    var nanos: UInt64 = 0
    do {
      var zstd = try ZstdFrameDecompressor()
      let start = MonotonicClock.now()
      for index in stored.headers.indices {
        back.removeAll()
        try zstd.appendContent(
          of: stored.payload(index), rawBytes: Int(stored.headers[index].rawBytes), to: &back)
      }
      nanos = MonotonicClock.now().nanos(since: start)
    } catch {
      throw .wrong("bare zstd: \(error)")
    }
    report.add("\(label), bare", "M rec/s", Double(stored.recordCount) * 1e3 / Double(nanos))
  }

  /// One field of all records.
  private static func column(
    _ field: String, _ stored: borrowing StoredBlocks, _ records: borrowing JournalRecords,
    _ round: Int, _ report: inout BenchReport
  ) throws(BenchError) {
    guard let layout = MBOMessage.layout.fields.first(where: { $0.name == field }) else { return }
    var values = ByteBuffer(capacity: archiveBlock * 8)
    var nanos: UInt64 = 0
    do throws(ColumnarError) {
      var decoder = try ColumnarDecoder()
      let start = MonotonicClock.now()
      for index in stored.headers.indices {
        values.removeAll()
        let header = stored.headers[index]
        _ = try decoder.appendColumn(
          field, of: .mbo, payload: stored.payload(index).extracting(8...),
          recordCount: Int(header.recordCount), rawBytes: Int(header.rawBytes), to: &values)
      }
      nanos = MonotonicClock.now().nanos(since: start)
    } catch {
      throw .wrong("column \(field): \(error)")
    }
    report.add("column \(field)", "M rec/s", Double(records.recordCount) * 1e3 / Double(nanos))
    guard round == 0, let last = stored.blocks.last else { return }
    for number in 0..<last.records {
      let at = last.range.lowerBound + number * MBOMessage.byteCount + layout.offset
      let size = layout.byteCount
      let wanted = records.bytes.extracting(at..<at + size)
      guard
        JournalWriteBench.isSame(
          values.bytes.extracting(number * size..<(number + 1) * size), wanted)
      else { throw .wrong("column \(field): record \(number)") }
    }
  }

  /// The public readers, from their own processes.
  private static func peers(
    _ records: borrowing JournalRecords, _ options: BenchOptions, _ report: inout BenchReport
  ) throws(BenchError) {
    guard let python = try? Baseline.text(["tools/python-venv", "--find", "--bench"]) else {
      report.input.append(("public readers", "absent: tools/python-venv --bench"))
      return
    }
    let path = JournalRecords.scratch(".dbn")
    defer { BenchFile.remove([path]) }
    try records.writeFile(path)
    let words = [
      python.split(separator: "\n").first.map(String.init) ?? "",
      "Benchmarks/Baselines/journal_peers.py", path, "--read-only", "--json", "--rounds", "3",
    ]
    let text = try Baseline.text(words)
    for part in text.split(separator: "{").dropFirst(2) {
      let line = BaselineLine("{" + part.prefix { $0 != "}" })
      let rate = line.number("decode_records_per_second")
      if rate.isFinite { report.add(line.text("name"), "M rec/s", rate / 1e6) }
    }
  }

  private static func bars(_ report: inout BenchReport) {
    let archive = JournalWriteBench.label("columnar+zstd:1", archiveBlock, of: "orders")
    report.bar("columnar+zstd:1, M rec/s", report.median(archive), atLeast: 30)
    for coder in ["lz4", "zstd:1"] {
      for block in [hotBlock, archiveBlock] {
        report.bar(
          "columnar+\(coder) / C, blocks of \(block)",
          report.ratio(
            JournalWriteBench.label("columnar+\(coder)", block, of: "orders"),
            to: JournalWriteBench.label("C columns+\(coder)", block, of: "orders")),
          atLeast: 0.85)
      }
    }
    for level in ["zstd:1", "zstd:3"] {
      report.bar(
        "dbn \(level) / bare", report.ratio("orders, \(level)", to: "orders, \(level), bare"),
        atLeast: 0.95)
    }
    report.bar(
      "columnar+zstd:1 / dbn zstd:3", report.ratio(archive, to: "orders, zstd:3"), atLeast: 2.5)
    for field in columns {
      report.bar(
        "column \(field) / all", report.ratio("column \(field)", to: archive), atLeast: 3)
    }
  }
}

/// Blocks as a segment has them, in memory.
struct StoredBlocks: ~Copyable {
  let blocks: [JournalRecords.Block]
  private(set) var headers: [BlockHeader] = []
  private var starts: [Int] = []
  private var bytes = ByteBuffer()
  let recordCount: Int

  init(
    _ records: borrowing JournalRecords, _ codec: String, block: Int
  ) throws(BenchError) {
    blocks = records.blocks(of: block)
    recordCount = records.recordCount
    // Not before all fields are there: then a throw runs `deinit` over what they hold.
    guard let known = JournalCodec(name: codec) else { throw .wrong(codec) }
    try fill(records, known)
  }

  private mutating func fill(
    _ records: borrowing JournalRecords, _ codec: JournalCodec
  ) throws(BenchError) {
    var encoder = try JournalWriteBench.makeEncoder(codec)
    for block in blocks {
      starts.append(bytes.count)
      headers.append(try JournalWriteBench.append(block, records, to: &bytes, &encoder))
    }
  }

  var byteCount: Int { bytes.count }

  var largest: Int { blocks.map(\.range.count).max() ?? 0 }

  @_lifetime(borrow self)
  func payload(_ index: Int) -> RawSpan {
    let start = starts[index] + headers[index].headerBytes
    return bytes.bytes.extracting(start..<start + Int(headers[index].storedBytes))
  }

  func decode(
    _ index: Int, with decoder: inout BlockDecoder, into back: inout ByteBuffer
  ) throws(BenchError) {
    do throws(JournalError) {
      try decoder.appendRecords(of: payload(index), header: headers[index], to: &back)
    } catch {
      throw .wrong("block \(index): \(error)")
    }
  }
}
