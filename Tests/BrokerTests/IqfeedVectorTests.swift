import FeedKit
import Foundation
import Records
import TestSupport
import Testing
import Wire

@testable import BrokerFeeds

/// Golden lines: those made for the layout, and those recorded from real IQConnect programs, which
/// may not be committed.
@Suite("IQFeed vectors")
struct IqfeedVectorTests {
  struct Vector {
    let json: [String: Any]
    var name: String { json["name"] as? String ?? "" }
    var text: String { json["text"] as? String ?? "" }
    var port: Int { json["port"] as? Int ?? 0 }
    var isRequest: Bool { json["direction"] != nil }
    var expected: [[String: Any]] {
      if let one = json["expected"] as? [String: Any] { return [one] }
      return json["expected"] as? [[String: Any]] ?? []
    }
    var chunks: [[UInt8]]? { (json["chunks"] as? [String])?.compactMap { bytes(hex: $0) } }
  }

  static func vectors(_ data: Data) throws -> [Vector] {
    let all = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    return try #require(all["vectors"] as? [[String: Any]]).map { Vector(json: $0) }
  }

  static func made() throws -> [Vector] {
    try vectors(
      Data(contentsOf: SharedFolder.packageRoot.appending(path: "Tests/Vectors/iqfeed/made.json")))
  }

  static func captured() throws -> [Vector] {
    try vectors(SharedFolder.data("vectors/iqfeed.json")).filter {
      $0.json["origin"] as? String == "captured"
    }
  }

  @Test func madeLines() throws {
    let vectors = try Self.made()
    #expect(vectors.count >= 7)
    for vector in vectors { check(vector) }
  }

  @Test(.enabled(if: SharedFolder.isPresent, "the shared folder is not there"))
  func recordedLines() throws {
    let vectors = try Self.captured().filter { !$0.isRequest }
    #expect(vectors.count >= 60)
    for vector in vectors { check(vector) }
  }

  private func check(_ vector: Vector) {
    let file = IqfeedFile()
    if let chunks = vector.chunks {
      checkChunks(vector, chunks)
      return
    }
    if let names = vector.expected.first?["fieldnames"] as? [String] {
      file.read("S,CURRENT UPDATE FIELDNAMES,\(names.joined(separator: ","))\n")
    }
    let before = file.report.decode
    file.read(vector.text)
    let decode = file.report.decode
    #expect(file.isBalanced, "\(vector.name)")
    if let reject = vector.expected.first?["reject"] as? String {
      let count: UInt64 = reject.hasPrefix("empty") ? 0 : 1
      #expect(decode.rejectedTotal == count, "\(vector.name)")
      #expect(decode.decoded == before.decoded, "\(vector.name)")
      #expect(file.trades.isEmpty && file.quotes.isEmpty, "\(vector.name)")
      return
    }
    // What belongs to a request is refused or passed over without one; everything else is known.
    guard vector.port != 9100 else { return }
    #expect(decode.rejectedTotal == 0, "\(vector.name)")
    for expected in vector.expected { checkRecords(vector, expected, file) }
  }

  private func checkRecords(_ vector: Vector, _ expected: [String: Any], _ file: IqfeedFile) {
    switch expected["type"] as? String {
    case "P", "Q": checkLevel1(vector, expected, file)
    case "0", "3", "4", "6": checkOrder(vector, expected, file)
    case "7", "8": checkLevel(vector, expected, file)
    case "Z", "2", "U": checkOldDepth(vector, expected, file)
    case "F": checkDefinition(vector, expected, file)
    case "R":
      let levels = file.tap.all(CMBP1Message.self).map { $0.levels[0] }
      #expect(levels.map(\.bidPx) == [price(expected["bid"])], "\(vector.name)")
      #expect(levels.map(\.askPx) == [price(expected["ask"])], "\(vector.name)")
      #expect(levels.map { Int($0.bidPb) } == [expected["market_center"] as? Int ?? -1])
    case "N":
      let texts = file.tap.all(SystemMessage.self).map { $0.msg.text }
      #expect(texts.count == 1 && texts[0].hasSuffix(expected["headline"] as? String ?? "?"))
    case "C":
      let texts = file.tap.all(SystemMessage.self).map { $0.msg.text }
      #expect(texts.count == 1 && texts[0].hasPrefix("correction "), "\(vector.name)")
    default: break
    }
  }

  private func price(_ value: Any?) -> Int64 {
    (value as? String).map(nanos) ?? Undefined.price
  }

