internal import FeedKit

// Port 5009 (section 4).
extension IqfeedSimulator {
  func takeLevel1(
    _ text: String, _ words: [String], _ client: IqfeedSimulatorClient, _ now: UInt64,
    _ wire: SimulatorWire
  ) {
    switch text.first {
    case "S": takeLevel1System(words, client, now, wire)
    case "w": watch(String(text.dropFirst()), 1, client, now, wire)
    case "t": watch(String(text.dropFirst()), 2, client, now, wire)
    case "f": refresh(String(text.dropFirst()), client, now, wire)
    case "r":
      if let instrument = market.find(String(text.dropFirst())) { unwatch(client, instrument) }
    case "T" where text == "T": sayTime(client, now, wire)
    default: say("E,!SYNTAX_ERROR!,", client, wire)
    }
  }

  private func takeLevel1System(
    _ words: [String], _ client: IqfeedSimulatorClient, _ now: UInt64, _ wire: SimulatorWire
  ) {
    let symbol = words.count > 2 ? words[2] : ""
    switch words.count > 1 ? words[1] : "" {
    case "CONNECT", "KEY":
      if !client.wasGreeted, client.version == .oldest { sayFields(client, wire) }
      client.wasGreeted = true
    case "DISCONNECT", "SET LOG LEVELS": break
    case "TIMESTAMPSON": client.wantsTimes = true
    case "TIMESTAMPSOFF": client.wantsTimes = false
    case "NEWSON": client.wantsNews = true
    case "NEWSOFF": client.wantsNews = false
    case "REGON": setRegional(symbol, true, client, now, wire)
    case "REGOFF": setRegional(symbol, false, client, now, wire)
    case "SELECT UPDATE FIELDS":
      client.fields = IqfeedSimulatorField.list(words.dropFirst(2).joined(separator: ","))
      sayFields(client, wire)
    case "REQUEST CURRENT UPDATE FIELDNAMES": sayFields(client, wire)
    case "REQUEST ALL UPDATE FIELDNAMES":
      say(
        "S,UPDATE FIELDNAMES," + IqfeedSimulatorField.names(IqfeedSimulatorField.allCases),
        client, wire)
    case "REQUEST FUNDAMENTAL FIELDNAMES":
      say("S,FUNDAMENTAL FIELDNAMES," + IqfeedSimulatorField.fundamentals, client, wire)
    case "REQUEST STATS": sayStatistics(client, now, wire)
    case "REQUEST CURRENT LOG LEVELS": say("S,CURRENT LOG LEVELS,Admin,", client, wire)
    case "REQUEST WATCHES":
      let names = client.watches.indices.filter { client.watches[$0] != 0 }
        .map { market.instruments[$0].symbol }
      say("S,WATCHES" + names.map { "," + $0 }.joined(), client, wire)
    case "UNWATCH ALL":
      for instrument in client.watches.indices where client.watches[instrument] != 0 {
        unwatch(client, instrument)
      }
    default: say("E,!SYNTAX_ERROR!,", client, wire)
    }
  }

  func sayFields(_ client: IqfeedSimulatorClient, _ wire: SimulatorWire) {
    say(
      "S,CURRENT UPDATE FIELDNAMES," + IqfeedSimulatorField.names(client.fields), client, wire)
  }

  // MARK: Watches

  private func watch(
    _ symbol: String, _ kind: UInt8, _ client: IqfeedSimulatorClient, _ now: UInt64,
    _ wire: SimulatorWire
  ) {
    guard let instrument = known(symbol, client, wire) else { return }
    if client.watches[instrument] == 0 {
      if watchers[instrument] == 0 {
        guard watchedSymbols < linesLimit else {
          return say("S,SYMBOL LIMIT REACHED,\(symbol),", client, wire)
        }
        watchedSymbols += 1
      }
      watchers[instrument] += 1
      client.watchCount += 1
    }
    client.watches[instrument] = kind
    sayImage(instrument, client, now, wire)
  }

  func unwatch(_ client: IqfeedSimulatorClient, _ instrument: Int) {
    guard client.watches[instrument] != 0 else { return }
    client.watches[instrument] = 0
    client.watchCount -= 1
    watchers[instrument] -= 1
    if watchers[instrument] == 0 { watchedSymbols -= 1 }
  }

  private func refresh(
    _ symbol: String, _ client: IqfeedSimulatorClient, _ now: UInt64, _ wire: SimulatorWire
  ) {
    guard let instrument = known(symbol, client, wire) else { return }
    guard client.watches[instrument] != 0 else { return }
    sayImage(instrument, client, now, wire)
  }

  private func setRegional(
    _ symbol: String, _ isOn: Bool, _ client: IqfeedSimulatorClient, _ now: UInt64,
    _ wire: SimulatorWire
  ) {
    guard let instrument = known(symbol, client, wire) else { return }
    if client.regionals[instrument] != isOn { client.regionalCount += isOn ? 1 : -1 }
    client.regionals[instrument] = isOn
    if isOn {
      sayImage(instrument, client, now, wire)
      sayRegional(instrument, client, wire)
    }
  }

  /// The instrument, or nil after an answer that there is none (`n`).
  private func known(
    _ symbol: String, _ client: IqfeedSimulatorClient, _ wire: SimulatorWire
  ) -> Int? {
    // Without a login nothing is known of any symbol, and nothing is said.
    guard !client.connection.deniesAuthentication else { return nil }
    if let instrument = market.find(symbol) { return instrument }
    say("n,\(symbol)", client, wire)
    return nil
  }

