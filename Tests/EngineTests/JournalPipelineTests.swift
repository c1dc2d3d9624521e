import Engine
import ExchangeFeeds
import FeedKit
import Foundation
import Journal
import Ledger
import TestSupport
import Testing

/// Pipelines that record: what the journal holds is what the ring held, and every record is
/// accounted for, whatever the disk does.
@Suite(.serialized) struct JournalPipelineTests {
  private func options(_ journal: JournalSettings, shards: Int = 1) -> PipelineOptions {
    var options = PipelineOptions(
      instance: "test-\(UUID().uuidString.prefix(8))", verb: "test")
    options.shards = shards
    options.outputs = [.books, .mbp1, .ohlcv1s, .statistics]
    options.ringLines = 1 << 19
    options.journal = journal
    return options
  }

  private func settings(_ folder: JournalFolder, codec: String) -> JournalSettings {
    var settings = JournalSettings(root: folder.path)
    settings.codec = JournalCodec(name: codec) ?? settings.codec
    settings.blockRecords = 1_000
    settings.flushNanos = 20_000_000
    return settings
  }

  /// The journal's account, summed over shards.
  private func account(_ snapshot: CounterSnapshot, _ id: CounterID) -> UInt64 {
    snapshot.blocks.reduce(0) {
      $0 + ($1.scope == .outlet && $1.minor == Pipeline.journalOutlet ? $1[id] : 0)
    }
  }

  @Test(arguments: ["zstd:1", "columnar+lz4", "none"])
  func aLiveCaptureIsWhatReadersGot(codec: String) throws {
    var market = ItchMarketOptions()
    market.seed = 5
    market.symbols = 100
    market.messages = 20_000
    market.rate = 40_000
    var bad = LineImpairmentOptions()
    bad.loss = 0.02
    let exchange = try SimulatedExchange(market: market, impairments: [bad, bad])
    var source = SourceConfiguration(
      name: "itch", feed: ItchFeed.self,
      input: .udp(lines: exchange.lines, reRequest: exchange.reRequest))
    source.gaps.start = .one
    source.gaps.requestLimit = 10_000
    source.gaps.deadlineNanos = 100_000_000_000
    let folder = JournalFolder()
    let pipeline = try Pipeline(
      options: options(settings(folder, codec: codec), shards: 2), sources: [source],
      version: "test")
    defer { try? FileManager.default.removeItem(atPath: pipeline.folder) }
    try pipeline.start()
    try exchange.start()
    let isThere = try Patience.wait {
      #expect(try pipeline.check().map(\.description) == [])
      return try pipeline.snapshot().total(.messages) >= 20_000
    }
    #expect(isThere)
    _ = exchange.stop()
    usleep(100_000)
    #expect(pipeline.stop().map(\.description) == [])
    try compare(pipeline, folder, shards: 2)
  }

  /// Lines that lose datagrams, filled by each other and by re-requests: in the end the journal
  /// holds the exchange's own day, in every field but the receive times.
  @Test func aLiveCaptureEqualsTheExchangesOwnFile() throws {
    var market = ItchMarketOptions()
    (market.seed, market.symbols, market.messages, market.rate) = (11, 100, 20_000, 40_000)
    var bad = LineImpairmentOptions()
    bad.loss = 0.02
    let exchange = try SimulatedExchange(market: market, impairments: [bad, bad])
    var lines = SourceConfiguration(
      name: "itch", feed: ItchFeed.self,
      input: .udp(lines: exchange.lines, reRequest: exchange.reRequest))
    lines.gaps.start = .one
    lines.gaps.requestLimit = 10_000
    lines.gaps.deadlineNanos = 100_000_000_000
    let live = JournalFolder()
    try record([lines], in: live) { pipeline in
      try exchange.start()
      #expect(try Patience.wait { try pipeline.snapshot().total(.messages) >= 20_000 })
      _ = exchange.stop()
    }
    let day = try DayCapture(market)
    let file = JournalFolder()
    try record([day.source()], in: file) { pipeline in
      while !pipeline.isFinished { usleep(2_000) }
    }
    let wanted = withoutReceiveTimes(try file.records(shard: 0))
    #expect(wanted.count > 20_000 * 56)
    #expect(withoutReceiveTimes(try live.records(shard: 0)) == wanted)
  }

