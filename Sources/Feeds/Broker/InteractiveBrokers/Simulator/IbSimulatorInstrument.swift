/// An instrument of the simulated gateway: what contract details say of it, and where its market
/// begins.
struct IbSimulatorInstrument: Sendable {
  /// The stable key (fact sheet, section 10).
  var conID: Int
  var symbol: String
  /// `STK`, `FUT`, `CASH`, `IND`, `OPT`.
  var securityType: String
  /// `YYYYMMDD`, empty where it does not expire.
  var lastTradeDate = ""
  /// In units of 1e-9.
  var strike: Int64 = 0
  var right = ""
  /// 0 where there is none.
  var multiplier = 0
  var exchange: String
  var primaryExchange = ""
  var currency = "USD"
  var localSymbol: String
  var tradingClass: String
  var longName: String
  var industry = ""
  var category = ""
  var stockType = ""
  var validExchanges: String
  /// Parallel to `validExchanges`.
  var marketRuleIDs: String
  var underlyingConID = 0
  var underlyingSymbol = ""
  var underlyingType = ""
  var timeZone = "US/Eastern"
  var tradingHours = "20261102:0400-20261102:2000;20261103:0400-20261103:2000"
  var liquidHours = "20261102:0930-20261102:1600;20261103:0930-20261103:1600"
  /// Smallest step of the price, in units of 1e-9.
  var tickSize: Int64
  /// Where the price begins, in units of 1e-9.
  var firstPrice: Int64
  /// The size of one lot of its market, in whole units.
  var lotSize: Int64
  /// Exchanges that its depth and trades name.
  var venues: [String]

  /// Whether its market has rows of several exchanges.
  var hasSmartDepth: Bool { securityType == "STK" }
  /// Options and indices are not for tick-by-tick data (fact sheet, section 7).
  var hasTickByTick: Bool {
    securityType == "STK" || securityType == "FUT" || securityType == "CASH"
  }
  var hasDepth: Bool { securityType != "IND" }
}

/// The instruments of a simulated gateway: a few of each kind, then as many made-up stocks as are
/// asked for.
struct IbSimulatorCatalog: Sendable {
  let instruments: [IbSimulatorInstrument]
  private let byConID: [Int: Int]
  private let bySymbol: [String: [Int]]

  /// The instruments of these symbols, stocks where they are not known. Where none is given the
  /// first `count` of those that are known, and made-up stocks behind them.
  init(symbols: [String], count: Int) {
    var all = Self.named
    if !symbols.isEmpty {
      all.removeAll { !symbols.contains($0.symbol) }
      let known = Set(all.map(\.symbol))
      for (number, symbol) in symbols.enumerated() where !known.contains(symbol) {
        all.append(Self.madeUp(symbol, conID: 800_000_000 + number, number))
      }
    } else if count <= all.count {
      all.removeLast(all.count - max(count, 1))
    } else {
      all.reserveCapacity(count)
      for number in 0..<(count - all.count) {
        all.append(Self.madeUp(Self.name(number), conID: 900_000_000 + number, number))
      }
    }
    instruments = all
    byConID = Dictionary(uniqueKeysWithValues: all.indices.map { (all[$0].conID, $0) })
    bySymbol = Dictionary(grouping: all.indices) { all[$0].symbol }
  }

  func index(conID: Int) -> Int? { byConID[conID] }

  /// All instruments that a contract fits: its key alone decides where it is given, else symbol and
  /// type must be equal, and what else is said must not contradict.
  func matches(_ contract: IbSimulatorContract) -> [Int] {
    if contract.conID != 0 { return byConID[contract.conID].map { [$0] } ?? [] }
    let symbol = contract.symbol.isEmpty ? contract.localSymbol : contract.symbol
    let candidates =
      bySymbol[symbol]
      ?? instruments.indices.filter { instruments[$0].localSymbol == symbol && !symbol.isEmpty }
    return candidates.filter { Self.fits(contract, instruments[$0]) }
  }

  private static func fits(
    _ contract: IbSimulatorContract, _ instrument: IbSimulatorInstrument
  ) -> Bool {
    func agrees(_ asked: String, _ known: String) -> Bool { asked.isEmpty || asked == known }
    let exchanges = instrument.validExchanges.split(separator: ",").map(String.init)
    return agrees(contract.securityType, instrument.securityType)
      && agrees(contract.currency, instrument.currency)
      && agrees(contract.right, instrument.right)
      && agrees(contract.localSymbol, instrument.localSymbol)
      && agrees(contract.tradingClass, instrument.tradingClass)
      && (contract.lastTradeDate.isEmpty
        || instrument.lastTradeDate.hasPrefix(contract.lastTradeDate))
      && (contract.strike == 0 || contract.strike == instrument.strike)
      && (contract.exchange.isEmpty || exchanges.contains(contract.exchange)
        || contract.exchange == instrument.exchange)
  }

  /// Those whose symbol or name begins with `pattern`, in any case; at most 16 (fact sheet,
  /// section 10).
  func samples(of pattern: String) -> [IbSimulatorInstrument] {
    let wanted = pattern.lowercased()
    guard !wanted.isEmpty else { return [] }
    return Array(
      instruments.lazy.filter {
        $0.symbol.lowercased().hasPrefix(wanted) || $0.longName.lowercased().hasPrefix(wanted)
      }.prefix(16))
  }
}

