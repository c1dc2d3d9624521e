internal import FeedKit
internal import Sessions

/// Subscriptions of one instrument: up to six requests, paced by the session's machine.
extension IbSession {
  mutating func subscribe(index: Int, context: LiveContext, report: inout LiveReport) {
    guard phase == .ready else { return }
    let kinds = subscriptions[index].kinds
    var sent = 0
    for kind in kinds where send(kind, index, &report) { sent += 1 }
    if sent == 0 { report.events.append(.limitReached(index: index)) }
    flush(&report)
  }

  /// Sends one request; false where a limit of the login would be passed, which is told before the
  /// upstream can refuse it.
  private mutating func send(
    _ kind: Int, _ index: Int, _ report: inout LiveReport
  ) -> Bool {
    let subscription = subscriptions[index]
    let id = IbRequestKind.id(kind, subscription.id)
    switch kind {
    case IbRequestKind.contract: requests.contractDetails(id, subscription.contract)
    case IbRequestKind.marketData:
      requests.marketData(id, subscription.contract, genericTicks: subscription.genericTicks)
    case IbRequestKind.tickLast, IbRequestKind.tickBidAsk:
      guard
        count(of: [IbRequestKind.tickLast, IbRequestKind.tickBidAsk])
          < settings.tickByTickLimit
      else {
        withdrawTicks(kind, index)
        return isOver(
          "tick_by_tick_limit", settings.tickByTickLimit, 10190, index, &report)
      }
      requests.tickByTick(
        id, subscription.contract,
        kind: kind == IbRequestKind.tickLast ? subscription.tickTrades : "BidAsk")
    case IbRequestKind.depth:
      guard count(of: [IbRequestKind.depth]) < settings.depthLimit else {
        return isOver("depth_limit", settings.depthLimit, 309, index, &report)
      }
      requests.depth(
        id, subscription.contract, rows: settings.depthRows, isSmart: settings.smartDepth)
    default:
      requests.realTimeBars(
        id, subscription.contract, show: subscription.barsShow,
        regularHours: settings.regularHours)
    }
    subscriptions[index].sent.insert(kind)
    return true
  }

  /// Requests of these kinds that stand.
  private func count(of kinds: [Int]) -> Int {
    var sum = 0
    for subscription in subscriptions {
      for kind in kinds where subscription.sent.contains(kind) { sum += 1 }
    }
    return sum
  }

  private func isOver(
    _ setting: String, _ limit: Int, _ code: Int, _ index: Int, _ report: inout LiveReport
  ) -> Bool {
    report.events.append(
      .notice(
        code: code,
        text: "\(symbols[index]): not asked for, \(setting) is \(limit); raise it if the login "
          + "has more, or ask for fewer instruments"))
    return false
  }

  /// Tick-by-tick is not had: level 1 gives trades and quotes again.
  mutating func withdrawTicks(_ kind: Int, _ index: Int) {
    if kind == IbRequestKind.tickBidAsk {
      decoder.instruments[index].quotesByTick = false
    } else {
      var level1 = subscriptions[index]
      level1.tickTrades = ""
      decoder.instruments[index].tradeSource = level1.tradeSource
    }
  }

  mutating func unsubscribe(index: Int, context: LiveContext, report: inout LiveReport) {
    for kind in subscriptions[index].sent.sorted() { cancel(kind, index) }
    subscriptions[index].sent = []
    subscriptions[index].isReportedRefused = false
    decoder.instruments[index].isConfirmed = false
    flush(&report)
  }

  private mutating func cancel(_ kind: Int, _ index: Int) {
    let id = IbRequestKind.id(kind, subscriptions[index].id)
    switch kind {
    case IbRequestKind.marketData: requests.cancelMarketData(id)
    case IbRequestKind.tickLast, IbRequestKind.tickBidAsk: requests.cancelTickByTick(id)
    case IbRequestKind.depth: requests.cancelDepth(id, isSmart: settings.smartDepth)
    case IbRequestKind.bars: requests.cancelRealTimeBars(id)
    default: break
    }
  }

  /// Depth was halted (316): it has to be asked for again.
  mutating func renewDepth(_ index: Int) {
    guard subscriptions[index].sent.contains(IbRequestKind.depth) else { return }
    let id = IbRequestKind.id(IbRequestKind.depth, subscriptions[index].id)
    requests.cancelDepth(id, isSmart: settings.smartDepth)
    requests.depth(
      id, subscriptions[index].contract, rows: settings.depthRows, isSmart: settings.smartDepth)
  }

  /// The handshake is done: what holds for the whole connection, then the subscriptions.
  mutating func becomeReady(_ report: inout LiveReport) {
    guard phase == .starting, hasAccounts, hasNextID else { return }
    phase = .ready
    requests.marketDataType(settings.marketDataType)
    if settings.wantsAccounts { requestAccounts() }
    report.events.append(.ready)
    flush(&report)
  }

  /// Accounts, positions, own orders and executions, to look at. Account updates are of one
  /// account at a time: the first.
  private mutating func requestAccounts() {
    let number = IbRequestKind.id(IbRequestKind.session, 1)
    requests.positions()
    requests.openOrders()
    requests.executions(number)
    requests.accountSummary(number + 1, group: "All", tags: Self.summaryTags)
    guard let account = accounts.first else { return }
    requests.accountUpdates(account, isOn: true)
    requests.pnl(number + 2, account: account)
  }

  private static var summaryTags: String {
    "NetLiquidation,TotalCashValue,BuyingPower,GrossPositionValue,MaintMarginReq"
  }
}
