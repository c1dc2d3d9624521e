import BrokerFeeds
import CBenchHooks
import CLinux
import FeedKit
import Glibc
import Lanes
import Ledger
import Records
import Wire

/// IB's ticks in the text form: the session's protocol, in slices as a socket gives them, and the
/// decoders of the public Python clients over the same frames, without their sockets
/// (`MILLRACE_IB_PYTHON`, Python programs of environments that have `ibapi` or `ib_async`, with
/// colons between them).
///
/// The records' prices and sizes must add up to what the frames were made of.
enum IbTextBench {
  private static var sliceBytes: Int { 64 << 10 }
  /// Messages of the neighbours: they take some µs for each.
  private static var neighbourMessages: Int { 100_000 }
  private static var title: String { "IB ticks, text" }

  static func run(_ options: BenchOptions, _ report: inout BenchReport) throws(BenchError) {
    let frames = try IbFrames.make(
      messages: options.isQuick ? 200_000 : 1_000_000, options: options)
    report.input += [
      ("IB", "\(frames.messages) frames of \(IbFrames.instruments) instruments"),
      ("IB, frame", "\(frames.byteCount / frames.messages) bytes on average"),
    ]
    _ = ml_thread_pin(0)
    for _ in 0..<options.rounds(7) {
      try decode(frames, &report)
      try neighbours(frames, &report)
    }
    try check(frames)
    report.verified.append("prices and sizes of all IB records add up")
    report.bar("\(title), M msg/s", report.median(title), atLeast: 8)
    report.bar("\(title), allocating calls", report.median("\(title), allocating calls"), atMost: 0)
    for name in names {
      let isThere = !report.values(name).isEmpty
      report.bar(
        "\(title) / \(name)", isThere ? report.ratio(title, to: name) : nil, atLeast: 50,
        note: isThere ? nil : "MILLRACE_IB_PYTHON names no environment with it")
    }
  }

  private static var names: [String] { ["ibapi", "ib_async"] }

  private static func makeRunner(_ grid: LaneGrid) -> any LiveRunning {
    let instruments = (1...IbFrames.instruments).map {
      LiveInstrument(
        instrumentID: UInt32($0), symbol: "S\($0)",
        interests: $0 <= IbFrames.deep ? [.trades, .quotes, .depth] : [.trades, .quotes],
        details: $0 <= IbFrames.ticked ? ["tick_by_tick": "last"] : [:])
    }
    let runner = InteractiveBrokersFeed.makeLive(
      LiveOptions(decoder: DecoderOptions(shards: 1), instruments: instruments, source: "bench"),
      lanes: grid.writer(0))
    runner.opened(channel: 0, now: 1, tsRecv: 1)
    var handshake: [UInt8] = []
    IbFrames.append(["200", "20260706 09:30:00 US/Eastern"], to: &handshake)
    IbFrames.append(["15", "1", "DU1"], to: &handshake)
    IbFrames.append(["9", "1", "1"], to: &handshake)
    // Safety: the bytes live through the call.
    unsafe handshake.withUnsafeBytes { bytes in
      _ = unsafe runner.read(RawSpan(_unsafeBytes: bytes), channel: 0, now: 1, tsRecv: 1)
    }
    return runner
  }

  private static func read(_ bytes: RawSpan, from offset: Int, _ runner: any LiveRunning) -> Int {
    let end = min(offset + sliceBytes, bytes.byteCount)
    return runner.read(bytes.extracting(offset..<end), channel: 0, now: 1, tsRecv: 1)
  }

  /// One round: once to warm up, so that each instrument is known, then the one that counts.
  private static func decode(
    _ frames: borrowing IbFrames, _ report: inout BenchReport
  ) throws(BenchError) {
    let grid = LaneGrid(
      readers: 1, shards: 1,
      options: LaneOptions(
        capacityLines: 1_024, policy: .dropOldest, strategy: .spin,
        wideStores: FramePermuter.isAvailable))
    let runner = makeRunner(grid)
    let bytes = frames.bytes
    var offset = 0
    while offset < bytes.byteCount { offset += read(bytes, from: offset, runner) }
    let before = bench_allocation_calls()
    let start = MonotonicClock.now()
    offset = 0
    while offset < bytes.byteCount { offset += read(bytes, from: offset, runner) }
    let nanos = MonotonicClock.now().nanos(since: start)
    let calls = bench_allocation_calls() &- before
    try verify(runner.report.decode.rejectedTotal, 0, "rejected frames")
    report.add(title, "M msg/s", Double(frames.messages) * 1e3 / Double(nanos))
    report.add("\(title), allocating calls", "calls", Double(calls))
  }

  /// The records, summed up by a consumer in the same thread.
  private static func check(_ frames: borrowing IbFrames) throws(BenchError) {
    let grid = LaneGrid(
      readers: 1, shards: 1,
      options: LaneOptions(capacityLines: 1 << 16, policy: .wait, strategy: .spin))
    let runner = makeRunner(grid)
    var lane = grid.reader(0, shard: 0)
    var batch = RecordBatch()
    var sum: UInt64 = 0
    let bytes = frames.bytes
    var offset = 0
    while offset < bytes.byteCount {
      offset += read(bytes, from: offset, runner)
      repeat {
        lane.take(into: &batch)
        for index in 0..<batch.count { sum &+= value(batch.bytes(index)) }
        lane.release()
      } while !batch.isEmpty
    }
    try verify(sum, frames.sum, "sum of prices and sizes of IB's quotes and trades")
    try verify(
      runner.report.decode.ignoredTotal, UInt64(frames.repeats), "sizes that only repeat")
  }

  private static func value(_ record: RawSpan) -> UInt64 {
    func word(_ offset: Int) -> UInt64 {
      let value = record.loadLE(UInt64.self, at: offset) ?? 0
      return value == UInt64(bitPattern: Undefined.price) ? 0 : value
    }
    func size(_ offset: Int) -> UInt64 { UInt64(record.loadLE(UInt32.self, at: offset) ?? 0) }
    switch record.loadByte(at: 1).map(RType.init(rawValue:)) {
    case .trade: return word(16) &+ size(24)
    case .mbp1: return word(48) &+ word(56) &+ size(64) &+ size(68)
    default: return 0
    }
  }

  /// The public clients' decoders, where environments are named.
  private static func neighbours(
    _ frames: borrowing IbFrames, _ report: inout BenchReport
  ) throws(BenchError) {
    // Safety: the text that the environment has is copied before anything changes it.
    guard let value = unsafe getenv("MILLRACE_IB_PYTHON") else { return }
    for python in unsafe String(cString: value).split(separator: ":") {
      let lines = try Baseline.run([
        String(python), "-B", "Benchmarks/Baselines/ib_peers.py", frames.path,
        "\(neighbourMessages)",
      ])
      for line in lines {
        report.add(line.text("loop"), "M msg/s", line.number("messages_per_second") / 1e6)
      }
    }
  }
}
