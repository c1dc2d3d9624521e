import Wire

/// Nasdaq TotalView-ITCH 5.0: offsets and codes. Integers are big-endian; a Price(4) has four
/// implied decimals, a Price(8) eight; times are ns since midnight in New York.
///
/// Each message is an enum without cases with one type a field, and `byteCount` from the
/// specification's table of its type. Later editions may only append: the prefix stays.
enum Itch {
  /// Message types (first byte of each message).
  enum MessageType {
    static var systemEvent: UInt8 { UInt8(ascii: "S") }
    static var stockDirectory: UInt8 { UInt8(ascii: "R") }
    static var stockTradingAction: UInt8 { UInt8(ascii: "H") }
    static var regSHORestriction: UInt8 { UInt8(ascii: "Y") }
    static var marketParticipantPosition: UInt8 { UInt8(ascii: "L") }
    static var mwcbDeclineLevel: UInt8 { UInt8(ascii: "V") }
    static var mwcbStatus: UInt8 { UInt8(ascii: "W") }
    static var ipoQuotingPeriod: UInt8 { UInt8(ascii: "K") }
    static var luldAuctionCollar: UInt8 { UInt8(ascii: "J") }
    static var operationalHalt: UInt8 { UInt8(ascii: "h") }
    static var addOrder: UInt8 { UInt8(ascii: "A") }
    static var addOrderAttributed: UInt8 { UInt8(ascii: "F") }
    static var orderExecuted: UInt8 { UInt8(ascii: "E") }
    static var orderExecutedWithPrice: UInt8 { UInt8(ascii: "C") }
    static var orderCancel: UInt8 { UInt8(ascii: "X") }
    static var orderDelete: UInt8 { UInt8(ascii: "D") }
    static var orderReplace: UInt8 { UInt8(ascii: "U") }
    static var trade: UInt8 { UInt8(ascii: "P") }
    static var crossTrade: UInt8 { UInt8(ascii: "Q") }
    static var brokenTrade: UInt8 { UInt8(ascii: "B") }
    static var netOrderImbalance: UInt8 { UInt8(ascii: "I") }
    static var retailInterest: UInt8 { UInt8(ascii: "N") }
    static var directListing: UInt8 { UInt8(ascii: "O") }
  }

  /// The 11 bytes that begin every message ("Message Formats").
  enum Header {
    static var byteCount: Int { 11 }
    typealias StockLocate = BE<UInt16, 1>
    typealias TrackingNumber = BE<UInt16, 3>
    typealias Timestamp = BE48<5>
  }

  /// System Event (`S`), 12 bytes: 1.1.
  enum SystemEvent {
    static var byteCount: Int { 12 }
    typealias EventCode = BE<UInt8, 11>
  }

  /// Stock Directory (`R`), 39 bytes: 1.2.1.
  enum StockDirectory {
    static var byteCount: Int { 39 }
    static var stockOffset: Int { 11 }
    typealias MarketCategory = BE<UInt8, 19>
    typealias FinancialStatus = BE<UInt8, 20>
    typealias RoundLotSize = BE<UInt32, 21>
    typealias IssueClassification = BE<UInt8, 26>
    static var issueSubTypeOffset: Int { 27 }
    typealias Authenticity = BE<UInt8, 29>
  }

  /// Stock Trading Action (`H`), 25 bytes: 1.2.2.
  enum StockTradingAction {
    static var byteCount: Int { 25 }
    typealias TradingState = BE<UInt8, 19>
    typealias Reason = BE<UInt32, 21>
  }

  /// Reg SHO Restriction (`Y`), 20 bytes: 1.2.3.
  enum RegSHORestriction {
    static var byteCount: Int { 20 }
    typealias Action = BE<UInt8, 19>
  }

  /// Market Participant Position (`L`), 26 bytes: 1.2.4.
  enum MarketParticipantPosition { static var byteCount: Int { 26 } }

  /// MWCB Decline Level (`V`), 35 bytes: 1.2.5.1. Price(8).
  enum MWCBDeclineLevel {
    static var byteCount: Int { 35 }
    typealias Level1 = BE<UInt64, 11>
    typealias Level2 = BE<UInt64, 19>
    typealias Level3 = BE<UInt64, 27>
  }

  /// MWCB Status (`W`), 12 bytes: 1.2.5.2.
  enum MWCBStatus {
    static var byteCount: Int { 12 }
    typealias BreachedLevel = BE<UInt8, 11>
  }

  /// IPO Quoting Period Update (`K`), 28 bytes: 1.2.6. The release time is in seconds.
  enum IPOQuotingPeriod {
    static var byteCount: Int { 28 }
    typealias ReleaseTime = BE<UInt32, 19>
    typealias ReleaseQualifier = BE<UInt8, 23>
    typealias Price = BE<UInt32, 24>
  }

  /// LULD Auction Collar (`J`), 35 bytes: 1.2.7.
  enum LULDAuctionCollar {
    static var byteCount: Int { 35 }
    typealias ReferencePrice = BE<UInt32, 19>
    typealias UpperPrice = BE<UInt32, 23>
    typealias LowerPrice = BE<UInt32, 27>
    typealias Extension = BE<UInt32, 31>
  }

  /// Operational Halt (`h`), 21 bytes: 1.2.8.
  enum OperationalHalt {
    static var byteCount: Int { 21 }
    typealias MarketCode = BE<UInt8, 19>
    typealias HaltAction = BE<UInt8, 20>
  }

  /// Add Order (`A`), 36 bytes, and with attribution (`F`), 40 bytes: 1.3.
  enum AddOrder {
    static var byteCount: Int { 36 }
    static var attributedByteCount: Int { 40 }
    typealias Reference = BE<UInt64, 11>
    typealias Side = BE<UInt8, 19>
    typealias Shares = BE<UInt32, 20>
    typealias Price = BE<UInt32, 32>
  }

