/// Session, instruments and errors (fact sheet, sections 2, 10 and 12).
extension IbSimulatorWriter {
  mutating func managedAccounts(_ accounts: [String]) {
    begin(.managedAccounts, "managedAccounts")
    textOnly(1)
    text("accountsList", 1, accounts.joined(separator: ","))
    end()
  }

  mutating func nextValidID(_ id: Int) {
    begin(.nextValidID, "nextValidId")
    textOnly(1)
    integer("orderId", 1, id)
    end()
  }

  mutating func currentTime(seconds: Int) {
    begin(.currentTime, "currentTime")
    textOnly(1)
    integer("time", 1, seconds)
    end()
  }

  mutating func currentTime(millis: Int) {
    begin(.currentTimeInMillis, "currentTimeInMillis")
    integer("timeInMillis", 1, millis)
    end()
  }

  /// The layout has changed at 166 and at 194.
  mutating func error(_ id: Int, code: Int, _ message: String, millis: Int) {
    begin(.error, "error")
    if version < 194 { textOnly(2) }
    integer("reqId", 1, id)
    if isProtobuf { protobufOnly(2, integer: millis) }
    integer("errorCode", 3, code)
    text("errorString", 4, message)
    text("advancedOrderRejectJson", 5, "")
    if version >= 194 { textOnly(millis) }
    end()
  }

  mutating func contractDetails(_ id: Int, _ instrument: IbSimulatorInstrument) {
    begin(.contractDetails, "contractDetails")
    integer("reqId", 1, id)
    if isProtobuf {
      nest(2) { $0.contract(instrument) }
      nest(3) { $0.details(instrument) }
    } else {
      detailsAsText(instrument)
    }
    tell(instrument)
    end()
  }

  private mutating func details(_ instrument: IbSimulatorInstrument) {
    protobufOnly(1, instrument.marketName)
    protobufOnly(2, instrument.tickText)
    protobufOnly(3, instrument.orderTypes)
    protobufOnly(4, instrument.validExchanges)
    protobufOnly(5, integer: 1)
    protobufOnly(6, integer: instrument.underlyingConID)
    protobufOnly(7, instrument.longName)
    protobufOnly(8, instrument.contractMonth)
    protobufOnly(9, instrument.industry)
    protobufOnly(10, instrument.category)
    protobufOnly(12, instrument.timeZone)
    protobufOnly(13, instrument.tradingHours)
    protobufOnly(14, instrument.liquidHours)
    protobufOnly(18, integer: 1)
    protobufOnly(19, instrument.underlyingSymbol)
    protobufOnly(20, instrument.underlyingType)
    protobufOnly(21, instrument.marketRuleIDs)
    protobufOnly(22, instrument.lastTradeDate)
    protobufOnly(23, instrument.stockType)
    protobufOnly(24, "1")
    protobufOnly(25, "1")
    protobufOnly(26, instrument.lotText)
  }

  private mutating func detailsAsText(_ instrument: IbSimulatorInstrument) {
    textOnly(instrument.symbol)
    textOnly(instrument.securityType)
    textOnly(instrument.lastTradeDate)
    if version >= 182 { textOnly(instrument.lastTradeDate) }
    textOnly(nanos: instrument.strike)
    for field in [
      instrument.right, instrument.exchange, instrument.currency, instrument.localSymbol,
      instrument.marketName, instrument.tradingClass,
    ] { textOnly(field) }
    textOnly(instrument.conID)
    for field in [
      instrument.tickText, instrument.multiplierText, instrument.orderTypes,
      instrument.validExchanges, "1", String(instrument.underlyingConID), instrument.longName,
      instrument.primaryExchange, instrument.contractMonth, instrument.industry,
      instrument.category, "", instrument.timeZone, instrument.tradingHours,
      instrument.liquidHours, "", "", "0", "1", instrument.underlyingSymbol,
      instrument.underlyingType, instrument.marketRuleIDs, instrument.lastTradeDate,
      instrument.stockType, "1", "1", instrument.lotText,
    ] { textOnly(field) }
    if version >= 186 { textOnly(0) }
  }

  /// An instrument within another message, in protobuf.
  mutating func contract(_ instrument: IbSimulatorInstrument) {
    protobufOnly(1, integer: instrument.conID)
    protobufOnly(2, instrument.symbol)
    protobufOnly(3, instrument.securityType)
    protobufOnly(4, instrument.lastTradeDate)
    protobufOnly(5, nanos: instrument.strike)
    protobufOnly(6, instrument.right)
    if instrument.multiplier != 0 {
      protobufOnly(7, nanos: Int64(instrument.multiplier) * 1_000_000_000)
    }
    protobufOnly(8, instrument.exchange)
    protobufOnly(9, instrument.primaryExchange)
    protobufOnly(10, instrument.currency)
    protobufOnly(11, instrument.localSymbol)
    protobufOnly(12, instrument.tradingClass)
    protobufOnly(21, instrument.lastTradeDate)
  }

