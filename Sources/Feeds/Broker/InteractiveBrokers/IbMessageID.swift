/// A message's number on the wire. The set is open: an unknown one is counted and passed over.
///
/// Server and client count apart; the names of both stand here (fact sheet, section 4).
struct IbMessageID: RawRepresentable, Hashable, Sendable {
  let rawValue: Int

  /// From this version on a frame begins with a binary id.
  static var binaryIDVersion: Int { 201 }
  /// A binary id above this one is a protobuf message's, whose number is so much less.
  static var protobufOffset: Int { 200 }
  /// From this version on every message that this feed sends or reads is protobuf.
  static var protobufVersion: Int { 213 }
}

/// Messages of the server.
extension IbMessageID {
  static var tickPrice: Self { Self(rawValue: 1) }
  static var tickSize: Self { Self(rawValue: 2) }
  static var orderStatus: Self { Self(rawValue: 3) }
  static var error: Self { Self(rawValue: 4) }
  static var openOrder: Self { Self(rawValue: 5) }
  static var accountValue: Self { Self(rawValue: 6) }
  static var portfolioValue: Self { Self(rawValue: 7) }
  static var accountTime: Self { Self(rawValue: 8) }
  static var nextValidID: Self { Self(rawValue: 9) }
  static var contractDetails: Self { Self(rawValue: 10) }
  static var execution: Self { Self(rawValue: 11) }
  static var depth: Self { Self(rawValue: 12) }
  static var depthL2: Self { Self(rawValue: 13) }
  static var bulletin: Self { Self(rawValue: 14) }
  static var managedAccounts: Self { Self(rawValue: 15) }
  static var historicalData: Self { Self(rawValue: 17) }
  static var bondDetails: Self { Self(rawValue: 18) }
  static var scannerParameters: Self { Self(rawValue: 19) }
  static var tickOptionComputation: Self { Self(rawValue: 21) }
  static var tickGeneric: Self { Self(rawValue: 45) }
  static var tickString: Self { Self(rawValue: 46) }
  static var tickEFP: Self { Self(rawValue: 47) }
  static var currentTime: Self { Self(rawValue: 49) }
  static var realTimeBar: Self { Self(rawValue: 50) }
  static var contractDetailsEnd: Self { Self(rawValue: 52) }
  static var openOrderEnd: Self { Self(rawValue: 53) }
  static var accountDownloadEnd: Self { Self(rawValue: 54) }
  static var executionEnd: Self { Self(rawValue: 55) }
  static var tickSnapshotEnd: Self { Self(rawValue: 57) }
  static var marketDataType: Self { Self(rawValue: 58) }
  static var commissionReport: Self { Self(rawValue: 59) }
  static var position: Self { Self(rawValue: 61) }
  static var positionEnd: Self { Self(rawValue: 62) }
  static var accountSummary: Self { Self(rawValue: 63) }
  static var accountSummaryEnd: Self { Self(rawValue: 64) }
  static var positionMulti: Self { Self(rawValue: 71) }
  static var positionMultiEnd: Self { Self(rawValue: 72) }
  static var accountUpdateMulti: Self { Self(rawValue: 73) }
  static var accountUpdateMultiEnd: Self { Self(rawValue: 74) }
  static var symbolSamples: Self { Self(rawValue: 79) }
  static var depthExchanges: Self { Self(rawValue: 80) }
  static var tickReqParams: Self { Self(rawValue: 81) }
  static var smartComponents: Self { Self(rawValue: 82) }
  static var tickNews: Self { Self(rawValue: 84) }
  static var headTimestamp: Self { Self(rawValue: 88) }
  static var histogram: Self { Self(rawValue: 89) }
  static var historicalDataUpdate: Self { Self(rawValue: 90) }
  static var rerouteMarketData: Self { Self(rawValue: 91) }
  static var rerouteDepth: Self { Self(rawValue: 92) }
  static var marketRule: Self { Self(rawValue: 93) }
  static var pnl: Self { Self(rawValue: 94) }
  static var pnlSingle: Self { Self(rawValue: 95) }
  static var historicalTicks: Self { Self(rawValue: 96) }
  static var historicalTicksBidAsk: Self { Self(rawValue: 97) }
  static var historicalTicksLast: Self { Self(rawValue: 98) }
  static var tickByTick: Self { Self(rawValue: 99) }
  static var historicalSchedule: Self { Self(rawValue: 106) }
  static var historicalDataEnd: Self { Self(rawValue: 108) }
  static var currentTimeInMillis: Self { Self(rawValue: 109) }
  /// The highest number that the newest known version has.
  static var last: Int { 111 }
}

