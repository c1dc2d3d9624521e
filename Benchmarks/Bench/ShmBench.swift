import CBenchHooks
import CLinux
import Glibc
import Ledger
import Records
import SharedMemory
import Wire

/// Records of one line from this process to another one through a broadcast ring.
///
///     writer, CPU 1 ─▶ ring of 16,384 lines under /dev/shm ─▶ reader process, CPU 0   throughput
///     writer, CPU 1 ◀═▶ two rings ◀═▶ reader process, CPU 0                           round trip
///
/// The reader is this program, started anew. The writer never waits, so records may be lost: the
/// rate counts what was received, and received and lost must add up to what was published. Beside
/// it our C++ ring between two processes, and the raw ping-pong of one line (`shm_baseline.cpp`).
enum ShmBench: Bench {
  static var name: String { "shm" }
  static var summary: String { "publish to another process's reader, beside a C++ ring" }

  static var capacity: Int { 16_384 }

  static func run(_ options: BenchOptions) throws(BenchError) -> BenchReport {
    let messages = options.isQuick ? 400_000 : 4_000_000
    let trips = options.isQuick ? 10_000 : 50_000
    var report = BenchReport(name)
    report.input = [
      ("messages", "\(messages) of 64 bytes"), ("trips", "\(trips)"),
      ("capacity", "\(capacity) lines"),
    ]
    for _ in 0..<options.rounds(9) {
      let lines = try Baseline.run(
        ["\(options.baselines)/shm_baseline", "\(messages)", "\(trips)"])
      guard let line = lines.first else { throw .missing("shm_baseline: no answer") }
      report.add("raw round trip", "ns", line.number("raw_round_trip_ns"))
      report.add("C++ round trip", "ns", line.number("round_trip_ns"))
      report.add("C++ published", "M rec/s", line.number("published_per_second") / 1e6)
      report.add("C++ received", "M rec/s", line.number("received_per_second") / 1e6)
      report.add("Millrace round trip", "ns", try roundTrip(trips))
      for readers in [0, 1, 2, 4] { try throughput(messages, readers: readers, &report) }
    }
    addBars(&report)
    report.verified.append("received and lost add up to what was published, for every reader")
    return report
  }

  private static func addBars(_ report: inout BenchReport) {
    report.bar(
      "round trip / raw ping-pong", report.ratio("Millrace round trip", to: "raw round trip"),
      atMost: 1.6)
    report.bar(
      "received, M rec/s", report.median("received, 1 readers"), atLeast: 90,
      note: "near cores: see the raw round trip")
    report.bar(
      "received / C++ received", report.ratio("received, 1 readers", to: "C++ received"),
      atLeast: 0.9)
    report.bar("lost of one reader, %", report.median("lost, 1 readers"), atMost: 0)
    report.bar(
      "published with 4 readers / with 1",
      report.ratio("published, 4 readers", to: "published, 1 readers"), atLeast: 0.95,
      note: "the first reader on another core costs what moving each line there and back costs "
        + "(published, 0 readers); further ones cost nothing")
  }

  private static func path(_ number: Int) -> String {
    "/dev/shm/millrace-bench-\(bench_process())-\(number).ring"
  }

  static func makeWriter(_ path: String) throws(BenchError) -> BroadcastWriter {
    do throws(SharedMemoryError) {
      return try BroadcastWriter(
        path: path,
        options: BroadcastWriter.Options(instance: "bench", capacityLines: capacity))
    } catch {
      throw .missing("\(error)")
    }
  }

  static func makeReader(_ path: String) throws(BenchError) -> BroadcastReader {
    do throws(SharedMemoryError) {
      return try BroadcastReader(path: path)
    } catch {
      throw .missing("\(error)")
    }
  }

  private static func start(_ words: [String]) throws(BenchError) -> Int32 {
    let command = ([BenchFile.program()] + words).joined(separator: "\n")
    // Safety: the text lives through the call.
    let process = unsafe bench_start(command)
    guard process > 0 else { throw .missing("a reader process: error \(-process)") }
    return process
  }

  static func message(_ number: UInt64) -> SIMD8<UInt64> {
    // Length 56 bytes and type MBO; what it counts is in the second word.
    [14 | 0xA0 << 8, number, number &+ 1, number &+ 2, number &+ 3, number &+ 4, number &+ 5, 0]
  }

