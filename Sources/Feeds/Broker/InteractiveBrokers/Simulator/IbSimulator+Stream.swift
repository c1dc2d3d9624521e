internal import FeedKit

/// What the market's changes send to those who watch.
extension IbSimulator {
  func spread(_ change: IbSimulatorChange, _ wire: SimulatorWire) {
    for subscription in watchers[change.index] {
      switch subscription.kind {
      case .level1: level1(subscription, change, wire)
      case .tickByTick(let kind, let ignoresSize):
        tick(subscription, change, kind, ignoresSize: ignoresSize, wire)
      case .depth: if !change.isTrade { showDepth(subscription, wire) }
      case .bars(let show): collect(subscription, change, show)
      case .history(let request, _): collect(subscription, change, request.show)
      case .profit, .profitSingle: break
      }
    }
  }

  // MARK: Level 1

  /// Everything there is of an instrument, as a new subscription gets it.
  func picture(_ subscription: IbSimulatorSubscription, _ wire: SimulatorWire) {
    let board = market.boards[subscription.index]
    let instrument = catalog.instruments[subscription.index]
    if instrument.securityType != "IND" {
      price(subscription, 1, board.bid, board.bidSize, wire)
      price(subscription, 2, board.ask, board.askSize, wire)
    }
    if instrument.securityType != "CASH" {
      price(subscription, 4, board.last, board.lastSize, wire)
      volume(subscription, board.volume, wire)
    }
    price(subscription, 6, board.high, 0, wire)
    price(subscription, 7, board.low, 0, wire)
    price(subscription, 9, board.close, 0, wire)
    price(subscription, 14, board.open, 0, wire)
    extras(subscription, board, wire)
  }

  private func extras(
    _ subscription: IbSimulatorSubscription, _ board: IbSimulatorBoard, _ wire: SimulatorWire
  ) {
    guard case .level1(let generic, let isDelayed) = subscription.kind else { return }
    let client = subscription.connection
    let id = subscription.id
    send(client, wire) { $0.tickGeneric(id, isDelayed ? 90 : 49, 0) }
    guard !isDelayed else { return }
    let one: Int64 = 1_000_000_000
    if generic.contains(236) {
      send(client, wire) { $0.tickGeneric(id, 46, 3 * one) }
      send(client, wire) { $0.tickSize(id, 89, 25_000_000 * one) }
    }
    if generic.contains(165) {
      price(subscription, 19, board.close / 2, 0, wire)
      price(subscription, 20, board.close * 2, 0, wire)
    }
    if generic.contains(588) { send(client, wire) { $0.tickSize(id, 86, 2_104_331 * one) } }
    if generic.contains(232) { price(subscription, 37, board.last, 0, wire) }
  }

  /// A price with its partner's size, and the size again on its own, as the real gateway does (fact
  /// sheet, section 6).
  private func price(
    _ subscription: IbSimulatorSubscription, _ type: Int, _ value: Int64, _ size: Int64,
    _ wire: SimulatorWire
  ) {
    guard case .level1(_, let isDelayed) = subscription.kind else { return }
    let client = subscription.connection
    let mask = type == 1 || type == 2 ? 1 : 0
    let shown = isDelayed ? Self.delayed(type) : type
    send(client, wire) {
      $0.tickPrice(subscription.id, shown, price: value, size: size, mask: isDelayed ? 0 : mask)
    }
    if let partner = Self.partner(type) {
      self.size(subscription, partner, size, wire)
    }
  }

  private func size(
    _ subscription: IbSimulatorSubscription, _ type: Int, _ value: Int64, _ wire: SimulatorWire
  ) {
    guard case .level1(_, let isDelayed) = subscription.kind else { return }
    let shown = isDelayed ? Self.delayed(type) : type
    send(subscription.connection, wire) { $0.tickSize(subscription.id, shown, value) }
  }

  /// In whole hundreds of shares for stocks below 220.
  private func volume(
    _ subscription: IbSimulatorSubscription, _ value: Int64, _ wire: SimulatorWire
  ) {
    let isStock = catalog.instruments[subscription.index].securityType == "STK"
    let isInHundreds = isStock && subscription.connection.version < 220
    let whole: Int64 = 1_000_000_000
    size(subscription, 8, isInHundreds ? value / 100 / whole * whole : value, wire)
  }

  private static func partner(_ type: Int) -> Int? {
    switch type {
    case 1: 0
    case 2: 3
    case 4: 5
    default: nil
    }
  }

  private static func delayed(_ type: Int) -> Int {
    switch type {
    case 0: 69
    case 1: 66
    case 2: 67
    case 3: 70
    case 4: 68
    case 5: 71
    case 6: 72
    case 7: 73
    case 8: 74
    case 9: 75
    case 14: 76
    default: type
    }
  }

