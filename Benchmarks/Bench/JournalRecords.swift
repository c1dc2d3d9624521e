import CBenchHooks
import CLinux
import Captures
import Engine
import ExchangeFeeds
import FeedKit
import FeedRegistry
import Journal
import Lanes
import Records
import Wire

/// DBN records in memory, in blocks of whole ones, for the journal's benches.
struct JournalRecords: ~Copyable {
  /// A block: where its bytes lie, and how many records they are.
  struct Block {
    let range: Range<Int>
    let records: Int
  }

  let name: String
  let byteCount: Int
  let recordCount: Int
  private let memory: ByteBuffer

  /// Takes `memory`, which must hold whole records.
  init(_ name: String, _ memory: consuming ByteBuffer) throws(BenchError) {
    let count = Self.count(memory)
    guard let count else { throw .wrong("\(name): no whole records") }
    self.name = name
    byteCount = memory.count
    recordCount = count
    self.memory = memory
  }

  private static func count(_ memory: borrowing ByteBuffer) -> Int? {
    let bytes = memory.bytes
    var offset = 0
    var count = 0
    while let length = bytes.loadByte(at: offset), length > 0 {
      offset += Int(length) * 4
      count += 1
    }
    return offset == bytes.byteCount ? count : nil
  }

  var bytes: RawSpan {
    @_lifetime(borrow self)
    get { memory.bytes }
  }

  /// Blocks of `records` records; the last one has what is left.
  func blocks(of records: Int) -> [Block] {
    let bytes = bytes
    var blocks: [Block] = []
    var start = 0
    var offset = 0
    var count = 0
    while offset < byteCount {
      offset += Int(bytes.uncheckedByte(at: offset)) * 4
      count += 1
      guard count == records || offset >= byteCount else { continue }
      blocks.append(Block(range: start..<offset, records: count))
      (start, count) = (offset, 0)
    }
    return blocks
  }
}

extension JournalRecords {
  /// A path in shared memory that this process alone uses.
  static func scratch(_ name: String) -> String {
    "/dev/shm/millrace-bench-\(bench_process())\(name)"
  }

  /// What a pipeline with books publishes of an input: orders, quotes, trades, as they come.
  static func published(
    _ name: String, path: String, feed: (any Feed.Type)? = nil, expectedOrders: Int = 1 << 16
  ) throws(BenchError) -> JournalRecords {
    let root = scratch(".journal")
    defer { _ = try? Baseline.text(["/bin/rm", "-rf", root]) }
    let input = try recognise(path, feed)
    guard let known = input.feed else { throw .missing("\(path): no feed is recognised") }
    var options = PipelineOptions(instance: "bench-\(bench_process())", verb: "bench")
    options.outputs = [.books, .mbp1]
    options.ringLines = 1 << 16
    options.expectedOrders = expectedOrders
    options.lanes = LaneOptions(capacityLines: 1_024, policy: .wait, strategy: .park)
    var journal = JournalSettings(root: root)
    journal.codec = JournalCodec(payload: .dbn, coder: .lz4, level: 0)
    journal.sync = .off
    journal.rotation = .day
    options.journal = journal
    do throws(EngineError) {
      let pipeline = try Pipeline(
        options: options,
        sources: [SourceConfiguration(name: "bench", feed: known, input: .file(input))],
        version: "bench")
      defer {
        BenchFile.removeFolder(
          pipeline.folder,
          files: ["counters", "shard-0.ring", "shard-0.ring.lock", "shard-0.symbols"])
      }
      try pipeline.start()
      while !pipeline.isFinished { ml_thread_nap(1_000_000) }
      _ = pipeline.stop()
    } catch {
      throw .missing("\(path): \(error)")
    }
    return try read(name, paths: [root])
  }

  private static func recognise(
    _ path: String, _ feed: (any Feed.Type)?
  ) throws(BenchError) -> InputRecognition {
    do throws(InputError) {
      return try InputRecognition(path: path, as: feed)
    } catch {
      throw .missing("\(path): \(error)")
    }
  }

  /// All records of journals or DBN files.
  static func read(_ name: String, paths: [String]) throws(BenchError) -> JournalRecords {
    var all = ByteBuffer()
    do throws(JournalError) {
      var stream = try JournalStream(paths: paths, query: JournalQuery())
      while try stream.next() { all.append(stream.records) }
    } catch {
      throw .missing("\(name): \(error)")
    }
    return try JournalRecords(name, all)
  }

  /// The order records of a day as the shared `journal_bench.c` makes them, and the file that the
  /// C neighbour reads; the caller removes it.
  static func orders(
    _ day: borrowing BenchDay, count: Int, options: BenchOptions, file: String
  ) throws(BenchError) -> JournalRecords {
    let program = "\(options.baselines)/journal_baseline"
    let lines = try Baseline.run([program, "make", day.path, file, "\(count)"])
    let bytes = Int(lines.first?.count("records") ?? 0) * MBOMessage.byteCount
    var memory = ByteBuffer(capacity: bytes)
    guard BenchFile.read(file, bytes, into: &memory) else { throw .missing(file) }
    return try JournalRecords("orders of the day", memory)
  }

  /// Writes the records as a DBN file.
  func writeFile(_ path: String) throws(BenchError) {
    let metadata = DBNMetadata(dataset: "BENCH", schema: .mbo, start: 0)
    var head: [UInt8] = []
    do throws(DBNError) {
      try metadata.append(to: &head)
    } catch {
      throw .wrong("\(error)")
    }
    var all = ByteBuffer(capacity: head.count + byteCount)
    all.append(Records.rawBytes(of: head))
    all.append(bytes)
    try BenchFile.write(path, all)
  }
}
