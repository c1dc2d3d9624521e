/// Account, positions and executions, read-only (fact sheet, section 11).
extension IbSimulatorWriter {
  mutating func position(_ account: String, _ position: IbSimulatorPosition) {
    begin(.position, "position")
    textOnly(3)
    text("account", 1, account)
    contractFields(2, position.instrument, exchange: position.instrument.primaryOrOwn)
    size("position", 3, position.quantity)
    price("avgCost", 4, position.averageCost)
    end()
  }

  mutating func positionEnd() {
    begin(.positionEnd, "positionEnd")
    textOnly(1)
    end()
  }

  mutating func positionMulti(
    _ id: Int, _ account: String, model: String, _ position: IbSimulatorPosition
  ) {
    begin(.positionMulti, "positionMulti")
    textOnly(1)
    integer("reqId", 1, id)
    text("account", 2, account)
    contractFields(3, position.instrument, exchange: position.instrument.primaryOrOwn)
    size("position", 4, position.quantity)
    price("avgCost", 5, position.averageCost)
    text("modelCode", 6, model)
    end()
  }

  /// An end of some answer that carries the request's id alone.
  mutating func requestEnd(_ message: IbMessageID, _ name: StaticString, _ id: Int) {
    begin(message, name)
    textOnly(1)
    integer("reqId", 1, id)
    end()
  }

  /// An end of some answer that carries nothing.
  mutating func bareEnd(_ message: IbMessageID, _ name: StaticString, hasVersion: Bool) {
    begin(message, name)
    if hasVersion { textOnly(1) }
    end()
  }

  mutating func accountValue(_ account: String, _ value: IbSimulatorAccountValue) {
    begin(.accountValue, "updateAccountValue")
    textOnly(2)
    text("key", 1, value.key)
    text("val", 2, value.text)
    text("currency", 3, value.currency)
    text("accountName", 4, account)
    end()
  }

  mutating func portfolioValue(
    _ account: String, _ position: IbSimulatorPosition, marketPrice: Int64
  ) {
    begin(.portfolioValue, "updatePortfolio")
    textOnly(8)
    contractFields(1, position.instrument, exchange: position.instrument.primaryOrOwn)
    size("position", 2, position.quantity)
    price("marketPrice", 3, marketPrice)
    price("marketValue", 4, position.value(at: marketPrice))
    price("averageCost", 5, position.averageCost)
    price("unrealizedPNL", 6, position.profit(at: marketPrice))
    price("realizedPNL", 7, 0)
    text("accountName", 8, account)
    end()
  }

  mutating func accountTime(_ text: String) {
    begin(.accountTime, "updateAccountTime")
    textOnly(1)
    self.text("timeStamp", 1, text)
    end()
  }

  mutating func accountDownloadEnd(_ account: String) {
    begin(.accountDownloadEnd, "accountDownloadEnd")
    textOnly(1)
    text("accountName", 1, account)
    end()
  }

  mutating func accountSummary(_ id: Int, _ account: String, _ value: IbSimulatorAccountValue) {
    begin(.accountSummary, "accountSummary")
    textOnly(1)
    integer("reqId", 1, id)
    text("account", 2, account)
    text("tag", 3, value.key)
    text("value", 4, value.text)
    text("currency", 5, value.currency)
    end()
  }

  mutating func accountUpdateMulti(
    _ id: Int, _ account: String, model: String, _ value: IbSimulatorAccountValue
  ) {
    begin(.accountUpdateMulti, "accountUpdateMulti")
    textOnly(1)
    integer("reqId", 1, id)
    text("account", 2, account)
    text("modelCode", 3, model)
    text("key", 4, value.key)
    text("value", 5, value.text)
    text("currency", 6, value.currency)
    end()
  }

  mutating func profit(_ id: Int, daily: Int64, unrealized: Int64, realized: Int64) {
    begin(.pnl, "pnl")
    integer("reqId", 1, id)
    price("dailyPnL", 2, daily)
    price("unrealizedPnL", 3, unrealized)
    price("realizedPnL", 4, realized)
    end()
  }

