internal import Wire

/// Requests as protobuf (fact sheet, section 14).
extension IbSimulatorRequest {
  /// Reads a protobuf request: `message` is its id without the 200 that the wire adds.
  init(
    message: Int, protobuf bytes: RawSpan, _ range: Range<Int>
  ) throws(IbSimulatorRequestError) {
    guard let body = IbSimulatorProtobuf(bytes, range) else {
      throw IbSimulatorRequestError(
        id: -1, code: 320, text: "Error reading request. Unable to parse protobuf message.")
    }
    let number = body.integer(1) ?? -1
    let contract = Self.contract(bytes, body.range(2))
    self =
      Self.marketRequest(message, number, body, contract)
      ?? Self.historyRequest(message, number, body, contract)
      ?? Self.referenceRequest(message, number, body, contract) ?? Self.accountRequest(
        message, number, body)
      ?? .unserved(id: number, message: message)
  }

  private static func marketRequest(
    _ id: Int, _ number: Int, _ body: IbSimulatorProtobuf, _ contract: IbSimulatorContract
  ) -> Self? {
    switch id {
    case IbRequestID.marketData:
      return .marketData(
        id: number, contract, generic: genericTicks(body.text(3)),
        isSnapshot: body.flag(4), isRegulatory: body.flag(5))
    case IbRequestID.cancelMarketData: return .cancelMarketData(id: number)
    case IbRequestID.marketDataType: return .marketDataType(number)
    case IbRequestID.tickByTick:
      return .tickByTick(
        id: number, contract, kind: body.text(3), history: body.integer(4) ?? 0,
        ignoresSize: body.flag(5))
    case IbRequestID.cancelTickByTick: return .cancelTickByTick(id: number)
    case IbRequestID.depth:
      return .depth(
        id: number, contract, rows: body.integer(3) ?? 0, isSmart: body.flag(4))
    case IbRequestID.cancelDepth: return .cancelDepth(id: number, isSmart: body.flag(2))
    case IbRequestID.depthExchanges: return .depthExchanges
    case IbRequestID.realTimeBars:
      return .realTimeBars(
        id: number, contract, seconds: body.integer(3) ?? 0, show: body.text(4))
    case IbRequestID.cancelRealTimeBars: return .cancelRealTimeBars(id: number)
    default: return nil
    }
  }

  private static func historyRequest(
    _ id: Int, _ number: Int, _ body: IbSimulatorProtobuf, _ contract: IbSimulatorContract
  ) -> Self? {
    switch id {
    case IbRequestID.historicalData:
      var request = IbSimulatorHistoryRequest()
      request.end = body.text(3)
      request.barSize = body.text(4)
      request.duration = body.text(5)
      request.useRegularHours = body.flag(6)
      request.show = body.text(7)
      request.format = body.integer(8) ?? 1
      request.keepsUpToDate = body.flag(9)
      return .history(id: number, contract, request)
    case IbRequestID.cancelHistoricalData: return .cancelHistory(id: number)
    case IbRequestID.headTimestamp:
      return .headTimestamp(
        id: number, contract, show: body.text(4), format: body.integer(5) ?? 1)
    case IbRequestID.cancelHeadTimestamp: return .cancelHeadTimestamp(id: number)
    case IbRequestID.historicalTicks:
      var ticks = IbSimulatorTicksRequest()
      ticks.start = body.text(3)
      ticks.end = body.text(4)
      ticks.count = body.integer(5) ?? 0
      ticks.show = body.text(6)
      ticks.ignoresSize = body.flag(8)
      return .historicalTicks(id: number, contract, ticks)
    case IbRequestID.cancelHistoricalTicks: return .cancelHistoricalTicks(id: number)
    default: return nil
    }
  }

