internal import FeedKit

/// Ticks that are asked for: the first `count` from `from` on, or the last before `to`.
struct IbSimulatorTickSpan {
  /// Unix seconds.
  var from: Int?
  var to: Int
  var count: Int
}

/// Bars and ticks of the past (fact sheet, sections 5, 9 and 12). What lies before the market's
/// beginning is made up from the seed, the same whenever it is asked.
extension IbSimulator {
  func serveHistory(
    _ request: IbSimulatorRequest, _ client: IbSimulatorConnection, now: UInt64,
    _ wire: SimulatorWire
  ) {
    switch request {
    case .history(let id, let contract, let wanted):
      bars(id, contract, wanted, client, now: now, wire)
    case .cancelHistory(let id):
      // An answer that went out whole has left nothing to cancel.
      if !cancel(id, client, \.isHistory) {
        fail(client, id, 366, "No historical data query found for ticker id:\(id)", wire)
      }
    case .headTimestamp(let id, let contract, let show, let format):
      headTimestamp(id, contract, show, format, client, now: now, wire)
    case .historicalTicks(let id, let contract, let wanted):
      ticks(id, contract, wanted, client, wire)
    // Their answers went out whole.
    case .cancelHeadTimestamp, .cancelHistoricalTicks: break
    default: break
    }
  }

  private static let shows: Set<String> = [
    "TRADES", "MIDPOINT", "BID", "ASK", "BID_ASK", "ADJUSTED_LAST", "SCHEDULE",
  ]

  private func pacingViolation(
    _ id: Int, _ client: IbSimulatorConnection, _ wire: SimulatorWire
  ) {
    fail(
      client, id, 162,
      "Historical Market Data Service error message:Historical data request pacing violation",
      wire)
  }

  private func noData(
    _ id: Int, _ index: Int, _ show: String, _ client: IbSimulatorConnection, _ wire: SimulatorWire
  ) {
    let instrument = catalog.instruments[index]
    fail(
      client, id, 162,
      "Historical Market Data Service error message:HMDS query returned no data:"
        + " \(instrument.symbol)@\(instrument.exchange) \(show)", wire)
  }

  /// The time of a request; nil where the client has error 10314 already. Empty is now.
  private func time(
    _ text: String, _ id: Int, _ client: IbSimulatorConnection, _ wire: SimulatorWire
  ) -> Int? {
    if text.isEmpty { return seconds }
    switch IbSimulatorTime.read(text) {
    case .time(let time): return time
    case .withoutZone(let time):
      fail(
        client, id, 2_174,
        "Warning: You submitted request with date-time attributes without explicit time zone."
          + " Please switch to use yyyymmdd-hh:mm:ss in UTC or use instrument time zone, like"
          + " US/Eastern", wire)
      return time
    case .invalid:
      fail(
        client, id, 10_314,
        "End Date/Time: The date, time, or time-zone entered is invalid. The correct format is"
          + " yyyymmdd hh:mm:ss xx/xxxx where yyyymmdd and xx/xxxx are optional. E.g.: 20031126"
          + " 15:59:00 US/Eastern", wire)
      return nil
    }
  }

  // MARK: Bars

  private func bars(
    _ id: Int, _ contract: IbSimulatorContract, _ request: IbSimulatorHistoryRequest,
    _ client: IbSimulatorConnection, now: UInt64, _ wire: SimulatorWire
  ) {
    guard isFree(id, client, wire) else { return }
    guard let index = resolve(contract, id, client, wire) else { return }
    guard let barSeconds = IbSimulatorBars.seconds(request.barSize),
      let span = IbSimulatorBars.duration(request.duration), Self.shows.contains(request.show)
    else {
      return fail(
        client, id, 321,
        "Error validating request.-'bK' : cause - Historical data bar size, duration or what to"
          + " show is invalid.", wire)
    }
    guard !request.keepsUpToDate || request.end.isEmpty else {
      return fail(
        client, id, 321,
        "Error validating request.-'bK' : cause - Up to date requests do not support an end time.",
        wire)
    }
    guard let end = time(request.end, id, client, wire) else { return }
    let whole = "\(index) \(request)"
    guard
      !options.hasPacing
        || client.pacing.admits(
          key: "\(index) \(request.show)", whole: whole,
          weight: request.show == "BID_ASK" ? 2 : 1, isSmall: barSeconds <= 30, now: now)
    else { return pacingViolation(id, client, wire) }
    if request.show == "SCHEDULE" {
      return schedule(id, index, IbSimulatorBars.days(span.days), end: end, client, wire)
    }
    guard catalog.instruments[index].securityType != "CASH" || request.show != "TRADES" else {
      return noData(id, index, "Trades", client, wire)
    }
    let open = answer(
      id, index, request, barSeconds, from: span.start(before: end), to: end, client, wire)
    guard request.keepsUpToDate, client.count(\.isHistory) < IbSimulatorLimits.openHistory else {
      return
    }
    watch(id, index, .history(request, barSeconds: barSeconds), client).bar = open
  }

