/// An instrument as requests name it: `contract12` of section 5.
struct IbContract: Sendable, Equatable {
  var conID = 0
  var symbol = ""
  var securityType = ""
  /// `yyyymm` or `yyyymmdd`.
  var lastTradeDate = ""
  /// Decimal text; empty for none.
  var strike = ""
  var right = ""
  var multiplier = ""
  var exchange = ""
  var primaryExchange = ""
  var currency = ""
  var localSymbol = ""
  var tradingClass = ""
  var legs: [Leg] = []

  /// One leg of a combination (security type `BAG`).
  struct Leg: Sendable, Equatable {
    var conID: Int
    var ratio: Int
    var action: String
    var exchange: String
  }

  init() {}

  init(
    conID: Int = 0, symbol: String = "", securityType: String = "", lastTradeDate: String = "",
    exchange: String = "", primaryExchange: String = "", currency: String = ""
  ) {
    (self.conID, self.symbol, self.securityType) = (conID, symbol, securityType)
    (self.lastTradeDate, self.exchange) = (lastTradeDate, exchange)
    (self.primaryExchange, self.currency) = (primaryExchange, currency)
  }

  /// From the settings of an instrument.
  init(_ symbol: String, _ details: [String: String]) {
    func text(_ name: String, _ usual: String = "") -> String {
      details[name].flatMap { $0.isEmpty ? nil : $0 } ?? usual
    }
    self.symbol = symbol
    conID = Int(text("con_id")) ?? 0
    securityType = text("sec_type", "STK")
    lastTradeDate = text("last_trade_date")
    strike = text("strike")
    right = text("right")
    multiplier = text("multiplier")
    exchange = text("exchange", "SMART")
    primaryExchange = text("primary_exchange")
    currency = text("currency", "USD")
    localSymbol = text("local_symbol")
    tradingClass = text("trading_class")
    // conId and exchange are enough, and nothing else can then contradict them.
    if conID != 0 { self.symbol = "" }
    if conID != 0, details["sec_type"] == nil { (securityType, currency) = ("", "") }
  }

  /// The twelve text fields.
  func write(to writer: inout IbFrameWriter) {
    writer.field(conID)
    writeWithoutID(to: &writer)
  }

  private func writeWithoutID(to writer: inout IbFrameWriter) {
    writer.field(symbol)
    writer.field(securityType)
    writer.field(lastTradeDate)
    writer.field(strike)
    writer.field(right)
    writer.field(multiplier)
    writer.field(exchange)
    writer.field(primaryExchange)
    writer.field(currency)
    writer.field(localSymbol)
    writer.field(tradingClass)
  }

  /// Leg count and legs, which a combination has behind the twelve fields.
  func writeLegs(to writer: inout IbFrameWriter) {
    guard securityType == "BAG" else { return }
    writer.field(legs.count)
    for leg in legs {
      writer.field(leg.conID)
      writer.field(leg.ratio)
      writer.field(leg.action)
      writer.field(leg.exchange)
    }
  }

  /// The `Contract` message, as field `number`.
  func writeMessage(_ number: Int, to writer: inout IbFrameWriter) {
    let place = writer.beginMessage(number)
    writer.int(1, conID)
    writer.stringUnlessEmpty(2, symbol)
    writer.stringUnlessEmpty(3, securityType)
    writer.stringUnlessEmpty(4, lastTradeDate)
    if let value = Double(strike), value != 0 { writer.double(5, value) }
    writer.stringUnlessEmpty(6, right)
    if let value = Double(multiplier) { writer.double(7, value) }
    writer.stringUnlessEmpty(8, exchange)
    writer.stringUnlessEmpty(9, primaryExchange)
    writer.stringUnlessEmpty(10, currency)
    writer.stringUnlessEmpty(11, localSymbol)
    writer.stringUnlessEmpty(12, tradingClass)
    for leg in legs {
      let inner = writer.beginMessage(20)
      writer.int(1, leg.conID)
      writer.int(2, leg.ratio)
      writer.stringUnlessEmpty(3, leg.action)
      writer.stringUnlessEmpty(4, leg.exchange)
      // Same open or close, no short sale, no exemption: as the official client writes a leg.
      writer.int(5, 0)
      writer.int(6, 0)
      writer.int(8, -1)
      writer.endMessage(inner)
    }
    writer.endMessage(place)
  }
}

/// What the upstream says of an instrument (10, 18).
struct IbContractDetails: Sendable, Equatable {
  var row: IbRow

  var conID: Int { row.int("contract.conId") ?? 0 }
  var symbol: String { row["contract.symbol"] ?? "" }
  var localSymbol: String { row["contract.localSymbol"] ?? "" }
  var securityType: String { row["contract.secType"] ?? "" }
  var exchange: String { row["contract.exchange"] ?? "" }
  var primaryExchange: String { row["contract.primaryExchange"] ?? "" }
  var currency: String { row["contract.currency"] ?? "" }
  var longName: String { row["longName"] ?? "" }
  var timeZone: String { row["timeZoneId"] ?? "" }
  /// In units of 1e-9; 0 where there is none.
  var minTick: Int64 { row.decimal("minTick").nanos ?? 0 }

  init(_ row: IbRow) {
    self.row = row
    // `yyyymmdd hh:mm zone`: date, time and zone are three things.
    let key = "contract.lastTradeDateOrContractMonth"
    if let text = row[key], let index = row.names.firstIndex(of: key) {
      let parts = text.split(maxSplits: 2, omittingEmptySubsequences: true) {
        $0 == " " || $0 == "-"
      }
      self.row.values[index] = parts.first.map(String.init) ?? ""
      if parts.count > 1 { self.row.set("lastTradeTime", String(parts[1])) }
    }
    if let index = row.names.firstIndex(of: "longName") {
      self.row.values[index] = IbText.unescaped(row.values[index])
    }
  }

  /// Last day on which it trades, `yyyymmdd`; empty where it never ends.
  var lastTradeDate: String {
    if let real = row["realExpirationDate"], !real.isEmpty { return real }
    return row["contract.lastTradeDateOrContractMonth"] ?? ""
  }
}
