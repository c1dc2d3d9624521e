import Books
import CBenchHooks
import CLinux
import ExchangeFeeds
import FeedKit
import Lanes
import Ledger
import Records
import SharedMemory
import Wire

/// Allocating calls in steady state, counted: the bench stands in front of malloc and its kin.
///
///     day in memory ─▶ decoder ─▶ lane ─▶ books ─▶ ring         each stage alone, half a day to
///                                                               warm up, half a day counted
///
/// And the loops of the stages, disassembled: none of them may retain, release, allocate or check
/// exclusive access. Counts do not depend on the machine or its load.
enum AllocationBench: Bench {
  static var name: String { "allocations" }
  static var summary: String { "allocating calls per million messages in steady state: 0" }

  static func run(_ options: BenchOptions) throws(BenchError) -> BenchReport {
    let day = try BenchDay(messages: 2_000_000, options: options)
    var report = BenchReport(name)
    report.input = day.description
    guard bench_hooks_linked() == 1 else { throw .missing("the counting allocator") }
    try checkCounter()
    try decode(day, isWide: false, &report)
    if FramePermuter.isAvailable { try decode(day, isWide: true, &report) }
    try text(options, &report)
    try arbiter(day, &report)
    try books(day, &report)
    try ring(day, &report)
    let calls = try PipelineBench.allocations(day)
    add("pipeline: reader, lane, worker, books", calls: calls, messages: day.messages, &report)
    for result in report.results {
      report.bar(result.name, result.median, atMost: 0)
    }
    try HotLoops.check(&report)
    return report
  }

  /// The counter counts: an array makes it move.
  private static func checkCounter() throws(BenchError) {
    let before = bench_allocation_calls()
    let array = [UInt8](repeating: 1, count: 100_000 + Int(before & 1))
    guard array.count > 0, bench_allocation_calls() > before else {
      throw .wrong("an array of 100,000 bytes was not counted")
    }
  }

  private static func add(
    _ label: String, calls: UInt64, messages: UInt64, _ report: inout BenchReport
  ) {
    report.add(label, "calls per M msg", Double(calls) * 1e6 / Double(max(messages, 1)))
  }

  /// Decoder, runner and lane, with the consumer in the same thread.
  private static func decode(
    _ day: borrowing BenchDay, isWide: Bool, _ report: inout BenchReport
  ) throws(BenchError) {
    let grid = LaneGrid(
      readers: 1, shards: 1,
      options: LaneOptions(capacityLines: 1 << 16, policy: .wait, strategy: .spin))
    let runner = DecodeBench.makeRunner(grid, isWide: isWide)
    var lane = grid.reader(0, shard: 0)
    var batch = RecordBatch()
    let bytes = day.bytes
    let half = DecodeBench.pump(bytes, from: 0, to: bytes.byteCount / 2, runner, &lane, &batch)
    let before = bench_allocation_calls()
    _ = DecodeBench.pump(bytes, from: half, to: bytes.byteCount, runner, &lane, &batch)
    let calls = bench_allocation_calls() &- before
    add(
      "decoder and lane, \(isWide ? "permuted" : "portable")", calls: calls,
      messages: day.messages / 2, &report)
    try verify(lane.taken, runner.report.records[0], "records taken from the lane")
  }

  /// JSON text through Binance's decoder: trades, quotes and depth updates of one symbol.
  private static func text(
    _ options: BenchOptions, _ report: inout BenchReport
  ) throws(BenchError) {
    let text = try BenchText(
      messages: 200_000, streams: [.trade, .aggregateTrade, .bookTicker, .depthUpdate],
      isCombined: true, options: options)
    let grid = LaneGrid(
      readers: 1, shards: 1,
      options: LaneOptions(capacityLines: 1 << 16, policy: .wait, strategy: .spin))
    let runner = BinanceBench.makeRunner(grid)
    var lane = grid.reader(0, shard: 0)
    var batch = RecordBatch()
    let bytes = text.bytes
    var before = bench_allocation_calls()
    var first: UInt64 = 0
    var offset = 0
    while offset < bytes.byteCount {
      offset += BinanceBench.read(bytes, from: offset, with: runner)
      DecodeBench.drain(&lane, &batch)
      if first == 0, offset > bytes.byteCount / 2 {
        first = runner.report.messages
        before = bench_allocation_calls()
      }
    }
    let calls = bench_allocation_calls() &- before
    add("JSON text, decoder and lane", calls: calls, messages: text.messages - first, &report)
    let decode = runner.report.decode
    try verify(decode.rejectedTotal, 0, "rejected messages of the text")
  }

