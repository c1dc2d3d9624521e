internal import FeedKit

// What stands in the fields of P, Q and F lines.
extension IqfeedSimulator {
  /// Market centers (section 10) of the simulated venues.
  func center(_ instrument: Int, _ venue: UInt8) -> Int {
    switch market.instruments[instrument].kind {
    case .stock: [5, 11, 19, 26][Int(venue & 3)]
    case .future: 43
    case .index: 13
    case .currency: 74
    }
  }

  /// The ids of futures lie above 2^31 (section 6).
  func tickID(_ instrument: Int, _ number: UInt32) -> UInt64 {
    UInt64(number) + (market.instruments[instrument].kind == .future ? 2_200_000_000 : 0)
  }

  /// Pairs of hexadecimal digits: odd lot 87, Form T 17, regular 01.
  func conditions(_ instrument: Int) -> String {
    Self.conditions(
      market[instrument].lastBasis, isOddLot: market[instrument].isOddLot,
      isRegular: market.clock.phase(at: market[instrument].lastTime) == .regular)
  }

  static func conditions(_ basis: SimulatedBasis, isOddLot: Bool, isRegular: Bool) -> String {
    if isOddLot { return isRegular ? "87" : "8717" }
    return basis == .extended ? "17" : "01"
  }

  /// A P or Q line with the client's fields; its end is the sender's.
  func writeQuote(
    _ letter: String, _ instrument: Int, _ contents: [UInt8], _ client: IqfeedSimulatorClient
  ) {
    line.clear()
    line.text(letter)
    for field in client.fields {
      line.comma()
      if field == .messageContents {
        line.bytes(contents)
      } else {
        write(field, instrument)
      }
    }
    line.comma()
  }

  private func write(_ field: IqfeedSimulatorField, _ instrument: Int) {
    if writeQuoteField(field, instrument) || writeTradeField(field, instrument) { return }
    writeDayField(field, instrument)
  }

  private func writeQuoteField(_ field: IqfeedSimulatorField, _ instrument: Int) -> Bool {
    switch field {
    case .symbol: line.text(market.instruments[instrument].symbol)
    case .bid: price(market[instrument].bid, instrument)
    case .ask: price(market[instrument].ask, instrument)
    case .bidSize: line.number(UInt64(market[instrument].bidSize))
    case .askSize: line.number(UInt64(market[instrument].askSize))
    case .bidTime: clock(market[instrument].bidTime)
    case .askTime: clock(market[instrument].askTime)
    case .bidMarketCenter: line.number(center(instrument, market[instrument].bidVenue))
    case .askMarketCenter: line.number(center(instrument, market[instrument].askVenue))
    case .spread: price(market[instrument].ask - market[instrument].bid, instrument)
    case .exchangeID: line.text(exchangeID(instrument))
    case .delay: line.number(UInt64(0))
    case .decimalPrecision: line.number(market.instruments[instrument].decimals)
    case .fractionDisplayCode: line.number(UInt64(14))
    default: return false
    }
    return true
  }

  private func writeTradeField(_ field: IqfeedSimulatorField, _ instrument: Int) -> Bool {
    switch field {
    case .mostRecentTrade: price(market[instrument].last, instrument)
    case .mostRecentTradeSize: line.number(UInt64(market[instrument].lastSize))
    case .mostRecentTradeTime: clock(market[instrument].lastTime)
    case .mostRecentTradeDate: date(market[instrument].lastTime)
    case .mostRecentTradeMarketCenter:
      line.number(center(instrument, market[instrument].lastVenue))
    case .mostRecentTradeConditions: line.text(conditions(instrument))
    case .mostRecentTradeAggressor: line.number(UInt64(market[instrument].lastAggressor))
    case .mostRecentTradeDayCode: line.number(today(market[instrument].lastTime).day)
    case .tickID: line.number(tickID(instrument, market[instrument].lastNumber))
    case .last: price(market[instrument].regular.price, instrument)
    case .lastSize: line.number(UInt64(market[instrument].regular.size))
    case .lastTime: clock(market[instrument].regular.time)
    case .lastDate: date(market[instrument].regular.time)
    case .lastMarketCenter: line.number(center(instrument, market[instrument].regular.venue))
    case .extendedTrade: price(market[instrument].extended.price, instrument)
    case .extendedTradeSize: line.number(UInt64(market[instrument].extended.size))
    case .extendedTradeTime: clock(market[instrument].extended.time)
    case .extendedTradeDate: date(market[instrument].extended.time)
    case .extendedTradeMarketCenter:
      line.number(center(instrument, market[instrument].extended.venue))
    case .tick: line.number(UInt64(183))
    default: return false
    }
    return true
  }

