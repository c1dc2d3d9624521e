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
  /// A day of `messages` in a file; the market that made it knows its books.
  private func makeDay(
    messages: Int, seed: UInt64, _ body: (borrowing ItchMarket, URL) throws -> Void
  )
    throws
  {
    var options = ItchMarketOptions()
    options.seed = seed
    options.symbols = 200
    options.messages = messages
    var market = try ItchMarket(options)
    var bytes = [UInt8](repeating: 0, count: messages * 52)
    var span = bytes.mutableSpan
    // Safety: bytes have no invalid patterns.
    var raw = unsafe span.mutableBytes
    let used = market.fill(&raw)
    let url = FileManager.default.temporaryDirectory.appending(path: "millrace-\(UUID()).itch")
    bytes.removeLast(bytes.count - used)
    try Data(bytes).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    try body(market, url)
  }

  @Test(arguments: [1, 3]) func aDayBalancesAndReachesReaders(shards: Int) throws {
    try makeDay(messages: 60_000, seed: 7) { market, url in
      try run(market, url, shards: shards)
    }
  }

  private func run(_ market: borrowing ItchMarket, _ url: URL, shards: Int) throws {
    let instance = "test-\(UUID().uuidString.prefix(8))"
    var options = PipelineOptions(instance: instance, verb: "test")
    options.shards = shards
    options.outputs = [.books, .mbp1, .ohlcv1s, .statistics, .bbo1s]
    options.ringLines = 1 << 19
    let feed = try #require(FeedRegistry.feed(named: "itch50"))
    let pipeline = try Pipeline(
      options: options,
      sources: [
        SourceConfiguration(
          name: "itch", feed: feed, input: .file(try InputRecognition(path: url.path, as: feed)))
      ],
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
    var seen = Published()
    for shard in 0..<shards {
      var reader = try BroadcastReader(path: "\(pipeline.folder)/shard-\(shard).ring")
      loop: while true {
        switch reader.poll() {
        case .record: seen.take(reader.record)
        case .none, .closed: break loop
        default: break
        }
      }
    }
    #expect(seen.records == snapshot.total(.written))
    #expect(seen.records > report.messages)
    #expect(seen.incomplete == 0)
    #expect(seen.tradedVolume > 0)
    #expect(seen.barVolume == seen.tradedVolume)
    compare(seen, market)
  }

  /// The last quote of each instrument, and the book that the order records add up to, are the
  /// market's own.
  private func compare(_ seen: Published, _ market: borrowing ItchMarket) {
    var open = 0
    for locate in 1...200 {
      let truth = market.bestBidAsk(locate)
      let quote = seen.quotes[UInt32(locate)] ?? BidAskPair()
      #expect(quote.bidSz == UInt32(truth.bid?.shares ?? 0))
      #expect(quote.askSz == UInt32(truth.ask?.shares ?? 0))
      #expect(quote.bidCt == UInt32(truth.bid?.orders ?? 0))
      #expect(quote.bidPx == truth.bid.map { Int64($0.price) * 100_000 } ?? Undefined.price)
      #expect(quote.askPx == truth.ask.map { Int64($0.price) * 100_000 } ?? Undefined.price)
      for order in market.book(locate) {
        open += 1
        let mine = seen.orders[order.reference]
        #expect(mine?.size == order.shares)
        #expect(mine?.price == Int64(order.price) * 100_000)
        #expect(mine?.side == (order.isAsk ? .ask : .bid))
      }
    }
    #expect(seen.orders.count == open)
  }
}

/// What a reader of shared memory makes of the records, with nothing but the DBN rules: A adds, C
/// reduces, T and F leave the book alone.
private struct Published {
  var records: UInt64 = 0
  var incomplete = 0
  var tradedVolume: UInt64 = 0
  var barVolume: UInt64 = 0
  var quotes: [UInt32: BidAskPair] = [:]
  var orders: [UInt64: (price: Int64, size: UInt32, side: Side)] = [:]

  mutating func take(_ record: RawSpan) {
    records += 1
    guard let header = RecordHeader(copying: record) else { return }
    switch header.rtype {
    case .mbo: if let order = MBOMessage(copying: record) { take(order) }
    case .mbp1:
      if let quote = MBP1Message(copying: record) { quotes[header.instrumentID] = quote.levels[0] }
    case .trade:
      if let trade = TradeMessage(copying: record) { tradedVolume += UInt64(trade.size) }
    case .ohlcv1s:
      if let bar = OHLCVMessage(copying: record) { barVolume += bar.volume }
    default: break
    }
  }

  private mutating func take(_ order: MBOMessage) {
    if order.side == .none || order.price == Undefined.price || order.tsInDelta != 0
      || order.size == Undefined.orderSize
    {
      incomplete += 1
    }
    switch order.action {
    case .add: orders[order.orderID] = (order.price, order.size, order.side)
    case .cancel:
      let left = (orders[order.orderID]?.size ?? 0) - order.size
      orders[order.orderID]?.size = left
      if left == 0 { orders[order.orderID] = nil }
    case .trade: tradedVolume += UInt64(order.size)
    default: break
    }
  }
}