  /// Datagrams of MoldUDP64 through the arbiter, in order, every tenth one twice.
  private static func arbiter(
    _ day: borrowing BenchDay, _ report: inout BenchReport
  ) throws(BenchError) {
    let grid = LaneGrid(
      readers: 1, shards: 1,
      options: LaneOptions(capacityLines: 1 << 16, policy: .wait, strategy: .spin))
    let runner = DecodeBench.makeRunner(grid, isWide: true)
    var lane = grid.reader(0, shard: 0)
    var batch = RecordBatch()
    guard let session = MoldUDP64SessionName("BENCH") else { return }
    var sender = MoldUDP64Sender(session: session)
    var datagram = try BenchMemory(byteCount: 2_048)
    var offset = 0
    var count = 0
    var before: UInt64 = 0
    var first: UInt64 = 0
    while offset < day.byteCount {
      var room = datagram.mutableBytes(from: 0)
      guard let packed = sender.pack(day.bytes, from: offset, into: &room) else { break }
      offset = packed.nextOffset
      count += 1
      for _ in 0..<(count % 10 == 0 ? 2 : 1) {
        runner.receive(datagram.bytes(packed.byteCount), tsRecv: 1, now: 1, isAnswer: false)
      }
      DecodeBench.drain(&lane, &batch)
      if before == 0, offset > day.byteCount / 2 {
        before = bench_allocation_calls()
        first = packed.firstSequence
      }
    }
    let calls = bench_allocation_calls() &- before
    add("arbiter", calls: calls, messages: day.messages - first, &report)
    try verify(runner.report.messages, day.messages, "messages through the arbiter")
  }

  private static func books(
    _ day: borrowing BenchDay, _ report: inout BenchReport
  ) throws(BenchError) {
    var feeder = BookFeeder(expectedOrders: day.market.openOrderLimit)
    // The whole day to warm up: its close must not find larger books than there were before.
    feeder.batched(day.bytes)
    for symbol in 1...day.market.options.symbols {
      _ = feeder.books.clear(instrument: UInt32(symbol))
    }
    let before = bench_allocation_calls()
    feeder.batched(day.bytes)
    let calls = bench_allocation_calls() &- before
    add("books", calls: calls, messages: day.messages, &report)
    try verify(feeder.books.openOrders, day.market.openOrders, "open orders")
  }

  /// Writer and reader of a broadcast ring in one process.
  private static func ring(
    _ day: borrowing BenchDay, _ report: inout BenchReport
  ) throws(BenchError) {
    let path = "/dev/shm/millrace-bench-\(bench_process()).ring"
    defer { BenchFile.remove([path, "\(path).lock"]) }
    var writer = try ShmBench.makeWriter(path)
    var reader = try ShmBench.makeReader(path)
    let count: UInt64 = 1_000_000
    var received: UInt64 = 0
    let before = bench_allocation_calls()
    for number in 0..<count {
      writer.publish(line: ShmBench.message(number))
      while reader.poll() != .record {}
      received &+= 1
    }
    let calls = bench_allocation_calls() &- before
    add("shared memory", calls: calls, messages: count, &report)
    writer.close()
    try verify(received, count, "records received")
  }
}

extension DecodeBench {
  /// Decodes slices from `start` on and takes the records out of the lane; gives where it ended.
  static func pump(
    _ bytes: RawSpan, from start: Int, to end: Int, _ runner: any SourceRunner,
    _ lane: inout LaneReader, _ batch: inout RecordBatch
  ) -> Int {
    var offset = start
    while offset < end {
      let last = min(offset + (64 << 10), bytes.byteCount)
      let used = runner.readFile(
        bytes.extracting(offset..<last), framing: .lengthPrefixed, tsRecv: 1,
        isLast: last == bytes.byteCount)
      guard used > 0 else { break }
      offset += used
      drain(&lane, &batch)
    }
    return offset
  }

  static func drain(_ lane: inout LaneReader, _ batch: inout RecordBatch) {
    while true {
      lane.take(into: &batch)
      if batch.isEmpty { return }
      lane.release()
    }
  }
}
