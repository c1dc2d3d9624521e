@testable import BrokerFeeds

/// The requests of the vector file, by their names.
enum IbOfficialRequests {
  private static var apple: IbContract {
    IbContract(
      symbol: "AAPL", securityType: "STK", exchange: "SMART", primaryExchange: "NASDAQ",
      currency: "USD")
  }

  private static var knownApple: IbContract {
    var contract = apple
    contract.conID = 265_598
    return contract
  }

  private static var future: IbContract {
    IbContract(
      symbol: "ES", securityType: "FUT", lastTradeDate: "202609", exchange: "CME", currency: "USD")
  }

  private static var spread: IbContract {
    var contract = IbContract(
      symbol: "SPY", securityType: "BAG", exchange: "SMART", currency: "USD")
    contract.legs = [
      IbContract.Leg(conID: 111, ratio: 1, action: "BUY", exchange: "SMART"),
      IbContract.Leg(conID: 222, ratio: 1, action: "SELL", exchange: "SMART"),
    ]
    return contract
  }

  /// Writes the request; false where there is none of this name.
  static func write(_ name: String, _ requests: inout IbRequests) -> Bool {
    let words = name.split(separator: " ")
    let request = words.dropFirst().prefix { $0 != "at" }.joined(separator: " ")
    return writeData(request, &requests) || writeSession(request, &requests)
  }

  private static func writeData(_ name: String, _ requests: inout IbRequests) -> Bool {
    switch name {
    case "reqMktData AAPL generic 233,236":
      requests.marketData(1001, knownApple, genericTicks: "233,236")
    case "reqMktData ES FUT no generic": requests.marketData(1002, future, genericTicks: "")
    case "reqMktData BAG": requests.marketData(1004, spread, genericTicks: "")
    case "cancelMktData": requests.cancelMarketData(1001)
    case "reqMarketDataType 3": requests.marketDataType(3)
    case "reqTickByTickData Last": requests.tickByTick(2001, knownApple, kind: "Last")
    case "reqTickByTickData AllLast":
      requests.tickByTick(2004, knownApple, kind: "AllLast", past: 10)
    case "reqTickByTickData BidAsk ignoreSize":
      requests.tickByTick(2002, future, kind: "BidAsk", past: 100, ignoresSize: true)
    case "cancelTickByTickData": requests.cancelTickByTick(2001)
    case "reqMktDepth ES 10": requests.depth(3001, future, rows: 10, isSmart: false)
    case "cancelMktDepth plain": requests.cancelDepth(3001, isSmart: false)
    case "reqMktDepthExchanges": requests.depthExchanges()
    case "reqRealTimeBars TRADES":
      requests.realTimeBars(4001, apple, show: "TRADES", regularHours: true)
    case "cancelRealTimeBars": requests.cancelRealTimeBars(4001)
    case "reqHeadTimeStamp":
      requests.headTimestamp(5001, apple, show: "TRADES", regularHours: true, formatDate: 1)
    case "reqHistoricalData":
      requests.historicalData(
        5002, apple, end: "20260706 16:00:00 US/Eastern", barSize: "1 min", duration: "1 D",
        regularHours: true, show: "TRADES", formatDate: 1)
    case "cancelHistoricalData": requests.cancelHistoricalData(5003)
    case "reqHistoricalTicks TRADES":
      requests.historicalTicks(
        5004, apple, start: "20260706 09:30:00 US/Eastern", count: 1000, show: "TRADES",
        regularHours: true)
    case "reqContractDetails AAPL": requests.contractDetails(6001, apple)
    case "reqMatchingSymbols": requests.matchingSymbols(6003, "app")
    case "reqMarketRule": requests.marketRule(26)
    default: return false
    }
    return true
  }

  private static func writeSession(_ name: String, _ requests: inout IbRequests) -> Bool {
    switch name {
    case "hello": requests.hello(100...226, options: "")
    case "hello from ib_async 2.1.0": requests.hello(157...178, options: "")
    case "startApi": requests.startAPI(clientID: 7)
    case "reqCurrentTime": requests.currentTime()
    case "reqCurrentTimeInMillis": requests.currentTimeInMillis()
    case "reqIds": requests.ids()
    case "reqManagedAccts": requests.managedAccounts()
    case "reqPositions": requests.positions()
    case "cancelPositions": requests.cancelPositions()
    case "reqAccountUpdates on": requests.accountUpdates("DU1234567", isOn: true)
    case "reqAccountSummary":
      requests.accountSummary(7001, group: "All", tags: "NetLiquidation,TotalCashValue")
    case "cancelAccountSummary": requests.cancelAccountSummary(7001)
    case "reqOpenOrders": requests.openOrders()
    case "reqAllOpenOrders": requests.allOpenOrders()
    case "reqExecutions": requests.executions(7002)
    case "reqPnL": requests.pnl(7003, account: "DU1234567")
    case "setServerLogLevel": requests.serverLogLevel(1)
    default: return false
    }
    return true
  }
}
