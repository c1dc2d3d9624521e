/// Requests about the account, as text: everything that a read-only session may ask, and what it
/// may not (fact sheet, sections 5 and 11).
extension IbSimulatorRequest {
  static func accountRequest(
    _ id: Int, _ fields: inout IbSimulatorFields
  ) throws(IbSimulatorRequestError) -> Self? {
    switch id {
    case IbRequestID.positions: return .positions
    case IbRequestID.cancelPositions: return .cancelPositions
    case IbRequestID.positionsMulti:
      try fields.skip(1)
      let number = try fields.requestID()
      let account = try fields.text()
      return .positionsMulti(id: number, account: account, model: try fields.text())
    case IbRequestID.cancelPositionsMulti:
      try fields.skip(1)
      return .cancelPositionsMulti(id: try fields.requestID())
    case IbRequestID.accountUpdates:
      try fields.skip(1)
      let subscribe = try fields.flag()
      return .accountUpdates(subscribe: subscribe, account: try fields.text())
    case IbRequestID.accountSummary:
      try fields.skip(1)
      let number = try fields.requestID()
      try fields.skip(1)
      return .accountSummary(id: number, tags: tags(try fields.text()))
    case IbRequestID.cancelAccountSummary:
      try fields.skip(1)
      return .cancelAccountSummary(id: try fields.requestID())
    case IbRequestID.accountUpdatesMulti:
      try fields.skip(1)
      let number = try fields.requestID()
      let account = try fields.text()
      return .accountUpdatesMulti(id: number, account: account, model: try fields.text())
    case IbRequestID.cancelAccountUpdatesMulti:
      try fields.skip(1)
      return .cancelAccountUpdatesMulti(id: try fields.requestID())
    default: return try orderRequest(id, &fields)
    }
  }

  private static func orderRequest(
    _ id: Int, _ fields: inout IbSimulatorFields
  ) throws(IbSimulatorRequestError) -> Self? {
    switch id {
    case IbRequestID.openOrders, IbRequestID.allOpenOrders, IbRequestID.autoOpenOrders:
      return .openOrders
    case IbRequestID.completedOrders: return .completedOrders
    case IbRequestID.executions:
      try fields.skip(1)
      return .executions(id: try fields.requestID())
    case IbRequestID.pnl:
      let number = try fields.requestID()
      return .profit(id: number, account: try fields.text())
    case IbRequestID.cancelPnL: return .cancelProfit(id: try fields.requestID())
    case IbRequestID.pnlSingle:
      let number = try fields.requestID()
      let account = try fields.text()
      try fields.skip(1)
      return .profitSingle(id: number, account: account, conID: try fields.integer())
    case IbRequestID.cancelPnLSingle: return .cancelProfitSingle(id: try fields.requestID())
    // The id is the first field from 145 on; an older layout has a version before it.
    case IbRequestID.placeOrder, IbRequestID.cancelOrder: return .order(id: try fields.requestID())
    case IbRequestID.exerciseOptions, IbRequestID.globalCancel: return .order(id: -1)
    default: return nil
    }
  }

  static func tags(_ text: String) -> [String] {
    text.split(separator: ",").map(String.init)
  }
}
