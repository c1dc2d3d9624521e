import ExchangeFeeds
import FeedKit
import Foundation
import Records
import TestSupport
import Testing

/// The vectors of ITCH 5.0: each message's wire fields, and the records that the mapping promises.
@Suite(.enabled(if: SharedFolder.isPresent, "needs ../shared/vectors"))
struct ItchVectorTests {
  static let midnight: UInt64 = 1_692_676_800_000_000_000

  /// Names that the vectors shorten.
  static let longNames = [
    "timestamp": "timestamp_ns", "reason_code": "reason", "order_reference_number": "order_ref",
    "buy_sell_indicator": "side", "cross_shares": "shares", "canceled_shares": "cancelled_shares",
    "original_order_reference_number": "original_order_ref",
    "new_order_reference_number": "new_order_ref", "financial_status_indicator": "financial_status",
    "short_sale_threshold_indicator": "short_sale_threshold",
    "luld_reference_price_tier": "luld_tier", "etp_leverage_factor": "etp_leverage",
    "inverse_indicator": "inverse", "market_participant_state": "participant_state",
    "ipo_quotation_release_time": "release_time",
    "ipo_quotation_release_qualifier": "release_qualifier",
    "auction_collar_reference_price": "reference_price",
    "upper_auction_collar_price": "upper_price", "lower_auction_collar_price": "lower_price",
    "auction_collar_extension": "extension", "operational_halt_action": "halt_action",
    "price_variation_indicator": "price_variation", "open_eligibility_status": "open_eligibility",
    "lower_price_range_collar": "lower_price_collar",
    "upper_price_range_collar": "upper_price_collar", "message_type": "type",
  ]

  private func singles() throws -> [(String, [UInt8], [String: Any])] {
    try Vectors.load("itch50").compactMap { vector in
      guard vector["hex"] != nil, let expected = vector["expected"] as? [String: Any] else {
        return nil
      }
      return (vector["name"] as? String ?? "", try Vectors.bytes(vector), expected)
    }
  }

  @Test func wireFieldsAgree() throws {
    let values = WireValues(table: ItchFeed.messages)
    var types: Set<String> = []
    for (name, message, expected) in try singles() {
      let description = try #require(ItchFeed.messages.messages[message[0]])
      #expect(description.byteCount == message.count, "\(name)")
      var left = Set(expected.keys)
      for field in description.fields {
        let key = Self.longNames[field.name] ?? field.name
        guard let value = expected[key] else {
          // A byte that the specification reserves has no value in the vectors.
          #expect(field.name == "reserved", "\(name): \(field.name)")
          continue
        }
        left.remove(key)
        // The vectors give prices as raw integers and texts with their padding.
        let raw = WireField(field.name, field.offset, field.byteCount)
        if let text = value as? String {
          let wire = message[field.offset..<(field.offset + field.byteCount)]
          #expect(Array(text.utf8) == Array(wire), "\(name): \(field.name)")
        } else {
          let number = try #require(value as? NSNumber)
          #expect(values.text(of: raw, in: message) == number.stringValue, "\(name): \(field.name)")
        }
      }
      #expect(left.isEmpty, "\(name): \(left)")
      types.insert(description.name)
    }
    #expect(types.count == ItchFeed.messages.messages.count, "a vector for each type")
  }

  @Test(arguments: [true, false])
  func recordsAreThoseOfTheMapping(wide: Bool) throws {
    for (name, message, expected) in try singles() {
      let wanted = try #require(ItchMapping(expected, midnight: Self.midnight).records, "\(name)")
      // Behind the message, so that the wide path can take it: an end of session and spare bytes.
      let framed = [0, UInt8(message.count)] + message
      let tapped = TappedRunner(ItchFeed.self, wide: wide, midnight: Self.midnight)
      tapped.read(framed + [UInt8](repeating: 0, count: 80))
      #expect(tapped.records() == [wanted], "\(name)")
      let report = tapped.runner.report
      #expect(report.decode.decoded == (wanted.isEmpty ? 0 : 1), "\(name)")
      #expect(report.decode.ignored[Int(message[0])] == (wanted.isEmpty ? 1 : 0), "\(name)")
      #expect(tapped.isBalanced)
      // The same alone at the end of a buffer, and as one message of a stream.
      let alone = TappedRunner(ItchFeed.self, wide: wide, midnight: Self.midnight)
      alone.runner.message(
        message.rawSpan, from: 0, to: message.count, sequence: 1, tsRecv: 99)
      #expect(alone.records() == [wanted], "\(name)")
    }
  }

  /// A later edition may append to a message: the known prefix counts. Shorter is an error.
  @Test(arguments: [true, false]) func lengthsMayGrowButNotShrink(wide: Bool) throws {
    for (name, message, expected) in try singles() {
      let wanted = try #require(ItchMapping(expected, midnight: Self.midnight).records)
      let longer = TappedRunner(ItchFeed.self, wide: wide, midnight: Self.midnight)
      longer.read([0, UInt8(message.count + 3)] + message + [1, 2, 3])
      #expect(longer.records() == [wanted], "\(name)")
      for count in stride(from: 1 + name.utf8.count % 7, to: message.count, by: wide ? 17 : 5) {
        let shorter = TappedRunner(
          ItchFeed.self, wide: wide, midnight: Self.midnight, capacityLines: 64)
        shorter.read([0, UInt8(count)] + message[0..<count] + [UInt8](repeating: 0, count: 70))
        #expect(shorter.records() == [[]], "\(name) cut to \(count)")
        let report = shorter.runner.report
        #expect(report.decode.rejected[0] == 1, "\(name) cut to \(count): truncated")
      }
    }
  }

  @Test func hostileFieldsAreCountedByReason() throws {
    let add = try #require(try singles().first { $0.1[0] == UInt8(ascii: "A") }).1
    let cross = try #require(try singles().first { $0.1[0] == UInt8(ascii: "Q") }).1
    for wide in [true, false] {
      let tapped = TappedRunner(ItchFeed.self, wide: wide)
      var badSide = add
      badSide[19] = UInt8(ascii: "X")
      var unknown = add
      unknown[0] = UInt8(ascii: "?")
      var huge = cross
      for index in 11..<19 { huge[index] = 0xFF }
      tapped.read(
        [badSide, unknown, huge].flatMap { [0, UInt8($0.count)] + $0 }
          + [UInt8](repeating: 0, count: 70))
      let rejected = tapped.runner.report.decode.rejected
      #expect(rejected[3] == 1 && rejected[2] == 1 && rejected[10] == 1)
      #expect(tapped.records() == [[]])
    }
  }

  /// More shares than 32 bits hold: several records, together all of them, LAST on the final one.
  @Test func largeCrossesAreSplit() throws {
    var cross = try #require(try singles().first { $0.1[0] == UInt8(ascii: "Q") }).1
    let shares: UInt64 = 3 * UInt64(UInt32.max) + 5
    for index in 0..<8 {
      cross[11 + index] = UInt8(truncatingIfNeeded: shares >> UInt64(56 - 8 * index))
    }
    let tapped = TappedRunner(ItchFeed.self)
    tapped.read([0, UInt8(cross.count)] + cross)
    let trades = tapped.records()[0].compactMap { TradeMessage(copying: $0.rawSpan) }
    #expect(trades.reduce(UInt64(0)) { $0 + UInt64($1.size) } == shares)
    #expect(trades.allSatisfy { $0.size != Undefined.orderSize })
    #expect(trades.map { $0.flags == .last } == [false, false, false, true])
  }
}
