import Wire

/// Messages of IEX TOPS 1.5 and 1.6, DEEP 1.0 and DEEP+: offsets and codes. Integers are
/// little-endian; a price is an i64 with four implied decimals; times are ns since the Unix epoch,
/// UTC; symbols are 8 characters, padded with spaces.
///
/// Sources: TOPS 1.66, DEEP 1.08, "Message Formats"; DEEP+ by real captures and a public dissector.
/// Later editions append fields only, so a longer message is read by its known prefix.
enum Iex {
  /// Message types (first byte of each message).
  enum MessageType {
    static var systemEvent: UInt8 { UInt8(ascii: "S") }
    static var securityDirectory: UInt8 { UInt8(ascii: "D") }
    static var tradingStatus: UInt8 { UInt8(ascii: "H") }
    static var retailLiquidityIndicator: UInt8 { UInt8(ascii: "I") }
    static var operationalHaltStatus: UInt8 { UInt8(ascii: "O") }
    static var shortSalePriceTestStatus: UInt8 { UInt8(ascii: "P") }
    static var securityEvent: UInt8 { UInt8(ascii: "E") }
    static var quoteUpdate: UInt8 { UInt8(ascii: "Q") }
    static var priceLevelBuyUpdate: UInt8 { UInt8(ascii: "8") }
    static var priceLevelSellUpdate: UInt8 { UInt8(ascii: "5") }
    static var tradeReport: UInt8 { UInt8(ascii: "T") }
    static var officialPrice: UInt8 { UInt8(ascii: "X") }
    static var tradeBreak: UInt8 { UInt8(ascii: "B") }
    static var auctionInformation: UInt8 { UInt8(ascii: "A") }
    static var addOrder: UInt8 { UInt8(ascii: "a") }
    static var orderModify: UInt8 { UInt8(ascii: "M") }
    static var orderDelete: UInt8 { UInt8(ascii: "R") }
    static var orderExecuted: UInt8 { UInt8(ascii: "L") }
    static var clearBook: UInt8 { UInt8(ascii: "C") }
  }

  /// What begins every message; System Event ends before the symbol.
  enum Header {
    typealias Flags = LE<UInt8, 1>
    typealias Timestamp = LE<UInt64, 2>
    typealias Symbol = LE<UInt64, 10>
    static var symbolOffset: Int { 10 }
    static var symbolByteCount: Int { 8 }
  }

  /// System Event (`S`), 10 bytes.
  enum SystemEvent {
    static var byteCount: Int { 10 }
    typealias Event = LE<UInt8, 1>
  }

  /// Security Directory (`D`), 31 bytes.
  enum SecurityDirectory {
    static var byteCount: Int { 31 }
    typealias RoundLotSize = LE<UInt32, 18>
    typealias AdjustedPOCPrice = LE<Int64, 22>
    typealias LULDTier = LE<UInt8, 30>
    /// Bit of the flags: exchange-traded product.
    static var etpFlag: UInt8 { 0x20 }
  }

  /// Trading Status (`H`), 22 bytes.
  enum TradingStatus {
    static var byteCount: Int { 22 }
    typealias Status = LE<UInt8, 1>
    typealias Reason = LE<UInt32, 18>
  }

  /// Retail Liquidity Indicator (`I`), 18 bytes.
  enum RetailLiquidityIndicator { static var byteCount: Int { 18 } }

  /// Operational Halt Status (`O`), 18 bytes.
  enum OperationalHaltStatus {
    static var byteCount: Int { 18 }
    typealias Status = LE<UInt8, 1>
  }

  /// Short Sale Price Test Status (`P`), 19 bytes.
  enum ShortSalePriceTestStatus {
    static var byteCount: Int { 19 }
    typealias Status = LE<UInt8, 1>
    typealias Detail = LE<UInt8, 18>
  }

  /// Security Event (`E`), 18 bytes.
  enum SecurityEvent {
    static var byteCount: Int { 18 }
    typealias Event = LE<UInt8, 1>
  }

  /// Quote Update (`Q`), 42 bytes. The ask has its price before its size, unlike the bid.
  enum QuoteUpdate {
    static var byteCount: Int { 42 }
    typealias BidSize = LE<UInt32, 18>
    typealias BidPrice = LE<Int64, 22>
    typealias AskPrice = LE<Int64, 30>
    typealias AskSize = LE<UInt32, 38>
    /// Bit of the flags: halted, paused, or otherwise not available for trading.
    static var unavailableFlag: UInt8 { 0x80 }
  }

  /// Price Level Update (`8` buy, `5` sell), 30 bytes.
  enum PriceLevelUpdate {
    static var byteCount: Int { 30 }
    typealias Size = LE<UInt32, 18>
    typealias Price = LE<Int64, 22>
    /// Bit of the flags: the event is complete, the book is consistent after this message.
    static var eventCompleteFlag: UInt8 { 0x01 }
  }

  /// Trade Report (`T`) and Trade Break (`B`), 38 bytes.
  enum TradeReport {
    static var byteCount: Int { 38 }
    typealias Size = LE<UInt32, 18>
    typealias Price = LE<Int64, 22>
    typealias TradeID = LE<UInt64, 30>
  }

  /// Official Price (`X`), 26 bytes.
  enum OfficialPrice {
    static var byteCount: Int { 26 }
    typealias PriceType = LE<UInt8, 1>
    typealias Price = LE<Int64, 18>
  }

  /// Auction Information (`A`), 80 bytes.
  enum AuctionInformation {
    static var byteCount: Int { 80 }
    typealias AuctionType = LE<UInt8, 1>
    typealias PairedShares = LE<UInt32, 18>
    typealias ReferencePrice = LE<Int64, 22>
    typealias IndicativeClearingPrice = LE<Int64, 30>
    typealias ImbalanceShares = LE<UInt32, 38>
    typealias ImbalanceSide = LE<UInt8, 42>
    typealias ExtensionNumber = LE<UInt8, 43>
    /// Seconds since the epoch, among times in ns.
    typealias ScheduledAuctionTime = LE<UInt32, 44>
    typealias AuctionBookClearingPrice = LE<Int64, 48>
    typealias CollarReferencePrice = LE<Int64, 56>
    typealias LowerAuctionCollar = LE<Int64, 64>
    typealias UpperAuctionCollar = LE<Int64, 72>
  }

  /// Add Order (`a`), 38 bytes. The side is `8` or `5`.
  enum AddOrder {
    static var byteCount: Int { 38 }
    typealias Side = LE<UInt8, 1>
    typealias OrderID = LE<UInt64, 18>
    typealias Size = LE<UInt32, 26>
    typealias Price = LE<Int64, 30>
  }

  /// Order Modify (`M`), 38 bytes: new total size and price.
  enum OrderModify {
    static var byteCount: Int { 38 }
    typealias OrderID = LE<UInt64, 18>
    typealias Size = LE<UInt32, 26>
    typealias Price = LE<Int64, 30>
  }

  /// Order Delete (`R`), 26 bytes.
  enum OrderDelete {
    static var byteCount: Int { 26 }
    typealias OrderID = LE<UInt64, 18>
  }

  /// Order Executed (`L`), 46 bytes.
  enum OrderExecuted {
    static var byteCount: Int { 46 }
    typealias OrderID = LE<UInt64, 18>
    typealias Size = LE<UInt32, 26>
    typealias Price = LE<Int64, 30>
    typealias TradeID = LE<UInt64, 38>
  }

  /// Clear Book (`C`), 18 bytes.
  enum ClearBook { static var byteCount: Int { 18 } }

  /// Four implied decimals to units of 1e-9.
  static var priceFactor: Int64 { 100_000 }
}
