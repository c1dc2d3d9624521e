import Books
import ExchangeFeeds
import FeedKit
import Foundation
import Records
import TestSupport
import Testing

/// The book vectors through the real decoder, lanes and books.
@Suite(.enabled(if: SharedFolder.isPresent, "needs ../shared/vectors"))
struct ItchBookVectorTests {
  @Test(arguments: [true, false]) func booksAgree(wide: Bool) throws {
    var seen = 0
    for vector in try Vectors.load("itch50") {
      guard let messages = vector["messages_hex"] as? [String],
        let expected = vector["expected"] as? [String: Any]
      else { continue }
      let tapped = TappedRunner(ItchFeed.self, wide: wide)
      var file: [UInt8] = []
      for message in messages.compactMap({ bytes(hex: $0) }) {
        file += [0, UInt8(message.count)] + message
      }
      tapped.read(file)
      var books = OrderBooks()
      for record in tapped.records()[0] {
        guard let record = MBOMessage(copying: record.rawSpan), record.header.rtype == .mbo else {
          continue
        }
        #expect(apply(record, to: &books))
      }
      for (key, side) in [("bids", BookSide.bid), ("asks", .ask)] {
        let wanted = (expected[key] as? [[String: NSNumber]] ?? []).map { row in
          BookLevel(
            price: (row["price"]?.int64Value ?? 0) * 100_000,
            size: row["shares"]?.uint64Value ?? 0, orders: row["orders"]?.uint32Value ?? 0)
        }
        var found: [BookLevel] = []
        while let level = books.levels.level(found.count, instrument: 17, side: side) {
          found.append(level)
        }
        #expect(found == wanted, "\(vector["name"] ?? "") \(key)")
      }
      let open = books.openOrders
      #expect(open == (expected["open_orders"] as? [String: Any])?.count)
      seen += 1
    }
    #expect(seen >= 2)
  }

  private func apply(_ record: MBOMessage, to books: inout OrderBooks) -> Bool {
    let (id, size) = (record.orderID, record.size)
    switch record.action {
    case .add:
      return books.add(
        instrument: record.header.instrumentID, orderID: id,
        side: record.side == .bid ? .bid : .ask, price: record.price, size: size, priority: id
      ).isApplied
    case .fill: return books.execute(orderID: id, size: size).isApplied
    case .cancel: return books.cancel(orderID: id, size: size).isApplied
    case .modify:
      return books.replace(
        orderID: LaneConvention.olderID(of: record), newOrderID: id, price: record.price,
        size: size, priority: id
      ).isApplied
    default: return false
    }
  }
}
