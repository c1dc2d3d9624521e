import Books
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
import SharedMemory
import Wire

/// The hot loops, each alone and so often as is asked for: `millrace-bench --count LOOP PASSES`.
///
///     tools/count-instructions ─▶ callgrind ─▶ this program, 1 pass
///                              └▶ callgrind ─▶ this program, 2 passes    the difference is a pass
///
/// What is before and after the passes is equal in both runs and drops out. Nothing depends on the
/// clock or on a second thread that works, so the counts are the same in every run; waiting for
/// the pipeline's only thread is some thousand instructions. The portable paths only: valgrind
/// knows no AVX-512, and hides it from the program.
enum CountLoops {
  /// Messages or records of a pass.
  private static var messages: Int { 40_000 }
  private static var symbols: Int { 200 }

  private struct Loop {
    let name: String
    let run: (Int) throws(BenchError) -> Int
  }

  private static var loops: [Loop] {
    [
      Loop(name: "itch-decode", run: decode), Loop(name: "lane", run: lane),
      Loop(name: "book", run: book), Loop(name: "ring", run: ring),
      Loop(name: "columnar-encode", run: encode), Loop(name: "columnar-decode", run: unpack),
      Loop(name: "pipeline", run: pipeline),
    ]
  }

  /// Runs a loop and prints how many messages a pass has; false where the words ask for no count.
  static func run(_ words: [String]) throws(BenchError) -> Bool {
    guard words.first == "--count" else { return false }
    guard words.count == 3, let passes = Int(words[2]), passes > 0,
      let loop = loops.first(where: { $0.name == words[1] })
    else {
      guard words.count == 1 else { throw .usage("--count, or --count LOOP PASSES") }
      for loop in loops { print(loop.name) }
      return true
    }
    print("messages \(try loop.run(passes))")
    return true
  }

  private static func day() throws(BenchError) -> BenchDay {
    try BenchDay(messages: messages, options: BenchOptions(), inFile: false, symbols: symbols)
  }

  private static func grid() -> LaneGrid {
    LaneGrid(
      readers: 1, shards: 1,
      options: LaneOptions(
        capacityLines: 1 << 16, policy: .wait, strategy: .spin, wideStores: false))
  }

  /// Framed messages to records in a lane, and out of it.
  private static func decode(_ passes: Int) throws(BenchError) -> Int {
    let day = try day()
    for _ in 0..<passes {
      let grid = grid()
      let runner = DecodeBench.makeRunner(grid, isWide: false)
      var lane = grid.reader(0, shard: 0)
      var batch = RecordBatch()
      let bytes = day.bytes
      _ = DecodeBench.pump(bytes, from: 0, to: bytes.byteCount, runner, &lane, &batch)
      try verify(lane.taken, runner.report.records[0], "records taken from the lane")
      try verify(runner.report.messages, day.messages, "messages")
    }
    return Int(day.messages)
  }

  /// Records of one line through a lane, 64 at a time.
  private static func lane(_ passes: Int) throws(BenchError) -> Int {
    let grid = grid()
    var writer = grid.writer(0)
    var reader = grid.reader(0, shard: 0)
    var batch = RecordBatch()
    var sum: UInt64 = 0
    for _ in 0..<passes {
      for group in 0..<UInt64(messages / 64) {
        for index in 0..<UInt64(64) {
          let number = group &* 64 &+ index
          writer.push(words: [14, number, 2, 3, 4, 5, 6], shard: 0)
        }
        writer.flush()
        reader.take(into: &batch)
        for index in 0..<batch.count {
          // Safety: a whole line lies at each pointer of the batch.
          sum &+= unsafe batch[index].load(fromByteOffset: 8, as: UInt64.self)
        }
        reader.release()
      }
    }
    let count = messages / 64 * 64
    try verify(sum, UInt64(passes * (count * (count - 1) / 2)), "sum of the lane's messages")
    return count
  }

  /// Messages into order books.
  private static func book(_ passes: Int) throws(BenchError) -> Int {
    let day = try day()
    for _ in 0..<passes {
      var feeder = BookFeeder(expectedOrders: day.market.openOrderLimit)
      feeder.single(day.bytes)
      try verify(feeder.books.openOrders, day.market.openOrders, "open orders")
    }
    return Int(day.messages)
  }

