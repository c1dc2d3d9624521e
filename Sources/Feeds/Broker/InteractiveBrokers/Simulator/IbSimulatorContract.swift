/// The instrument as a client's request names it: `contract12` of the fact sheet, section 5.
struct IbSimulatorContract: Sendable, Equatable {
  var conID = 0
  var symbol = ""
  var securityType = ""
  var lastTradeDate = ""
  /// In units of 1e-9, 0 where it is not said (empty or `0.0`).
  var strike: Int64 = 0
  var right = ""
  var multiplier = ""
  var exchange = ""
  var primaryExchange = ""
  var currency = ""
  var localSymbol = ""
  var tradingClass = ""
  var includesExpired = false
  /// Legs of a combination, which this gateway does not serve.
  var legs = 0
}

/// What a client asks, understood from text or protobuf alike (fact sheet, section 5).
enum IbSimulatorRequest: Sendable, Equatable {
  case startAPI(client: Int, capabilities: String)
  case marketData(
    id: Int, IbSimulatorContract, generic: [Int], isSnapshot: Bool, isRegulatory: Bool)
  case cancelMarketData(id: Int)
  case marketDataType(Int)
  case tickByTick(id: Int, IbSimulatorContract, kind: String, history: Int, ignoresSize: Bool)
  case cancelTickByTick(id: Int)
  case depth(id: Int, IbSimulatorContract, rows: Int, isSmart: Bool)
  case cancelDepth(id: Int, isSmart: Bool)
  case depthExchanges
  case realTimeBars(id: Int, IbSimulatorContract, seconds: Int, show: String)
  case cancelRealTimeBars(id: Int)
  case history(id: Int, IbSimulatorContract, IbSimulatorHistoryRequest)
  case cancelHistory(id: Int)
  case headTimestamp(id: Int, IbSimulatorContract, show: String, format: Int)
  case cancelHeadTimestamp(id: Int)
  case historicalTicks(id: Int, IbSimulatorContract, IbSimulatorTicksRequest)
  case cancelHistoricalTicks(id: Int)
  case contractDetails(id: Int, IbSimulatorContract)
  case cancelContractDetails(id: Int)
  case matchingSymbols(id: Int, pattern: String)
  case smartComponents(id: Int, exchange: String)
  case marketRule(Int)
  case optionParameters(id: Int, symbol: String, underlyingConID: Int)
  case currentTime
  case currentTimeMillis
  case ids
  case managedAccounts
  case logLevel
  case positions
  case cancelPositions
  case positionsMulti(id: Int, account: String, model: String)
  case cancelPositionsMulti(id: Int)
  case accountUpdates(subscribe: Bool, account: String)
  case accountSummary(id: Int, tags: [String])
  case cancelAccountSummary(id: Int)
  case accountUpdatesMulti(id: Int, account: String, model: String)
  case cancelAccountUpdatesMulti(id: Int)
  case openOrders
  case completedOrders
  case executions(id: Int)
  case profit(id: Int, account: String)
  case cancelProfit(id: Int)
  case profitSingle(id: Int, account: String, conID: Int)
  case cancelProfitSingle(id: Int)
  case userInfo(id: Int)
  /// Placing, changing or cancelling orders, or anything else that a read-only gateway refuses.
  case order(id: Int)
  /// A request that the protocol knows and this gateway does not serve.
  case unserved(id: Int, message: Int)
}

/// Bars of the past.
struct IbSimulatorHistoryRequest: Sendable, Equatable {
  /// Empty for now.
  var end = ""
  var barSize = ""
  var duration = ""
  var useRegularHours = false
  var show = ""
  var format = 1
  var keepsUpToDate = false
}

/// Ticks of the past.
struct IbSimulatorTicksRequest: Sendable, Equatable {
  var start = ""
  var end = ""
  var count = 0
  var show = ""
  var ignoresSize = false
}

/// Why a request could not be understood: the answer is error 320 or 321 (fact sheet, section 12).
struct IbSimulatorRequestError: Error, Equatable {
  /// The request's id where it could be read, else -1.
  var id: Int
  var code: Int
  var text: String
}
