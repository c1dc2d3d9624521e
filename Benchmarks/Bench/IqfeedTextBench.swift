import BrokerFeeds
import CBenchHooks
import CLinux
import FeedKit
import Glibc
import Lanes
import Ledger
import Records
import Wire

/// IQFeed's level 1 lines: the session's protocol, in slices as a socket gives them, and the public
/// Python client (`PYIQFEED`, a checkout) over the same bytes, without its socket.
///
/// The records' prices and sizes must add up to what the text was made of.
enum IqfeedTextBench {
  private static var sliceBytes: Int { 64 << 10 }
  /// Messages of the neighbour: it takes some 20 µs for each.
  private static var neighbourMessages: Int { 100_000 }

  static func run(_ options: BenchOptions, _ report: inout BenchReport) throws(BenchError) {
    let count = options.isQuick ? 200_000 : 1_000_000
    let usual = try IqfeedText(messages: count, fields: .usual, options: options)
    let good = try IqfeedText(messages: count, fields: .good, options: options)
    report.input += [
      ("IQFeed", "\(count) lines of \(IqfeedText.symbols) symbols"),
      ("IQFeed, 16 fields", "\(usual.byteCount / count) bytes on average"),
      ("IQFeed, 26 fields", "\(good.byteCount / count) bytes on average"),
    ]
    _ = ml_thread_pin(0)
    for _ in 0..<options.rounds(7) {
      try decode(usual, &report)
      try decode(good, &report)
      try neighbour(usual, &report)
    }
    try check(usual)
    try check(good)
    report.verified.append("prices and sizes of all IQFeed records add up")
    for fields in [IqfeedText.Fields.usual, .good] {
      report.bar(
        "IQFeed level 1, \(fields.rawValue), M msg/s",
        report.median(title(fields)), atLeast: 8)
      report.bar(
        "IQFeed level 1, \(fields.rawValue), allocating calls",
        report.median("\(title(fields)), allocating calls"), atMost: 0)
    }
    let name = "pyiqfeed"
    report.bar(
      "IQFeed level 1 / pyiqfeed",
      report.values(name).isEmpty ? nil : report.ratio(title(.usual), to: name), atLeast: 50,
      note: report.values(name).isEmpty ? "PYIQFEED names no checkout" : nil)
  }

  private static func title(_ fields: IqfeedText.Fields) -> String {
    "IQFeed, \(fields.rawValue)"
  }

  private static func makeRunner(_ fields: IqfeedText.Fields, _ grid: LaneGrid) -> any LiveRunning {
    let instruments = (0..<IqfeedText.symbols).map {
      LiveInstrument(
        instrumentID: UInt32($0 + 1), symbol: IqfeedText.symbol($0), interests: [.trades, .quotes])
    }
    let runner = IqfeedFeed.makeLive(
      LiveOptions(decoder: DecoderOptions(shards: 1), instruments: instruments, source: "bench"),
      lanes: grid.writer(0))
    runner.opened(channel: 0, now: 1, tsRecv: noon)
    if fields == .good {
      let names = IqfeedFeed.settings.first { $0.name == "fields" }?.defaultValue ?? ""
      let line = Array("S,CURRENT UPDATE FIELDNAMES,\(names)\n".utf8)
      _ = runner.read(rawBytes(of: line), channel: 0, now: 1, tsRecv: noon)
    }
    return runner
  }

  /// 2021-07-01 12:00 in New York.
  private static var noon: UInt64 { 1_625_155_200_000_000_000 }

  private static func read(
    _ bytes: RawSpan, from start: Int, to end: Int, with runner: any LiveRunning
  ) -> Int {
    var offset = start
    while offset < end {
      let last = min(offset + sliceBytes, bytes.byteCount)
      let used = runner.read(
        bytes.extracting(offset..<last), channel: 0, now: UInt64(offset), tsRecv: noon)
      if used == 0 { break }
      offset += used
    }
    return offset
  }

  private static func decode(
    _ text: borrowing IqfeedText, _ report: inout BenchReport
  ) throws(BenchError) {
    let grid = LaneGrid(
      readers: 1, shards: 1,
      options: LaneOptions(
        capacityLines: 1_024, policy: .dropOldest, strategy: .spin,
        wideStores: FramePermuter.isAvailable))
    let runner = makeRunner(text.fields, grid)
    let bytes = text.bytes
    let start = MonotonicClock.now()
    let half = read(bytes, from: 0, to: bytes.byteCount / 2, with: runner)
    let before = bench_allocation_calls()
    let end = read(bytes, from: half, to: bytes.byteCount, with: runner)
    let calls = bench_allocation_calls() &- before
    let nanos = MonotonicClock.now().nanos(since: start)
    try verify(end, bytes.byteCount, "bytes consumed")
    try verify(runner.report.decode.rejectedTotal, 0, "lines rejected")
    report.add(title(text.fields), "M msg/s", Double(text.messages) * 1e3 / Double(nanos))
    // The clock's difference is told every ten seconds of the upstream's: an event, and no message.
    report.add(
      "\(title(text.fields)), allocating calls", "per M msg",
      Double(calls) * 2e6 / Double(text.messages))
  }

  /// The records, taken out of the lane in the same thread, must add up to the text.
  private static func check(_ text: borrowing IqfeedText) throws(BenchError) {
    let grid = LaneGrid(
      readers: 1, shards: 1,
      options: LaneOptions(capacityLines: 1 << 16, policy: .wait, strategy: .spin))
    let runner = makeRunner(text.fields, grid)
    var lane = grid.reader(0, shard: 0)
    var batch = RecordBatch()
    let bytes = text.bytes
    var offset = 0
    var sum: UInt64 = 0
    while offset < bytes.byteCount {
      let next = read(bytes, from: offset, to: offset + 1, with: runner)
      guard next > offset else { break }
      offset = next
      repeat {
        lane.take(into: &batch)
        for index in 0..<batch.count { sum &+= unsafe value(of: batch[index]) }
        lane.release()
      } while !batch.isEmpty
    }
    try verify(sum, text.sum, "the sum of IQFeed's records, \(text.fields.rawValue)")
  }

  private static func value(of record: UnsafeRawPointer) -> UInt64 {
    // Safety: a whole record lies there, of the type that its second byte says.
    let type = unsafe RType(rawValue: record.load(fromByteOffset: 1, as: UInt8.self))
    func word(_ offset: Int) -> UInt64 {
      unsafe record.load(fromByteOffset: offset, as: UInt64.self)
    }
    switch type {
    case .trade: return word(16) / 100_000 &+ word(24) & 0xFFFF_FFFF
    case .mbp1:
      return (word(48) &+ word(56)) / 100_000 &+ word(64) & 0xFFFF_FFFF &+ word(64) >> 32
    default: return 0
    }
  }

  /// The public Python client over the first lines; nothing where no checkout is given.
  private static func neighbour(
    _ text: borrowing IqfeedText, _ report: inout BenchReport
  ) throws(BenchError) {
    guard let checkout = unsafe getenv("PYIQFEED") else { return }
    // Safety: the environment's text ends with a NUL and is not changed by this program.
    let folder = unsafe String(cString: checkout)
    let program = "Benchmarks/Baselines/iqfeed_peer.py"
    for line in try Baseline.run(
      ["python3", "-B", program, folder, text.path, "\(min(neighbourMessages, text.messages))"])
    {
      report.add("pyiqfeed", "M msg/s", line.number("messages_per_second") / 1e6)
    }
  }
}