  private func record(
    _ sources: [SourceConfiguration], in folder: JournalFolder, _ body: (Pipeline) throws -> Void
  ) throws {
    let pipeline = try Pipeline(
      options: options(settings(folder, codec: "zstd:1")), sources: sources, version: "test")
    defer { try? FileManager.default.removeItem(atPath: pipeline.folder) }
    try pipeline.start()
    try body(pipeline)
    usleep(100_000)
    #expect(pipeline.stop().map(\.description) == [])
    #expect(try pipeline.snapshot().total(.gapMessagesLost) == 0)
  }

  @Test func aCaptureIsRecordedTheSameEachTime() throws {
    let day = try DayCapture(messages: 30_000, seed: 9)
    var recorded: [Data] = []
    for codec in ["zstd:1", "columnar+zstd:1", "lz4"] {
      let folder = JournalFolder()
      let pipeline = try Pipeline(
        options: options(settings(folder, codec: codec)), sources: [day.source()],
        version: "test")
      defer { try? FileManager.default.removeItem(atPath: pipeline.folder) }
      try pipeline.start()
      while !pipeline.isFinished {
        #expect(try pipeline.check().map(\.description) == [])
        usleep(2_000)
      }
      #expect(pipeline.stop().map(\.description) == [])
      try compare(pipeline, folder, shards: 1)
      recorded.append(try folder.records(shard: 0))
    }
    #expect(recorded[0] == recorded[1])
    #expect(recorded[0] == recorded[2])
  }

  /// Each shard's journal against its ring, and the ledger's figures.
  private func compare(_ pipeline: Pipeline, _ folder: JournalFolder, shards: Int) throws {
    let snapshot = try pipeline.snapshot()
    var total: UInt64 = 0
    for shard in 0..<shards {
      let ring = try ringRecords("\(pipeline.folder)/shard-\(shard).ring")
      let recorded = try folder.records(shard: shard)
      #expect(ring.count > 1_000)
      #expect(recorded == ring.bytes)
      total += ring.count
    }
    #expect(account(snapshot, .offered) == total)
    #expect(account(snapshot, .written) == total)
    #expect(account(snapshot, .durable) == total)
    #expect(account(snapshot, .lost) == 0)
    // A day that is played from a capture goes through several hours.
    #expect(account(snapshot, .segments) >= UInt64(shards))
    #expect(account(snapshot, .blocks) > UInt64(shards))
    #expect(account(snapshot, .bytesWritten) > 0)
  }

  @Test func aSlowJournalHoldsTheWorkerAndLosesNothing() throws {
    let day = try DayCapture(messages: 60_000, seed: 3)
    let folder = JournalFolder()
    // The strongest compression is slower than any worker.
    var settings = settings(folder, codec: "zstd:19")
    settings.blockRecords = 4_096
    settings.buffers = 2
    settings.sync = .block
    let pipeline = try Pipeline(
      options: options(settings), sources: [day.source()], version: "test")
    defer { try? FileManager.default.removeItem(atPath: pipeline.folder) }
    try pipeline.start()
    while !pipeline.isFinished {
      #expect(try pipeline.check().map(\.description) == [])
      usleep(5_000)
    }
    #expect(pipeline.stop().map(\.description) == [])
    let snapshot = try pipeline.snapshot()
    #expect(account(snapshot, .holds) > 0)
    #expect(account(snapshot, .heldNanos) > 0)
    try compare(pipeline, folder, shards: 1)
  }

  @Test func aFolderThatCannotBeIsKnownAtTheStart() throws {
    let day = try DayCapture(messages: 3_000, seed: 1)
    #expect(throws: EngineError.self) {
      _ = try Pipeline(
        options: options(JournalSettings(root: "/proc/millrace")), sources: [day.source()],
        version: "test")
    }
  }

  @Test func twoPipelinesDoNotShareAJournal() throws {
    let day = try DayCapture(messages: 3_000, seed: 1)
    let folder = JournalFolder()
    let first = try Pipeline(
      options: options(settings(folder, codec: "zstd:1")), sources: [day.source()],
      version: "test")
    defer { try? FileManager.default.removeItem(atPath: first.folder) }
    #expect(throws: EngineError.self) {
      _ = try Pipeline(
        options: options(settings(folder, codec: "zstd:1")), sources: [day.source()],
        version: "test")
    }
    _ = first.stop()
  }
}
