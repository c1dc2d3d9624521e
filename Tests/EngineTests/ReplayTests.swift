import Engine
import ExchangeFeeds
import FeedKit
import FeedRegistry
import Foundation
import Journal
import Ledger
import Net
import Records
import SharedMemory
import Synchronization
import TestSupport
import Testing
import Wire

/// Replays through real rings, real sockets and the real clock.
@Suite(.serialized) struct ReplayTests {
  @Test(arguments: [1, 2, 3], ["zstd:1", "lz4", "none", "columnar+zstd:1"])
  func ringsHoldWhatTheShardsHold(shards: Int, codec name: String) throws {
    let journal = try MadeJournal(
      shards: shards, records: 6_000, stepNanos: 1_000,
      codec: try #require(JournalCodec(name: name)))
    let plan = try ReplayPlan(paths: [journal.root])
    #expect(plan.ringCount == shards)
    #expect(plan.firstTime == MadeJournal.start)
    let rings = try journal.rings(plan)
    var options = ReplayOptions()
    options.pace = .unlimited
    let replay = try Replay(plan, options: options, outlet: rings.outlet)
    #expect(try finish(replay) == nil)
    #expect(rings.outlet.close().map(\.description) == [])
    #expect(replay.findings == [])
    #expect(replay.progress.records == UInt64(journal.records.reduce(0) { $0 + $1.count }))
    for shard in 0..<shards {
      #expect(try rings.records(shard) == journal.records[shard])
      #expect(try rings.symbols(shard) == journal.symbols[shard])
    }
    let snapshot = try rings.outlet.snapshot()
    #expect(snapshot.total(.written) == replay.progress.records)
    #expect(snapshot.total(.lost) == 0)
  }

  /// Nothing is early: a bound below, none above.
  @Test(arguments: [(ReplayPace.speed(1), 300), (.speed(4), 75), (.rate(10_000), 200)])
  func recordsKeepTheirDistances(pace: ReplayPace, leastMillis: Int) throws {
    // 1,000 records a shard, 2,000 in all: 300 ms from the first to the last.
    let journal = try MadeJournal(shards: 2, records: 1_000, stepNanos: 300_301, codec: .init())
    let outlet = TimedOutlet()
    var options = ReplayOptions()
    options.pace = pace
    let plan = try ReplayPlan(paths: [journal.root])
    options.firstReceiveNanos = plan.firstTime ?? 0
    let replay = try Replay(plan, options: options, outlet: outlet)
    #expect(try finish(replay) == nil)
    #expect(replay.progress.records == 2_000 + 2 * MadeJournal.symbolsPerShard)
    #expect(replay.progress.elapsedNanos >= UInt64(leastMillis) * 1_000_000)
    #expect(replay.pacingReport.error.count >= 2_000)
    #expect(outlet.isFinished)
    #expect(outlet.times.count == 2_000)
    // The merge: by receive time, of equal ones the lower shard first.
    #expect(outlet.times == outlet.times.sorted { ($0.time, $0.ring) < ($1.time, $1.ring) })
  }

  @Test func longPausesAreCut() throws {
    let journal = try MadeJournal(
      shards: 1, records: 10, stepNanos: 3_600_000_000_000, codec: .init())
    var options = ReplayOptions()
    options.longestPauseNanos = 1_000_000
    let plan = try ReplayPlan(paths: [journal.root])
    let replay = try Replay(plan, options: options, outlet: TimedOutlet())
    #expect(try finish(replay) == nil)
    #expect(replay.progress.elapsedNanos >= 9_000_000)
    #expect(replay.progress.elapsedNanos < 3_600_000_000_000)
  }

  @Test func aReplayStopsWhenTold() throws {
    let journal = try MadeJournal(
      shards: 1, records: 1_000, stepNanos: 1_000_000_000, codec: .init())
    let plan = try ReplayPlan(paths: [journal.root])
    let outlet = TimedOutlet()
    let replay = try Replay(plan, options: ReplayOptions(), outlet: outlet)
    try replay.start()
    while replay.progress.records < 2 { usleep(1_000) }
    #expect(replay.stop() == nil)
    #expect(outlet.isFinished)
    #expect(replay.progress.records < 1_000)
  }

  @Test func aPartIsPlayedWithItsSymbols() throws {
    let journal = try MadeJournal(shards: 2, records: 2_000, stepNanos: 1_000, codec: .init())
    var plan = try ReplayPlan(paths: [journal.root])
    plan.query.from = MadeJournal.start + 1_500_000
    plan.query.schemas = [.mbo]
    let rings = try journal.rings(plan, symbols: try plan.symbols())
    var options = ReplayOptions()
    options.pace = .unlimited
    let replay = try Replay(plan, options: options, outlet: rings.outlet)
    #expect(try finish(replay) == nil)
    for shard in 0..<2 {
      let wanted = journal.records[shard].filter {
        MBOMessage(copying: rawBytes(of: $0))?.tsRecv ?? 0 >= MadeJournal.start + 1_500_000
          && $0[1] == RType.mbo.rawValue
      }
      #expect(!wanted.isEmpty)
      #expect(try rings.records(shard) == wanted)
      #expect(try rings.symbols(shard) == journal.symbols[shard])
    }
  }

  @Test func damageIsToldAndTheRestIsPlayed() throws {
    let journal = try MadeJournal(shards: 1, records: 40_000, stepNanos: 1_000, codec: .init())
    let path = try #require(try ReplayPlan(paths: [journal.root]).lanes.first?.paths.first)
    var bytes = try Data(contentsOf: URL(filePath: path))
    bytes[bytes.count / 2] ^= 0x40
    try bytes.write(to: URL(filePath: path))
    var options = ReplayOptions()
    options.pace = .unlimited
    let replay = try Replay(
      try ReplayPlan(paths: [journal.root]), options: options, outlet: TimedOutlet())
    #expect(try finish(replay) == nil)
    #expect(replay.findings.count == 1)
    #expect(replay.progress.records > 10_000)
    #expect(replay.progress.records < 40_000)
  }

  /// A day → journal → datagrams on two lines → another pipeline: its records are the first one's.
  @Test func datagramsBecomeTheSameRecords() throws {
    let day = try SimulatedDay(messages: 20_000, shards: 2)
    let lines = [try day.freePort(), try day.freePort()]
    let second = try day.pipeline(.udp(lines: lines, reRequest: nil))
    defer { try? FileManager.default.removeItem(atPath: second.folder) }
    try second.start()

    let plan = try ReplayPlan(paths: [day.root])
    var sending = ReplayDatagramOptions(session: try #require(MoldUDP64SessionName("REPLAY")))
    sending.lines = lines
    sending.lanes = plan.ringCount
    let datagrams = try ReplayDatagrams(sending)
    var options = ReplayOptions()
    // Nobody fills what both sockets lose: slow enough for a receiver that has to wait for a CPU.
    options.pace = .rate(20_000)
    let replay = try Replay(plan, options: options, outlet: datagrams)
    #expect(try finish(replay) == nil)
    #expect(datagrams.counts.lostTotal == 0)
    #expect(
      try Patience.wait {
        try second.snapshot().total(.messages) >= datagrams.counts.messageTotal
      })
    #expect(second.stop().map(\.description) == [])
    #expect(try second.snapshot().total(.messages) == datagrams.counts.messageTotal)
    #expect(try second.snapshot().total(.gapMessagesLost) == 0)
    for shard in 0..<2 {
      let left = day.orders(day.records[shard])
      let right = day.orders(try RingRecords.read("\(second.folder)/shard-\(shard).ring"))
      #expect(left.count > 5_000)
      #expect(left == right)
    }
  }

  /// Bars have no receive time: they stand where the order before them stands, also where orders
  /// are not played.
  @Test(arguments: [ReplayPace.unlimited, .speed(1)])
  func recordsWithoutATimeKeepTheirPlaces(pace: ReplayPace) throws {
    let step: UInt64 = 1_000_000
    let journal = try MadeJournal(
      shards: 2, records: 0, stepNanos: 0, codec: .init(),
      made: { Self.ordersAndBars($0, step: step) })
    var plan = try ReplayPlan(paths: [journal.root])
    plan.query.schemas = [.ohlcv1s]
    let outlet = TimedOutlet(.ohlcv1s)
    var options = ReplayOptions()
    options.pace = pace
    let replay = try Replay(plan, options: options, outlet: outlet)
    #expect(try finish(replay) == nil)
    let expected = (0..<400).map {
      TimedOutlet.Entry(time: MadeJournal.start + UInt64($0), ring: $0 % 2)
    }
    #expect(outlet.times == expected)
    // From the first to the last one 399 ms passed.
    if pace != .unlimited { #expect(replay.progress.elapsedNanos >= 399 * step) }
  }

  /// A sampled quote has the end of its interval as ts_recv, hours away in a simulation: it neither
  /// holds a shard up nor sends it ahead.
  @Test(arguments: [true, false])
  func sampledQuotesMoveNoClock(isAhead: Bool) throws {
    let journal = try MadeJournal(
      shards: 2, records: 0, stepNanos: 0, codec: .init(),
      made: { Self.ordersAndQuotes($0, isAhead: isAhead) })
    let outlet = TimedOutlet()
    var options = ReplayOptions()
    options.longestPauseNanos = 1_000
    let replay = try Replay(
      try ReplayPlan(paths: [journal.root]), options: options, outlet: outlet)
    #expect(try finish(replay) == nil)
    #expect(
      outlet.times
        == (0..<100).map {
          TimedOutlet.Entry(time: MadeJournal.start + UInt64($0) * 1_000, ring: $0 % 2)
        })
  }

  /// A header's shard number is only a number: no memory and no index follows from it.
  @Test(arguments: [1_024, 70_000, UInt32.max])
  func anyShardNumberIsPlayed(number: UInt32) throws {
    let journal = try MadeJournal(
      shards: 2, records: 100, stepNanos: 1_000, codec: .init(),
      change: { if $0.shard == 1 { $0.shard = number } })
    let plan = try ReplayPlan(paths: [journal.root])
    #expect(plan.rings == [0, 1] && plan.ringCount == 2)
    let symbols = try plan.symbols()
    #expect(symbols.map { $0.map(\.symbol) } == journal.symbols)
    let rings = try journal.rings(plan, symbols: symbols)
    var options = ReplayOptions()
    options.pace = .unlimited
    let replay = try Replay(plan, options: options, outlet: rings.outlet)
    #expect(try finish(replay) == nil)
    for shard in 0..<2 { #expect(try rings.records(shard) == journal.records[shard]) }
  }

  /// Shard 0 has the even steps, shard 1 the odd ones: an order, and a bar without a receive time.
  private static func ordersAndBars(_ shard: Int, step: UInt64) -> [[UInt8]] {
    var made: [[UInt8]] = []
    for index in 0..<200 {
      let time = MadeJournal.start + UInt64(2 * index + shard) * step
      var order: [UInt8] = []
      MBOMessage(publisherID: 2, instrumentID: UInt32(shard + 1), tsEvent: time, tsRecv: time)
        .append(to: &order)
      var bar: [UInt8] = []
      OHLCVMessage(
        rtype: .ohlcv1s, publisherID: 2, instrumentID: UInt32(shard + 1),
        tsEvent: MadeJournal.start + UInt64(index * 2 + shard)
      ).append(to: &bar)
      made += [order, bar]
    }
    return made
  }

  /// Orders of two shards in turns, in shard 0 each with a quote of hours before or behind it.
  private static func ordersAndQuotes(_ shard: Int, isAhead: Bool) -> [[UInt8]] {
    var made: [[UInt8]] = []
    let hours: UInt64 = 40_000_000_000_000
    for index in 0..<50 {
      let time = MadeJournal.start + UInt64(2 * index + shard) * 1_000
      var order: [UInt8] = []
      MBOMessage(publisherID: 2, instrumentID: UInt32(shard + 1), tsEvent: time, tsRecv: time)
        .append(to: &order)
      made.append(order)
      guard shard == 0 else { continue }
      let end = isAhead ? time + hours : time - hours
      var quote: [UInt8] = []
      BBOMessage(publisherID: 2, instrumentID: UInt32(shard + 1), tsEvent: end, tsRecv: end)
        .append(to: &quote)
      made.append(quote)
    }
    return made
  }

  private func finish(_ replay: Replay) throws -> ReplayError? {
    try replay.start()
    while !replay.isFinished { usleep(1_000) }
    return replay.stop()
  }
}

/// Notes the times of orders (of another type: their event times), and from which rings they came.
private final class TimedOutlet: ReplayOutlet {
  struct Entry: Equatable {
    let time: UInt64
    let ring: Int
  }

  private let entries = Mutex<[Entry]>([])
  private let type: RType

  init(_ type: RType = .mbo) { self.type = type }

  private let finished = Mutex(false)

  var times: [Entry] { entries.withLock { $0 } }
  var isFinished: Bool { finished.withLock { $0 } }

  func publish(_ records: RawSpan, recordCount: Int, ring: Int) {
    var at = 0
    while let header = RecordHeader(copying: records, at: at) {
      if header.rtype == type {
        let order = MBOMessage(copying: records, at: at)
        let time = type == .mbo ? order?.tsRecv ?? 0 : header.tsEvent
        entries.withLock { $0.append(Entry(time: time, ring: ring)) }
      }
      at += header.byteCount
    }
  }

  func flush(nowNanos: UInt64) {}
  func idle(nowNanos: UInt64) {}
  func finish(nowNanos: UInt64) { finished.withLock { $0 = true } }
}
