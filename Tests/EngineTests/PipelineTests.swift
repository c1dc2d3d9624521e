import Engine
import ExchangeFeeds
import FeedKit
import FeedRegistry
import Foundation
import Lanes
import Ledger
import Records
import SharedMemory
import Testing

/// The whole way: simulated exchange → file → reader → lanes → books → shared memory → reader.
@Suite struct PipelineTests {
  /// A day of `messages` in a file, and the market that knows its books.
  private func makeDay(messages: Int, seed: UInt64) throws -> (URL, [UInt8]) {
    var options = ItchMarketOptions()
    options.seed = seed
    options.symbols = 200
    options.messages = messages
    var market = try ItchMarket(options)
    var bytes = [UInt8](repeating: 0, count: messages * 52)
    var span = bytes.mutableSpan
    var raw = unsafe span.mutableBytes
    let used = market.fill(&raw)
    let url = FileManager.default.temporaryDirectory.appending(path: "millrace-\(UUID()).itch")
    bytes.removeLast(bytes.count - used)
    try Data(bytes).write(to: url)
    return (url, bytes)
  }

  @Test(arguments: [1, 3]) func aDayBalancesAndReachesReaders(shards: Int) throws {
    let (url, _) = try makeDay(messages: 60_000, seed: 7)
    defer { try? FileManager.default.removeItem(at: url) }
    let instance = "test-\(UUID().uuidString.prefix(8))"
    var options = PipelineOptions(instance: instance, verb: "test")
    options.shards = shards
    options.outputs = [.books, .mbp1, .ohlcv1s, .statistics, .bbo1s]
    options.ringLines = 1 << 19
    let feed = try #require(FeedRegistry.feed(named: "itch50"))
    let pipeline = try Pipeline(
      options: options,
      sources: [SourceConfiguration(name: "itch", feed: feed, input: .file(url.path))],
      version: "test")
    defer { try? FileManager.default.removeItem(atPath: pipeline.folder) }
    try pipeline.start()
    while !pipeline.isFinished {
      #expect(try pipeline.check().map(\.description) == [])
      usleep(1000)
    }
    #expect(pipeline.stop().map(\.description) == [])
    #expect(pipeline.failures.isEmpty)
    let report = pipeline.reports[0]
    #expect(report.messages > 50_000)
    #expect(report.decode.rejectedTotal == 0)
    let snapshot = try pipeline.snapshot()
    #expect(snapshot.total(.unknownOrders) == 0)
    #expect(snapshot.total(.crossedBooks) == 0)
    var received: UInt64 = 0
    for shard in 0..<shards {
      var reader = try BroadcastReader(path: "\(pipeline.folder)/shard-\(shard).ring")
      loop: while true {
        switch reader.poll() {
        case .record: received += 1
        case .none, .closed: break loop
        default: break
        }
      }
    }
    #expect(received == snapshot.total(.written))
    #expect(received > report.messages)
  }
}