  private func level1(
    _ subscription: IbSimulatorSubscription, _ change: IbSimulatorChange, _ wire: SimulatorWire
  ) {
    let before = change.before
    let after = change.after
    if change.isTrade { return traded(subscription, change, wire) }
    guard catalog.instruments[change.index].securityType != "IND" else { return }
    if before.bid != after.bid {
      price(subscription, 1, after.bid, after.bidSize, wire)
    } else if before.bidSize != after.bidSize {
      size(subscription, 0, after.bidSize, wire)
    }
    if before.ask != after.ask {
      price(subscription, 2, after.ask, after.askSize, wire)
    } else if before.askSize != after.askSize {
      size(subscription, 3, after.askSize, wire)
    }
  }

  private func traded(
    _ subscription: IbSimulatorSubscription, _ change: IbSimulatorChange, _ wire: SimulatorWire
  ) {
    guard case .level1(let generic, let isDelayed) = subscription.kind else { return }
    let after = change.after
    let client = subscription.connection
    let id = subscription.id
    // An odd lot moves neither last nor its size, but volume and the trade stream.
    if !change.isUnreported {
      send(client, wire) {
        $0.tickString(id, isDelayed ? 88 : 45, String(after.lastSeconds))
      }
      price(subscription, 4, after.last, after.lastSize, wire)
    }
    volume(subscription, after.volume, wire)
    if change.before.high != after.high { price(subscription, 6, after.high, 0, wire) }
    if change.before.low != after.low { price(subscription, 7, after.low, 0, wire) }
    guard !isDelayed else { return }
    let text = Self.rtVolume(change)
    if generic.contains(233) { send(client, wire) { $0.tickString(id, 48, text) } }
    // 77 leaves out what is not reported.
    if generic.contains(375), !change.isUnreported {
      send(client, wire) { $0.tickString(id, 77, text) }
    }
    if generic.contains(293) {
      send(client, wire) { $0.tickGeneric(id, 54, Int64(after.trades) * 1_000_000_000) }
    }
  }

  /// `price;size;time in ms;total volume;vwap;single trade flag`.
  private static func rtVolume(_ change: IbSimulatorChange) -> String {
    let after = change.after
    return [
      IbSimulatorInstrument.text(after.last), IbSimulatorInstrument.text(after.lastSize),
      String(change.time / 1_000_000), IbSimulatorInstrument.text(after.volume),
      IbSimulatorInstrument.text(after.weightedPrice), "true",
    ].joined(separator: ";")
  }

  // MARK: Tick by tick

  private func tick(
    _ subscription: IbSimulatorSubscription, _ change: IbSimulatorChange, _ kind: String,
    ignoresSize: Bool, _ wire: SimulatorWire
  ) {
    let client = subscription.connection
    let id = subscription.id
    switch kind {
    case "BidAsk" where !change.isTrade:
      let isMoved =
        change.before.bid != change.after.bid || change.before.ask != change.after.ask
      if !ignoresSize || isMoved {
        send(client, wire) { $0.tickByTickQuote(id, Self.quote(change)) }
      }
    case "MidPoint" where !change.isTrade:
      let quote = Self.quote(change)
      let before = (change.before.bid + change.before.ask) / 2
      if quote.middle != before {
        send(client, wire) {
          $0.tickByTickMidPoint(id, seconds: quote.seconds, quote.middle)
        }
      }
    case "AllLast" where change.isTrade:
      send(client, wire) { $0.tickByTickLast(id, kind: 2, trade(change)) }
    case "Last" where change.isTrade && !change.isUnreported:
      send(client, wire) { $0.tickByTickLast(id, kind: 1, trade(change)) }
    default: break
    }
  }

  private func trade(_ change: IbSimulatorChange) -> IbSimulatorTrade {
    let after = change.after
    let venues = catalog.instruments[change.index].venues
    return IbSimulatorTrade(
      seconds: after.lastSeconds, price: after.last, size: after.lastSize,
      venue: venues[after.lastVenue % venues.count],
      conditions: change.isUnreported ? "   I" : "", isUnreported: change.isUnreported)
  }

  private static func quote(_ change: IbSimulatorChange) -> IbSimulatorQuote {
    let after = change.after
    return IbSimulatorQuote(
      seconds: Int(change.time / 1_000_000_000), bid: after.bid, ask: after.ask,
      bidSize: after.bidSize, askSize: after.askSize, isBidPastLow: after.bid < after.low,
      isAskPastHigh: after.ask > after.high)
  }
}
