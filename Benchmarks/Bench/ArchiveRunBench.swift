import CBenchHooks
import CLinux
import ExchangeFeeds
import FeedKit
import Foundation
import Hashing
import Journal
import Lanes
import Ledger
import Records
import Wire
import Zstd

/// A day's records into an archive and back, beside DBN with zstd 3, on one core.
///
///     day ─▶ records ─┬▶ zstd 3, frames of as many records as a block        (the peer)
///                     ├▶ block encoder ─▶ block decoder, in memory           (the codec)
///                     └▶ journal (dbn, zstd 1) ─▶ archive ─▶ read back       (end to end)
///
/// What comes back is compared by hash each time. Journal and archive lie in memory (/dev/shm): the
/// disk is not measured. End to end is one thread: decoding the journal, merging, hashing, encoding
/// and writing.
enum ArchiveRunBench: Bench {
  static var name: String { "archive-run" }
  static var summary: String { "a journal through archive and back, beside DBN with zstd 3" }

  private static var blockRecords: Int { ArchiveOptions.usualBlockRecords }

  static func run(_ options: BenchOptions) throws(BenchError) -> BenchReport {
    let day = try BenchDay(
      messages: options.isQuick ? 1_000_000 : 4_000_000, options: options)
    var report = BenchReport(name)
    report.input = day.description
    _ = ml_thread_pin(0)
    let records = try ArchiveRecords(day)
    report.input.append(("records", "\(records.count), \(records.bytes.count) bytes"))
    let folder = "/dev/shm/millrace-bench-\(bench_process())-archive"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    do {
      try records.writeJournal("\(folder)/journal")
      for round in 0..<options.rounds(5) {
        try peer(records, &report)
        try codec(records, &report)
        try archive(records, folder, round, &report)
      }
    } catch let error as BenchError {
      throw error
    } catch {
      throw .wrong("\(error)")
    }
    addBars(&report)
    report.verified.append(
      "the hash of all records after zstd, after the codec and in the archive's manifest is one")
    return report
  }

  private static func addBars(_ report: inout BenchReport) {
    report.bar(
      "bytes / DBN zstd 3", report.ratio("archive bytes", to: "DBN zstd 3 bytes"), atMost: 0.5)
    report.bar(
      "codec encode / DBN zstd 3",
      report.ratio("codec encode", to: "DBN zstd 3 encode"), atLeast: 3)
    report.bar(
      "codec decode / DBN zstd 3",
      report.ratio("codec decode", to: "DBN zstd 3 decode"), atLeast: 2.5)
  }

  private static func rate(_ records: borrowing ArchiveRecords, _ nanos: UInt64) -> Double {
    Double(records.count) * 1e3 / Double(max(nanos, 1))
  }

  /// DBN with zstd 3.
  private static func peer(
    _ records: borrowing ArchiveRecords, _ report: inout BenchReport
  ) throws {
    var compressor = try ZstdCompressor(level: 3)
    var stored = ByteBuffer(capacity: records.bytes.count / 2)
    var ends: [(end: Int, raw: Int)] = []
    var start = MonotonicClock.now()
    for block in records.blocks(of: blockRecords) {
      try compressor.appendFrame(records.bytes.bytes.extracting(block.bytes), to: &stored)
      ends.append((stored.count, block.bytes.count))
    }
    report.add(
      "DBN zstd 3 encode", "M rec/s", rate(records, MonotonicClock.now().nanos(since: start)))
    report.add("DBN zstd 3 bytes", "B/record", Double(stored.count) / Double(records.count))
    var decompressor = try ZstdFrameDecompressor()
    var plain = ByteBuffer(capacity: blockRecords * 64)
    var hash = RunningHash()
    var nanos: UInt64 = 0
    var from = 0
    for (end, raw) in ends {
      plain.removeAll()
      start = MonotonicClock.now()
      try decompressor.appendContent(
        of: stored.bytes.extracting(from..<end), rawBytes: raw, to: &plain)
      nanos += MonotonicClock.now().nanos(since: start)
      hash.add(plain.bytes)
      from = end
    }
    report.add("DBN zstd 3 decode", "M rec/s", rate(records, nanos))
    try verify(hash.value, records.hash, "hash of what zstd gives back")
  }