  /// What a client must have of an instrument in the end.
  private mutating func tell(_ instrument: IbSimulatorInstrument) {
    tell("conId", instrument.conID)
    tell("symbol", instrument.symbol)
    tell("secType", instrument.securityType)
    tell("lastTradeDate", instrument.lastTradeDate)
    tell("strike", nanos: instrument.strike)
    tell("right", instrument.right)
    tell("exchange", instrument.exchange)
    tell("currency", instrument.currency)
    tell("localSymbol", instrument.localSymbol)
    tell("tradingClass", instrument.tradingClass)
    tell("primaryExchange", instrument.primaryExchange)
    tell("minTick", nanos: instrument.tickSize)
    tell("multiplier", instrument.multiplierText)
    tell("validExchanges", instrument.validExchanges)
    tell("longName", instrument.longName)
    tell("marketRuleIds", instrument.marketRuleIDs)
    tell("timeZoneId", instrument.timeZone)
    tell("tradingHours", instrument.tradingHours)
    tell("liquidHours", instrument.liquidHours)
    tell("stockType", instrument.stockType)
  }

  mutating func contractDetailsEnd(_ id: Int) {
    begin(.contractDetailsEnd, "contractDetailsEnd")
    textOnly(1)
    integer("reqId", 1, id)
    end()
  }

  mutating func symbolSamples(_ id: Int, _ instruments: [IbSimulatorInstrument]) {
    begin(.symbolSamples, "symbolSamples")
    integer("reqId", 1, id)
    list("samples", 2, instruments) { writer, instrument in
      let derivatives = instrument.securityType == "STK" ? ["OPT"] : []
      writer.nest(1) { inner in
        inner.integer("conId", 1, instrument.conID)
        inner.text("symbol", 2, instrument.symbol)
        inner.text("secType", 3, instrument.securityType)
        inner.text("primaryExchange", 9, instrument.primaryExchange)
        inner.text("currency", 10, instrument.currency)
        if inner.isProtobuf { inner.text("description", 15, instrument.longName) }
      }
      writer.texts("derivatives", 2, derivatives)
      if !writer.isProtobuf {
        writer.text("description", 15, instrument.longName)
        writer.textOnly("")
      }
    }
    end()
  }

  mutating func depthExchanges(_ exchanges: [IbSimulatorDepthExchange]) {
    begin(.depthExchanges, "mktDepthExchanges")
    list("exchanges", 1, exchanges) { writer, one in
      writer.text("exchange", 1, one.exchange)
      writer.text("secType", 2, one.securityType)
      writer.text("listingExch", 3, one.listing)
      writer.text("serviceDataType", 4, one.hasMarketMakers ? "Deep2" : "Deep")
      writer.integer("aggGroup", 5, one.group)
    }
    end()
  }

  mutating func smartComponents(_ id: Int, _ venues: [String]) {
    begin(.smartComponents, "smartComponents")
    integer("reqId", 1, id)
    list("components", 2, Array(venues.enumerated())) { writer, venue in
      writer.integer("bitNumber", 1, venue.offset)
      writer.text("exchange", 2, venue.element)
      writer.text("exchangeLetter", 3, IbSimulatorVenues.letter(venue.element))
    }
    end()
  }

  mutating func marketRule(_ id: Int, _ steps: [(low: Int64, step: Int64)]) {
    begin(.marketRule, "marketRule")
    integer("marketRuleId", 1, id)
    list("priceIncrements", 2, steps) { writer, step in
      writer.price("lowEdge", 1, step.low)
      writer.price("increment", 2, step.step)
    }
    end()
  }

  mutating func optionParameters(
    _ id: Int, exchange: String, underlying: IbSimulatorInstrument, expirations: [String],
    strikes: [Int64]
  ) {
    begin(.optionParameters, "securityDefinitionOptionParameter")
    integer("reqId", 1, id)
    text("exchange", 2, exchange)
    integer("underlyingConId", 3, underlying.conID)
    text("tradingClass", 4, underlying.symbol)
    text("multiplier", 5, "100")
    texts("expirations", 6, expirations)
    prices("strikes", 7, strikes)
    end()
  }

  mutating func optionParametersEnd(_ id: Int) {
    begin(.optionParametersEnd, "securityDefinitionOptionParameterEnd")
    integer("reqId", 1, id)
    end()
  }
}

extension IbSimulatorInstrument {
  var tickText: String { Self.text(tickSize) }
  var lotText: String { String(lotSize) }
  var multiplierText: String { multiplier == 0 ? "" : String(multiplier) }
  var marketName: String { tradingClass }
  var orderTypes: String { "ACTIVETIM,DAY,GTC,LIMIT,LMT,MKT,STP" }
  /// `202612` of an expiry on 18 December 2026.
  var contractMonth: String { String(lastTradeDate.prefix(6)) }

  static func text(_ nanos: Int64) -> String {
    var frame = IbFrameWriter()
    frame.decimal(nanos: nanos)
    return String(decoding: frame.bytes, as: UTF8.self)
  }
}
