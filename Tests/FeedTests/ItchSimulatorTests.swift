import TestSupport
import Testing

@testable import ExchangeFeeds

@Suite struct ItchSimulatorTests {
  @Test func equalSeedsGiveEqualBytes() throws {
    var first = try ItchMarket(eventfulOptions(seed: 5))
    var second = try ItchMarket(eventfulOptions(seed: 5))
    var other = try ItchMarket(eventfulOptions(seed: 6))
    let bytes = first.rest()
    #expect(hash(bytes) == hash(second.rest(chunk: 333)))
    #expect(hash(bytes) != hash(other.rest()))
  }

  /// Pins the stream itself: another machine or compiler must give these bytes. A change of the
  /// simulation changes the number, and then says so in the changelog.
  @Test func streamIsTheSameOnEveryMachine() throws {
    var options = eventfulOptions(seed: 20_200_130, messages: 20_000)
    options.rate = 1_000_000
    var market = try ItchMarket(options)
    #expect(hash(market.rest()) == 15_781_856_032_899_522_161)
  }

  @Test func dayHasExactlyTheMessagesAskedFor() throws {
    for messages in [5_000, 20_001, 60_000] {
      var market = try ItchMarket(eventfulOptions(messages: messages))
      let split = try #require(WireMessage.split(market.rest()))
      #expect(split.count == messages)
      let isFinished = market.isFinished
      #expect(isFinished)
      #expect(market.summary.messages == UInt64(messages))
      #expect(market.summary.messagesByType.values.reduce(0, +) == UInt64(messages))
    }
  }

  @Test func dayFollowsTheOrderOfARealOne() throws {
    var market = try ItchMarket(eventfulOptions())
    let messages = try #require(WireMessage.split(market.rest()))
    let events = messages.filter { $0.type == "S" }
    #expect(String(events.map { $0.character(11) }) == "OSQMEC")
    let hour: UInt64 = 3_600_000_000_000
    let hours = events.map { Double($0.timestamp) / Double(hour) }
    for (found, wanted) in zip(hours, [3, 4, 9.5, 16, 20, 20]) {
      #expect(abs(found - wanted) < 0.001)
    }
    var start = ""
    for message in messages.prefix(while: { $0.type != "S" || $0.character(11) == "O" })
    where start.last != message.type { start.append(message.type) }
    #expect(start == "SRHYLV")
    #expect(messages.filter { $0.type == "R" }.map(\.locate) == Array(1...120))
  }

  @Test func everyTypeOfAnEventfulDayOccurs() throws {
    var market = try ItchMarket(eventfulOptions())
    _ = market.rest()
    let types = Set(market.summary.messagesByType.keys.map { Character(Unicode.Scalar($0)) })
    // W would mean a market-wide halt.
    #expect(types == Set("SRHYLVKJhAFECXDUPQBINO"))
  }

  /// The real day of 30 January 2020, in per cent, and how far a million messages may be off.
  @Test func mixIsCloseToARealDay() throws {
    let real: [(type: Character, percent: Double, tolerance: Double)] = [
      ("A", 43.64, 1.5), ("D", 42.59, 1.8), ("U", 8.69, 0.5), ("E", 1.99, 0.3), ("X", 1.18, 0.2),
      ("I", 0.95, 0.15), ("F", 0.443, 0.06), ("P", 0.42, 0.08), ("C", 0.033, 0.06),
    ]
    var options = ItchMarketOptions()
    options.messages = 1_000_000
    options.symbols = 400
    var market = try ItchMarket(options)
    _ = market.rest()
    let summary = market.summary
    for row in real {
      let count = summary.messagesByType[row.type.asciiValue ?? 0] ?? 0
      let percent = 100 * Double(count) / Double(summary.messages)
      #expect(abs(percent - row.percent) < row.tolerance, "\(row.type): \(percent) %")
    }
  }

