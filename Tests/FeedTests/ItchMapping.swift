import FeedKit
import Foundation
import Records

/// What a message becomes in DBN, written down a second time from its fields by name.
struct ItchMapping {
  let fields: [String: Any]
  let midnight: UInt64

  init(_ fields: [String: Any], midnight: UInt64) {
    self.fields = fields
    self.midnight = midnight
  }

  func number(_ name: String) -> UInt64 { (fields[name] as? NSNumber)?.uint64Value ?? 0 }
  func text(_ name: String) -> String { fields[name] as? String ?? "?" }
  func trimmed(_ name: String) -> String { text(name).trimmingCharacters(in: .whitespaces) }
  func price(_ name: String) -> Int64 { Int64(number(name)) * 100_000 }
  func optionalPrice(_ name: String) -> Int64 { number(name) == 0 ? Int64.max : price(name) }

  private var locate: UInt32 { UInt32(number("stock_locate")) }
  private var time: UInt64 { midnight + number("timestamp_ns") }
  private let received: UInt64 = 99

  /// The records as bytes; empty for what has no place in DBN; nil for an unknown type.
  var records: [[UInt8]]? {
    switch text("type") {
    case "L", "N", "B": []
    case "A", "F":
      [order(.add, text("side") == "B" ? .bid : .ask, price("price"), number("shares"))]
    case "E": [order(.fill, .none, Int64.max, number("executed_shares"))]
    case "C":
      [
        order(
          .fill, .none, price("execution_price"), number("executed_shares"),
          flags: text("printable") == "N" ? [.last, .publisherSpecific] : .last)
      ]
    case "X": [order(.cancel, .none, Int64.max, number("cancelled_shares"))]
    case "D": [order(.cancel, .none, Int64.max, UInt64(UInt32.max))]
    case "U": [replacement]
    case "P": [trade(price("price"), number("shares"))]
    case "Q": [trade(price("cross_price"), number("shares"))]
    case "I": [imbalance]
    case "R": directory
    case "S", "H", "Y", "W", "h": [event]
    case "V":
      [1, 2, 3].map { level in
        statistic(
          .lowerPriceLimit, Int64(number("level_\(level)")) * 10, flags: UInt8(level))
      }
    case "K": [quotingPeriod]
    case "J":
      [
        statistic(.upperPriceLimit, price("upper_price"), flags: UInt8(number("extension"))),
        statistic(.lowerPriceLimit, price("lower_price"), flags: UInt8(number("extension"))),
      ]
    case "O":
      [
        statistic(
          .indicativeOpeningPrice, price("near_execution_price"),
          reference: midnight + number("near_execution_time")),
        statistic(.upperPriceLimit, price("upper_price_collar")),
        statistic(.lowerPriceLimit, price("lower_price_collar")),
      ]
    default: nil
    }
  }

  private func order(
    _ action: Action, _ side: Side, _ price: Int64, _ size: UInt64, flags: Flags = .last
  ) -> [UInt8] {
    MBOMessage(
      publisherID: 2, instrumentID: locate, tsEvent: time, orderID: number("order_ref"),
      price: price, size: UInt32(size), flags: flags, action: action, side: side,
      tsRecv: received, tsInDelta: 0, sequence: 1
    ).laneBytes
  }

  private var replacement: [UInt8] {
    let old = number("original_order_ref")
    var record = MBOMessage(
      publisherID: 2, instrumentID: locate, tsEvent: time, orderID: number("new_order_ref"),
      price: price("price"), size: UInt32(number("shares")), flags: .last, action: .modify,
      tsRecv: received, sequence: 1)
    guard record.orderID >> 32 != old >> 32 else {
      record.tsInDelta = Int32(truncatingIfNeeded: old)
      return record.laneBytes
    }
    var bytes = record.laneBytes
    bytes[0] = 16
    return bytes + (0..<8).map { UInt8(truncatingIfNeeded: old >> UInt64(8 * $0)) }
  }

  private func trade(_ price: Int64, _ size: UInt64) -> [UInt8] {
    TradeMessage(
      publisherID: 2, instrumentID: locate, tsEvent: time, price: price, size: UInt32(size),
      action: .trade, side: .none, flags: .last, tsRecv: received, sequence: 1
    ).laneBytes
  }

