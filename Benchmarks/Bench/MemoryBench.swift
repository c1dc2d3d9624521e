import Books
import ExchangeFeeds
import FeedKit
import Lanes
import Ledger

/// What memory is for: rings of a fixed size, and tables that grow with the open orders alone.
///
/// The same flow is given to the books for days of growing length, with the same number of open
/// orders aimed at: the bytes must follow the open orders and not the messages.
enum MemoryBench: Bench {
  static var name: String { "memory" }
  static var summary: String { "bytes of rings and books: fixed, and by open orders" }

  static func run(_ options: BenchOptions) throws(BenchError) -> BenchReport {
    var report = BenchReport(name)
    let grid = LaneGrid(readers: 2, shards: 4, options: LaneOptions(capacityLines: 4_096))
    report.add("lanes, 2 readers x 4 shards x 4,096 lines", "bytes", Double(grid.byteCount))
    report.add("ring of 65,536 lines", "bytes", Double(65_536 * 64))
    let sizes = options.isQuick ? [500_000, 1_000_000] : [2_000_000, 4_000_000, 8_000_000]
    for messages in sizes {
      let day = try BenchDay(messages: messages, options: options, inFile: false)
      var feeder = BookFeeder(expectedOrders: 0)
      var peak = 0
      feeder.single(day.bytes)
      peak = max(peak, feeder.books.openOrders)
      try verify(feeder.books.openOrders, day.market.openOrders, "open orders")
      let bytes = Double(feeder.books.memoryBytes)
      report.input += [("day of \(messages)", "\(day.market.openOrders) open orders at its end")]
      report.add("books after \(messages) messages", "bytes", bytes)
      report.add(
        "books after \(messages) messages, per open order", "bytes", bytes / Double(peak))
    }
    let perOrder = sizes.map {
      report.median("books after \($0) messages, per open order")
    }
    report.bar(
      "bytes per open order", perOrder.max(), atMost: 512,
      note: "orders 32 bytes x 1.67 to 3.33, levels, 64 bytes a book of 8,000 symbols")
    report.verified.append("open orders equal the market's")
    return report
  }
}
