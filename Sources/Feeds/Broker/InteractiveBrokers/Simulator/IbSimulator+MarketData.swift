internal import FeedKit

/// Requests for live data (fact sheet, sections 6 to 9 and 12).
extension IbSimulator {
  func serveMarket(
    _ request: IbSimulatorRequest, _ client: IbSimulatorConnection, now: UInt64,
    _ wire: SimulatorWire
  ) {
    switch request {
    case .marketData(let id, let contract, let generic, let isSnapshot, let isRegulatory):
      level1(id, contract, generic, isSnapshot: isSnapshot || isRegulatory, client, wire)
    case .cancelMarketData(let id):
      if !cancel(id, client, \.isLevel1) { unknown(id, client, wire) }
    case .marketDataType(let type): client.marketDataType = type
    case .tickByTick(let id, let contract, let kind, let count, let ignoresSize):
      tickByTick(id, contract, kind, history: count, ignoresSize: ignoresSize, client, wire)
    case .cancelTickByTick(let id):
      if !cancel(id, client, \.isTickByTick) { unknown(id, client, wire) }
    case .depth(let id, let contract, let rows, let isSmart):
      depth(id, contract, rows: rows, isSmart: isSmart, client, wire)
    case .cancelDepth(let id, let isSmart): cancelDepth(id, isSmart: isSmart, client, wire)
    case .realTimeBars(let id, let contract, _, let show):
      realTimeBars(id, contract, show, client, now: now, wire)
    case .cancelRealTimeBars(let id):
      if !cancel(id, client, \.isBars) { unknown(id, client, wire) }
    default: break
    }
  }

  private func unknown(_ id: Int, _ client: IbSimulatorConnection, _ wire: SimulatorWire) {
    fail(client, id, 300, "Can't find EId with tickerId:\(id)", wire)
  }

  // MARK: Level 1

  private static let genericTicks: [(id: Int, name: String)] = [
    (100, "Option Volume"), (101, "Option Open Interest"), (104, "Historical Volatility"),
    (105, "Average Option Volume"), (106, "Implied Volatility"), (165, "Miscellaneous Stats"),
    (221, "Creditman Mark Price"), (225, "Auction"), (232, "Mark Price"), (233, "RTVolume"),
    (236, "Shortable"), (292, "Wide News"), (293, "Trade Count"), (294, "Trade Rate"),
    (295, "Volume Rate"), (318, "Last RTH Trade"), (375, "RT Trade Volume"),
    (411, "Real-Time Historical Volatility"), (456, "IB Dividends"), (588, "Futures Open Interest"),
    (595, "Short-Term Volume"),
  ]

  private func level1(
    _ id: Int, _ contract: IbSimulatorContract, _ generic: [Int], isSnapshot: Bool,
    _ client: IbSimulatorConnection, _ wire: SimulatorWire
  ) {
    guard isFree(id, client, wire) else { return }
    guard !isSnapshot || generic.isEmpty else {
      return fail(
        client, id, 321,
        "Error validating request.-'bW' : cause - Snapshot market data subscription is not"
          + " applicable to generic ticks", wire)
    }
    guard let index = resolve(contract, id, client, wire) else { return }
    let type = catalog.instruments[index].securityType
    if let wrong = generic.first(where: { tick in !Self.genericTicks.contains { $0.id == tick } }) {
      let legal = Self.genericTicks.map { "\($0.id)(\($0.name))" }.joined(separator: ",")
      return fail(
        client, id, 321,
        "Error validating request.-'bW' : cause - Incorrect generic tick list of \(wrong)."
          + "  Legal ones for (\(type)) are: \(legal)", wire)
    }
    guard linesInUse < options.linesLimit else {
      return fail(client, id, 101, "Max number of tickers has been reached", wire)
    }
    let isDelayed = options.granted == 3
    if isDelayed {
      guard client.marketDataType >= 3 else {
        return fail(
          client, id, 354,
          "Requested market data is not subscribed. Delayed market data is available."
            + "\(catalog.instruments[index].localSymbol) TOP/ALL", wire)
      }
      fail(
        client, id, 10_167,
        "Requested market data is not subscribed. Displaying delayed market data.", wire)
    }
    send(client, wire) { $0.marketDataType(id, isDelayed ? 3 : 1) }
    send(client, wire) {
      $0.tickReqParams(
        id, minTick: catalog.instruments[index].tickSize, bboExchange: "9c0001", permissions: 3)
    }
    let subscription = watch(
      id, index, .level1(generic: Set(generic), isDelayed: isDelayed), client)
    picture(subscription, wire)
    guard isSnapshot else { return }
    // All that it wanted is there: the request is over.
    _ = cancel(id, client, \.isLevel1)
    send(client, wire) { $0.tickSnapshotEnd(id) }
  }

  // MARK: Tick by tick

