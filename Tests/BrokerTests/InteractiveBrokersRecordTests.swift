import FeedKit
import Records
import TestSupport
import Testing
import Wire

@testable import BrokerFeeds

/// Messages to records: quotes and trades out of single ticks, ticks by tick, depth, bars.
@Suite struct IbRecordTests {
  /// Frames of one instrument, as texts of fields with blanks between; `@` is the request id of its
  /// market data.
  private func records(
    _ frames: [String], interests: LiveInterests = .usual, details: [String: String] = [:],
    version: Int = 200
  ) -> [String] {
    let harness = IbHarness([IbHarness.stock(interests, details: details)])
    _ = harness.connect()
    harness.session.decoder.version = version
    for frame in frames {
      harness.receive(
        IbHarness.text(
          frame.split(separator: " ", omittingEmptySubsequences: false).map {
            switch $0 {
            case "@": IbHarness.data
            case "@last": IbHarness.id(IbRequestKind.tickLast)
            case "@quote": IbHarness.id(IbRequestKind.tickBidAsk)
            case "@depth": IbHarness.id(IbRequestKind.depth)
            case "@bars": IbHarness.id(IbRequestKind.bars)
            case "@past": IbHarness.id(IbRequestKind.historicalTicks)
            case "@contract": IbHarness.id(IbRequestKind.contract)
            default: String($0)
            }
          }))
    }
    #expect(harness.isBalanced)
    return harness.takeRecords().map(\.description)
  }

