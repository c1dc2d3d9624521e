import CBenchHooks
import CLinux
import Captures
import Engine
import ExchangeFeeds
import FeedKit
import FeedRegistry
import Glibc
import Journal
import Lanes
import Ledger
import Records
import Wire

/// The simulated day as a journal of one shard in several codecs, in shared memory, removed at the
/// end.
struct ReplayJournals: ~Copyable {
  let records: UInt64
  let description: [(String, String)]
  private let paths: [String: String]

  init(messages: Int, options: BenchOptions) throws(BenchError) {
    let day = try BenchDay(messages: messages, options: options)
    let root = "/dev/shm/millrace-bench-\(bench_process())-journal"
    let source = try Self.record(day, root: root)
    var paths: [String: String] = [:]
    var lines = day.description
    var count: UInt64 = 0
    for name in ReplayBench.codecs {
      guard let codec = JournalCodec(name: name) else { throw .usage(name) }
      let path = "/dev/shm/millrace-bench-\(bench_process())-\(paths.count).\(codec.fileEnding)"
      let written = try Self.copy(source, to: path, codec: codec)
      count = written.records
      paths[name] = path
      lines.append(
        (name, "\(written.bytes) bytes, \(written.bytes * 100 / max(count, 1)) / 100 a record"))
    }
    Self.removeTree(root)
    records = count
    self.paths = paths
    description = lines + [("records", "\(count)")]
  }

  deinit {
    BenchFile.remove(paths.values.flatMap { [$0, $0 + ".blocks"] })
  }

  func path(_ codec: String) -> String { paths[codec] ?? "" }

  /// A pipeline with books over the day, recorded without compression; gives the segments.
  private static func record(
    _ day: borrowing BenchDay, root: String
  ) throws(BenchError) -> [String] {
    var options = PipelineOptions(instance: "bench-\(bench_process())", verb: "bench")
    options.outputs = [.books]
    options.expectedOrders = day.market.openOrderLimit
    var journal = JournalSettings(root: root)
    journal.codec = JournalCodec(payload: .dbn, coder: .lz4, level: 0)
    journal.sync = .off
    options.journal = journal
    do throws(EngineError) {
      let input = try recognize(day.path)
      let pipeline = try Pipeline(
        options: options,
        sources: [
          SourceConfiguration(name: "itch", feed: ItchFeed.self, input: .file(input))
        ], version: "bench")
      try pipeline.start()
      while !pipeline.isFinished { ml_thread_nap(200_000) }
      let violations = pipeline.stop().map(\.description)
      BenchFile.removeFolder(
        pipeline.folder,
        files: ["counters", "shard-0.ring", "shard-0.ring.lock", "shard-0.symbols"])
      guard violations.isEmpty else { throw EngineError.loginRefused(violations[0]) }
    } catch {
      throw .wrong("\(error)")
    }
    do throws(JournalError) {
      return try JournalCatalog(paths: [root]).segments.map(\.path)
    } catch {
      throw .wrong("\(error)")
    }
  }

  private static func recognize(_ path: String) throws(EngineError) -> InputRecognition {
    do throws(InputError) { return try InputRecognition(path: path, as: ItchFeed.self) } catch {
      throw .input(error)
    }
  }

  /// One segment of another codec with the same records.
  private static func copy(
    _ paths: [String], to path: String, codec: JournalCodec
  ) throws(BenchError) -> (records: UInt64, bytes: UInt64) {
    do throws(JournalError) {
      var stream = try JournalStream(paths: paths, query: JournalQuery())
      var header = SegmentHeader()
      (header.runID, header.dataset, header.shardCount) = (1, "XNAS.ITCH", 1)
      header.codec = codec
      header.blockRecords = codec.payload == .columnar ? 65_536 : 16_384
      var writer = try SegmentWriter(path: path, header: header, metadata: stream.metadata)
      var block = ByteBuffer()
      var count = 0
      while try stream.next() {
        block.append(stream.records)
        count += stream.recordCount
        guard count >= Int(header.blockRecords) else { continue }
        try writer.append(block.bytes, recordCount: count)
        block.removeAll()
        count = 0
      }
      if count > 0 { try writer.append(block.bytes, recordCount: count) }
      let records = writer.recordCount
      let bytes = writer.byteCount
      try writer.close()
      return (records, bytes)
    } catch {
      throw .wrong("\(error)")
    }
  }

  private static func removeTree(_ root: String) {
    let paths = (try? JournalCatalog(paths: [root]).segments.map(\.path)) ?? []
    for path in paths {
      let parts = path.split(separator: "/", omittingEmptySubsequences: false)
      BenchFile.remove([path, parts.dropLast().joined(separator: "/")])
      let dataset = parts.dropLast(2).joined(separator: "/")
      BenchFile.remove(["\(dataset)/.lock-0", dataset])
    }
    BenchFile.remove([root])
  }

  /// Orders at a mean rate with exponential distances, as a segment; its path.
  static func steady(rate: Int, seconds: Int, seed: UInt64) throws(BenchError) -> String {
    let path = "/dev/shm/millrace-bench-\(bench_process())-\(rate).dbn.zst"
    do throws(JournalError) {
      var header = SegmentHeader()
      (header.runID, header.dataset, header.shardCount) = (1, "XNAS.ITCH", 1)
      var writer = try SegmentWriter(
        path: path, header: header, metadata: DBNMetadata(dataset: "XNAS.ITCH"))
      var random = SimulationRandom(seed: seed)
      var time: UInt64 = 1_772_461_800_000_000_000
      var block = ByteBuffer()
      let total = rate * seconds
      for index in 0..<total {
        block.append(
          value: MBOMessage(
            publisherID: 2, instrumentID: 1, tsEvent: time, orderID: UInt64(index),
            price: 1_000_000_000, size: 100, flags: .last, action: .add, side: .bid,
            tsRecv: time, sequence: UInt32(index)))
        let share = Double(random.next() >> 11) * 0x1p-53
        time += UInt64(-log(1 - share) * 1e9 / Double(rate))
        guard (index + 1) % 16_384 == 0 || index == total - 1 else { continue }
        try writer.append(block.bytes, recordCount: block.count / 56)
        block.removeAll()
      }
      try writer.close()
    } catch {
      throw .wrong("\(error)")
    }
    return path
  }
}