// MARK: - The named ones

extension IbSimulatorCatalog {
  private static var cent: Int64 { 10_000_000 }
  private static var one: Int64 { 1_000_000_000 }
  private static var stockVenues: [String] { ["NASDAQ", "ARCA", "BATS", "IEX", "NYSE"] }

  private static var named: [IbSimulatorInstrument] {
    [
      stock(265_598, "AAPL", "APPLE INC", "NASDAQ", "NMS", first: 189_98),
      stock(272_093, "MSFT", "MICROSOFT CORP", "NASDAQ", "NMS", first: 421_37),
      stock(756_733, "SPY", "STATE STREET SPDR S&P 500 ETF", "ARCA", "SPY", first: 578_05),
      stock(8314, "IBM", "INTL BUSINESS MACHINES CORP", "NYSE", "IBM", first: 232_11),
      future(637_533_641, "ESZ6", "20261218"), future(649_180_695, "ESH7", "20270319"),
      currencies, index, option(right: "C", conID: 711_000_001),
      option(right: "P", conID: 711_000_002),
    ]
  }

  private static func stock(
    _ conID: Int, _ symbol: String, _ name: String, _ primary: String, _ tradingClass: String,
    first cents: Int64
  ) -> IbSimulatorInstrument {
    IbSimulatorInstrument(
      conID: conID, symbol: symbol, securityType: "STK", exchange: "SMART",
      primaryExchange: primary, localSymbol: symbol, tradingClass: tradingClass, longName: name,
      industry: "Technology", category: "Computers", stockType: symbol == "SPY" ? "ETF" : "COMMON",
      validExchanges: "SMART,NASDAQ,ARCA,BATS,IEX,NYSE,ISLAND",
      marketRuleIDs: "26,26,26,26,26,26,26", tickSize: cent, firstPrice: cents * cent, lotSize: 100,
      venues: stockVenues)
  }

  private static func future(
    _ conID: Int, _ local: String, _ last: String
  ) -> IbSimulatorInstrument {
    IbSimulatorInstrument(
      conID: conID, symbol: "ES", securityType: "FUT", lastTradeDate: last, multiplier: 50,
      exchange: "CME", localSymbol: local, tradingClass: "ES", longName: "E-mini S&P 500",
      validExchanges: "CME,QBALGO", marketRuleIDs: "67,67", underlyingConID: 11_004_968,
      underlyingSymbol: "ES", underlyingType: "IND", timeZone: "US/Central",
      tradingHours: "20261101:1700-20261102:1600;20261102:1700-20261103:1600",
      liquidHours: "20261102:0830-20261102:1600;20261103:0830-20261103:1600",
      tickSize: 25 * cent, firstPrice: 5321 * one + 25 * cent, lotSize: 1, venues: ["CME"])
  }

  private static var currencies: IbSimulatorInstrument {
    IbSimulatorInstrument(
      conID: 12_087_792, symbol: "EUR", securityType: "CASH", exchange: "IDEALPRO",
      localSymbol: "EUR.USD", tradingClass: "EUR.USD", longName: "European Monetary Union Euro",
      validExchanges: "IDEALPRO", marketRuleIDs: "239",
      tradingHours: "20261101:1715-20261102:1700;20261102:1715-20261103:1700",
      liquidHours: "20261101:1715-20261102:1700;20261102:1715-20261103:1700",
      tickSize: 50_000, firstPrice: 1_104_250_000, lotSize: 1_000_000, venues: ["IDEALPRO"])
  }

  private static var index: IbSimulatorInstrument {
    IbSimulatorInstrument(
      conID: 416_904, symbol: "SPX", securityType: "IND", exchange: "CBOE", localSymbol: "SPX",
      tradingClass: "SPX", longName: "S&P 500 Stock Index", industry: "Indices",
      category: "Broad Range Equity Index", validExchanges: "CBOE", marketRuleIDs: "26",
      timeZone: "US/Central", tickSize: cent, firstPrice: 5318 * one, lotSize: 1, venues: ["CBOE"])
  }

  private static func option(right: String, conID: Int) -> IbSimulatorInstrument {
    IbSimulatorInstrument(
      conID: conID, symbol: "AAPL", securityType: "OPT", lastTradeDate: "20261218",
      strike: 190 * one, right: right, multiplier: 100, exchange: "SMART",
      localSymbol: "AAPL  261218\(right)00190000", tradingClass: "AAPL", longName: "APPLE INC",
      validExchanges: "SMART,CBOE,BOX", marketRuleIDs: "32,109,109", underlyingConID: 265_598,
      underlyingSymbol: "AAPL", underlyingType: "STK", tickSize: cent, firstPrice: 525 * cent,
      lotSize: 1, venues: ["CBOE", "BOX"])
  }

  /// `M00000`, `M00001` and so on, so that nobody takes them for real ones.
  private static func name(_ number: Int) -> String {
    let digits = String(number)
    return "M" + String(repeating: "0", count: max(5 - digits.count, 0)) + digits
  }

  private static func madeUp(
    _ symbol: String, conID: Int, _ number: Int
  ) -> IbSimulatorInstrument {
    var made = stock(
      conID, symbol, "MADE UP \(number)", "NASDAQ", "NMS", first: 20_00 + Int64(number % 480) * 100)
    made.industry = "Made up"
    return made
  }
}
