internal import FeedKit

/// Bars that are still open, and what goes out every five seconds (fact sheet, section 9).
extension IbSimulator {
  /// Adds a change to the open bar of a subscription.
  func collect(
    _ subscription: IbSimulatorSubscription, _ change: IbSimulatorChange, _ show: String
  ) {
    guard let price = Self.price(change.after, show), change.isTrade == (show == "TRADES") else {
      return
    }
    var bar = subscription.bar ?? IbSimulatorBar(flat: price)
    bar.add(price: price, size: change.isTrade ? change.after.lastSize : 0)
    subscription.bar = bar
  }

  /// What a kind of bar looks at.
  static func price(_ board: IbSimulatorBoard, _ show: String) -> Int64? {
    switch show {
    case "TRADES": board.last
    case "BID": board.bid
    case "ASK": board.ask
    case "MIDPOINT": (board.bid + board.ask) / 2
    default: nil
    }
  }

  /// Five seconds are over.
  func closeBars(_ wire: SimulatorWire) {
    for client in connections.values.sorted(by: { $0.id < $1.id }) {
      for subscription in client.subscriptions.values.sorted(by: { $0.id < $1.id }) {
        switch subscription.kind {
        case .bars(let show): closeBar(subscription, show, wire)
        case .history(let request, let barSeconds):
          update(subscription, request, barSeconds, wire)
        case .profit, .profitSingle: sendProfit(subscription, wire)
        default: break
        }
      }
    }
  }

  private func closeBar(
    _ subscription: IbSimulatorSubscription, _ show: String, _ wire: SimulatorWire
  ) {
    let board = market.boards[subscription.index]
    let bar = subscription.bar ?? IbSimulatorBar(flat: Self.price(board, show) ?? board.last)
    subscription.bar = nil
    let start = seconds - Int(IbSimulatorLimits.barNanos / 1_000_000_000)
    send(subscription.connection, wire) {
      $0.realTimeBar(subscription.id, seconds: start, bar)
    }
  }

  /// The open bar again. One that ends now goes out whole, and the next begins.
  private func update(
    _ subscription: IbSimulatorSubscription, _ request: IbSimulatorHistoryRequest,
    _ barSeconds: Int, _ wire: SimulatorWire
  ) {
    let board = market.boards[subscription.index]
    let start = (seconds - 1) - (seconds - 1) % barSeconds
    let bar =
      subscription.bar ?? IbSimulatorBar(flat: Self.price(board, request.show) ?? board.last)
    let date = Self.date(start, barSeconds: barSeconds, format: request.format)
    send(subscription.connection, wire) {
      $0.historicalDataUpdate(subscription.id, date: date, bar)
    }
    if seconds % barSeconds == 0 { subscription.bar = nil }
  }

  /// `yyyymmdd` for days and longer; for shorter ones a time of the gateway's zone, or epoch
  /// seconds.
  static func date(_ start: Int, barSeconds: Int, format: Int) -> String {
    if barSeconds >= 86_400 { return IbSimulatorTime.dayText(seconds: start) }
    return format == 2 ? String(start) : IbSimulatorTime.text(seconds: start)
  }
}