  /// Order Executed (`E`), 31 bytes: 1.4.1.
  enum OrderExecuted {
    static var byteCount: Int { 31 }
    typealias Reference = BE<UInt64, 11>
    typealias Shares = BE<UInt32, 19>
  }

  /// Order Executed With Price (`C`), 36 bytes: 1.4.2.
  enum OrderExecutedWithPrice {
    static var byteCount: Int { 36 }
    typealias Reference = BE<UInt64, 11>
    typealias Shares = BE<UInt32, 19>
    typealias Printable = BE<UInt8, 31>
    typealias ExecutionPrice = BE<UInt32, 32>
  }

  /// Order Cancel (`X`), 23 bytes: 1.4.3.
  enum OrderCancel {
    static var byteCount: Int { 23 }
    typealias Reference = BE<UInt64, 11>
    typealias Shares = BE<UInt32, 19>
  }

  /// Order Delete (`D`), 19 bytes: 1.4.4.
  enum OrderDelete {
    static var byteCount: Int { 19 }
    typealias Reference = BE<UInt64, 11>
  }

  /// Order Replace (`U`), 35 bytes: 1.4.5.
  enum OrderReplace {
    static var byteCount: Int { 35 }
    typealias OriginalReference = BE<UInt64, 11>
    typealias NewReference = BE<UInt64, 19>
    typealias Shares = BE<UInt32, 27>
    typealias Price = BE<UInt32, 31>
  }

  /// Trade, non-cross (`P`), 44 bytes: 1.5.1.
  enum Trade {
    static var byteCount: Int { 44 }
    typealias Shares = BE<UInt32, 20>
    typealias Price = BE<UInt32, 32>
  }

  /// Cross Trade (`Q`), 40 bytes: 1.5.2. Shares have 64 bits here.
  enum CrossTrade {
    static var byteCount: Int { 40 }
    typealias Shares = BE<UInt64, 11>
    typealias CrossPrice = BE<UInt32, 27>
    typealias CrossType = BE<UInt8, 39>
  }

  /// Broken Trade (`B`), 19 bytes: 1.5.3.
  enum BrokenTrade { static var byteCount: Int { 19 } }

  /// Net Order Imbalance Indicator (`I`), 50 bytes: 1.6. Shares have 64 bits.
  enum NetOrderImbalance {
    static var byteCount: Int { 50 }
    typealias PairedShares = BE<UInt64, 11>
    typealias ImbalanceShares = BE<UInt64, 19>
    typealias Direction = BE<UInt8, 27>
    typealias FarPrice = BE<UInt32, 36>
    typealias NearPrice = BE<UInt32, 40>
    typealias ReferencePrice = BE<UInt32, 44>
    typealias CrossType = BE<UInt8, 48>
    typealias PriceVariation = BE<UInt8, 49>
  }

  /// Retail Price Improvement Indicator (`N`), 20 bytes: 1.7.
  enum RetailInterest { static var byteCount: Int { 20 } }

  /// Direct Listing with Capital Raise (`O`), 48 bytes: 1.8.
  enum DirectListing {
    static var byteCount: Int { 48 }
    typealias MinimumPrice = BE<UInt32, 20>
    typealias MaximumPrice = BE<UInt32, 24>
    typealias NearPrice = BE<UInt32, 28>
    typealias NearTime = BE<UInt64, 32>
    typealias LowerCollar = BE<UInt32, 40>
    typealias UpperCollar = BE<UInt32, 44>
  }

  /// 1e-9 units in one unit of Price(4): 10^9 / 10^4.
  static var price4Factor: Int64 { 100_000 }
  /// 1e-9 units in one unit of Price(8): 10^9 / 10^8.
  static var price8Factor: Int64 { 10 }

  /// Least length of a message of this type, 0 for a type that the specification does not list.
  static func byteCount(of type: UInt8) -> Int {
    switch type {
    case MessageType.systemEvent: SystemEvent.byteCount
    case MessageType.stockDirectory: StockDirectory.byteCount
    case MessageType.stockTradingAction: StockTradingAction.byteCount
    case MessageType.regSHORestriction: RegSHORestriction.byteCount
    case MessageType.marketParticipantPosition: MarketParticipantPosition.byteCount
    case MessageType.mwcbDeclineLevel: MWCBDeclineLevel.byteCount
    case MessageType.mwcbStatus: MWCBStatus.byteCount
    case MessageType.ipoQuotingPeriod: IPOQuotingPeriod.byteCount
    case MessageType.luldAuctionCollar: LULDAuctionCollar.byteCount
    case MessageType.operationalHalt: OperationalHalt.byteCount
    case MessageType.addOrder: AddOrder.byteCount
    case MessageType.addOrderAttributed: AddOrder.attributedByteCount
    case MessageType.orderExecuted: OrderExecuted.byteCount
    case MessageType.orderExecutedWithPrice: OrderExecutedWithPrice.byteCount
    case MessageType.orderCancel: OrderCancel.byteCount
    case MessageType.orderDelete: OrderDelete.byteCount
    case MessageType.orderReplace: OrderReplace.byteCount
    case MessageType.trade: Trade.byteCount
    case MessageType.crossTrade: CrossTrade.byteCount
    case MessageType.brokenTrade: BrokenTrade.byteCount
    case MessageType.netOrderImbalance: NetOrderImbalance.byteCount
    case MessageType.retailInterest: RetailInterest.byteCount
    case MessageType.directListing: DirectListing.byteCount
    default: 0
    }
  }
}
