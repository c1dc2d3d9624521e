internal import FeedKit

/// All messages of TotalView-ITCH 5.0 as data, the specification's field names in snake case.
enum ItchMessages {
  static let table = MessageTable(isLittleEndian: false, administration + orders + auctions)

  private static let head = [
    WireField("message_type", 0, 1, .character), WireField("stock_locate", 1, 2),
    WireField("tracking_number", 3, 2), WireField("timestamp", 5, 6),
  ]

  private static func message(
    _ type: Character, _ name: String, _ byteCount: Int, _ mapping: String, _ fields: [WireField]
  ) -> MessageDescription {
    MessageDescription(
      type, name, byteCount: byteCount, mapping: mapping, fields: head + fields)
  }

  private static let administration = [
    message(
      "S", "system_event_message", 12, "system", [WireField("event_code", 11, 1, .character)]),
    message(
      "R", "stock_directory_message", 39, "definition and symbol mapping",
      [
        WireField("stock", 11, 8, .text), WireField("market_category", 19, 1, .character),
        WireField("financial_status_indicator", 20, 1, .character),
        WireField("round_lot_size", 21, 4), WireField("round_lots_only", 25, 1, .character),
        WireField("issue_classification", 26, 1, .character),
        WireField("issue_sub_type", 27, 2, .text), WireField("authenticity", 29, 1, .character),
        WireField("short_sale_threshold_indicator", 30, 1, .character),
        WireField("ipo_flag", 31, 1, .character),
        WireField("luld_reference_price_tier", 32, 1, .character),
        WireField("etp_flag", 33, 1, .character), WireField("etp_leverage_factor", 34, 4),
        WireField("inverse_indicator", 38, 1, .character),
      ]),
    message(
      "H", "stock_trading_action_message", 25, "status",
      [
        WireField("stock", 11, 8, .text), WireField("trading_state", 19, 1, .character),
        WireField("reserved", 20, 1, .character), WireField("reason_code", 21, 4, .text),
      ]),
    message(
      "Y", "reg_sho_short_sale_price_test_restricted_indicator_message", 20, "status",
      [WireField("stock", 11, 8, .text), WireField("reg_sho_action", 19, 1, .character)]),
    message(
      "L", "market_participant_position_message", 26, "ignored: DBN has no participants",
      [
        WireField("mpid", 11, 4, .text), WireField("stock", 15, 8, .text),
        WireField("primary_market_maker", 23, 1, .character),
        WireField("market_maker_mode", 24, 1, .character),
        WireField("market_participant_state", 25, 1, .character),
      ]),
    message(
      "V", "mwcb_decline_level_message", 35, "three statistics",
      [
        WireField("level_1", 11, 8, .price8), WireField("level_2", 19, 8, .price8),
        WireField("level_3", 27, 8, .price8),
      ]),
    message(
      "W", "mwcb_status_message", 12, "status", [WireField("breached_level", 11, 1, .character)]),
    message(
      "K", "quoting_period_update_message", 28, "statistics",
      [
        WireField("stock", 11, 8, .text), WireField("ipo_quotation_release_time", 19, 4),
        WireField("ipo_quotation_release_qualifier", 23, 1, .character),
        WireField("ipo_price", 24, 4, .price4),
      ]),
    message(
      "J", "luld_auction_collar_message", 35, "two statistics",
      [
        WireField("stock", 11, 8, .text),
        WireField("auction_collar_reference_price", 19, 4, .price4),
        WireField("upper_auction_collar_price", 23, 4, .price4),
        WireField("lower_auction_collar_price", 27, 4, .price4),
        WireField("auction_collar_extension", 31, 4),
      ]),
    message(
      "h", "operational_halt_message", 21, "status",
      [
        WireField("stock", 11, 8, .text), WireField("market_code", 19, 1, .character),
        WireField("operational_halt_action", 20, 1, .character),
      ]),
  ]

  private static let add = [
    WireField("order_reference_number", 11, 8), WireField("buy_sell_indicator", 19, 1, .character),
    WireField("shares", 20, 4), WireField("stock", 24, 8, .text),
    WireField("price", 32, 4, .price4),
  ]

  private static let orders = [
    message("A", "add_order_no_mpid_attribution_message", 36, "MBO add", add),
    message(
      "F", "add_order_with_mpid_attribution_message", 40, "MBO add",
      add + [WireField("attribution", 36, 4, .text)]),
    message(
      "E", "order_executed_message", 31, "MBO fill; the book adds trade and cancel",
      [
        WireField("order_reference_number", 11, 8), WireField("executed_shares", 19, 4),
        WireField("match_number", 23, 8),
      ]),
    message(
      "C", "order_executed_with_price_message", 36, "MBO fill; the book adds trade and cancel",
      [
        WireField("order_reference_number", 11, 8), WireField("executed_shares", 19, 4),
        WireField("match_number", 23, 8), WireField("printable", 31, 1, .character),
        WireField("execution_price", 32, 4, .price4),
      ]),
    message(
      "X", "order_cancel_message", 23, "MBO cancel",
      [WireField("order_reference_number", 11, 8), WireField("canceled_shares", 19, 4)]),
    message(
      "D", "order_delete_message", 19, "MBO cancel", [WireField("order_reference_number", 11, 8)]),
    message(
      "U", "order_replace_message", 35, "MBO modify; the book makes cancel and add of it",
      [
        WireField("original_order_reference_number", 11, 8),
        WireField("new_order_reference_number", 19, 8), WireField("shares", 27, 4),
        WireField("price", 31, 4, .price4),
      ]),
    message(
      "P", "non_cross_trade_message", 44, "trade", add + [WireField("match_number", 36, 8)]),
    message(
      "Q", "cross_trade_message", 40, "trade",
      [
        WireField("cross_shares", 11, 8), WireField("stock", 19, 8, .text),
        WireField("cross_price", 27, 4, .price4), WireField("match_number", 31, 8),
        WireField("cross_type", 39, 1, .character),
      ]),
    message(
      "B", "broken_trade_message", 19, "ignored: DBN trades have no number to break",
      [WireField("match_number", 11, 8)]),
  ]

  private static let auctions = [
    message(
      "I", "net_order_imbalance_indicator_message", 50, "imbalance",
      [
        WireField("paired_shares", 11, 8), WireField("imbalance_shares", 19, 8),
        WireField("imbalance_direction", 27, 1, .character), WireField("stock", 28, 8, .text),
        WireField("far_price", 36, 4, .price4), WireField("near_price", 40, 4, .price4),
        WireField("current_reference_price", 44, 4, .price4),
        WireField("cross_type", 48, 1, .character),
        WireField("price_variation_indicator", 49, 1, .character),
      ]),
    message(
      "N", "retail_interest_message", 20, "ignored: DBN has no indication without price or size",
      [WireField("stock", 11, 8, .text), WireField("interest_flag", 19, 1, .character)]),
    message(
      "O", "direct_listing_with_capital_raise_message", 48, "three statistics",
      [
        WireField("stock", 11, 8, .text), WireField("open_eligibility_status", 19, 1, .character),
        WireField("minimum_allowable_price", 20, 4, .price4),
        WireField("maximum_allowable_price", 24, 4, .price4),
        WireField("near_execution_price", 28, 4, .price4),
        WireField("near_execution_time", 32, 8),
        WireField("lower_price_range_collar", 40, 4, .price4),
        WireField("upper_price_range_collar", 44, 4, .price4),
      ]),
  ]
}