  private func sayImage(
    _ instrument: Int, _ client: IqfeedSimulatorClient, _ now: UInt64, _ wire: SimulatorWire
  ) {
    guard isUp else { return }
    writeFundamentals(instrument)
    send(client, wire)
    saySummary(instrument, client, wire)
  }

  func sayAllSummaries(_ client: IqfeedSimulatorClient, _ wire: SimulatorWire) {
    guard !client.connection.deniesAuthentication else { return }
    for instrument in client.watches.indices where client.watches[instrument] != 0 {
      saySummary(instrument, client, wire)
    }
  }

  /// Message Contents of a summary has a letter for whatever is known.
  private func saySummary(
    _ instrument: Int, _ client: IqfeedSimulatorClient, _ wire: SimulatorWire
  ) {
    let letters = summaryContents(instrument)
    writeQuote("P", instrument, letters, client)
    send(client, wire)
  }

  private func summaryContents(_ instrument: Int) -> [UInt8] {
    let state = market[instrument]
    var letters: [UInt8] = state.lastTime == 0 ? [] : [state.lastBasis.rawValue]
    letters += Array((state.open == 0 ? "bacv" : "baohlcv").utf8)
    return letters
  }

  // MARK: The stream

  func streamLevel1(_ event: MarketEvent, _ wire: SimulatorWire) {
    let isTrade = event.kind == .trade
    let changesQuote = event.changesBid || event.changesAsk
    guard isTrade || changesQuote else { return }
    if isTrade, correctionEvery > 0 {
      tradesUntilCorrection -= 1
      if tradesUntilCorrection <= 0 {
        tradesUntilCorrection = correctionEvery
        return streamCorrection(event, wire)
      }
    }
    var contents: [UInt8] = []
    if isTrade { contents.append(market[event.instrument].lastBasis.rawValue) }
    if event.changesBid { contents.append(UInt8(ascii: "b")) }
    if event.changesAsk { contents.append(UInt8(ascii: "a")) }
    if event.isOpen { contents.append(UInt8(ascii: "o")) }
    if event.isHigh { contents.append(UInt8(ascii: "h")) }
    if event.isLow { contents.append(UInt8(ascii: "l")) }
    for client in level1 {
      let watch = client.watches[event.instrument]
      if watch == 1 || (watch == 2 && isTrade) {
        writeQuote("Q", event.instrument, contents, client)
        send(client, wire)
      }
      if changesQuote, client.regionals[event.instrument] {
        sayRegional(event.instrument, client, wire)
      }
    }
  }

  /// A trade that is told late and only as a correction; history has it as any other.
  private func streamCorrection(_ event: MarketEvent, _ wire: SimulatorWire) {
    let state = market[event.instrument]
    let time = IqfeedSimulatorTime(state.lastTime, market.clock)
    for client in level1 where client.watches[event.instrument] != 0 {
      guard client.version >= .sixOne else { continue }
      line.clear()
      line.text("C,\(market.instruments[event.instrument].symbol),I,")
      line.slashed(time.date)
      line.comma()
      line.microClock(time.nanosOfDay)
      line.comma()
      line.price(
        state.units(state.last), decimals: market.instruments[event.instrument].decimals)
      line.text(
        ",\(state.lastSize),\(tickID(event.instrument, state.lastNumber)),"
          + "\(conditions(event.instrument)),\(center(event.instrument, state.lastVenue))")
      send(client, wire)
    }
  }

  private func sayRegional(
    _ instrument: Int, _ client: IqfeedSimulatorClient, _ wire: SimulatorWire
  ) {
    let decimals = market.instruments[instrument].decimals
    line.clear()
    line.text("R,\(market.instruments[instrument].symbol),,")
    line.price(market[instrument].units(market[instrument].bid), decimals: decimals)
    line.text(",\(market[instrument].bidSize),")
    line.clock(IqfeedSimulatorTime(market[instrument].bidTime, market.clock).nanosOfDay)
    line.comma()
    line.price(market[instrument].units(market[instrument].ask), decimals: decimals)
    line.text(",\(market[instrument].askSize),")
    line.clock(IqfeedSimulatorTime(market[instrument].askTime, market.clock).nanosOfDay)
    line.text(",14,\(decimals),\(center(instrument, market[instrument].bidVenue)),")
    send(client, wire)
  }

  func sayTime(_ client: IqfeedSimulatorClient, _ now: UInt64, _ wire: SimulatorWire) {
    let time = IqfeedSimulatorTime(now, market.clock)
    line.clear()
    line.text("T,")
    line.packed(time.date)
    line.byte(UInt8(ascii: " "))
    line.clock(time.nanosOfDay)
    send(client, wire)
  }

  /// A headline with commas, as they come.
  func headline(_ now: UInt64, _ wire: SimulatorWire) {
    newsNumber += 1
    let symbol = market.instruments[Int(newsNumber) % market.instruments.count].symbol
    let time = IqfeedSimulatorTime(now, market.clock)
    for client in level1 where client.wantsNews && isUp {
      line.clear()
      line.text("N,SIM,\(newsNumber),:\(symbol):,")
      line.packed(time.date)
      line.byte(UInt8(ascii: " "))
      let seconds = time.nanosOfDay / 1_000_000_000
      line.digits(seconds / 3_600 * 10_000 + seconds / 60 % 60 * 100 + seconds % 60, 6)
      line.text(",\(symbol) trades, quotes, and does nothing else")
      send(client, wire)
    }
  }
}

extension IqfeedChannel {
  /// A few words for help.
  var summary: String {
    switch self {
    case .level1: "quotes, trades, fundamentals, news headlines, time"
    case .depth: "orders, market makers, price levels"
    case .lookup: "history, symbols, code tables"
    case .admin: "login and statistics"
    case .derivatives: "streaming bars"
    }
  }
}
