internal import FeedKit

/// The messages of TOPS, DEEP and DEEP+ as data, the specification's field names in snake case.
///
/// Flags are one field each, as on the wire; their bits stand in `Iex.docc`.
enum IexMessages {
  private static func message(
    _ type: Character, _ name: String, _ byteCount: Int, _ mapping: String,
    _ second: WireField, _ fields: [WireField]
  ) -> MessageDescription {
    let head = [WireField("message_type", 0, 1, .character), second, WireField("timestamp", 2, 8)]
    return MessageDescription(
      type, name, byteCount: byteCount, mapping: mapping, fields: head + fields)
  }

  private static func flags(_ name: String) -> WireField { WireField(name, 1, 1) }
  private static func code(_ name: String) -> WireField { WireField(name, 1, 1, .character) }
  private static func price(_ name: String, _ offset: Int) -> WireField {
    WireField(name, offset, 8, .price4)
  }
  private static let symbol = WireField("symbol", 10, 8, .text)

  static let administration = [
    message("S", "system_event_message", 10, "system", code("system_event"), []),
    message(
      "D", "security_directory_message", 31, "definition", flags("security_directory_flags"),
      [
        symbol, WireField("round_lot_size", 18, 4), price("adjusted_poc_price", 22),
        WireField("luld_tier", 30, 1),
      ]),
  ]

  static let security = [
    message(
      "H", "trading_status_message", 22, "status", code("trading_status"),
      [symbol, WireField("reason", 18, 4, .text)]),
    message(
      "I", "retail_liquidity_indicator_message", 18, "ignored: DBN has no place for it",
      code("retail_liquidity_indicator"), [symbol]),
    message(
      "O", "operational_halt_status_message", 18, "status", code("operational_halt_status"),
      [symbol]),
    message(
      "P", "short_sale_price_test_status_message", 19, "status",
      flags("short_sale_price_test_status"), [symbol, WireField("detail", 18, 1, .character)]),
    message("E", "security_event_message", 18, "status", code("security_event"), [symbol]),
  ]

  static let quotes = [
    message(
      "Q", "quote_update_message", 42, "mbp-1", flags("quote_update_flags"),
      [
        symbol, WireField("bid_size", 18, 4), price("bid_price", 22), price("ask_price", 30),
        WireField("ask_size", 38, 4),
      ])
  ]

  private static let levelFields = [symbol, WireField("size", 18, 4), price("price", 22)]

  static let levels = [
    message(
      "8", "price_level_buy_update_message", 30, "mbo, flag MBP", flags("event_flags"),
      levelFields),
    message(
      "5", "price_level_sell_update_message", 30, "mbo, flag MBP", flags("event_flags"),
      levelFields),
  ]

  private static let tradeFields = levelFields + [WireField("trade_id", 30, 8)]

  private static let tradeBreak = message(
    "B", "trade_break_message", 38, "ignored: a trade has no id in DBN",
    flags("sale_condition_flags"), tradeFields)

  static let trades = [
    message(
      "T", "trade_report_message", 38, "trades", flags("sale_condition_flags"), tradeFields),
    tradeBreak,
  ]

  /// DEEP+ reports by `T` only the executions of orders that it does not show.
  static let hiddenTrades = [
    message("T", "trade_message", 38, "trades", flags("sale_condition_flags"), tradeFields),
    tradeBreak,
  ]

  static let auctions = [
    message(
      "X", "official_price_message", 26, "statistics", code("price_type"),
      [symbol, price("official_price", 18)]),
    message(
      "A", "auction_information_message", 80, "imbalance", code("auction_type"),
      [
        symbol, WireField("paired_shares", 18, 4), price("reference_price", 22),
        price("indicative_clearing_price", 30), WireField("imbalance_shares", 38, 4),
        WireField("imbalance_side", 42, 1, .character), WireField("extension_number", 43, 1),
        WireField("scheduled_auction_time", 44, 4), price("auction_book_clearing_price", 48),
        price("collar_reference_price", 56), price("lower_auction_collar", 64),
        price("upper_auction_collar", 72),
      ]),
  ]

  private static let sizeAndPrice = [WireField("size", 26, 4), price("price", 30)]
  private static let reference = WireField("order_id_reference", 18, 8)

  static let orders = [
    message(
      "a", "add_order_message", 38, "mbo A", code("side"),
      [symbol, WireField("order_id", 18, 8)] + sizeAndPrice),
    message(
      "M", "order_modify_message", 38, "mbo M", flags("modify_flags"),
      [symbol, reference] + sizeAndPrice),
    message(
      "R", "order_delete_message", 26, "mbo C", code("reserved_1"), [symbol, reference]),
    message(
      "L", "order_executed_message", 46, "mbo F", flags("sale_condition_flags"),
      [symbol, reference] + sizeAndPrice + [WireField("trade_id", 38, 8)]),
    message("C", "clear_book_message", 18, "mbo R", code("reserved_1"), [symbol]),
  ]
}