  static func throughput(
    _ count: Int, readers: Int, _ report: inout BenchReport
  ) throws(BenchError) {
    let ring = path(0)
    let answers = (0..<readers).map { path(1 + $0) }
    defer { BenchFile.remove([ring, "\(ring).lock"] + answers) }
    var writer = try makeWriter(ring)
    var processes: [Int32] = []
    for answer in answers {
      processes.append(try start(["--shm-count", ring, answer, "\(readers)"]))
    }
    // Each reader makes its answer's file when it has mapped the ring.
    for answer in answers { while BenchFile.text(answer).isEmpty { ml_thread_nap(200_000) } }
    _ = ml_thread_pin(1)
    let begin = MonotonicClock.now()
    for number in 0..<UInt64(count) { writer.publish(line: message(number)) }
    let end = MonotonicClock.now()
    writer.close()
    report.add(
      "published, \(readers) readers", "M rec/s",
      Double(count) * 1e3 / Double(end.nanos(since: begin)))
    for process in processes {
      try verify(bench_wait(process), 0, "exit code of a reader process")
    }
    for (index, answer) in answers.enumerated() {
      guard let line = BenchFile.text(answer).split(separator: "\n").last else { continue }
      let found = BaselineLine(line)
      try verify(
        found.count("received") &+ found.count("lost"), UInt64(count), "records accounted for")
      guard index == 0 else { continue }
      let nanos = found.count("end") &- begin.rawValue
      report.add(
        "received, \(readers) readers", "M rec/s", found.number("received") * 1e3 / Double(nanos))
      report.add(
        "lost, \(readers) readers", "%", 100 * found.number("lost") / Double(count))
    }
  }

  private static func roundTrip(_ trips: Int) throws(BenchError) -> Double {
    let there = path(0)
    let back = path(1)
    defer { BenchFile.remove([there, "\(there).lock", back, "\(back).lock"]) }
    var writer = try makeWriter(there)
    let process = try start(["--shm-echo", there, back, "\(trips)"])
    while BenchFile.text(back).isEmpty { ml_thread_nap(200_000) }
    ml_thread_nap(2_000_000)
    var reader = try makeReader(back)
    _ = ml_thread_pin(1)
    let begin = MonotonicClock.now()
    for number in 0..<UInt64(trips) {
      writer.publish(line: message(number))
      guard ShmReader.next(&reader) == number else { throw .wrong("an answer is not the question") }
    }
    let nanos = MonotonicClock.now().nanos(since: begin)
    writer.close()
    try verify(bench_wait(process), 0, "exit code of the echo process")
    return Double(nanos) / Double(trips)
  }
}

/// The other process of `shm`: the program starts itself with one of these words.
enum ShmReader {
  /// Runs the reader that `words` ask for; nil where they ask for none.
  static func run(_ words: [String]) throws(BenchError) -> Bool {
    guard words.count >= 3, words[0].hasPrefix("--shm-") else { return false }
    _ = ml_thread_pin(0)
    if words[0] == "--shm-count" {
      try count(ring: words[1], answer: words[2], yields: words.last != "1")
    } else if words.count == 4, let trips = UInt64(words[3]) {
      try echo(there: words[1], back: words[2], trips: trips)
    }
    return true
  }

  private static func answer(_ text: String, to path: String) throws(BenchError) {
    var bytes = try BenchMemory(byteCount: text.utf8.count)
    var span = bytes.mutableBytes(from: 0)
    for (index, byte) in text.utf8.enumerated() {
      span.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
    }
    try bytes.write(text.utf8.count, to: path)
  }

  private static func count(
    ring: String, answer path: String, yields: Bool
  ) throws(BenchError) {
    var reader = try ShmBench.makeReader(ring)
    try answer("ready\n", to: path)
    drain(&reader, yields: yields)
    let end = MonotonicClock.now().rawValue
    try answer(
      "{\"received\":\(reader.received),\"lost\":\(reader.lost),\"end\":\(end)}\n", to: path)
  }

  /// Readers that share a CPU give it away when there is nothing to read.
  private static func drain(_ reader: inout BroadcastReader, yields: Bool) {
    while true {
      switch reader.poll() {
      case .closed, .replaced: return
      case .none where yields: _ = sched_yield()
      default: break
      }
    }
  }

  private static func echo(there: String, back: String, trips: UInt64) throws(BenchError) {
    var reader = try ShmBench.makeReader(there)
    var writer = try ShmBench.makeWriter(back)
    for _ in 0..<trips {
      writer.publish(line: ShmBench.message(next(&reader)))
    }
    writer.close()
  }

  /// Waits for the next record and gives its number.
  @inline(__always)
  static func next(_ reader: inout BroadcastReader) -> UInt64 {
    while reader.poll() != .record { ml_cpu_pause() }
    return reader.record.uncheckedLE(UInt64.self, at: 8)
  }
}