  private static func referenceRequest(
    _ id: Int, _ number: Int, _ body: IbSimulatorProtobuf, _ contract: IbSimulatorContract
  ) -> Self? {
    switch id {
    case IbRequestID.startAPI: return .startAPI(client: number, capabilities: body.text(2))
    case IbRequestID.contractDetails: return .contractDetails(id: number, contract)
    case IbRequestID.cancelContractDetails: return .cancelContractDetails(id: number)
    case IbRequestID.matchingSymbols: return .matchingSymbols(id: number, pattern: body.text(2))
    case IbRequestID.smartComponents: return .smartComponents(id: number, exchange: body.text(2))
    case IbRequestID.marketRule: return .marketRule(number)
    case IbRequestID.optionParameters:
      return .optionParameters(
        id: number, symbol: body.text(2), underlyingConID: body.integer(5) ?? 0)
    case IbRequestID.currentTime: return .currentTime
    case IbRequestID.currentTimeInMillis: return .currentTimeMillis
    case IbRequestID.ids: return .ids
    case IbRequestID.managedAccounts: return .managedAccounts
    case IbRequestID.serverLogLevel: return .logLevel
    case IbRequestID.userInfo: return .userInfo(id: number)
    default: return nil
    }
  }

  private static func accountRequest(
    _ id: Int, _ number: Int, _ body: IbSimulatorProtobuf
  ) -> Self? {
    switch id {
    case IbRequestID.positions: return .positions
    case IbRequestID.cancelPositions: return .cancelPositions
    case IbRequestID.positionsMulti:
      return .positionsMulti(id: number, account: body.text(2), model: body.text(3))
    case IbRequestID.cancelPositionsMulti: return .cancelPositionsMulti(id: number)
    case IbRequestID.accountUpdates:
      return .accountUpdates(subscribe: body.flag(1), account: body.text(2))
    case IbRequestID.accountSummary: return .accountSummary(id: number, tags: tags(body.text(3)))
    case IbRequestID.cancelAccountSummary: return .cancelAccountSummary(id: number)
    case IbRequestID.accountUpdatesMulti:
      return .accountUpdatesMulti(id: number, account: body.text(2), model: body.text(3))
    case IbRequestID.cancelAccountUpdatesMulti: return .cancelAccountUpdatesMulti(id: number)
    case IbRequestID.openOrders, IbRequestID.allOpenOrders, IbRequestID.autoOpenOrders:
      return .openOrders
    case IbRequestID.completedOrders: return .completedOrders
    case IbRequestID.executions: return .executions(id: number)
    case IbRequestID.pnl: return .profit(id: number, account: body.text(2))
    case IbRequestID.cancelPnL: return .cancelProfit(id: number)
    case IbRequestID.pnlSingle:
      return .profitSingle(id: number, account: body.text(2), conID: body.integer(4) ?? 0)
    case IbRequestID.cancelPnLSingle: return .cancelProfitSingle(id: number)
    case IbRequestID.placeOrder, IbRequestID.cancelOrder, IbRequestID.exerciseOptions:
      return .order(id: number)
    case IbRequestID.globalCancel: return .order(id: -1)
    default: return nil
    }
  }

  /// An empty one where there is none: other requests have text or numbers in this place.
  private static func contract(_ bytes: RawSpan, _ range: Range<Int>) -> IbSimulatorContract {
    var contract = IbSimulatorContract()
    guard let fields = IbSimulatorProtobuf(bytes, range) else { return contract }
    contract.conID = fields.integer(1) ?? 0
    contract.symbol = fields.text(2)
    contract.securityType = fields.text(3)
    contract.lastTradeDate = fields.text(4)
    if let strike = fields.double(5) { contract.strike = IbDecimal(strike).nanos ?? 0 }
    contract.right = fields.text(6)
    contract.exchange = fields.text(8)
    contract.primaryExchange = fields.text(9)
    contract.currency = fields.text(10)
    contract.localSymbol = fields.text(11)
    contract.tradingClass = fields.text(12)
    contract.includesExpired = fields.flag(18)
    contract.legs = fields.count(20)
    return contract
  }
}