  mutating func profitSingle(_ id: Int, _ position: IbSimulatorPosition, price marketPrice: Int64) {
    begin(.pnlSingle, "pnlSingle")
    integer("reqId", 1, id)
    size("pos", 2, position.quantity)
    price("dailyPnL", 3, position.profit(at: marketPrice))
    price("unrealizedPnL", 4, position.profit(at: marketPrice))
    price("realizedPnL", 5, 0)
    price("value", 6, position.value(at: marketPrice))
    end()
  }

  mutating func userInfo(_ id: Int) {
    begin(.userInfo, "userInfo")
    integer("reqId", 1, id)
    text("whiteBrandingId", 2, "")
    end()
  }

  /// conId to tradingClass, in the order that positions have: without the primary exchange.
  private mutating func contractFields(
    _ number: Int, _ instrument: IbSimulatorInstrument, exchange: String
  ) {
    if isProtobuf {
      var placed = instrument
      placed.exchange = exchange
      nest(number) { $0.contract(placed) }
    } else {
      textOnly(instrument.conID)
      for field in [instrument.symbol, instrument.securityType, instrument.lastTradeDate] {
        textOnly(field)
      }
      textOnly(nanos: instrument.strike)
      for field in [
        instrument.right, instrument.multiplierText, exchange, instrument.currency,
        instrument.localSymbol, instrument.tradingClass,
      ] { textOnly(field) }
    }
    tellContract(instrument)
  }

  private mutating func tellContract(_ instrument: IbSimulatorInstrument) {
    tell("conId", instrument.conID)
    tell("symbol", instrument.symbol)
    tell("secType", instrument.securityType)
    tell("currency", instrument.currency)
    tell("localSymbol", instrument.localSymbol)
  }
}

// MARK: - Executions

extension IbSimulatorWriter {
  /// A fill, as 11 has it from 136 on.
  mutating func execution(_ id: Int, _ fill: IbSimulatorFill) {
    begin(.execution, "execDetails")
    integer("reqId", 1, id)
    if isProtobuf {
      nest(2) { $0.contract(fill.position.instrument) }
      nest(3) { $0.content(fill) }
      tellContract(fill.position.instrument)
    } else {
      textOnly(fill.orderID)
      contractFields(0, fill.position.instrument, exchange: fill.venue)
      contentAsText(fill)
    }
    tell("execId", fill.executionID)
    tell("price", nanos: fill.position.averageCost)
    tell("shares", nanos: fill.position.quantity)
    end()
  }

  private mutating func content(_ fill: IbSimulatorFill) {
    protobufOnly(1, integer: fill.orderID)
    protobufOnly(2, fill.executionID)
    protobufOnly(3, fill.time)
    protobufOnly(4, fill.account)
    protobufOnly(5, fill.venue)
    protobufOnly(6, "BOT")
    protobufOnly(7, IbSimulatorInstrument.text(fill.position.quantity))
    protobufOnly(8, nanos: fill.position.averageCost)
    protobufOnly(9, integer: fill.orderID)
    protobufOnly(10, integer: 0)
    protobufOnly(12, IbSimulatorInstrument.text(fill.position.quantity))
    protobufOnly(13, nanos: fill.position.averageCost)
    protobufOnly(18, integer: 2)
  }

  private mutating func contentAsText(_ fill: IbSimulatorFill) {
    for field in [fill.executionID, fill.time, fill.account, fill.venue, "BOT"] { textOnly(field) }
    textOnly(nanos: fill.position.quantity)
    textOnly(nanos: fill.position.averageCost)
    for number in [fill.orderID, 0, 0] { textOnly(number) }
    textOnly(nanos: fill.position.quantity)
    textOnly(nanos: fill.position.averageCost)
    for field in ["", "", "", "", "2"] { textOnly(field) }
    if version >= 178 { textOnly(0) }
    if version >= 198 { textOnly("") }
  }
}
