internal import FeedKit

/// The messages for `inspect` and the documentation. They are text or protobuf: no field has a
/// fixed place. A message's type is its number.
enum IbMessages {
  static let table = MessageTable(isLittleEndian: false, ticks + depth + reference + accounts)

  private static var ticks: [MessageDescription] {
    [
      message(1, "tick_price", "MBP-1, trade or statistics"),
      message(2, "tick_size", "MBP-1, trade, statistics or imbalance"),
      message(21, "tick_option_computation", "statistics: volatility, delta"),
      message(45, "tick_generic", "status or statistics"),
      message(46, "tick_string", "trade (48, 77); ignored"),
      message(57, "tick_snapshot_end", "state"),
      message(58, "market_data_type", "state: marks records that are not live"),
      message(99, "tick_by_tick", "trade, MBP-1 or status"),
    ]
  }

  private static var depth: [MessageDescription] {
    [
      message(12, "market_depth", "MBO, flag MBP"),
      message(13, "market_depth_l2", "MBO, flag MBP"),
      message(17, "historical_data", "OHLCV"),
      message(50, "real_time_bar", "OHLCV without a stated length"),
      message(90, "historical_data_update", "OHLCV"),
      message(96, "historical_ticks", "ignored: midpoints"),
      message(97, "historical_ticks_bid_ask", "MBP-1, snapshot"),
      message(98, "historical_ticks_last", "trade, snapshot"),
    ]
  }

  private static var reference: [MessageDescription] {
    [
      message(4, "error", "state; 316 and 317 clear a book"),
      message(9, "next_valid_id", "state"),
      message(10, "contract_details", "definition"),
      message(15, "managed_accounts", "state"),
      message(49, "current_time", "state"),
      message(52, "contract_details_end", "state"),
      message(79, "symbol_samples", "ignored"),
      message(80, "market_depth_exchanges", "ignored"),
      message(81, "tick_request_parameters", "state"),
      message(82, "smart_components", "ignored"),
      message(84, "tick_news", "system, text news"),
      message(88, "head_timestamp", "state"),
      message(91, "reroute_market_data", "state"),
      message(92, "reroute_depth", "state"),
      message(93, "market_rule", "ignored"),
      message(106, "historical_schedule", "ignored"),
      message(108, "historical_data_end", "state"),
      message(109, "current_time_in_millis", "state"),
    ]
  }

  private static var accounts: [MessageDescription] {
    let names: [(UInt8, String)] = [
      (3, "order_status"), (5, "open_order"), (6, "account_value"), (7, "portfolio_value"),
      (8, "account_time"), (11, "execution"), (53, "open_order_end"),
      (54, "account_download_end"), (55, "execution_end"), (59, "commission_report"),
      (61, "position"), (62, "position_end"), (63, "account_summary"),
      (64, "account_summary_end"), (71, "position_multi"), (72, "position_multi_end"),
      (73, "account_update_multi"), (74, "account_update_multi_end"), (94, "pnl"),
      (95, "pnl_single"),
    ]
    return names.map { message($0.0, $0.1, "system, text account") }
  }

  private static func message(
    _ id: UInt8, _ name: String, _ mapping: String
  ) -> MessageDescription {
    MessageDescription(
      Character(Unicode.Scalar(id)), name, byteCount: 0, mapping: mapping, fields: [])
  }
}
