import Engine
import ExchangeFeeds
import FeedKit
import FeedRegistry
import Foundation
import Journal
import Lanes
import Ledger
import TestSupport
import Testing
import Timing

/// The layout in which the reader steps the workers: the same records, the same ledger.
@Suite(.serialized) struct InlineLayoutTests {
  private func options(_ layout: PipelineLayout, shards: Int = 1) -> PipelineOptions {
    var options = PipelineOptions(
      instance: "test-\(UUID().uuidString.prefix(8))", verb: "test")
    options.shards = shards
    options.outputs = [.books, .mbp1, .ohlcv1s, .statistics, .bbo1s]
    options.ringLines = 1 << 19
    options.layout = layout
    return options
  }

  private func day(_ messages: Int) throws -> [UInt8] {
    try PacedDay.bytes(messages, symbols: 100, seed: 7)
  }

  /// All messages due long ago: they are taken as fast as the pipeline can.
  private func source(
    _ bytes: [UInt8], rate: Double = 1e9, nanos: UInt64 = 1_000_000_000, wraps: Bool = false,
    start: UInt64 = 1_700_000_000_000_000_000
  ) -> SourceConfiguration {
    let frames = PacedFrames(
      bytes.rawSpan, profile: .constant(rate: rate, nanos: nanos), clock: TickClock.calibrated(),
      start: start, wraps: wraps)
    return SourceConfiguration(name: "itch", feed: ItchFeed.self, input: .paced(frames))
  }

  /// Runs to the end and gives what each ring holds.
  private func run(
    _ options: PipelineOptions, _ source: SourceConfiguration
  ) throws -> (rings: [Data], snapshot: CounterSnapshot) {
    let pipeline = try Pipeline(options: options, sources: [source], version: "test")
    defer { try? FileManager.default.removeItem(atPath: pipeline.folder) }
    try pipeline.start()
    while !pipeline.isFinished {
      #expect(try pipeline.check().map(\.description) == [])
      usleep(1000)
    }
    #expect(pipeline.stop().map(\.description) == [])
    #expect(pipeline.failures.isEmpty)
    var rings: [Data] = []
    for shard in 0..<options.shards {
      rings.append(try ringRecords("\(pipeline.folder)/shard-\(shard).ring").bytes)
    }
    return (rings, try pipeline.snapshot())
  }

  @Test(arguments: [1, 3]) func bothLayoutsPublishTheSame(shards: Int) throws {
    let bytes = try day(40_000)
    let source = source(bytes)
    let split = try run(options(.split, shards: shards), source)
    // The smallest lanes: they are full again and again in the middle of a batch.
    var small = options(.inline, shards: shards)
    small.lanes = LaneOptions(capacityLines: LaneLimits.leastLines, policy: .dropOldest)
    for options in [options(.inline, shards: shards), small] {
      let inline = try run(options, source)
      #expect(inline.rings == split.rings)
      #expect(inline.rings.allSatisfy { $0.count > 100_000 })
      for id in [CounterID.messages, .received, .written, .openOrders] {
        #expect(inline.snapshot.total(id) == split.snapshot.total(id))
      }
      #expect(inline.snapshot.total(.unknownOrders) == 0)
    }
  }

  @Test func filesAreReadInline() throws {
    let bytes = try day(40_000)
    let url = FileManager.default.temporaryDirectory.appending(path: "millrace-\(UUID()).itch")
    try Data(bytes).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    let input = SourceInput.file(try InputRecognition(path: url.path, as: ItchFeed.self))
    let source = SourceConfiguration(name: "itch", feed: ItchFeed.self, input: input)
    let inline = try run(options(.inline), source)
    let split = try run(options(.split), source)
    // Receive times differ: they are the clock's.
    #expect(withoutReceiveTimes(inline.rings[0]) == withoutReceiveTimes(split.rings[0]))
    #expect(inline.snapshot.total(.written) == split.snapshot.total(.written))
    #expect(inline.snapshot.total(.messages) == split.snapshot.total(.messages))
    #expect(inline.snapshot.total(.openOrders) == split.snapshot.total(.openOrders))
  }

  @Test func theJournalHoldsWhatTheRingHolds() throws {
    let folder = JournalFolder()
    var settings = JournalSettings(root: folder.path)
    settings.blockRecords = 1_000
    settings.flushNanos = 20_000_000
    var options = options(.inline, shards: 2)
    options.journal = settings
    let result = try run(options, source(try day(30_000)))
    for shard in 0..<2 {
      #expect(result.rings[shard].count > 100_000)
      #expect(try folder.records(shard: shard) == result.rings[shard])
    }
  }

  @Test(arguments: PipelineLayout.allCases)
  func aStopInTheMiddleBalances(layout: PipelineLayout) throws {
    let start = RealtimeClock.now().rawValue
    let source = source(
      try day(40_000), rate: 10_000, nanos: 3_600_000_000_000, wraps: true, start: start)
    var options = options(layout)
    options.outputs = []
    let pipeline = try Pipeline(options: options, sources: [source], version: "test")
    defer { try? FileManager.default.removeItem(atPath: pipeline.folder) }
    try pipeline.start()
    for _ in 0..<1_000 where try pipeline.snapshot().total(.messages) < 5_000 { usleep(5_000) }
    #expect(!pipeline.isFinished)
    #expect(pipeline.stop().map(\.description) == [])
    let snapshot = try pipeline.snapshot()
    #expect(snapshot.total(.messages) >= 5_000)
    #expect(snapshot.total(.received) == snapshot.total(.records))
    let ring = try ringRecords("\(pipeline.folder)/shard-0.ring")
    #expect(ring.count == snapshot.total(.written))
  }

  @Test(arguments: [WaitStrategy.spin, .park])
  func datagramsWithGapsComeThrough(strategy: WaitStrategy) throws {
    var market = ItchMarketOptions()
    (market.seed, market.symbols, market.messages, market.rate) = (11, 100, 20_000, 40_000)
    var bad = LineImpairmentOptions()
    bad.loss = 0.05
    let exchange = try SimulatedExchange(market: market, impairments: [bad, bad])
    var source = SourceConfiguration(
      name: "itch", feed: ItchFeed.self, input: .udp(lines: [exchange.lines[0]], reRequest: nil))
    source.gaps.start = .one
    source.gaps.deadlineNanos = 20_000_000
    var options = options(.inline, shards: 2)
    options.lanes.strategy = strategy
    let pipeline = try Pipeline(options: options, sources: [source], version: "test")
    defer { try? FileManager.default.removeItem(atPath: pipeline.folder) }
    try pipeline.start()
    try exchange.start()
    for _ in 0..<600 where exchange.messages < 20_000 {
      #expect(try pipeline.check().map(\.description) == [])
      usleep(10_000)
    }
    _ = exchange.stop()
    usleep(100_000)
    #expect(pipeline.stop().map(\.description) == [])
    let snapshot = try pipeline.snapshot()
    #expect(snapshot.total(.gapMessagesLost) > 0)
    #expect(snapshot.total(.received) == snapshot.total(.records))
  }
}
