internal import FeedKit

/// The messages for `inspect` and the documentation. They are text: no field has a fixed place.
enum IqfeedMessages {
  static let table = MessageTable(isLittleEndian: true, level1 + others)

  private static let level1 = [
    message("P", "summary", "MBP-1 snapshot"),
    message("Q", "update", "trade, MBP-1, statistics: what Message Contents says"),
    message("F", "fundamental", "definition"),
    message("R", "regional", "CMBP-1, publisher = market center"),
    message("N", "news", "system message"),
    message("T", "timestamp", "heartbeat: clock offset"),
    message("C", "correction", "system message"),
    message("S", "system", "session"),
    message("n", "symbol_not_found", "session: refused"),
    message("q", "no_depth", "session: refused"),
    message("E", "error", "session: notice"),
    message("O", "leftover", "ignored"),
  ]

  private static let others = [
    message("0", "order_on_price_levels", "MBO"),
    message("3", "order_add", "MBO"),
    message("4", "order_change", "MBO"),
    message("5", "order_delete", "MBO"),
    message("6", "order_summary", "MBO"),
    message("7", "level_summary", "MBO, flag MBP"),
    message("8", "level_update", "MBO, flag MBP"),
    message("9", "level_delete", "MBO, flag MBP"),
    message("Z", "old_depth_image", "MBO"),
    message("2", "old_depth_update", "MBO"),
    message("U", "oldest_depth", "MBO"),
    message("M", "market_maker", "ignored"),
    message("h", "history_row", "trade or OHLCV of a backfill"),
    message("l", "lookup_row", "symbol master"),
    message("B", "bar", "OHLCV; updates of the open bar are ignored"),
    message("#", "note", "ignored: the recorder's, not the upstream's"),
  ]

  private static func message(
    _ type: Character, _ name: String, _ mapping: String
  ) -> MessageDescription {
    MessageDescription(type, name, byteCount: 0, mapping: mapping, fields: [])
  }
}
