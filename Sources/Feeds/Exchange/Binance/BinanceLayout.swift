/// Binance's JSON streams, spot and USD-M futures: what the keys are, which messages there are, and
/// the text between the values as the venue writes it.
///
/// Source: the venue's public "WebSocket Streams" documentation for spot and for USD-M futures.
/// Numbers are decimal text and never pass through binary floating point.
enum Binance {
  /// Under what a message is counted and shown. The venue's events have names, not letters; these
  /// letters are ours.
  enum MessageType {
    static var trade: UInt8 { UInt8(ascii: "t") }
    static var aggregateTrade: UInt8 { UInt8(ascii: "a") }
    static var bookTicker: UInt8 { UInt8(ascii: "b") }
    static var depthUpdate: UInt8 { UInt8(ascii: "d") }
    static var kline: UInt8 { UInt8(ascii: "k") }
    static var miniTicker: UInt8 { UInt8(ascii: "i") }
    static var ticker: UInt8 { UInt8(ascii: "h") }
    static var averagePrice: UInt8 { UInt8(ascii: "v") }
    /// Partial depth and REST snapshots: they name no symbol.
    static var snapshot: UInt8 { UInt8(ascii: "s") }
    static var response: UInt8 { UInt8(ascii: "r") }
    static var errorResponse: UInt8 { UInt8(ascii: "e") }
    static var serverShutdown: UInt8 { UInt8(ascii: "x") }
    static var list: UInt8 { UInt8(ascii: "l") }
    static var other: UInt8 { UInt8(ascii: "o") }
  }

  /// Our own numbers, above those of the public list.
  static var publisherID: UInt16 { 60_010 }
  static var dataset: String { "BINANCE.JSON" }

  /// Milliseconds and microseconds have 13 and 16 digits until the year 2286; below this a time is
  /// milliseconds.
  static var leastMicros: UInt64 { 100_000_000_000_000 }

  /// A time of the wire as ns since the Unix epoch; nil where it passes 2^64.
  @inline(__always)
  static func nanos(_ time: UInt64) -> UInt64? {
    let (nanos, overflow) = time.multipliedReportingOverflow(
      by: time < leastMicros ? 1_000_000 : 1_000)
    return overflow ? nil : nanos
  }
}

/// Limits of the feed; reaching one is a counted rejection.
enum BinanceLimits {
  /// Symbols of one source; spot and futures together have some 4,000 (`instrument_limit`).
  static var symbols: Int { 1 << 13 }
  /// Slots of the symbol table, a power of two, 64 bytes each: 1 MiB.
  static var symbolSlots: Int { 2 * symbols }
  /// Bytes of a symbol (`oversized`).
  static var symbolBytes: Int { 32 }
  /// Levels of one depth update, both sides together (`oversized`).
  static var levels: Int { 1 << 14 }
  /// Objects and lists inside of each other (`oversized`).
  static var nesting: Int { 16 }
  /// Bytes behind a message's start that the fast path may look at: the longest message that it
  /// takes has 11 + 40 + 9 bytes of wrapper and fewer than 320 of trade or quote.
  static var readAhead: Int { 512 }
  /// Bytes of a stream's name that the fast path passes over.
  static var streamNameBytes: Int { 40 }
}

/// The text between values, as words: the first character is the lowest byte.
enum BinanceText {
  /// `{"stream`
  static var streamHead: UInt64 { 0x6D61_6572_7473_227B }
  /// `":"`
  static var streamColon: UInt64 { 0x22_3A22 }
  /// `","data"`
  static var dataHead: UInt64 { 0x2261_7461_6422_2C22 }
  /// `{"e":"tr`, `ade","E"`
  static var tradeHead: UInt64 { 0x7274_223A_2265_227B }
  static var tradeRest: UInt64 { 0x2245_222C_2265_6461 }
  /// `{"e":"ag`, `gTrade",`, `"E":`
  static var aggregateHead: UInt64 { 0x6761_223A_2265_227B }
  static var aggregateRest: UInt64 { 0x2C22_6564_6172_5467 }
  static var eventTime: UInt64 { 0x3A22_4522 }
  /// `,"s":"`
  static var symbol: UInt64 { 0x223A_2273_222C }
  /// `","t":`
  static var tradeID: UInt64 { 0x3A22_7422_2C22 }
  /// `","a":`
  static var aggregateID: UInt64 { 0x3A22_6122_2C22 }
  /// `,"p":"`
  static var price: UInt64 { 0x223A_2270_222C }
  /// `","q":"`
  static var quantity: UInt64 { 0x22_3A22_7122_2C22 }
  /// `","f":`
  static var firstID: UInt64 { 0x3A22_6622_2C22 }
  /// `,"l":`
  static var lastID: UInt64 { 0x3A_226C_222C }
  /// `","T":`
  static var timeAfterText: UInt64 { 0x3A22_5422_2C22 }
  /// `,"T":`
  static var timeAfterNumber: UInt64 { 0x3A_2254_222C }
  /// `,"m":`
  static var maker: UInt64 { 0x3A_226D_222C }
  /// `,"M":`
  static var ignored: UInt64 { 0x3A_224D_222C }
  /// `true}`
  static var trueEnd: UInt64 { 0x7D_6575_7274 }
  /// `true`, `false`
  static var yes: UInt64 { 0x6575_7274 }
  static var no: UInt64 { 0x65_736C_6166 }
  /// `{"u":`
  static var tickerHead: UInt64 { 0x3A_2275_227B }
  /// `","b":"`, `","B":"`, `","a":"`, `","A":"`
  static var bidPrice: UInt64 { 0x22_3A22_6222_2C22 }
  static var bidSize: UInt64 { 0x22_3A22_4222_2C22 }
  static var askPrice: UInt64 { 0x22_3A22_6122_2C22 }
  static var askSize: UInt64 { 0x22_3A22_4122_2C22 }
}