  /// Blocks as archives have them, in memory.
  private static func codec(
    _ records: borrowing ArchiveRecords, _ report: inout BenchReport
  ) throws {
    var encoder = try BlockEncoder(JournalCodec(payload: .columnar, coder: .zstd, level: 1))
    var stored = ByteBuffer(capacity: records.bytes.count / 2)
    var headers: [BlockHeader] = []
    var start = MonotonicClock.now()
    for block in records.blocks(of: blockRecords) {
      headers.append(
        try encoder.append(
          records.bytes.bytes.extracting(block.bytes), recordCount: block.count,
          place: BlockHeader(), to: &stored))
    }
    report.add(
      "codec encode", "M rec/s", rate(records, MonotonicClock.now().nanos(since: start)))
    var decoder = BlockDecoder()
    var plain = ByteBuffer(capacity: blockRecords * 64)
    var hash = RunningHash()
    var nanos: UInt64 = 0
    var from = 0
    for header in headers {
      plain.removeAll()
      let payload = (from + header.headerBytes)..<(from + header.totalBytes)
      start = MonotonicClock.now()
      try decoder.appendRecords(
        of: stored.bytes.extracting(payload), header: header, to: &plain)
      nanos += MonotonicClock.now().nanos(since: start)
      hash.add(plain.bytes)
      from += header.totalBytes
    }
    report.add("codec decode", "M rec/s", rate(records, nanos))
    try verify(hash.value, records.hash, "hash of what the codec gives back")
  }

  /// A journal into an archive, and the archive read back.
  private static func archive(
    _ records: borrowing ArchiveRecords, _ folder: String, _ round: Int,
    _ report: inout BenchReport
  ) throws {
    let options = ArchiveOptions(
      root: "\(folder)/journal", archive: "\(folder)/archive-\(round)", tool: "bench")
    defer { try? FileManager.default.removeItem(atPath: options.archive) }
    var archive = try JournalArchive(options, .init(now: .max / 2))
    let start = MonotonicClock.now()
    var written: UInt64?
    var read: UInt64 = 0
    for job in archive.plan.jobs {
      let manifest = try archive.archive(
        job, now: { 1 },
        goesOn: { progress in
          if progress.stage == .verifying, written == nil {
            written = MonotonicClock.now().nanos(since: start)
          }
          if progress.stage == .verifying { read = MonotonicClock.now().nanos(since: start) }
          return true
        })
      try verify(manifest?.totals.hash, records.hash, "hash in the manifest")
      let bytes = manifest?.outputs.first?.bytes ?? 0
      report.add("archive bytes", "B/record", Double(bytes) / Double(records.count))
    }
    // The first block has been read back when the stage is told: its share is small.
    report.add("archive write, end to end", "M rec/s", rate(records, written ?? 0))
    report.add("archive read back", "M rec/s", rate(records, read &- (written ?? 0)))
    report.add(
      "archive in all", "M rec/s", rate(records, MonotonicClock.now().nanos(since: start)))
  }
}

/// The records that a simulated day's pipeline publishes, back to back.
struct ArchiveRecords: ~Copyable {
  var bytes = ByteBuffer()
  private(set) var count = 0
  /// XXH3-64 of all bytes.
  private(set) var hash: UInt64 = 0

  /// Takes what a pipeline with books publishes of the day: orders, quotes, trades.
  init(_ day: borrowing BenchDay) throws(BenchError) {
    let made = try JournalRecords.published(
      "published", path: day.path, expectedOrders: day.market.openOrderLimit)
    bytes.append(made.bytes)
    count = made.recordCount
    hash = ContentHash.hash(bytes.bytes)
  }

  /// The records in pieces of at most `most`.
  func blocks(of most: Int) -> [(bytes: Range<Int>, count: Int)] {
    var blocks: [(bytes: Range<Int>, count: Int)] = []
    let span = bytes.bytes
    var (start, offset, inBlock) = (0, 0, 0)
    while offset < span.byteCount {
      offset += Int(span.uncheckedByte(at: offset)) * 4
      inBlock += 1
      if inBlock == most || offset == span.byteCount {
        blocks.append((start..<offset, inBlock))
        (start, inBlock) = (offset, 0)
      }
    }
    return blocks
  }

  /// As a pipeline with one shard records it: dbn, zstd 1, blocks of 16,384, a segment an hour.
  func writeJournal(_ root: String) throws {
    var options = JournalOptions(
      root: root, dataset: "XNAS.ITCH", instance: "bench", shard: 0, shardCount: 1, runID: 1)
    (options.sync, options.rotation) = (.off, .day)
    var writer = try JournalWriter(options)
    for block in blocks(of: options.blockRecords) {
      writer.write(
        bytes.bytes.extracting(block.bytes), recordCount: block.count, nowNanos: 0)
    }
    writer.close(nowNanos: 0)
  }
}