  private func checkLevel1(_ vector: Vector, _ expected: [String: Any], _ file: IqfeedFile) {
    let letters = expected["contents"] as? String ?? ""
    let isUpdate = expected["type"] as? String == "Q"
    let isTrade = isUpdate && letters.contains { "CEO".contains($0) }
    #expect(file.trades.count == (isTrade ? 1 : 0), "\(vector.name)")
    if let trade = file.trades.first {
      #expect(trade.price == price(expected["last"]), "\(vector.name)")
      #expect(Int(trade.size) == expected["last_size"] as? Int, "\(vector.name)")
      let micros = expected["last_time_us"] as? Int ?? 0
      // A day in New York is 24 hours here, and its midnight 4:00 or 5:00 UTC.
      let ofDay = Int(trade.header.tsEvent % 86_400_000_000_000) / 1_000
      let offset = (ofDay - micros + 86_400_000_000) % 86_400_000_000
      #expect(offset == 4 * 3_600_000_000 || offset == 5 * 3_600_000_000, "\(vector.name)")
      #expect(trade.flags.contains(.publisherSpecific) == letters.contains("O"))
    }
    let hasQuote = expected["bid"] != nil && (!isUpdate || letters.contains { "ab".contains($0) })
    #expect(file.quotes.count == (hasQuote ? 1 : 0), "\(vector.name)")
    guard let quote = file.quotes.first else { return }
    let best = quote.levels[0]
    #expect(best.bidPx == price(expected["bid"]), "\(vector.name)")
    #expect(best.askPx == price(expected["ask"]), "\(vector.name)")
    #expect(Int(best.bidSz) == expected["bid_size"] as? Int ?? 0, "\(vector.name)")
    #expect(Int(best.askSz) == expected["ask_size"] as? Int ?? 0, "\(vector.name)")
    #expect(quote.flags.contains(.snapshot) != isUpdate, "\(vector.name)")
  }

  private func checkOrder(_ vector: Vector, _ expected: [String: Any], _ file: IqfeedFile) {
    #expect(file.orders.count == 1, "\(vector.name)")
    guard let order = file.orders.first else { return }
    #expect(order.price == price(expected["price"]), "\(vector.name)")
    #expect(Int(order.size) == expected["size"] as? Int, "\(vector.name)")
    #expect(order.side == (expected["side"] as? String == "A" ? .ask : .bid), "\(vector.name)")
    #expect(order.action == .add, "a change of an unknown order is an add")
    if let id = expected["order_id"] as? UInt64 {
      #expect(order.orderID == id, "\(vector.name)")
    } else {
      #expect(order.orderID >> 63 == 1, "a market maker's quote has an id of ours")
    }
  }

  private func checkLevel(_ vector: Vector, _ expected: [String: Any], _ file: IqfeedFile) {
    #expect(file.orders.count == 1, "\(vector.name)")
    guard let level = file.orders.first else { return }
    #expect(level.price == price(expected["price"]), "\(vector.name)")
    #expect(Int(level.size) == expected["size"] as? Int, "\(vector.name)")
    #expect(level.flags.contains(.mbp) && level.action == .modify, "\(vector.name)")
  }

  private func checkOldDepth(_ vector: Vector, _ expected: [String: Any], _ file: IqfeedFile) {
    let isBid = expected["bid_valid"] as? Bool ?? false
    let isAsk = expected["ask_valid"] as? Bool ?? false
    let prices =
      (isBid ? [price(expected["bid"])] : []) + (isAsk ? [price(expected["ask"])] : [])
    #expect(file.orders.map(\.price) == prices, "\(vector.name)")
  }

  private func checkDefinition(_ vector: Vector, _ expected: [String: Any], _ file: IqfeedFile) {
    let fields = expected["fields"] as? [String: String] ?? [:]
    let records = file.tap.all(InstrumentDefinitionMessage.self)
    #expect(records.count == 1, "\(vector.name)")
    guard let record = records.first else { return }
    let (symbol, currency) = (record.rawSymbol.text, record.currency.text)
    #expect(symbol == fields["Symbol"], "\(vector.name)")
    #expect(currency == fields["Base Currency"] ?? "", "\(vector.name)")
    #expect(record.minPriceIncrement == price(fields["Minimum Tick Size"]), "\(vector.name)")
  }

  private func checkChunks(_ vector: Vector, _ chunks: [[UInt8]]) {
    let live = IqfeedLive("SPY")
    live.open()
    live.subscribe()
    var kept: [UInt8] = []
    for chunk in chunks {
      kept += chunk
      kept.removeFirst(live.read(kept, 0))
    }
    #expect(kept.isEmpty, "\(vector.name)")
    #expect(live.messages == 3 && live.counters.rejectedTotal == 0, "\(vector.name)")
    #expect(live.tap.all(TradeMessage.self).count == 1, "\(vector.name)")
    #expect(live.tap.all(MBP1Message.self).count == 1, "\(vector.name)")
  }
}
