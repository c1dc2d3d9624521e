import Books
import Foundation
import TestSupport
import Testing

/// The book vectors of ITCH 5.0: lists of messages with the resulting book.
@Suite(.enabled(if: SharedFolder.isPresent, "needs ../shared/vectors"))
struct ITCHVectorTests {
  struct File: Decodable {
    var vectors: [Vector]
  }

  struct Vector: Decodable {
    var name: String
    var messagesHex: [String]?
    var expected: Expected?
  }

  struct Expected: Decodable {
    var bids: [Level]?
    var asks: [Level]?
    var openOrders: [String: Order]?
  }

  struct Level: Decodable {
    var price: Int64
    var shares: UInt64
    var orders: UInt32
    var level: BookLevel { BookLevel(price: price * 100_000, size: shares, orders: orders) }
  }

  struct Order: Decodable {
    var side: String
    var price: Int64
    var shares: UInt32
  }

  @Test func booksAgree() throws {
    let data = try SharedFolder.data("vectors/itch50.json")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let vectors = try decoder.decode(File.self, from: data).vectors
      .filter { $0.name.hasPrefix("book-") }
    #expect(vectors.count >= 2)
    for vector in vectors {
      var books = OrderBooks()
      for hex in try #require(vector.messagesHex) {
        let message = try #require(bytes(hex: hex))
        if let effect = apply(ITCHReader(bytes: message), to: &books) {
          #expect(effect.outcome == .applied)
        }
      }
      let expected = try #require(vector.expected)
      let bids = levels(books.levels, 17, .bid)
      let asks = levels(books.levels, 17, .ask)
      #expect(bids == expected.bids?.map(\.level))
      #expect(asks == expected.asks?.map(\.level))
      let orders = try #require(expected.openOrders)
      let (openOrders, counters) = (books.openOrders, books.counters)
      #expect(openOrders == orders.count)
      #expect(counters == BookCounters())
      for (text, order) in orders {
        let id = try #require(UInt64(text))
        let found = books.order(id)
        let resting = try #require(found)
        #expect(resting.side == (order.side == "B" ? .bid : .ask))
        #expect(resting.price == order.price * 100_000)
        #expect(resting.size == order.shares)
      }
      let fault = books.checkInvariants()
      #expect(fault == nil)
    }
  }
}

/// Just enough of ITCH 5.0 to feed a book; the real decoder has its own tests.
struct ITCHReader {
  var bytes: [UInt8]

  func number(_ offset: Int, _ count: Int) -> UInt64 {
    bytes[offset..<offset + count].reduce(0) { $0 << 8 | UInt64($1) }
  }

  var type: Character { Character(Unicode.Scalar(bytes[0])) }
  var locate: UInt32 { UInt32(number(1, 2)) }
  var reference: UInt64 { number(11, 8) }
}

/// Applies one message; nil for those without a place in a book.
func apply(_ message: ITCHReader, to books: inout OrderBooks) -> BookEffect? {
  switch message.type {
  case "A", "F":
    books.add(
      instrument: message.locate, orderID: message.reference,
      side: message.bytes[19] == UInt8(ascii: "B") ? .bid : .ask,
      price: Int64(message.number(32, 4)) * 100_000, size: UInt32(message.number(20, 4)),
      priority: message.number(5, 6))
  case "E", "C":
    books.execute(
      orderID: message.reference, size: UInt32(message.number(19, 4)), instrument: message.locate)
  case "X":
    books.cancel(
      orderID: message.reference, size: UInt32(message.number(19, 4)), instrument: message.locate)
  case "D":
    books.delete(orderID: message.reference, instrument: message.locate)
  case "U":
    books.replace(
      orderID: message.reference, newOrderID: message.number(19, 8),
      price: Int64(message.number(31, 4)) * 100_000, size: UInt32(message.number(27, 4)),
      priority: message.number(5, 6), instrument: message.locate)
  default: nil
  }
}
