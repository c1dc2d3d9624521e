import Engine
import ExchangeFeeds
import FeedKit
import Foundation
import Ledger
import Net
import TestSupport
import Testing
import Wire

/// Live inputs over real loopback sockets: the simulated exchange on one side, the pipeline on the
/// other.
@Suite(.serialized) struct LiveTests {
  private func market() -> ItchMarketOptions {
    var market = ItchMarketOptions()
    market.seed = 11
    market.symbols = 100
    market.messages = 30_000
    market.rate = 60_000
    return market
  }

  private func pipeline(_ source: SourceConfiguration) throws -> Pipeline {
    var options = PipelineOptions(
      instance: "test-\(UUID().uuidString.prefix(8))", verb: "test")
    options.shards = 2
    return try Pipeline(options: options, sources: [source], version: "test")
  }

  @Test func bothLinesLoseDatagramsAndNothingIsMissing() throws {
    var bad = LineImpairmentOptions()
    bad.loss = 0.05
    bad.duplication = 0.02
    bad.reordering = 0.02
    let exchange = try SimulatedExchange(market: market(), impairments: [bad, bad])
    var source = SourceConfiguration(
      name: "itch", feed: ItchFeed.self,
      input: .udp(lines: exchange.lines, reRequest: exchange.reRequest))
    source.gaps.start = .one
    source.gaps.requestLimit = 10_000
    source.gaps.requestDelayNanos = 2_000_000
    source.gaps.retryNanos = 20_000_000
    source.gaps.deadlineNanos = 100_000_000_000
    let pipeline = try pipeline(source)
    defer { try? FileManager.default.removeItem(atPath: pipeline.folder) }
    try pipeline.start()
    try exchange.start()
    let isThere = try Patience.wait {
      #expect(try pipeline.check().map(\.description) == [])
      return try pipeline.snapshot().total(.messages) >= 30_000
    }
    #expect(isThere)
    let simulated = try #require(exchange.stop())
    usleep(100_000)
    #expect(pipeline.stop().map(\.description) == [])
    let snapshot = try pipeline.snapshot()
    #expect(snapshot.total(.messages) == simulated.market.messages)
    #expect(snapshot.total(.gapMessagesLost) == 0)
    #expect(snapshot.total(.gapsDetected) > 0)
    #expect(snapshot.total(.duplicates) > 0)
    #expect(snapshot.total(.unknownOrders) == 0)
    #expect(snapshot.total(.openOrders) == UInt64(simulated.market.openOrders))
  }

  @Test func aLineWithoutHelpDeclaresWhatItLost() throws {
    var bad = LineImpairmentOptions()
    bad.loss = 0.05
    let exchange = try SimulatedExchange(market: market(), impairments: [bad, bad])
    var source = SourceConfiguration(
      name: "itch", feed: ItchFeed.self,
      input: .udp(lines: [exchange.lines[0]], reRequest: nil))
    source.gaps.start = .one
    source.gaps.deadlineNanos = 20_000_000
    let pipeline = try pipeline(source)
    defer { try? FileManager.default.removeItem(atPath: pipeline.folder) }
    try pipeline.start()
    try exchange.start()
    #expect(Patience.wait { exchange.messages >= 30_000 })
    let simulated = try #require(exchange.stop())
    // Heartbeats and the end of the session say what was lost last.
    let isAccounted = try Patience.wait {
      let snapshot = try pipeline.snapshot()
      return snapshot.total(.messages) + snapshot.total(.gapMessagesLost)
        >= simulated.market.messages
    }
    #expect(isAccounted)
    #expect(pipeline.stop().map(\.description) == [])
    let snapshot = try pipeline.snapshot()
    let lost = snapshot.total(.gapMessagesLost)
    #expect(lost > 0)
    #expect(snapshot.total(.messages) + lost == simulated.market.messages)
    let report = pipeline.reports[0]
    #expect(report.gaps.reduce(0) { $0 + $1.last - $1.first + 1 } == lost)
  }

  @Test func aSoupSessionIsReadToItsEnd() throws {
    let (server, source) = try soupExchange(market(), name: "itch")
    let pipeline = try pipeline(source)
    defer { try? FileManager.default.removeItem(atPath: pipeline.folder) }
    let thread = Thread { _ = try? server.run() }
    thread.start()
    try pipeline.start()
    #expect(Patience.wait { pipeline.isFinished })
    server.stop()
    #expect(pipeline.isFinished)
    #expect(pipeline.stop().map(\.description) == [])
    #expect(pipeline.failures.isEmpty)
    let snapshot = try pipeline.snapshot()
    #expect(snapshot.total(.messages) >= 30_000)
    #expect(snapshot.total(.rejected) == 0)
    #expect(snapshot.total(.unknownOrders) == 0)
  }

  @Test func aWrongPasswordIsRefusedAndNotShown() throws {
    var options = ItchSimulatorServerOptions(market: market())
    options.soup = Endpoint(host: "127.0.0.1", port: 0)
    options.username = "reader"
    options.password = "secret"
    let server = try ItchSimulatorServer(options)
    let address = try #require(server.soupAddress)
    let login = try SoupBinTCPClient.Login(user: "reader", password: "wr0ngpw")
    let source = SourceConfiguration(
      name: "itch", feed: ItchFeed.self,
      input: .soup(
        server: Endpoint(host: "127.0.0.1", port: address.port),
        try SoupBinTCPClient.Options(login: login)))
    let pipeline = try pipeline(source)
    defer { try? FileManager.default.removeItem(atPath: pipeline.folder) }
    let thread = Thread { _ = try? server.run() }
    thread.start()
    try pipeline.start()
    #expect(Patience.wait { pipeline.isFinished })
    server.stop()
    server.stop()
    _ = pipeline.stop()
    let failure = try #require(pipeline.failures.first)
    #expect("\(failure.error)".contains("login refused"))
    #expect(!"\(failure.error)".contains("wr0ngpw"))
  }
}
