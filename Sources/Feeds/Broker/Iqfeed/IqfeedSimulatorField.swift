/// Fields of level 1 lines that can be selected, in the order of the recorded list (section 4).
enum IqfeedSimulatorField: String, CaseIterable {
  case symbol = "Symbol"
  case exchangeID = "Exchange ID"
  case last = "Last"
  case change = "Change"
  case percentChange = "Percent Change"
  case totalVolume = "Total Volume"
  case high = "High"
  case low = "Low"
  case bid = "Bid"
  case ask = "Ask"
  case bidSize = "Bid Size"
  case askSize = "Ask Size"
  case tick = "Tick"
  case range = "Range"
  case openInterest = "Open Interest"
  case open = "Open"
  case close = "Close"
  case spread = "Spread"
  case settle = "Settle"
  case delay = "Delay"
  case restrictedCode = "Restricted Code"
  case netAssetValue = "Net Asset Value"
  case averageMaturity = "Average Maturity"
  case sevenDayYield = "7 Day Yield"
  case extendedTradingChange = "Extended Trading Change"
  case extendedTradingDifference = "Extended Trading Difference"
  case priceEarningsRatio = "Price-Earnings Ratio"
  case percentOffAverageVolume = "Percent Off Average Volume"
  case bidChange = "Bid Change"
  case askChange = "Ask Change"
  case changeFromOpen = "Change From Open"
  case marketOpen = "Market Open"
  case volatility = "Volatility"
  case marketCapitalization = "Market Capitalization"
  case fractionDisplayCode = "Fraction Display Code"
  case decimalPrecision = "Decimal Precision"
  case daysToExpiration = "Days to Expiration"
  case previousDayVolume = "Previous Day Volume"
  case openRange1 = "Open Range 1"
  case closeRange1 = "Close Range 1"
  case openRange2 = "Open Range 2"
  case closeRange2 = "Close Range 2"
  case numberOfTradesToday = "Number of Trades Today"
  case vwap = "VWAP"
  case tickID = "TickID"
  case financialStatusIndicator = "Financial Status Indicator"
  case settlementDate = "Settlement Date"
  case bidMarketCenter = "Bid Market Center"
  case askMarketCenter = "Ask Market Center"
  case availableRegions = "Available Regions"
  case lastSize = "Last Size"
  case lastTime = "Last Time"
  case lastMarketCenter = "Last Market Center"
  case mostRecentTrade = "Most Recent Trade"
  case mostRecentTradeSize = "Most Recent Trade Size"
  case mostRecentTradeTime = "Most Recent Trade Time"
  case mostRecentTradeConditions = "Most Recent Trade Conditions"
  case mostRecentTradeMarketCenter = "Most Recent Trade Market Center"
  case extendedTrade = "Extended Trade"
  case extendedTradeSize = "Extended Trade Size"
  case extendedTradeTime = "Extended Trade Time"
  case extendedTradeMarketCenter = "Extended Trade Market Center"
  case messageContents = "Message Contents"
  case askTime = "Ask Time"
  case bidTime = "Bid Time"
  case lastDate = "Last Date"
  case extendedTradeDate = "Extended Trade Date"
  case mostRecentTradeDate = "Most Recent Trade Date"
  case mostRecentTradeAggressor = "Most Recent Trade Aggressor"
  case mostRecentTradeDayCode = "Most Recent Trade Day Code"

  /// What a connection has before it selects anything.
  static var usual: [IqfeedSimulatorField] { list(Iqfeed.defaultFields) }

  /// The known ones of a list; Symbol is put first.
  static func list(_ text: String) -> [IqfeedSimulatorField] {
    var fields: [IqfeedSimulatorField] = [.symbol]
    for name in text.split(separator: ",") {
      guard let field = IqfeedSimulatorField(rawValue: String(name)), !fields.contains(field)
      else { continue }
      fields.append(field)
    }
    return fields
  }

  static func names(_ fields: [IqfeedSimulatorField]) -> String {
    fields.map(\.rawValue).joined(separator: ",")
  }

  /// The columns of F lines at 6.1 and 6.2 (section 4).
  static var fundamentals: String {
    "Symbol,Exchange ID,PE,Average Volume,52 Week High,52 Week Low,Calendar Year High,"
      + "Calendar Year Low,Dividend Yield,Dividend Amount,Dividend Rate,Pay Date,"
      + "Ex-dividend Date,Current Year EPS,Next Year EPS,Five-year Growth Percentage,"
      + "Fiscal Year End,Company Name,Root Option Symbol,Percent Held By Institutions,Beta,"
      + "Leaps,Current Assets,Current Liabilities,Balance Sheet Date,Long-term Debt,"
      + "Common Shares Outstanding,Split Factor 1,Split Factor 2,Format Code,Precision,SIC,"
      + "Historical Volatility,Security Type,Listed Market,52 Week High Date,52 Week Low Date,"
      + "Calendar Year High Date,Calendar Year Low Date,Year End Close,Maturity Date,"
      + "Coupon Rate,Expiration Date,Strike Price,NAICS,Exchange Root,"
      + "Option Premium Multiplier,Option Multiple Deliverable,Session Open Time,"
      + "Session Close Time,Base Currency,Contract Size,Contract Months,Minimum Tick Size,"
      + "First Delivery Date,FIGI,Security SubType"
  }
}
