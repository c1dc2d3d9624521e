import Engine
import FeedKit
import Foundation
import Lanes
import Ledger
import Records
import Sessions
import SharedMemory
import Synchronization
import TestSupport
import Testing

/// Two live sources of the same instruments through a whole pipeline: A has a rule, B has none.
@Suite struct FallbackTests {
  private static let base = 1_000_000

  /// A pipeline with sources `first` (prices from 1) and `second` (prices from a million).
  private struct Pair {
    let servers: [LineServer]
    let pipeline: Pipeline

    init(_ script: [LineFault] = [], plan: FallbackPlan) throws {
      var policy = SessionPolicy()
      policy.firstWaitNanos = 10_000_000
      policy.longestWaitNanos = 50_000_000
      policy.silenceNanos = 400_000_000
      policy.keepAliveNanos = 100_000_000
      policy.handshakeTimeoutNanos = 300_000_000
      policy.breakerFailures = 10_000
      servers = [try LineServer(script), try LineServer([], base: FallbackTests.base)]
      let sources = zip(["first", "second"], servers).map { name, server in
        let live = LiveOptions(
          decoder: DecoderOptions(shards: 1),
          instruments: [
            LiveInstrument(instrumentID: 11, symbol: "A"),
            LiveInstrument(instrumentID: 12, symbol: "B"),
          ],
          settings: ["port": String(server.port)], policy: policy)
        return SourceConfiguration(
          name: name, feed: LineFeed.self,
          input: .live(LineFeed.self, host: "127.0.0.1", live), lanePolicy: .wait)
      }
      var options = PipelineOptions(instance: "test-\(UUID().uuidString.prefix(8))", verb: "test")
      options.fallback = plan
      pipeline = try Pipeline(options: options, sources: sources, version: "test")
    }

    /// Waits until both sources have sent more.
    func waitForTrades() {
      let before = servers.map { $0.trades.load(ordering: .relaxed) }
      let haveCome = Patience.wait {
        zip(servers, before).allSatisfy { $0.trades.load(ordering: .relaxed) > $1 + 40 }
      }
      #expect(haveCome)
    }

    /// Ends everything; gives what stands in the stream.
    func end() throws -> Seen {
      #expect(pipeline.stop().map(\.description) == [])
      for server in servers { server.stop() }
      return try Seen(path: "\(pipeline.folder)/shard-0.ring")
    }
  }

  /// The stream: trades by instrument and source, in the order of the switches.
  private struct Seen {
    var switches: [String] = []
    var texts: [String] = []
    /// Trades of A between the switches, from the first and from the second source.
    var spans: [(first: Int, second: Int)] = [(0, 0)]
    var unruled = (first: 0, second: 0)

    init(path: String) throws {
      var reader = try BroadcastReader(path: path)
      while case .record = reader.poll() { take(reader.record) }
    }

    private mutating func take(_ record: RawSpan) {
      if let trade = TradeMessage(copying: record), trade.header.rtype == .trade {
        let isFirst = trade.price < Int64(FallbackTests.base)
        if trade.header.instrumentID == 12 {
          if isFirst { unruled.first += 1 } else { unruled.second += 1 }
        } else if isFirst {
          spans[spans.count - 1].first += 1
        } else {
          spans[spans.count - 1].second += 1
        }
      } else if let system = SystemMessage(copying: record), system.header.rtype == .system {
        let text = system.msg.text
        texts.append(text)
        guard text.hasPrefix("switch ") else { return }
        switches.append(text)
        spans.append((0, 0))
      }
    }
  }

  private static func plan(takeOver: UInt64, back: UInt64) -> FallbackPlan {
    var policy = FallbackPolicy()
    policy.takeOverNanos = takeOver
    policy.returnNanos = back
    return FallbackPlan(
      policy: policy, rules: [FallbackPlan.Rule(instrument: 11, sources: ["first", "second"])])
  }