  /// Sends the bars; gives the last one where it is still open.
  private func answer(
    _ id: Int, _ index: Int, _ request: IbSimulatorHistoryRequest, _ barSeconds: Int, from: Int,
    to end: Int, _ client: IbSimulatorConnection, _ wire: SimulatorWire
  ) -> IbSimulatorBar? {
    let starts = IbSimulatorBars.starts(
      from: from, to: end, barSeconds: barSeconds, regularOnly: request.useRegularHours)
    let made = history(of: index, request.show, from: starts.first ?? end)
    var bars: [(date: String, bar: IbSimulatorBar)] = []
    for (place, start) in starts.enumerated() {
      let next = place + 1 < starts.count ? starts[place + 1] : end
      let bar = bar(index, made, from: start, to: max(min(start + barSeconds, next), start + 1))
      bars.append((Self.date(start, barSeconds: barSeconds, format: request.format), bar))
    }
    guard !bars.isEmpty else {
      noData(id, index, request.show, client, wire)
      return nil
    }
    let first = IbSimulatorTime.text(seconds: from)
    let last = IbSimulatorTime.text(seconds: end)
    send(client, wire) { $0.historicalData(id, bars, start: first, end: last) }
    if client.version >= 196 {
      send(client, wire) { $0.historicalDataEnd(id, start: first, end: last) }
    }
    let isOpen = starts.last.map { $0 + barSeconds > seconds && $0 <= seconds } ?? false
    return isOpen ? bars.last?.bar : nil
  }

  /// What bars since the market's beginning are made of: times, prices and sizes.
  private func history(
    of index: Int, _ show: String, from: Int
  ) -> [(seconds: Int, price: Int64, size: Int64)] {
    let range = from..<max(seconds + 1, from)
    if show == "TRADES" || show == "ADJUSTED_LAST" {
      return history.trades(index, in: range).map { ($0.seconds, $0.price, $0.size) }
    }
    return history.quotes(index, in: range).map { quote in
      switch show {
      case "BID", "BID_ASK": (quote.seconds, quote.bid, 0)
      case "ASK": (quote.seconds, quote.ask, 0)
      default: (quote.seconds, quote.middle, 0)
      }
    }
  }

  private func bar(
    _ index: Int, _ made: [(seconds: Int, price: Int64, size: Int64)], from: Int, to end: Int
  ) -> IbSimulatorBar {
    let beginning = Int(market.start / 1_000_000_000)
    if end <= beginning { return market.pastBar(index, from: from, to: end) }
    var bar = IbSimulatorBar(flat: market.pastPrice(index, seconds: from))
    if from > beginning {
      let before = made.last { $0.seconds < from }
      bar = IbSimulatorBar(flat: before?.price ?? catalog.instruments[index].firstPrice)
    }
    for tick in made where tick.seconds >= from && tick.seconds < end {
      bar.add(price: tick.price, size: tick.size)
    }
    return bar
  }

  private func schedule(
    _ id: Int, _ index: Int, _ days: Int, end: Int, _ client: IbSimulatorConnection,
    _ wire: SimulatorWire
  ) {
    let opens = IbSimulatorBars.starts(
      from: end - days * 86_400, to: end, barSeconds: 86_400, regularOnly: true)
    let sessions = opens.map { start -> (start: String, end: String, day: String) in
      let day = IbSimulatorTime.dayText(seconds: start)
      return ("\(day)-09:30:00", "\(day)-16:00:00", day)
    }
    guard let first = sessions.first, let last = sessions.last else {
      return noData(id, index, "SCHEDULE", client, wire)
    }
    send(client, wire) {
      $0.historicalSchedule(
        id, start: first.start, end: last.end, zone: IbSimulatorTime.zoneName, sessions)
    }
  }

