internal import FeedKit

/// Account, positions, orders and profit, as a read-only session sees them (fact sheet, section
/// 11).
extension IbSimulator {
  func serveAccount(
    _ request: IbSimulatorRequest, _ client: IbSimulatorConnection, _ wire: SimulatorWire
  ) {
    switch request {
    case .positions:
      for position in account.positions {
        send(client, wire) { $0.position(account.name, position) }
      }
      send(client, wire) { $0.positionEnd() }
    case .positionsMulti(let id, _, let model):
      for position in account.positions {
        send(client, wire) { $0.positionMulti(id, account.name, model: model, position) }
      }
      send(client, wire) { $0.requestEnd(.positionMultiEnd, "positionMultiEnd", id) }
    case .accountUpdates(let subscribe, let name):
      if subscribe { accountUpdates(name, client, wire) }
    case .accountSummary(let id, let tags): summary(id, tags, client, wire)
    case .cancelAccountSummary(let id): client.summaries.remove(id)
    case .accountUpdatesMulti(let id, _, let model):
      for value in account.values {
        send(client, wire) { $0.accountUpdateMulti(id, account.name, model: model, value) }
      }
      send(client, wire) { $0.requestEnd(.accountUpdateMultiEnd, "accountUpdateMultiEnd", id) }
    case .openOrders:
      send(client, wire) { $0.bareEnd(.openOrderEnd, "openOrderEnd", hasVersion: true) }
    case .completedOrders:
      send(client, wire) {
        $0.bareEnd(.completedOrdersEnd, "completedOrdersEnd", hasVersion: false)
      }
    case .executions(let id): executions(id, client, wire)
    default: serveProfit(request, client, wire)
    }
  }

  private func accountUpdates(
    _ name: String, _ client: IbSimulatorConnection, _ wire: SimulatorWire
  ) {
    guard name.isEmpty || name == account.name else {
      return fail(
        client, -1, 321,
        "Error validating request.-'bQ' : cause - Invalid account code '\(name)'.", wire)
    }
    for value in account.values {
      send(client, wire) { $0.accountValue(account.name, value) }
    }
    for position in account.positions {
      let price = lastPrice(position)
      send(client, wire) { $0.portfolioValue(account.name, position, marketPrice: price) }
    }
    let clock = IbSimulatorTime.text(seconds: seconds).dropFirst(9).prefix(5)
    send(client, wire) { $0.accountTime(String(clock)) }
    send(client, wire) { $0.accountDownloadEnd(account.name) }
  }

  private func summary(
    _ id: Int, _ tags: [String], _ client: IbSimulatorConnection, _ wire: SimulatorWire
  ) {
    guard client.summaries.contains(id) || client.summaries.count < IbSimulatorLimits.summaries
    else {
      return fail(
        client, id, 322,
        "Error processing request.-'bY' : cause - Maximum number of account summary requests"
          + " exceeded.", wire)
    }
    client.summaries.insert(id)
    for value in account.values where tags.isEmpty || tags.contains(value.key) {
      send(client, wire) { $0.accountSummary(id, account.name, value) }
    }
    send(client, wire) { $0.requestEnd(.accountSummaryEnd, "accountSummaryEnd", id) }
  }

  private func executions(
    _ id: Int, _ client: IbSimulatorConnection, _ wire: SimulatorWire
  ) {
    if options.hasExecutions {
      let time = IbSimulatorTime.text(seconds: seconds)
      for fill in account.fills(time: time) {
        send(client, wire) { $0.execution(id, fill) }
      }
    }
    send(client, wire) { $0.requestEnd(.executionEnd, "execDetailsEnd", id) }
  }

  // MARK: Profit and loss

  private func serveProfit(
    _ request: IbSimulatorRequest, _ client: IbSimulatorConnection, _ wire: SimulatorWire
  ) {
    switch request {
    case .profit(let id, _):
      guard isFree(id, client, wire) else { return }
      sendProfit(watch(id, -1, .profit, client), wire)
    case .profitSingle(let id, _, let conID):
      guard isFree(id, client, wire) else { return }
      sendProfit(watch(id, -1, .profitSingle(conID: conID), client), wire)
    case .cancelProfit(let id), .cancelProfitSingle(let id):
      _ = cancel(id, client) { subscription in
        switch subscription.kind {
        case .profit, .profitSingle: true
        default: false
        }
      }
    default: break
    }
  }

  func sendProfit(_ subscription: IbSimulatorSubscription, _ wire: SimulatorWire) {
    switch subscription.kind {
    case .profit:
      let sum = account.positions.reduce(Int64(0)) { $0 &+ $1.profit(at: lastPrice($1)) }
      send(subscription.connection, wire) {
        $0.profit(subscription.id, daily: sum, unrealized: sum, realized: 0)
      }
    case .profitSingle(let conID):
      guard let position = account.positions.first(where: { $0.instrument.conID == conID }) else {
        return
      }
      let price = lastPrice(position)
      send(subscription.connection, wire) {
        $0.profitSingle(subscription.id, position, price: price)
      }
    default: break
    }
  }

  private func lastPrice(_ position: IbSimulatorPosition) -> Int64 {
    catalog.index(conID: position.instrument.conID).map { market.boards[$0].last } ?? 0
  }
}