  /// Records of one line into a broadcast ring, and out of it in the same thread.
  private static func ring(_ passes: Int) throws(BenchError) -> Int {
    let path = JournalRecords.scratch("-count.ring")
    defer { BenchFile.remove([path, "\(path).lock"]) }
    var writer = try ShmBench.makeWriter(path)
    var reader = try ShmBench.makeReader(path)
    var sum: UInt64 = 0
    for _ in 0..<passes {
      for group in 0..<UInt64(messages / 64) {
        for index in 0..<UInt64(64) {
          writer.publish(line: ShmBench.message(group &* 64 &+ index))
        }
        while reader.poll() == .record {
          sum &+= reader.record.uncheckedLE(UInt64.self, at: 8)
        }
      }
    }
    let count = messages / 64 * 64
    try verify(sum, UInt64(passes * (count * (count - 1) / 2)), "sum of the ring's messages")
    return count
  }

  /// What the decoder makes of the day, as records in memory.
  private static func records() throws(BenchError) -> JournalRecords {
    let day = try day()
    let grid = grid()
    let runner = DecodeBench.makeRunner(grid, isWide: false)
    var lane = grid.reader(0, shard: 0)
    var batch = RecordBatch()
    var all = ByteBuffer()
    let bytes = day.bytes
    var offset = 0
    while offset < bytes.byteCount {
      let end = min(offset + (64 << 10), bytes.byteCount)
      let used = runner.readFile(
        bytes.extracting(offset..<end), framing: .lengthPrefixed, tsRecv: 1,
        isLast: end == bytes.byteCount)
      guard used > 0 else { break }
      offset += used
      while true {
        lane.take(into: &batch)
        if batch.isEmpty { break }
        for index in 0..<batch.count {
          // Safety: a whole record lies at each pointer of the batch, as long as its first byte
          // says in words of four bytes.
          let byteCount = unsafe Int(batch[index].load(as: UInt8.self)) * 4
          // Safety: as above.
          unsafe all.append(RawSpan(_unsafeStart: batch[index], byteCount: byteCount))
        }
        lane.release()
      }
    }
    return try JournalRecords("count", all)
  }

  private static var block: Int { 16_384 }

  /// Blocks of columns, compressed by LZ4.
  private static func encode(_ passes: Int) throws(BenchError) -> Int {
    let records = try records()
    guard let codec = JournalCodec(name: "columnar+lz4") else { throw .wrong("columnar+lz4") }
    var encoder = try JournalWriteBench.makeEncoder(codec)
    var output = ByteBuffer(capacity: 1 << 22)
    for _ in 0..<passes {
      for block in records.blocks(of: block) {
        output.removeAll()
        _ = try JournalWriteBench.append(block, records, to: &output, &encoder)
      }
    }
    return records.recordCount
  }

  /// The same blocks back to records.
  private static func unpack(_ passes: Int) throws(BenchError) -> Int {
    let records = try records()
    let stored = try StoredBlocks(records, "columnar+lz4", block: block)
    var decoder = BlockDecoder()
    var back = ByteBuffer(capacity: stored.largest)
    for _ in 0..<passes {
      for index in stored.headers.indices {
        back.removeAll()
        try stored.decode(index, with: &decoder, into: &back)
      }
    }
    return records.recordCount
  }

  /// The whole pipeline in one thread: file, decoder, lane, books and quotes, shared memory.
  private static func pipeline(_ passes: Int) throws(BenchError) -> Int {
    let day = try BenchDay(
      messages: messages, options: BenchOptions(), inFile: true, symbols: symbols)
    for _ in 0..<passes {
      let pipeline: Pipeline
      do throws(EngineError) {
        pipeline = try makePipeline(day)
        try pipeline.start()
      } catch {
        throw .missing("\(error)")
      }
      while !pipeline.isFinished { ml_thread_nap(20_000_000) }
      let violations = pipeline.stop()
      BenchFile.removeFolder(
        pipeline.folder,
        files: ["counters", "shard-0.ring", "shard-0.ring.lock", "shard-0.symbols"])
      try verify(violations.count, 0, "violated equations")
      try verify(pipeline.memory.openOrders, day.market.openOrders, "open orders")
    }
    return Int(day.messages)
  }

  private static func makePipeline(_ day: borrowing BenchDay) throws(EngineError) -> Pipeline {
    let input: InputRecognition
    do throws(InputError) {
      input = try InputRecognition(path: day.path, as: ItchFeed.self)
    } catch {
      throw .input(error)
    }
    var options = PipelineOptions(instance: "bench-\(bench_process())", verb: "bench")
    options.outputs = [.books, .mbp1]
    options.layout = .inline
    options.usesWideInstructions = false
    options.expectedOrders = day.market.openOrderLimit
    // What is measured is written every 50 ms, and time passes differently under valgrind.
    options.latency.isOn = false
    options.lanes = LaneOptions(
      capacityLines: 1_024, policy: .wait, strategy: .spin, wideStores: false)
    return try Pipeline(
      options: options,
      sources: [SourceConfiguration(name: "itch", feed: ItchFeed.self, input: .file(input))],
      version: "bench")
  }
}