  private func headTimestamp(
    _ id: Int, _ contract: IbSimulatorContract, _ show: String, _ format: Int,
    _ client: IbSimulatorConnection, now: UInt64, _ wire: SimulatorWire
  ) {
    guard let index = resolve(contract, id, client, wire) else { return }
    guard
      !options.hasPacing
        || client.pacing.admits(
          key: "head \(index)", whole: "head \(index) \(show)", weight: 1, isSmall: true, now: now)
    else { return pacingViolation(id, client, wire) }
    // 12 December 1980, 14:30 UTC.
    let first = 345_479_400
    let text =
      format == 2
      ? String(first) : IbSimulatorTime.utcText(seconds: first, version: client.version)
    send(client, wire) { $0.headTimestamp(id, text) }
  }

  // MARK: Ticks

  private func ticks(
    _ id: Int, _ contract: IbSimulatorContract, _ request: IbSimulatorTicksRequest,
    _ client: IbSimulatorConnection, _ wire: SimulatorWire
  ) {
    guard let index = resolve(contract, id, client, wire) else { return }
    guard request.start.isEmpty != request.end.isEmpty,
      (1...IbSimulatorLimits.ticks).contains(request.count),
      ["TRADES", "MIDPOINT", "BID_ASK"].contains(request.show)
    else {
      return fail(
        client, id, 10_187,
        "Failed to request historical ticks:Give start or end, 1 to 1000 ticks, and TRADES,"
          + " MIDPOINT or BID_ASK", wire)
    }
    guard let time = time(request.start + request.end, id, client, wire) else { return }
    let span =
      request.end.isEmpty
      ? IbSimulatorTickSpan(from: time, to: seconds + 1, count: request.count)
      : IbSimulatorTickSpan(from: nil, to: time, count: request.count)
    sendTicks(id, index, request.show, span, client, wire)
  }

  func sendTicks(
    _ id: Int, _ index: Int, _ show: String, _ span: IbSimulatorTickSpan,
    _ client: IbSimulatorConnection, _ wire: SimulatorWire
  ) {
    if show == "TRADES" {
      let made = history.trades(index, in: 0..<max(span.to, 1))
      let trades = select(made, span, \.seconds) { market.pastTrade(index, seconds: $0) }
      return send(client, wire) { $0.historicalTrades(id, trades, isDone: true) }
    }
    let made = history.quotes(index, in: 0..<max(span.to, 1))
    let quotes = select(made, span, \.seconds) { pastQuote(index, $0) }
    if show == "BID_ASK" {
      send(client, wire) { $0.historicalQuotes(id, quotes, isDone: true) }
    } else {
      let middles = quotes.map { (seconds: $0.seconds, price: $0.middle) }
      send(client, wire) { $0.historicalMidPoints(id, middles, isDone: true) }
    }
  }

  private func pastQuote(_ index: Int, _ seconds: Int) -> IbSimulatorQuote {
    let price = market.pastPrice(index, seconds: seconds)
    let instrument = catalog.instruments[index]
    let lot = instrument.lotSize * 1_000_000_000
    return IbSimulatorQuote(
      seconds: seconds, bid: price, ask: price + instrument.tickSize, bidSize: 3 * lot,
      askSize: 2 * lot)
  }

  /// Ticks of the span: those that were made, and before the market's beginning one a second. The
  /// second at the end of the answer is always complete, so more than `count` may come (fact sheet,
  /// section 9).
  private func select<Tick>(
    _ made: [Tick], _ span: IbSimulatorTickSpan, _ seconds: (Tick) -> Int,
    _ past: (Int) -> Tick
  ) -> [Tick] {
    let beginning = Int(market.start / 1_000_000_000)
    if let from = span.from {
      var ticks = (from..<max(min(beginning, span.to), from)).prefix(span.count).map(past)
      let rest = made.filter { seconds($0) >= max(from, beginning) }
      for (place, tick) in rest.enumerated() {
        let isSame = place > 0 && seconds(rest[place - 1]) == seconds(tick)
        if ticks.count >= span.count, !isSame { break }
        ticks.append(tick)
      }
      return ticks
    }
    let late = made.filter { seconds($0) >= beginning && seconds($0) < span.to }
    var first = max(late.count - span.count, 0)
    while first > 0, seconds(late[first - 1]) == seconds(late[first]) { first -= 1 }
    let missing = max(span.count - late.count, 0)
    let end = min(beginning, span.to)
    return (max(end - missing, 0)..<max(end, 0)).map(past) + late[first...]
  }
}
