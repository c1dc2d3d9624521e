import CLinux
import ExchangeFeeds
import Journal
import Ledger
import Records
import Wire

/// What archives save: columnar blocks beside what Databento ships, DBN with zstd level 3.
///
///     day or capture ─▶ pipeline with books ─▶ records ─┬▶ dbn, zstd:3, one frame a block
///                                                       └▶ columns, zstd:1
///
/// On the simulated day and on every shared capture that our feeds read and that makes enough
/// records to tell. Both, in large blocks, go through the container and back, and are compared.
enum ArchiveBench: Bench {
  static var name: String { "archive" }
  static var summary: String { "bytes and rates of archives beside DBN with zstd:3" }

  /// Fewer records than these say nothing.
  private static var leastRecords: Int { 20_000 }

  private static var captures: [String] {
    [
      "iex/tops16-2026-07-13-a.pcap.gz", "iex/deep10-2026-07-13-a.pcap.gz",
      "iex/deep10-2017-04-25-a.pcap.gz", "iex/tops16-2017-07-10.pcap.gz",
    ]
  }

  static func run(_ options: BenchOptions) throws(BenchError) -> BenchReport {
    var report = BenchReport(name)
    let messages = options.isQuick ? 1_000_000 : 4_000_000
    let day = try BenchDay(messages: messages, options: options)
    report.input = day.description
    let published = try JournalRecords.published(
      "day", path: day.path, expectedOrders: day.market.openOrderLimit)
    _ = ml_thread_pin(0)
    try compare(published, "day", options, &report)
    report.bar("day, bytes", ratio("day, size", &report), atMost: 0.5)
    report.bar("day, encoding", ratio("day, in", &report), atLeast: 3)
    report.bar("day, decoding", ratio("day, out", &report), atLeast: 2.5)
    for capture in captures {
      let path = "../shared/captures/\(capture)"
      guard BenchFile.exists(path) else {
        report.input.append((capture, "absent"))
        continue
      }
      let records = try JournalRecords.published(capture, path: path)
      report.input.append((capture, "\(records.recordCount) records"))
      guard records.recordCount >= leastRecords else { continue }
      try compare(records, capture, options, &report)
      report.bar("\(capture), bytes", ratio("\(capture), size", &report), atMost: 0.6)
    }
    report.verified.append("all blocks decode to the records they were made of")
    return report
  }

  private static func ratio(_ what: String, _ report: inout BenchReport) -> Double {
    report.ratio("\(what), columnar+zstd:1", to: "\(what), zstd:3")
  }

  private static func compare(
    _ records: borrowing JournalRecords, _ name: String, _ options: BenchOptions,
    _ report: inout BenchReport
  ) throws(BenchError) {
    for _ in 0..<options.rounds(3) {
      for codec in ["zstd:3", "columnar+zstd:1"] {
        let start = MonotonicClock.now()
        let stored = try StoredBlocks(records, codec, block: JournalWriteBench.archiveBlock)
        let encoded = MonotonicClock.now().nanos(since: start)
        var decoder = BlockDecoder()
        var back = ByteBuffer(capacity: stored.largest)
        try stored.decode(0, with: &decoder, into: &back)
        var decoded: UInt64 = 0
        for index in stored.headers.indices {
          back.removeAll()
          let start = MonotonicClock.now()
          try stored.decode(index, with: &decoder, into: &back)
          decoded += MonotonicClock.now().nanos(since: start)
          let wanted = records.bytes.extracting(stored.blocks[index].range)
          guard JournalWriteBench.isSame(back.bytes, wanted) else {
            throw .wrong("\(name), \(codec): block \(index) decodes to other bytes")
          }
        }
        let count = Double(records.recordCount)
        report.add("\(name), size, \(codec)", "B/record", Double(stored.byteCount) / count)
        report.add("\(name), in, \(codec)", "M rec/s", count * 1e3 / Double(encoded))
        report.add("\(name), out, \(codec)", "M rec/s", count * 1e3 / Double(decoded))
      }
    }
  }
}
