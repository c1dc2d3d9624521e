import CLinux
import Lanes
import Ledger
import Records

/// Records of one line from one thread to another through a lane.
///
///     thread on CPU 1 ─▶ lane of 4,096 lines ─▶ thread on CPU 0      throughput
///     thread on CPU 1 ◀═▶ two lanes ◀═▶ thread on CPU 0              round trip
///
/// A record is visible as soon as its line is stored, so there is no cheaper way to publish many
/// than to publish each; "batched" means that the producer wakes sleepers once per 64 records, as
/// readers do, and "each" that it does so after every record. Beside it, in the same round: our
/// ceiling in C++, boost, moodycamel, and the raw ping-pong of one line (`queue_baseline.cpp`).
enum LaneBench: Bench {
  static var name: String { "lane" }
  static var summary: String { "64-byte records from thread to thread, beside C++ queues" }

  private static var capacity: Int { 4_096 }
  private static var group: Int { 64 }

  static func run(_ options: BenchOptions) throws(BenchError) -> BenchReport {
    let messages = options.isQuick ? 200_000 : 2_000_000
    let trips = options.isQuick ? 10_000 : 50_000
    var report = BenchReport(name)
    report.input = [
      ("messages", "\(messages) of 64 bytes"), ("trips", "\(trips)"),
      ("capacity", "\(capacity) lines"),
    ]
    for _ in 0..<options.rounds(9) {
      let lines = try Baseline.run(
        ["\(options.baselines)/queue_baseline", "\(messages)", "\(trips)"])
      for line in lines { add(line, to: &report) }
      report.add("Millrace each", "M msg/s", try throughput(messages, flushEvery: 1))
      report.add("Millrace batched", "M msg/s", try throughput(messages, flushEvery: group))
      report.add("Millrace round trip", "ns", try roundTrip(trips))
    }
    addBars(&report)
    report.verified.append("every message added up on the other side, in all queues")
    return report
  }

  private static func add(_ line: BaselineLine, to report: inout BenchReport) {
    let queue = line.text("queue")
    let rate = line.number("messages_per_second")
    let trip = line.number("round_trip_ns")
    if rate > 0 { report.add("C++ \(queue)", "M msg/s", rate / 1e6) }
    if trip > 0 { report.add("C++ \(queue) round trip", "ns", trip) }
  }

  private static func addBars(_ report: inout BenchReport) {
    let peers = ["C++ boost", "C++ moodycamel"]
    let best = peers.max { report.median($0) < report.median($1) } ?? peers[0]
    report.bar(
      "one a publish / best peer (\(best))", report.ratio("Millrace each", to: best),
      atLeast: 1.4)
    report.bar(
      "one a publish / our ceiling", report.ratio("Millrace each", to: "C++ ceiling"),
      atLeast: 0.9)
    report.bar(
      "round trip / raw ping-pong", report.ratio("Millrace round trip", to: "C++ raw round trip"),
      atMost: 1.35)
    report.bar(
      "batched / boost arrays", report.ratio("Millrace batched", to: "C++ boostarrays"),
      atLeast: 1.3)
  }

  private static func makeGrid() -> LaneGrid {
    LaneGrid(
      readers: 1, shards: 1,
      options: LaneOptions(capacityLines: capacity, policy: .wait, strategy: .spin))
  }

  /// Million records a second from the first push to the last record added up.
  private static func throughput(_ count: Int, flushEvery: Int) throws(BenchError) -> Double {
    let grid = makeGrid()
    let lane = Handover(grid.reader(0, shard: 0))
    let result = Tally()
    let consumer = try BenchThread(cpu: 0) {
      var lane = lane.take()
      result.sum = drain(&lane, count: count, rest: flushEvery / 4)
    }
    _ = ml_thread_pin(1)
    var writer = grid.writer(0)
    let start = MonotonicClock.now()
    produce(&writer, count: count, flushEvery: flushEvery)
    consumer.join()
    let nanos = MonotonicClock.now().nanos(since: start)
    try verify(result.sum, UInt64(count) * UInt64(count - 1) / 2, "sum of the lane's messages")
    return Double(count) * 1e3 / Double(nanos)
  }

  private static func message(_ number: UInt64) -> InlineArray<7, UInt64> {
    // The first byte says 56 bytes; what it counts is in the second word.
    [14, number, number &+ 1, number &+ 2, number &+ 3, number &+ 4, number &+ 5]
  }

  private static func produce(_ writer: inout LaneWriter, count: Int, flushEvery: Int) {
    var left = flushEvery
    for number in 0..<UInt64(count) {
      writer.push(words: message(number), shard: 0)
      left &-= 1
      if left == 0 {
        writer.flush()
        left = flushEvery
      }
    }
    writer.flush()
  }

  private static func drain(_ lane: inout LaneReader, count: Int, rest: Int) -> UInt64 {
    var batch = RecordBatch()
    var sum: UInt64 = 0
    var taken = 0
    while taken < count {
      lane.take(into: &batch)
      if batch.isEmpty {
        ml_cpu_pause()
        continue
      }
      for index in 0..<batch.count {
        // Safety: a whole line lies at each pointer of the batch.
        sum &+= unsafe batch[index].load(fromByteOffset: 8, as: UInt64.self)
      }
      taken += batch.count
      lane.release()
      if batch.count < LaneLimits.batchRecords {
        for _ in 0..<rest { ml_cpu_pause() }
      }
    }
    return sum
  }

  /// Nanoseconds there and back.
  private static func roundTrip(_ trips: Int) throws(BenchError) -> Double {
    let there = makeGrid()
    let back = makeGrid()
    let ends = Handover(Ends(writer: back.writer(0), reader: there.reader(0, shard: 0)))
    let echo = try BenchThread(cpu: 0) {
      var ends = ends.take()
      ends.echo(trips)
    }
    _ = ml_thread_pin(1)
    var ends1 = Ends(writer: there.writer(0), reader: back.reader(0, shard: 0))
    let start = MonotonicClock.now()
    let sum = ends1.call(trips)
    let nanos = MonotonicClock.now().nanos(since: start)
    echo.join()
    try verify(sum, UInt64(trips) * UInt64(trips - 1) / 2, "sum of the answers")
    return Double(nanos) / Double(trips)
  }

  private final class Tally {
    var sum: UInt64 = 0
  }

  /// One thread's ends of the two lanes of a round trip.
  private struct Ends: ~Copyable {
    var writer: LaneWriter
    var reader: LaneReader
    var batch = RecordBatch()

    init(writer: consuming LaneWriter, reader: consuming LaneReader) {
      self.writer = writer
      self.reader = reader
    }

    mutating func take() -> UInt64 {
      while true {
        reader.take(into: &batch)
        if !batch.isEmpty { break }
        ml_cpu_pause()
      }
      // Safety: a whole line lies at each pointer of the batch.
      let number = unsafe batch[0].load(fromByteOffset: 8, as: UInt64.self)
      reader.release()
      return number
    }

    mutating func echo(_ trips: Int) {
      for _ in 0..<trips {
        let number = take()
        writer.push(words: LaneBench.message(number), shard: 0)
      }
    }

    mutating func call(_ trips: Int) -> UInt64 {
      var sum: UInt64 = 0
      for number in 0..<UInt64(trips) {
        writer.push(words: LaneBench.message(number), shard: 0)
        sum &+= take()
      }
      return sum
    }
  }
}
