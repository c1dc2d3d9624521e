import FeedKit
import FeedRegistry
import Foundation
import Lab
import Sessions
import Testing

/// A day of faults in simulated time: the real session, decoder, lane and gap ledger against the
/// real simulator. What sockets add is tested with sockets, in LiveSessionTests.
@Suite struct SoakTests {
  /// Friday, 6 March 2026, 14:30 UTC: New York changes to daylight time two days later.
  private static var start: UInt64 { 1_772_807_400_000_000_000 }
  private static var hour: UInt64 { 3_600_000_000_000 }

  private func soak(
    _ name: String, hours: UInt64, faults: String, seed: UInt64 = 5
  ) throws -> SoakResult {
    let feed = try #require(FeedRegistry.feed(named: name) as? any LiveFeed.Type)
    let found = feed.simulator
    let simulator = try #require(found)
    var options = SimulatorOptions()
    options.seed = seed
    options.symbolCount = 5
    // Little to look up, so that what grows is not the simulator.
    options.historyTrades = 20_000
    options.rate = 1
    options.start = Self.start
    let folder = NSTemporaryDirectory() + "soak-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let plan = SoakPlan(
      feed: feed, simulator: options, faults: try FaultScript(parsing: faults),
      durationNanos: hours * Self.hour, ledgerPath: "\(folder)/gaps.sqlite",
      instruments: try simulator.instruments(options))
    var run = try SoakRun(plan)
    return try run.run { _ in true }
  }

  @Test(
    "Every fault of a day is found again, nothing is stale, every message is accounted for",
    arguments: ["iqfeed", "ib"])
  func day(feed: String) throws {
    let result = try soak(feed, hours: 24, faults: "random:17:10")
    #expect(result.simulatedNanos == 24 * Self.hour)
    #expect(result.isBalanced)
    #expect(result.untraced.map(\.json) == [])
    #expect(result.unexplained == [])
    #expect(result.staleRecords == 0)
    #expect(result.faults.values.reduce(0, +) > 100)
    #expect(result.gaps > 20 && result.epochs > 20)
    #expect(result.messages > 50_000)
  }

  @Test("The same plan gives the same day", arguments: ["iqfeed", "ib"])
  func repeats(feed: String) throws {
    let one = try soak(feed, hours: 2, faults: "garbage:500,split:7@30m+10m")
    let other = try soak(feed, hours: 2, faults: "garbage:500,split:7@30m+10m")
    #expect(one.messages == other.messages && one.recordsMade == other.recordsMade)
    #expect(one.rejected == other.rejected && one.rejected > 0)
  }

  @Test("Without faults nothing is rejected and nothing is missing", arguments: ["iqfeed", "ib"])
  func peace(feed: String) throws {
    let result = try soak(feed, hours: 4, faults: "slow:1ms")
    #expect(result.rejected == 0)
    #expect(result.gaps == 0 && result.epochs == 1 && result.endState == .live)
  }
}
