internal import FeedKit

// Port 9400 (section 8): bars in the order open, high, low, close.
extension IqfeedSimulator {
  func takeBars(
    _ words: [String], _ client: IqfeedSimulatorClient, _ now: UInt64, _ wire: SimulatorWire
  ) {
    switch words[0] {
    case "BW": watchBars(words, client, now, wire)
    case "BR":
      let request = words.count > 2 ? words[2] : ""
      client.bars.removeAll {
        $0.request == request && market.instruments[$0.instrument].symbol == words[1]
      }
    case "S" where words.count > 1 && words[1] == "REQUEST WATCHES":
      let names = client.bars.map { ",\(market.instruments[$0.instrument].symbol),\($0.request)" }
      say("S,WATCHES\(names.joined())", client, wire)
    case "S" where words.count > 1 && words[1] == "UNWATCH ALL": client.bars.removeAll()
    case "S": break
    default: say("E,!SYNTAX_ERROR!,", client, wire)
    }
  }

  /// `BW,sym,interval,begin,maxDays,maxPoints,beginFilter,endFilter,reqId,type,reserved,update`.
  private func watchBars(
    _ words: [String], _ client: IqfeedSimulatorClient, _ now: UInt64, _ wire: SimulatorWire
  ) {
    guard !client.connection.deniesAuthentication else { return }
    var fields = IqfeedSimulatorRequestFields(words)
    let symbol = fields.next()
    guard let interval = fields.count(), interval <= 86_400_000 else {
      return say("E,!SYNTAX_ERROR!,", client, wire)
    }
    guard let instrument = market.find(symbol) else { return say("n,\(symbol)", client, wire) }
    let begin = fields.next()
    let days = fields.count()
    let points = fields.count() ?? Self.rowLimit
    _ = (fields.next(), fields.next())
    let request = fields.next()
    let kind = fields.next().lowercased().utf8.first ?? UInt8(ascii: "s")
    _ = fields.next()
    let update = fields.count() ?? 0
    guard [0x73, 0x76, 0x74].contains(kind) else {
      return say("E,!SYNTAX_ERROR!,", client, wire)
    }
    guard client.bars.count < linesLimit else {
      return say("S,SYMBOL LIMIT REACHED,\(symbol),", client, wire)
    }
    if client.bars.contains(where: { $0.request == request && $0.instrument == instrument }) {
      client.bars.removeAll { $0.request == request && $0.instrument == instrument }
      say("S,REPLACED PREVIOUS WATCH,\(symbol),\(request),", client, wire)
    }
    var bar = IqfeedSimulatorBar(
      instrument: instrument, request: request, interval: interval, kind: kind,
      updateSeconds: update)
    var past: [SimulatedTrade] = []
    var earliest = IqfeedSimulatorTime.parse(begin) ?? 0
    if let days {
      let day = CivilDate(daysSince1970: max(market.clock.day - (days - 1), 0))
      earliest = max(earliest, NewYorkTime.midnight(of: day))
    }
    let wantsHistory = !begin.isEmpty || days != nil || points < Self.rowLimit
    market.trades(of: instrument) { trade in
      guard trade.time >= earliest else { return false }
      if trade.basis != .other { past.append(trade) }
      return true
    }
    var maker = IqfeedSimulatorBarMaker(interval: interval, kind: kind)
    for trade in past.reversed() { maker.add(trade, day: dayStart(trade)) }
    var bars = maker.all
    // The open bar is not history: it goes on.
    if let last = bars.last, !IqfeedSimulatorBarMaker.isOver(last, interval, kind, at: now) {
      bar.bar = bars.removeLast()
    }
    if wantsHistory {
      for values in bars.suffix(points) { sayBar("BH", bar, values, client, wire) }
    }
    client.bars.append(bar)
  }

  func streamBars(_ event: MarketEvent, _ wire: SimulatorWire) {
    guard market[event.instrument].lastBasis != .other else { return }
    var newest: SimulatedTrade?
    market.trades(of: event.instrument) { trade in
      newest = trade
      return false
    }
    guard let trade = newest else { return }
    for client in derivatives {
      for index in client.bars.indices where client.bars[index].instrument == event.instrument {
        add(trade, to: index, client, wire)
      }
    }
  }

  private func add(
    _ trade: SimulatedTrade, to index: Int, _ client: IqfeedSimulatorClient, _ wire: SimulatorWire
  ) {
    var bar = client.bars[index]
    if let values = bar.bar,
      IqfeedSimulatorBarMaker.isOver(values, bar.interval, bar.kind, at: trade.time)
    {
      sayBar("BC", bar, values, client, wire)
      bar.bar = nil
    }
    if bar.bar == nil {
      let bounds = IqfeedSimulatorBarMaker.bounds(
        trade, bar.interval, bar.kind, dayStart(trade))
      bar.bar = IqfeedSimulatorBarValues(trade, begin: bounds.begin, end: bounds.end)
    } else {
      bar.bar?.add(trade)
      if bar.kind != 0x73 { bar.bar?.end = trade.time }
    }
    if let values = bar.bar,
      trade.time >= bar.updatedAt &+ UInt64(bar.updateSeconds) * 1_000_000_000
    {
      sayBar("BU", bar, values, client, wire)
      bar.updatedAt = trade.time
    }
    client.bars[index] = bar
  }

  /// Bars of seconds end by the clock.
  func closeBars(_ now: UInt64, _ wire: SimulatorWire) {
    for client in derivatives {
      for index in client.bars.indices where client.bars[index].kind == 0x73 {
        guard let values = client.bars[index].bar, now >= values.end else { continue }
        sayBar("BC", client.bars[index], values, client, wire)
        client.bars[index].bar = nil
      }
    }
  }

  /// Symbol, time of the end, open, high, low, close, volume of the day and of the bar, trades.
  private func sayBar(
    _ letters: String, _ bar: IqfeedSimulatorBar, _ values: IqfeedSimulatorBarValues,
    _ client: IqfeedSimulatorClient, _ wire: SimulatorWire
  ) {
    let facts = market.instruments[bar.instrument]
    let time = IqfeedSimulatorTime(values.end, market.clock)
    line.clear()
    if !bar.request.isEmpty { line.text("\(bar.request),") }
    line.text("\(letters),\(facts.symbol),")
    line.dashed(time.date)
    line.byte(UInt8(ascii: " "))
    line.clock(time.nanosOfDay)
    for price in [values.open, values.high, values.low, values.close] {
      line.comma()
      line.price(price * facts.tick, decimals: facts.decimals)
    }
    line.text(",\(values.totalVolume),\(values.volume),")
    line.text(bar.kind == 0x74 ? "\(values.trades)," : "0,")
    send(client, wire)
  }
}