  @Test("The second source takes over and gives back; each record comes from the source in use")
  func thereAndBack() throws {
    let pair = try Pair(plan: Self.plan(takeOver: 0, back: 0))
    defer { try? FileManager.default.removeItem(atPath: pair.pipeline.folder) }
    let desk = try #require(pair.pipeline.fallback)
    try pair.pipeline.start()
    pair.waitForTrades()
    desk.setHealth(.dead, source: "first", instrument: 11)
    desk.decide()
    #expect(desk.source(of: 11) == "second")
    pair.waitForTrades()
    desk.setHealth(.healthy, source: "first", instrument: 11)
    desk.decide()
    #expect(desk.source(of: 11) == "first")
    pair.waitForTrades()
    let events = desk.takeEvents()
    #expect(
      events.map(\.content) == [
        .switched(from: "first", to: "second", reason: .dead),
        .switched(from: "second", to: "first", reason: .recovered),
      ])
    let seen = try pair.end()
    #expect(
      seen.switches == [
        "switch instrument=11 from=first to=second reason=dead",
        "switch instrument=11 from=second to=first reason=recovered",
      ])
    #expect(seen.spans.count == 3)
    #expect(seen.spans.map { $0.first > 0 } == [true, false, true])
    #expect(seen.spans.map { $0.second > 0 } == [false, true, false])
    #expect(seen.unruled.first > 0 && seen.unruled.second > 0)
    let shard = try #require(try pair.pipeline.snapshot().block(.shard, 0))
    #expect(shard[.filtered] > 0)
    #expect(shard[.received] == shard[.delivered] + shard[.filtered] + shard[.duplicate])
  }

  @Test("A session that falls silent and does not come back loses its instruments by itself")
  func silentSession() throws {
    let script = [LineFault.mute(after: 60)] + Array(repeating: .dumb, count: 1_000)
    let pair = try Pair(script, plan: Self.plan(takeOver: 20_000_000, back: 3_600_000_000_000))
    defer { try? FileManager.default.removeItem(atPath: pair.pipeline.folder) }
    let desk = try #require(pair.pipeline.fallback)
    try pair.pipeline.start()
    let hasSwitched = Patience.wait {
      _ = pair.pipeline.takeLiveNotes()
      return desk.source(of: 11) == "second"
        && pair.servers[0].trades.load(ordering: .relaxed) >= 60
    }
    #expect(hasSwitched)
    let before = pair.servers[1].trades.load(ordering: .relaxed)
    #expect(Patience.wait { pair.servers[1].trades.load(ordering: .relaxed) > before + 40 })
    let seen = try pair.end()
    #expect(
      seen.switches.last == "switch instrument=11 from=first to=second reason=not-delivering")
    let last = try #require(seen.spans.last)
    #expect(last.first == 0 && last.second > 0)
  }

  @Test("Sources whose prices are apart are told, in the stream and to the control plane")
  func divergence() throws {
    var plan = Self.plan(takeOver: 0, back: 0)
    plan.rules[0].divergence = DivergencePolicy(tickSize: 100, ticks: 5, holdNanos: 1_000_000)
    let pair = try Pair(plan: plan)
    defer { try? FileManager.default.removeItem(atPath: pair.pipeline.folder) }
    let desk = try #require(pair.pipeline.fallback)
    try pair.pipeline.start()
    var events: [FallbackEvent] = []
    let isTold = Patience.wait {
      events += desk.takeEvents()
      return !events.isEmpty
    }
    #expect(isTold)
    let seen = try pair.end()
    let told = seen.texts.filter { $0.hasPrefix("divergence ") }
    #expect(told.count == 1)
    #expect(told.first?.hasPrefix("divergence instrument=11 sources=first,second ticks=") == true)
    guard case .apart("first", "second", let ticks) = events.first?.content else {
      Issue.record("\(events)")
      return
    }
    #expect(ticks > 5)
  }
}
