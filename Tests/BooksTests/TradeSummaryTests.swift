import Books
import Records
import TestSupport
import Testing

/// Bars and session statistics.
struct TradeSummaryTests {
  @Test func aBarEndsWithTheFirstTradeOfALaterInterval() {
    var bars = Bars(intervalNanos: 1000)
    for (price, time) in [(50, 1001), (53, 1500), (48, 1999)] as [(Int64, UInt64)] {
      let finished = bars.trade(instrument: 9, price: price, size: 10, tsEvent: time)
      #expect(finished == nil)
    }
    let finished = bars.trade(instrument: 9, price: 60, size: 1, tsEvent: 5000)
    #expect(finished?.start == 1000 && finished?.open == 50 && finished?.high == 53)
    #expect(finished?.low == 48 && finished?.close == 48 && finished?.volume == 30)
    #expect(finished?.trades == 3)
    let message = finished?.message(rtype: .ohlcv1s, publisherID: 2)
    #expect(message?.header.tsEvent == 1000 && message?.header.instrumentID == 9)
    #expect(message?.volume == 30)
  }

  @Test func lateAndUnprintableTradesAreLeftOut() {
    var bars = Bars(intervalNanos: 10)
    _ = bars.trade(instrument: 1, price: 5, size: 1, tsEvent: 25)
    _ = bars.trade(instrument: 1, price: 9, size: 1, tsEvent: 19)
    _ = bars.trade(instrument: 1, price: 9, size: 1, tsEvent: 26, isPrintable: false)
    _ = bars.trade(instrument: 1, price: Undefined.price, size: 1, tsEvent: 26)
    var flushed: [Bar] = []
    bars.flush { flushed.append($0) }
    #expect(flushed.map(\.high) == [5] && flushed.map(\.volume) == [1])
    let counts = (bars.lateTrades, bars.refusedTrades)
    #expect(counts == (1, 1))
    bars.flush { flushed.append($0) }
    #expect(flushed.count == 1)
  }

  @Test func flushGivesOnlyWhatHasEnded() {
    var bars = Bars(intervalNanos: 10)
    _ = bars.trade(instrument: 1, price: 5, size: 1, tsEvent: 25)
    _ = bars.trade(instrument: 2, price: 6, size: 1, tsEvent: 31)
    var flushed: [UInt32] = []
    bars.flush(endedBy: 30) { flushed.append($0.instrument) }
    #expect(flushed == [1])
    bars.flush(endedBy: 40) { flushed.append($0.instrument) }
    #expect(flushed == [1, 2])
  }

  @Test(arguments: [UInt64(7), 8])
  func statisticsAreExact(seed: UInt64) throws {
    print("seed \(seed)")
    var random = SeededGenerator(seed: seed)
    var statistics = SessionStatistics()
    var trades: [(price: Int64, size: UInt32)] = []
    for _ in 0..<2000 {
      let price = Int64(random.next() % 1_000_000_000_000_000)
      let size = UInt32(truncatingIfNeeded: random.boundaryValue())
      let isPrintable = random.next() % 8 != 0
      statistics.trade(instrument: 70_000, price: price, size: size, isPrintable: isPrintable)
      if isPrintable { trades.append((price, size)) }
    }
    let found = statistics.summary(instrument: 70_000)
    let summary = try #require(found)
    let notional = trades.reduce(Int128(0)) { $0 + Int128($1.price) * Int128($1.size) }
    let volume = trades.reduce(UInt64(0)) { $0 + UInt64($1.size) }
    #expect(summary.notional == notional && summary.volume == volume)
    #expect(summary.averagePrice == Int64(notional / Int128(volume)))
    #expect(summary.open == trades.first?.price && summary.last == trades.last?.price)
    #expect(summary.high == trades.map(\.price).max())
    #expect(summary.low == trades.map(\.price).min())
    #expect(summary.trades == UInt64(trades.count))
    statistics.reset()
    let (known, unknown) = (
      statistics.summary(instrument: 70_000), statistics.summary(instrument: 3)
    )
    #expect(known == nil && unknown == nil)
  }
}