  @Test func openOrdersStayBelowTheLimit() throws {
    var options = eventfulOptions(messages: 200_000)
    options.openOrders = 700
    var market = try ItchMarket(options)
    var buffer = [UInt8](repeating: 0, count: 4_096)
    var most = 0
    while withRaw(writing: &buffer, { market.fill(&$0) }) > 0 {
      most = max(most, market.openOrders)
    }
    #expect(most > 500)
    #expect(most <= market.openOrderLimit)
    #expect(market.openOrderLimit < 700 * 3 / 2 + 16 * options.symbols)
  }

  @Test func liveMarketEndsWhenAsked() throws {
    var options = eventfulOptions()
    options.messages = nil
    for filled in [0, 1, 100, 1_000, 4_000] {
      var market = try ItchMarket(options)
      var bytes: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 256)
      for _ in 0..<filled {
        let count = withRaw(writing: &buffer) { market.fill(&$0) }
        bytes += buffer[0..<count]
      }
      market.endDay()
      bytes += market.rest()
      let messages = try #require(WireMessage.split(bytes))
      let events = messages.filter { $0.type == "S" }.map { $0.character(11) }
      #expect(String(events) == "OSQMEC", "after \(filled) buffers")
      var model = NaiveMarket()
      for message in messages { model.apply(message) }
      #expect(model.violations == [])
    }
  }

  @Test func liveMarketClosesByTheClock() throws {
    var options = eventfulOptions()
    options.messages = nil
    // One message a second: 04:00 to 20:00 are 57,600 seconds.
    options.rate = 1
    options.burstIntervalNanos = 0
    options.microburstIntervalNanos = 0
    var market = try ItchMarket(options)
    let messages = try #require(WireMessage.split(market.rest()))
    let isFinished = market.isFinished
    #expect(isFinished)
    #expect((15_000..<60_000).contains(messages.count))
    #expect(market.timestampNanos / 1_000_000_000 < 20 * 3_600 + 60)
  }

  @Test func paceIsTheRateAndItsBursts() throws {
    var options = eventfulOptions(messages: 200_000)
    options.rate = 1_000_000
    options.burstIntervalNanos = 0
    options.microburstIntervalNanos = 0
    var quiet = try ItchMarket(options)
    _ = quiet.rest()
    // 200,000 messages at a million a second are 0.2 s.
    #expect(abs(Double(quiet.dueNanos) / 200_000_000 - 1) < 0.02)
    // Half of the time at four times the rate: 2.5 times as many messages in the same time.
    options.burstFactor = 4
    options.burstIntervalNanos = 2_000_000
    options.burstDurationNanos = 1_000_000
    var bursts = try ItchMarket(options)
    _ = bursts.rest()
    #expect(abs(Double(bursts.dueNanos) / 80_000_000 - 1) < 0.06)
  }

  @Test func fillWritesOnlyWhatIsDue() throws {
    var market = try ItchMarket(eventfulOptions())
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = withRaw(writing: &buffer) { market.fill(&$0, dueNanos: 1_000_000) }
    #expect(count > 0)
    // One message past the deadline ends the call.
    #expect(market.dueNanos > 1_000_000)
    #expect(market.dueNanos < 1_100_000)
    let before = market.dueNanos
    #expect(withRaw(writing: &buffer) { market.fill(&$0, dueNanos: before - 1) } == 0)
  }

  @Test(
    arguments: [
      { (o: inout ItchMarketOptions) in o.symbols = 15 },
      { $0.symbols = 65_536 },
      { $0.rate = 0 },
      { $0.burstFactor = 0 },
      { $0.openOrders = 0 },
      { $0.messages = 10 },
      { $0.burstDurationNanos = $0.burstIntervalNanos },
      { $0.microburstMessages = 0 },
    ] as [@Sendable (inout ItchMarketOptions) -> Void])
  func optionsOutOfRangeAreRefused(_ change: @Sendable (inout ItchMarketOptions) -> Void) {
    var options = ItchMarketOptions()
    change(&options)
    let changed = options
    #expect(throws: ItchMarketOptions.Invalid.self) { _ = try ItchMarket(changed) }
  }
}