  private func tickByTick(
    _ id: Int, _ contract: IbSimulatorContract, _ kind: String, history count: Int,
    ignoresSize: Bool, _ client: IbSimulatorConnection, _ wire: SimulatorWire
  ) {
    guard isFree(id, client, wire) else { return }
    guard ["Last", "AllLast", "BidAsk", "MidPoint"].contains(kind) else {
      return fail(
        client, id, 321,
        "Error validating request.-'cC' : cause - Invalid tick-by-tick type \(kind).prefix",
        wire)
    }
    guard let index = resolve(contract, id, client, wire) else { return }
    let instrument = catalog.instruments[index]
    let hasNone = instrument.securityType == "CASH" && kind.hasSuffix("Last")
    guard instrument.hasTickByTick, !hasNone else {
      return fail(
        client, id, 10_189,
        "Failed to request tick-by-tick data:No market data permissions for"
          + " \(instrument.exchange) \(instrument.securityType)", wire)
    }
    let used = connections.values.reduce(0) { $0 + $1.count(\.isTickByTick) }
    guard used < options.tickByTickLimit else {
      return fail(
        client, id, 10_190, "Max number of tick-by-tick requests has been reached.", wire)
    }
    if count > 0 { pastTicks(id, index, kind, count: count, client, wire) }
    watch(id, index, .tickByTick(kind, ignoresSize: ignoresSize), client)
  }

  /// The history that comes first, under the same id.
  private func pastTicks(
    _ id: Int, _ index: Int, _ kind: String, count: Int, _ client: IbSimulatorConnection,
    _ wire: SimulatorWire
  ) {
    let wanted = min(count, IbSimulatorLimits.ticks)
    let show = kind == "BidAsk" ? "BID_ASK" : kind == "MidPoint" ? "MIDPOINT" : "TRADES"
    sendTicks(
      id, index, show, IbSimulatorTickSpan(from: nil, to: seconds + 1, count: wanted), client, wire)
  }

  // MARK: Depth

  private func depth(
    _ id: Int, _ contract: IbSimulatorContract, rows: Int, isSmart: Bool,
    _ client: IbSimulatorConnection, _ wire: SimulatorWire
  ) {
    guard isFree(id, client, wire) else { return }
    guard let index = resolve(contract, id, client, wire) else { return }
    let instrument = catalog.instruments[index]
    guard instrument.hasDepth else {
      return fail(
        client, id, 10_092,
        "Deep market data is not supported for this combination of security type/exchange", wire)
    }
    guard client.count(\.isDepth) < options.depthLimit else {
      return fail(
        client, id, 309,
        "Max number (\(options.depthLimit)) of market depth requests has been reached", wire)
    }
    let subscription = watch(
      id, index,
      .depth(
        rows: min(max(rows, 1), 50), isSmart: isSmart, isL2: isSmart || instrument.hasSmartDepth),
      client)
    showDepth(subscription, wire)
  }

  /// The flag must be that of the request.
  private func cancelDepth(
    _ id: Int, isSmart: Bool, _ client: IbSimulatorConnection, _ wire: SimulatorWire
  ) {
    let isFound = cancel(id, client) { subscription in
      guard case .depth(_, let asked, _) = subscription.kind else { return false }
      return asked == isSmart
    }
    guard !isFound else { return }
    fail(
      client, id, 310, "Can't find the subscribed market depth with tickerId:\(id)", wire)
  }

  /// Error 317 for each book, and its rows anew.
  func resetDepth(_ client: IbSimulatorConnection, _ wire: SimulatorWire) {
    for subscription in client.subscriptions.values.sorted(by: { $0.id < $1.id })
    where subscription.isDepth {
      fail(
        client, subscription.id, 317,
        "Market depth data has been RESET. Please empty deep book contents before applying any"
          + " new entries.", wire)
      subscription.bids = []
      subscription.asks = []
      showDepth(subscription, wire)
    }
  }

  // MARK: Bars

  private func realTimeBars(
    _ id: Int, _ contract: IbSimulatorContract, _ show: String, _ client: IbSimulatorConnection,
    now: UInt64, _ wire: SimulatorWire
  ) {
    guard isFree(id, client, wire) else { return }
    guard let index = resolve(contract, id, client, wire) else { return }
    guard ["TRADES", "MIDPOINT", "BID", "ASK"].contains(show) else {
      return fail(
        client, id, 321, "Error validating request.-'bN' : cause - What to show field is missing.",
        wire)
    }
    guard
      !options.hasPacing
        || client.pacing.admits(
          key: "bars \(id)", whole: "bars \(id) \(now)", weight: 1, isSmall: true, now: now)
    else {
      return fail(
        client, id, 420,
        "Invalid Real-time Query:Historical data request pacing violation", wire)
    }
    guard linesInUse < options.linesLimit else {
      return fail(client, id, 101, "Max number of tickers has been reached", wire)
    }
    watch(id, index, .bars(show: show), client)
  }
}