  /// What the simulator does not know stays empty.
  private func writeDayField(_ field: IqfeedSimulatorField, _ instrument: Int) {
    let hasOpen = market[instrument].open != 0
    switch field {
    case .totalVolume: line.number(market[instrument].volume)
    case .numberOfTradesToday: line.number(UInt64(market[instrument].trades))
    case .open: if hasOpen { price(market[instrument].open, instrument) }
    case .high: if hasOpen { price(market[instrument].high, instrument) }
    case .low: if hasOpen { price(market[instrument].low, instrument) }
    case .range:
      if hasOpen { price(market[instrument].high - market[instrument].low, instrument) }
    case .close: price(market[instrument].close, instrument)
    case .settle:
      if market.instruments[instrument].kind == .future {
        price(market[instrument].close, instrument)
      }
    case .change:
      price(market[instrument].regular.price - market[instrument].close, instrument)
    case .changeFromOpen:
      if hasOpen { price(market[instrument].last - market[instrument].open, instrument) }
    case .marketOpen: line.number(UInt64(market[instrument].isHalted ? 0 : 1))
    case .restrictedCode: line.text("N")
    default: break
    }
  }

  private func price(_ ticks: Int64, _ instrument: Int) {
    line.price(
      market[instrument].units(ticks), decimals: market.instruments[instrument].decimals)
  }

  private func clock(_ time: UInt64) {
    guard time > 0 else { return line.text("99:99:99.000000") }
    line.microClock(today(time).nanosOfDay)
  }

  private func date(_ time: UInt64) {
    if time > 0 { line.slashed(IqfeedSimulatorTime(time, market.clock).date) }
  }

  private func today(_ time: UInt64) -> (day: Int, nanosOfDay: UInt64) {
    let local = IqfeedSimulatorTime(time, market.clock)
    return (local.date.day, local.nanosOfDay)
  }

  /// In hexadecimal (section 4).
  private func exchangeID(_ instrument: Int) -> String {
    String(center(instrument, 0), radix: 16, uppercase: true)
  }

  /// The F line: 57 columns of which most are empty.
  func writeFundamentals(_ instrument: Int) {
    let facts = market.instruments[instrument]
    var values: [String: String] = [
      "Symbol": facts.symbol, "Exchange ID": exchangeID(instrument), "Company Name": facts.name,
      "Average Volume": "\(1_000_000 + facts.basePrice * 100)", "Format Code": "14",
      "Precision": "\(facts.decimals)", "Security Type": "\(securityType(instrument))",
      "Listed Market": "\(center(instrument, 0))", "Base Currency": "USD",
      "Minimum Tick Size": tickText(instrument), "Split Factor 1": "0.50 08/31/2020",
      "Security SubType": "0",
    ]
    if facts.kind == .stock {
      values["SIC"] = "\(IqfeedSimulatorCodes.sic(facts.symbol).code)"
      values["NAICS"] = "\(IqfeedSimulatorCodes.naics(facts.symbol).code)"
      values["Common Shares Outstanding"] = "\(facts.basePrice * 10)"
    }
    if facts.kind == .future {
      values["Exchange Root"] = "\(facts.symbol.dropFirst().prefix(2))"
      values["Contract Size"] = "50"
    }
    line.clear()
    line.byte(UInt8(ascii: "F"))
    for name in IqfeedSimulatorField.fundamentals.split(separator: ",") {
      line.comma()
      line.text(values[String(name)] ?? "")
    }
    line.comma()
  }

  private func tickText(_ instrument: Int) -> String {
    var text = IqfeedSimulatorLine()
    text.price(market.instruments[instrument].tick, decimals: 5)
    return String(decoding: text.bytes, as: UTF8.self)
  }

  /// Section 10: 1 equity, 8 future, 6 index, 16 forex.
  func securityType(_ instrument: Int) -> Int {
    switch market.instruments[instrument].kind {
    case .stock: 1
    case .future: 8
    case .index: 6
    case .currency: 16
    }
  }
}