  @Test func ticksBecomeQuotes() {
    let found = records([
      "1 6 @ 1 189.98 300 1", "2 6 @ 0 300", "1 6 @ 2 189.99 200 1", "2 6 @ 3 200",
      "2 6 @ 0 400", "1 6 @ 1 -1.0 0 1", "2 6 @ 0 0", "1 6 @ 2 0 0 0", "1 6 @ 1 -0.25 10 0",
    ])
    #expect(
      found == [
        "Q 189.98x300 -x0", "Q 189.98x300 189.99x200", "Q 189.98x400 189.99x200",
        "Q -x0 189.99x200", "Q -x0 -x0", "Q -0.25x10 -x0",
      ])
  }

  /// Without RT volume (a currency has none) last ticks are the trades: the first is from before,
  /// the size that repeats is none, another size is one more.
  @Test func lastTicksBecomeTrades() {
    let found = records(
      [
        "1 6 @ 4 1.1 100 0", "2 6 @ 5 100", "1 6 @ 4 1.2 50 0", "2 6 @ 5 50", "2 6 @ 5 70",
        "2 6 @ 5 70", "1 6 @ 4 1.2 50 0",
      ], details: ["sec_type": "CASH"])
    #expect(found == ["T 1.1x100 past", "T 1.2x50", "T 1.2x70", "T 1.2x70", "T 1.2x50"])
  }

  @Test func rtVolumeIsTheTradesWhereItComes() {
    let found = records([
      "1 6 @ 4 701.2 5 0", "2 6 @ 5 5",
      "46 6 @ 48 701.28;1;1348075471534;67854;701.46918464;true",
      "46 6 @ 48 ;0;1783344601123;45231;189.9;true",
      "46 6 @ 77 701.3;1;1348075471600;67855;701.4;true", "46 6 @ 45 1783344601",
    ])
    #expect(found == ["T 701.28x1"])
  }

  @Test func delayedTicksAreMarked() {
    let harness = IbHarness([IbHarness.stock()])
    _ = harness.connect()
    harness.receive("58", "1", IbHarness.data, "3")
    harness.receive("1", "6", IbHarness.data, "66", "255.4", "200", "0")
    harness.receive("1", "6", IbHarness.data, "68", "255.45", "200", "0")
    harness.receive("2", "6", IbHarness.data, "71", "200")
    harness.receive("58", "1", IbHarness.data, "1")
    harness.receive("1", "6", IbHarness.data, "1", "255.5", "100", "0")
    let records = harness.takeRecords()
    #expect(
      records.map(\.description) == [
        "Q 255.4x200 -x0", "T 255.45x200 past", "Q 255.5x100 -x0",
      ])
    #expect(records.map { $0.flags.contains(.publisherSpecific) } == [true, true, false])
    let events = harness.takeEvents()
    #expect(events.contains(.delayed(seconds: 900)) && events.contains(.delayed(seconds: 0)))
  }

  @Test func statistics() {
    let found = records(
      [
        "1 6 @ 6 190.5 0 0", "1 6 @ 7 188 0 0", "1 6 @ 14 188.5 0 0", "1 6 @ 9 187 0 0",
        "2 6 @ 8 45231", "2 6 @ 86 12", "45 6 @ 49 0.0", "45 6 @ 49 2.0", "45 6 @ 24 0.3",
        "21 @ 13 1 0.2345 0.51 5.25 0.0 0.012 0.34 -0.05 505.1",
        "21 @ 10 1 -1 -2 -1 -1 -2 -2 -2 -1",
        "1 6 @ 37 188 0 0", "2 6 @ 21 5",
      ], details: ["sec_type": "FUT"])
    #expect(
      found == [
        "V 5 190.5 -", "V 4 188.0 -", "V 1 188.5 -", "V 11 187.0 -", "V 10001 - 45231",
        "V 9 - 12", "S 7", "S 9", "V 14 0.3 -", "V 14 0.2345 -", "V 15 0.51 -",
      ])
  }

  @Test func volumeOfStocksIsInHundredsBelow220() {
    #expect(records(["2 6 @ 8 312894"]) == ["V 10001 - 31289400"])
    #expect(
      records(["2 6 @ 8 312894"], details: ["sec_type": "FUT"]) == ["V 10001 - 312894"])
  }

  @Test func sizesWithDecimalsNeedAPlace() {
    #expect(records(["1 6 @ 1 10 0.5 0"]) == [])
    #expect(records(["1 6 @ 1 10 0.5 0"], details: ["size_places": "2"]) == ["Q 10.0x50 -x0"])
    #expect(records(["1 6 @ 1 10 1E+2 0"]) == ["Q 10.0x100 -x0"])
  }

  @Test func ticksByTick() {
    let found = records(
      [
        "99 @last 2 1783344602 189.99 100 1 NASDAQ ", "99 @last 1 1783344602 189.99 5 2 FINRA TI",
        "99 @last 2 1783344603 0 0 1  ", "99 @last 2 1783344604 0 0 0  ",
        "99 @quote 3 1783344602 189.98 189.99 300 200 1", "1 6 @ 1 189.97 300 1",
        "99 @quote 4 1783344602 189.985",
      ], details: ["tick_by_tick": "all-last+bid-ask"])
    #expect(
      found == ["T 189.99x100", "T 189.99x5", "S 8", "S 7", "Q 189.98x300 189.99x200"])
  }

  @Test func depthBecomesLevels() {
    let found = records(
      [
        "12 1 @depth 0 0 1 10.5 5", "12 1 @depth 1 0 1 10.4 7", "13 1 @depth 1 NSDQ 0 1 10.5 3 1",
        "12 1 @depth 0 1 1 10.6 5", "12 1 @depth 0 2 1 0 0", "12 1 @depth 0 0 0 10.7 1",
      ], interests: .depth)
    // Rows of one price add up; a row that moves takes its size along.
    #expect(
      found == [
        "MB 10.5x5", "MB 10.4x7", "MB 10.5x8", "MB 10.5x3", "MB 10.6x5", "CB 10.6x0", "MA 10.7x1",
      ])
  }

  /// A full book pushes its last row out without a word; odd positions never trap.
  @Test func depthAtItsLimits() {
    let harness = IbHarness(
      [IbHarness.stock(.depth)], settings: ["depth_rows": "2"])
    _ = harness.connect()
    let id = IbHarness.id(IbRequestKind.depth)
    harness.receive("12", "1", id, "0", "0", "1", "10", "1")
    harness.receive("12", "1", id, "1", "0", "1", "9", "1")
    harness.receive("12", "1", id, "0", "0", "1", "11", "1")
    #expect(
      harness.takeRecords().map(\.description) == [
        "MB 10.0x1", "MB 9.0x1", "CB 9.0x0", "MB 11.0x1",
      ])
    harness.receive("12", "1", id, "40", "1", "1", "5", "1")
    let odd = harness.takeRecords()
    #expect(odd.map(\.description) == ["MB 5.0x1"])
    #expect(odd.allSatisfy { $0.flags.contains(.maybeBadBook) })
    harness.receive("12", "1", id, "30", "2", "1", "0", "0")
    harness.receive("12", "1", id, "9999", "0", "1", "5", "1")
    harness.receive("12", "1", id, "-1", "0", "1", "5", "1")
    harness.receive("12", "1", id, "0", "3", "1", "5", "1")
    harness.receive("12", "1", id, "0", "0", "2", "5", "1")
    #expect(harness.takeRecords().isEmpty && harness.rejected(.badField) == 4)
    harness.receive("4", id, "317", "Market depth data has been RESET", "", "0")
    #expect(harness.takeRecords().map(\.action) == [.clear])
    harness.receive("12", "1", id, "0", "0", "1", "10", "1")
    #expect(harness.takeRecords().map(\.description) == ["MB 10.0x1"])
    #expect(harness.isBalanced && harness.session.decoder.oddChanges == 4)
  }

  /// Random changes: what a reader of the records holds is what the rows hold.
  @Test(arguments: 1...3)
  func depthAgreesWithRows(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let harness = IbHarness([IbHarness.stock(.depth)], settings: ["depth_rows": "5"])
    _ = harness.connect()
    let id = IbHarness.id(IbRequestKind.depth)
    var levels: [Int64: UInt32] = [:]
    for round in 0..<3_000 {
      let position = Int.random(in: 0...6, using: &generator)
      let operation = Int.random(in: 0...2, using: &generator)
      let price = Int.random(in: 90...99, using: &generator)
      let size = Int.random(in: 1...9, using: &generator)
      harness.receive("12", "1", id, "\(position)", "\(operation)", "1", "\(price)", "\(size)")
      for record in harness.takeRecords() {
        if record.action == .cancel {
          levels[record.price] = nil
        } else {
          levels[record.price] = record.size
        }
      }
      guard round.isMultiple(of: 10) else { continue }
      var rows: [Int64: UInt32] = [:]
      for row in 0..<harness.session.decoder.books.rowCount(0, side: 1) {
        let entry = harness.session.decoder.books.row(0, side: 1, row)
        rows[entry.price, default: 0] += entry.size
      }
      if rows != levels { Issue.record("seed \(seed), round \(round)") }
    }
    #expect(harness.isBalanced)
  }

  @Test func barsAndThePast() {
    let harness = IbHarness([IbHarness.stock([.bars, .trades])])
    _ = harness.connect()
    let bars = IbHarness.id(IbRequestKind.bars)
    harness.receive(
      "50", "3", bars, "1678323335", "4028.75", "4029.00", "4028.25", "4028.50", "2", "4026.75",
      "1")
    harness.receive(
      "50", "3", bars, "20260706-13:30:00", "1", "3", "0.5", "2", "9", "1.5", "1")
    let past = IbHarness.id(IbRequestKind.historicalBars)
    harness.receive(
      "17", past, "2", "1783344600", "1", "2", "0.5", "1.5", "10", "1", "3", "1783344660", "1",
      "2", "0.5", "1.5", "10", "1", "3")
    let records = harness.takeRecords()
    #expect(
      records.map(\.type) == [.ohlcvDeprecated, .ohlcvDeprecated, .ohlcv1m, .ohlcv1m])
    #expect(records[0].tsEvent == 1_678_323_335_000_000_000)
    #expect(records[1].tsEvent == 1_783_344_600_000_000_000)
    #expect(
      records[0].load(48, UInt64.self) == 2 && records[0].load(16, Int64.self) == 4_028_750_000_000)
    let ticks = IbHarness.id(IbRequestKind.historicalTicks)
    harness.receive(
      "97", ticks, "1", "1681133399", "1", "11.63", "11.83", "2800", "100", "1")
    harness.receive(
      "98", ticks, "2", "1681133400", "0", "11.63", "24547", "ISLAND", " O X", "1681133401", "2",
      "11.73", "1", "FINRA", "", "1")
    #expect(
      harness.takeRecords().map(\.description) == [
        "Q 11.63x2800 11.83x100 past", "T 11.63x24547 past", "T 11.73x1 past",
      ])
    #expect(harness.isBalanced)
  }

  @Test func protobufGivesTheSameRecords() {
    let text = IbHarness([IbHarness.stock()])
    _ = text.connect()
    let binary = IbHarness([IbHarness.stock()], settings: ["versions": "protobuf"])
    _ = binary.connect(version: 226)
    let id = IbRequestKind.id(IbRequestKind.marketData, 1)
    text.receive("1", "6", IbHarness.data, "1", "189.98", "300", "1")
    binary.receive(
      IbHarness.protobuf(1) {
        $0.int(1, id)
        $0.int(2, 1)
        $0.double(3, nanos: 189_980_000_000)
        $0.string(4, "300")
        $0.int(5, 1)
      })
    text.receive("2", "6", IbHarness.data, "3", "200")
    binary.receive(
      IbHarness.protobuf(2) {
        $0.int(1, id)
        $0.int(2, 3)
        $0.string(3, "200")
      })
    text.receive("46", "6", IbHarness.data, "48", "701.28;1;1348075471534;67854;701.4;true")
    binary.receive(
      IbHarness.protobuf(46) {
        $0.int(1, id)
        $0.int(2, 48)
        $0.string(3, "701.28;1;1348075471534;67854;701.4;true")
      })
    let records = text.takeRecords()
    #expect(records.count == 3 && records == binary.takeRecords())
    #expect(binary.isBalanced)
  }
}
