internal import FeedKit

/// The messages for `inspect` and the documentation. They are text: no field has a fixed place.
enum BinanceMessages {
  static let table = MessageTable(
    isLittleEndian: true,
    [
      message("t", "trade", "trade"),
      message("a", "agg_trade", "trade, publisher-specific flag"),
      message("b", "book_ticker", "MBP-1"),
      message("d", "depth_update", "MBO, a record a level; ignored without levels"),
      message("k", "kline", "ignored"),
      message("i", "mini_ticker", "ignored"),
      message("h", "ticker", "ignored"),
      message("v", "average_price", "ignored"),
      message("s", "snapshot", "ignored: names no symbol"),
      message("r", "response", "ignored"),
      message("e", "error_response", "ignored"),
      message("x", "server_shutdown", "ignored"),
      message("l", "list", "ignored"),
      message("o", "other_event", "ignored"),
      message("#", "note", "ignored: the recorder's, not the venue's"),
    ])

  private static func message(
    _ type: Character, _ name: String, _ mapping: String
  ) -> MessageDescription {
    MessageDescription(type, name, byteCount: 0, mapping: mapping, fields: [])
  }
}
