import Books
import CLinux
import ExchangeFeeds
import FeedKit
import Lanes
import Ledger
import Records
import Wire

/// How the cost of a message grows with what there is of everything.
///
///     symbols       churn over 1 … 10,000 symbols ─▶ books in batches                     ns/msg
///     shards        the day ─▶ decoder ─▶ 1, 2, 4 lanes, taken in the same thread         ns/msg
///     open orders   churn at 1,000 … 5,000,000 open orders ─▶ books in batches            ns/msg
///     readers       ring with 0, 1, 2, 4 readers in processes of their own             ns/record
///
/// All but the readers are one core's work, so that the points of a curve compare on any machine;
/// each round goes over all points once. Readers beyond the machine's cores share them.
enum ScalingBench: Bench {
  static var name: String { "scaling" }
  static var summary: String { "cost by symbols, shards, open orders and readers: the curves" }

  private static var symbolCounts: [Int] { [1, 10, 100, 1_000, 10_000] }
  private static var shardCounts: [Int] { [1, 2, 4] }
  private static var orderCounts: [Int] { [1_000, 10_000, 100_000, 1_000_000, 5_000_000] }
  private static var readerCounts: [Int] { [0, 1, 2, 4] }
  /// What stays the same where the other one varies.
  private static var openOrders: Int { 100_000 }
  private static var symbols: Int { 8_000 }
  private static var sliceBytes: Int { 64 << 10 }

  static func run(_ options: BenchOptions) throws(BenchError) -> BenchReport {
    let messages = options.isQuick ? 500_000 : 4_000_000
    var report = BenchReport(name)
    report.input = [
      ("messages", "\(messages) a point"), ("seed", "\(options.seed)"),
      ("by symbols", "\(openOrders) open orders"), ("by open orders", "\(symbols) symbols"),
    ]
    for _ in 0..<options.rounds(3) {
      // The readers' bench pins its writer to another one.
      _ = ml_thread_pin(0)
      for symbols in symbolCounts {
        try churn(
          "symbols \(symbols)", openOrders: openOrders, symbols: symbols, messages: messages,
          options, &report)
      }
      let day = try BenchDay(messages: messages, options: options, inFile: false)
      for isWide in [false, true] where !isWide || FramePermuter.isAvailable {
        for shards in shardCounts { try byShards(shards, day, isWide: isWide, &report) }
      }
      for orders in orderCounts {
        try churn(
          "open orders \(orders)", openOrders: orders, symbols: symbols, messages: messages,
          options, &report)
      }
      for readers in readerCounts {
        var found = BenchReport(name)
        try ShmBench.throughput(messages, readers: readers, &found)
        let label = "published, \(readers) readers"
        report.add("readers \(readers): publish", "ns/record", 1e3 / found.median(label))
      }
    }
    report.verified.append("open orders of every book; records of every lane; records of readers")
    return report
  }

  /// The reader's work and a worker's taking of batches, without what it does with them.
  private static func byShards(
    _ shards: Int, _ day: borrowing BenchDay, isWide: Bool, _ report: inout BenchReport
  ) throws(BenchError) {
    let grid = LaneGrid(
      readers: 1, shards: shards,
      options: LaneOptions(capacityLines: 1 << 15, policy: .wait, strategy: .spin))
    let runner = DecodeBench.makeRunner(grid, isWide: isWide)
    var batch = RecordBatch()
    var lanes = LaneReaders(grid)
    var taken: UInt64 = 0
    let bytes = day.bytes
    var offset = 0
    let start = MonotonicClock.now()
    while offset < bytes.byteCount {
      // A slice fits into the lanes: see `DecodeBench.digest`.
      let end = min(offset + sliceBytes, bytes.byteCount)
      let used = runner.readFile(
        bytes.extracting(offset..<end), framing: .lengthPrefixed, tsRecv: 1,
        isLast: end == bytes.byteCount)
      guard used > 0 else { break }
      offset += used
      for shard in 0..<shards { taken += lanes.drain(shard, &batch) }
    }
    let nanos = MonotonicClock.now().nanos(since: start)
    try verify(taken, runner.report.records.reduce(0, +), "records of all lanes")
    let path = isWide ? "permuted" : "portable"
    report.add("shards \(shards): \(path)", "ns/msg", Double(nanos) / Double(day.messages))
  }

  private static func churn(
    _ label: String, openOrders: Int, symbols: Int, messages: Int, _ options: BenchOptions,
    _ report: inout BenchReport
  ) throws(BenchError) {
    var churn = BookChurn(
      openOrders: openOrders, instruments: symbols, operations: messages, seed: options.seed)
    let start = MonotonicClock.now()
    churn.run()
    let nanos = MonotonicClock.now().nanos(since: start)
    try verify(churn.books.openOrders, openOrders, "open orders")
    try verify(churn.books.counters.unknownOrders, 0, "unknown orders")
    report.add("\(label): books", "ns/msg", Double(nanos) / Double(messages))
    report.add(
      "\(label): memory", "bytes/order", Double(churn.books.memoryBytes) / Double(openOrders))
  }
}

/// The consuming ends of the lanes of one reader.
@safe private struct LaneReaders: ~Copyable {
  private let lanes: UnsafeMutablePointer<LaneReader>
  private let count: Int

  init(_ grid: LaneGrid) {
    count = grid.shards
    unsafe lanes = .allocate(capacity: count)
    // Safety: each of the `count` slots is initialised once, here.
    for shard in 0..<count {
      unsafe lanes.advanced(by: shard).initialize(to: grid.reader(0, shard: shard))
    }
  }

  deinit {
    // Safety: initialised by `init`, over this count.
    unsafe lanes.deinitialize(count: count)
    unsafe lanes.deallocate()
  }

  /// Takes all that a lane has; gives the number of records.
  mutating func drain(_ shard: Int, _ batch: inout RecordBatch) -> UInt64 {
    precondition(shard >= 0 && shard < count)
    var taken: UInt64 = 0
    while true {
      // Safety: the index was checked.
      unsafe lanes[shard].take(into: &batch)
      if batch.isEmpty { return taken }
      taken += UInt64(batch.count)
      unsafe lanes[shard].release()
    }
  }
}