/// Messages of the client. 3, 4, 21 and 58 would trade or exercise: a read-only session has no use
/// for them, and they have no name here.
enum IbRequestID {
  static var marketData: Int { 1 }
  static var cancelMarketData: Int { 2 }
  static var openOrders: Int { 5 }
  static var accountUpdates: Int { 6 }
  static var executions: Int { 7 }
  static var ids: Int { 8 }
  static var contractDetails: Int { 9 }
  static var depth: Int { 10 }
  static var cancelDepth: Int { 11 }
  static var serverLogLevel: Int { 14 }
  static var autoOpenOrders: Int { 15 }
  static var allOpenOrders: Int { 16 }
  static var managedAccounts: Int { 17 }
  static var historicalData: Int { 20 }
  static var cancelHistoricalData: Int { 25 }
  static var currentTime: Int { 49 }
  static var realTimeBars: Int { 50 }
  static var cancelRealTimeBars: Int { 51 }
  static var marketDataType: Int { 59 }
  static var positions: Int { 61 }
  static var accountSummary: Int { 62 }
  static var cancelAccountSummary: Int { 63 }
  static var cancelPositions: Int { 64 }
  static var startAPI: Int { 71 }
  static var accountUpdatesMulti: Int { 76 }
  static var cancelAccountUpdatesMulti: Int { 77 }
  static var matchingSymbols: Int { 81 }
  static var depthExchanges: Int { 82 }
  static var smartComponents: Int { 83 }
  static var headTimestamp: Int { 87 }
  static var cancelHeadTimestamp: Int { 90 }
  static var marketRule: Int { 91 }
  static var pnl: Int { 92 }
  static var cancelPnL: Int { 93 }
  static var pnlSingle: Int { 94 }
  static var historicalTicks: Int { 96 }
  static var tickByTick: Int { 97 }
  static var cancelTickByTick: Int { 98 }
  static var completedOrders: Int { 99 }
  static var currentTimeInMillis: Int { 105 }
}

/// What a request id is for, in its upper bits. The lower 27 hold the instrument's id, so that
/// recorded bytes say by themselves which instrument they are of:
///
///     31  30 ......... 27  26 ............................ 0
///     0   kind             instrument, or number of the request
///
/// Ids below 2^27 are other people's (recordings of other clients): the message's type tells their
/// kind.
enum IbRequestKind {
  static var marketData: Int { 1 }
  static var tickLast: Int { 2 }
  static var tickBidAsk: Int { 3 }
  static var tickMidPoint: Int { 4 }
  static var depth: Int { 5 }
  static var bars: Int { 6 }
  static var historicalTicks: Int { 7 }
  static var historicalBars: Int { 8 }
  static var headTimestamp: Int { 9 }
  static var contract: Int { 10 }
  /// Requests of no instrument: account summary, executions, market rules.
  static var session: Int { 15 }

  static var instrumentMask: Int { (1 << 27) - 1 }

  static func id(_ kind: Int, _ instrument: UInt32) -> Int {
    kind << 27 | Int(instrument) & instrumentMask
  }
  static func kind(_ id: Int) -> Int { id < 0 ? 0 : id >> 27 }
  static func instrument(_ id: Int) -> UInt32 { UInt32(id & instrumentMask) }
}

/// Types of ticks (section 6); those that are looked at.
enum IbTickType {
  static var bidSize: Int { 0 }
  static var bid: Int { 1 }
  static var ask: Int { 2 }
  static var askSize: Int { 3 }
  static var last: Int { 4 }
  static var lastSize: Int { 5 }
  static var high: Int { 6 }
  static var low: Int { 7 }
  static var volume: Int { 8 }
  static var close: Int { 9 }
  static var open: Int { 14 }
  static var openInterest: Int { 22 }
  static var historicalVolatility: Int { 23 }
  static var impliedVolatility: Int { 24 }
  static var auctionVolume: Int { 34 }
  static var auctionPrice: Int { 35 }
  static var auctionImbalance: Int { 36 }
  static var lastTimestamp: Int { 45 }
  static var rtVolume: Int { 48 }
  static var halted: Int { 49 }
  static var regulatoryImbalance: Int { 61 }
  static var delayedBid: Int { 66 }
  static var delayedAsk: Int { 67 }
  static var delayedLast: Int { 68 }
  static var delayedBidSize: Int { 69 }
  static var delayedAskSize: Int { 70 }
  static var delayedLastSize: Int { 71 }
  static var delayedHigh: Int { 72 }
  static var delayedLow: Int { 73 }
  static var delayedVolume: Int { 74 }
  static var delayedClose: Int { 75 }
  static var delayedOpen: Int { 76 }
  static var rtTradeVolume: Int { 77 }
  static var futuresOpenInterest: Int { 86 }
  static var delayedLastTimestamp: Int { 88 }
  static var delayedHalted: Int { 90 }
}