  private var imbalance: [UInt8] {
    func size(_ name: String) -> UInt32 { UInt32(exactly: number(name)) ?? UInt32.max }
    let direction = text("imbalance_direction")
    return ImbalanceMessage(
      publisherID: 2, instrumentID: locate, tsEvent: time, tsRecv: received,
      refPrice: optionalPrice("current_reference_price"),
      contBookClrPrice: optionalPrice("near_price"),
      auctInterestClrPrice: optionalPrice("far_price"), pairedQty: size("paired_shares"),
      totalImbalanceQty: size("imbalance_shares"),
      auctionType: text("cross_type").utf8.first ?? 0,
      side: direction == "B" ? .bid : direction == "S" ? .ask : .none,
      significantImbalance: text("price_variation").utf8.first ?? 0
    ).laneBytes
  }

  private var directory: [[UInt8]] {
    var definition = InstrumentDefinitionMessage(
      publisherID: 2, instrumentID: locate, tsEvent: time)
    definition.tsRecv = received
    definition.rawInstrumentID = UInt64(locate)
    definition.minPriceIncrement = 100_000
    definition.displayFactor = 1_000_000_000
    definition.minLotSizeRoundLot = Int32(number("round_lot_size"))
    definition.rawSymbol = InlineArray(text: trimmed("stock"))
    definition.currency = InlineArray(text: "USD")
    definition.exchange = InlineArray(text: "XNAS")
    definition.group = InlineArray(text: text("market_category"))
    definition.securityType = InlineArray(text: trimmed("issue_sub_type"))
    definition.cfi = InlineArray(text: text("issue_classification"))
    definition.instrumentClass = text("issue_classification") == "B" ? .bond : .stock
    let mapping = SymbolMappingMessage(
      publisherID: 2, instrumentID: locate, tsEvent: time, stypeIn: .rawSymbol,
      stypeInSymbol: InlineArray(text: trimmed("stock")), stypeOut: .instrumentID,
      stypeOutSymbol: InlineArray(text: trimmed("stock")), startTs: midnight,
      endTs: midnight + 86_400_000_000_000)
    return [definition.laneBytes, mapping.laneBytes]
  }

  private var event: [UInt8] {
    var status = StatusMessage(
      publisherID: 2, instrumentID: locate, tsEvent: time, tsRecv: received)
    switch text("type") {
    case "S":
      let texts = [
        "O": "start of messages", "S": "start of system hours", "Q": "start of market hours",
        "M": "end of market hours", "E": "end of system hours", "C": "end of messages",
      ]
      let code = text("event_code")
      return SystemMessage(
        publisherID: 2, instrumentID: 0, tsEvent: time,
        msg: InlineArray(text: "system event \(code): \(texts[code] ?? "?")")
      ).laneBytes
    case "H":
      let states: [String: (StatusAction, TriState, TriState)] = [
        "H": (.halt, .no, .no), "P": (.pause, .no, .no), "Q": (.quoting, .no, .yes),
        "T": (.trading, .yes, .yes),
      ]
      (status.action, status.isTrading, status.isQuoting) =
        states[text("trading_state")] ?? (.none, .notAvailable, .notAvailable)
      let reasons: [String: StatusReason] = [
        "": .none, "LUDP": .luldPause, "T1": .newsPending, "IPOQ": .newIssue, "H11": .regulatory,
      ]
      status.reason = reasons[trimmed("reason")] ?? StatusReason(rawValue: 0xEEEE)
    case "Y":
      status.action = .shortSellRestrictionChange
      status.isShortSellRestricted = text("reg_sho_action") == "0" ? .no : .yes
    case "h":
      status.action = text("halt_action") == "H" ? .halt : .trading
      status.isTrading = text("halt_action") == "H" ? .no : .yes
      status.reason = .operational
    default:
      (status.action, status.isTrading) = (.halt, .no)
      status.reason =
        [.marketWideHaltLevel1, .marketWideHaltLevel2, .marketWideHaltLevel3][
          (Int(text("breached_level")) ?? 1) - 1]
    }
    return status.laneBytes
  }

  private var quotingPeriod: [UInt8] {
    let isCalledOff = text("release_qualifier") == "C"
    return statistic(
      .indicativeOpeningPrice, optionalPrice("ipo_price"),
      reference: isCalledOff ? UInt64.max : midnight + number("release_time") * 1_000_000_000,
      action: isCalledOff ? .delete : .new)
  }

  private func statistic(
    _ type: StatType, _ price: Int64, flags: UInt8 = 0, reference: UInt64 = UInt64.max,
    action: UpdateAction = .new
  ) -> [UInt8] {
    StatisticsMessage(
      publisherID: 2, instrumentID: locate, tsEvent: time, tsRecv: received, tsRef: reference,
      price: price, sequence: 1, statType: type, updateAction: action, statFlags: flags
    ).laneBytes
  }
}
