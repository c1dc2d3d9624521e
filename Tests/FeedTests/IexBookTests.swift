import Books
import FeedKit
import FeedRegistry
import Foundation
import Records
import TestSupport
import Testing

/// DEEP's price levels as books, which are valid only where an event is complete.
@Suite struct IexBookTests {
  /// The best bid and offer; prices undefined and sizes 0 where a side is empty.
  struct Best: Equatable {
    var bidPrice = Undefined.price
    var bidSize: UInt64 = 0
    var askPrice = Undefined.price
    var askSize: UInt64 = 0
  }

  /// What the feeds say of each symbol, one after the other and without repeats.
  final class Quotes {
    private(set) var sequences: [String: [Best]] = [:]
    private var symbols: [UInt32: String] = [:]
    private var books = PriceLevelBooks()
    private(set) var unknownLevels: UInt64 = 0
    private(set) var lastEvent: UInt64 = 0
    private(set) var bests: [(UInt64, Best)] = []

    /// Takes a record of either feed; TOPS's only up to `limit`.
    func take(_ header: RecordHeader, _ bytes: RawSpan, upTo limit: UInt64 = UInt64.max) {
      switch header.rtype {
      case .symbolMapping:
        guard let record = SymbolMappingMessage(copying: bytes) else { return }
        symbols[header.instrumentID] = record.stypeInSymbol.text
        sequences[record.stypeInSymbol.text] = [Best()]
      case .mbo:
        guard let record = MBOMessage(copying: bytes) else { return }
        level(record)
      case .mbp1 where header.tsEvent <= limit:
        guard let record = MBP1Message(copying: bytes) else { return }
        let pair = record.levels[0]
        note(
          header,
          Best(
            bidPrice: pair.bidPx, bidSize: UInt64(pair.bidSz), askPrice: pair.askPx,
            askSize: UInt64(pair.askSz)))
      default: break
      }
    }

    private func level(_ record: MBOMessage) {
      let instrument = record.header.instrumentID
      let effect = books.set(
        instrument: instrument, side: record.side == .bid ? .bid : .ask, price: record.price,
        size: UInt64(record.size))
      if !effect.isApplied { unknownLevels += 1 }
      lastEvent = max(lastEvent, record.header.tsEvent)
      guard record.flags.contains(.last) else { return }
      let bid = books.levels.best(instrument: instrument, side: .bid)
      let ask = books.levels.best(instrument: instrument, side: .ask)
      note(
        record.header,
        Best(
          bidPrice: bid?.price ?? Undefined.price, bidSize: bid?.size ?? 0,
          askPrice: ask?.price ?? Undefined.price, askSize: ask?.size ?? 0))
    }

    private func note(_ header: RecordHeader, _ best: Best) {
      let symbol = symbols[header.instrumentID, default: "?"]
      bests.append((header.tsEvent, best))
      if sequences[symbol, default: [Best()]].last != best {
        sequences[symbol, default: [Best()]].append(best)
      }
    }
  }

  @Test(.enabled(if: SharedFolder.isPresent, "the folder shared is absent"))
  func deepEqualsTops() throws {
    let deep = Quotes()
    let deepHarness = IexHarness(try IexFeeds.feed("iex-deep"))
    try IexCapture.forEachDatagram("deep10-2026-07-13-a.pcap.gz") { datagram, time in
      deepHarness.receive(datagram, tsRecv: time) { deep.take($0, $1) }
    }
    let tops = Quotes()
    let topsHarness = IexHarness(try IexFeeds.feed("iex-tops"))
    try IexCapture.forEachDatagram("tops16-2026-07-13-a.pcap.gz") { datagram, time in
      topsHarness.receive(datagram, tsRecv: time) { tops.take($0, $1, upTo: deep.lastEvent) }
    }
    let symbols = Set(deep.sequences.keys).union(tops.sequences.keys)
    let different = symbols.filter {
      deep.sequences[$0, default: [Best()]] != tops.sequences[$0, default: [Best()]]
    }
    #expect(symbols.count == 13_015)
    // The README of the captures: TOPS leaves out or merges quotes of these.
    #expect(symbols.count - different.count == 12_997)
    #expect(different.isSuperset(of: ["AGEN", "ACHR", "ABVX"]))
    #expect(deep.unknownLevels == 0)
  }

  @Test(.enabled(if: SharedFolder.isPresent, "the folder shared is absent"))
  func bestOnlyAfterCompleteEvents() throws {
    let vectors = try IexVectors.shared()
    let vector = try #require(
      vectors.first { $0["name"] as? String == "deep-event-atomicity" })
    let segment = try IexVectors.wire(vector)
    let expected = try #require(vector["expected"] as? [String: Any])
    let events = try #require(expected["bbo_after_each_complete_event"] as? [[String: Any]])
    let quotes = Quotes()
    IexHarness(try IexFeeds.feed("iex-deep")).receive(segment.rawSpan) { quotes.take($0, $1) }
    try #require(quotes.bests.count == events.count)
    for ((time, best), event) in zip(quotes.bests, events) {
      #expect(time == event["timestamp"] as? UInt64)
      let bid = event["best_bid"] as? [Int64]
      let ask = event["best_ask"] as? [Int64]
      #expect(best.bidPrice == (bid?[0]).map { $0 * 100_000 } ?? Undefined.price)
      #expect(best.bidSize == UInt64(bid?[1] ?? 0))
      #expect(best.askPrice == (ask?[0]).map { $0 * 100_000 } ?? Undefined.price)
      #expect(best.askSize == UInt64(ask?[1] ?? 0))
    }
  }
}
