internal import Records

/// Names of listed markets and security types (section 10): those of July 2021, until the lookup
/// port gives newer ones.
struct IqfeedCodes {
  private(set) var markets: [Int: String] = [:]
  private(set) var securityTypes: [Int: String] = [:]

  /// Names that are kept at most.
  private static var limit: Int { 4_096 }

  init() {
    for (text, isMarket) in [(Self.marketText, true), (Self.typeText, false)] {
      for item in text.split(separator: ";") {
        let parts = item.split(separator: " ")
        guard parts.count == 2, let code = Int(parts[0]) else { continue }
        if isMarket {
          markets[code] = String(parts[1])
        } else {
          securityTypes[code] = String(parts[1])
        }
      }
    }
  }

  mutating func setMarket(_ code: Int, _ name: String) {
    if markets.count < Self.limit { markets[code] = name }
  }

  mutating func setSecurityType(_ code: Int, _ name: String) {
    if securityTypes.count < Self.limit { securityTypes[code] = name }
  }

  func market(_ code: String) -> String { Int(code).flatMap { markets[$0] } ?? code }
  func securityType(_ code: String) -> String { Int(code).flatMap { securityTypes[$0] } ?? code }

  /// The class of an instrument by its security type; options by the month letter of the symbol,
  /// A to L for calls, M to X for puts (section 2).
  static func instrumentClass(_ type: Int, symbol: String) -> InstrumentClass {
    switch type {
    case 1: .stock
    case 2: optionClass(symbol)
    case 5, 23: .bond
    case 8, 35, 41: .future
    case 10, 21: .futureSpread
    case 11: .commoditySpot
    case 16: .fxSpot
    case 22: .mixedSpread
    default: .undefined
    }
  }

  private static func optionClass(_ symbol: String) -> InstrumentClass {
    // Root, year, day, month letter, strike: the last letter is the month.
    guard let letter = symbol.utf8.last(where: { $0 >= 0x41 && $0 <= 0x5A }), letter <= 0x58 else {
      return .undefined
    }
    return letter <= 0x4C ? .call : .put
  }

  private static let marketText = """
    1 NGM;2 NCM;3 OTC;4 OTCBB;5 NASDAQ;6 NYSE_AMERICAN;7 NYSE;8 CHX;9 PHLX;10 NSX;11 NYSE_ARCA;\
    12 BX;13 CBOE;14 OPRA;15 NASD_ADF;16 ISE;17 BOX;18 BATS;19 NTRF;21 NGSM;23 C2;24 NYSE_TRF;\
    25 EDGA;26 EDGX;27 DTN;28 BYX;30 CBOT;31 DJ;32 CFE;33 KCBOT;34 CME;35 MGE;36 NYMEX;37 COMEX;\
    38 ICEFU;40 CME-FL;42 CBOTMINI;43 CMEMINI;45 NYMEXMINI;47 CLEARPORT;48 COMEXMINI;50 TSE;\
    52 CVE;54 ICEFC;55 MX;56 LSE;57 FTSE;60 MDEX;62 LME;63 ICEEC;65 DME;66 BMF;67 SGX;68 EUREX;\
    69 ENID;70 ICEEF;71 ENCOM;72 TULLETT;74 FXCM;78 TENFORE;80 PSX;82 TOCOM;88 MIAX;\
    108 NYSE_AMEX;110 CME_GBX;111 CBOT_GBX;112 NYMEX_GBX;113 COMEX_GBX;114 DME_GBX;115 RUSSELL;\
    116 SMALL;121 GEMINI;129 ICEENDEX;130 KCBOT_GBX;131 MGE_GBX;135 ICEEA;150 MERCURY;151 DCE;\
    152 ZCE;153 IEX;154 MCX;156 PEARL;157 CTS;158 LSEI;159 UNKNOWN;164 NTRF_CHICAGO;168 EMERALD;\
    186 LTSE;187 MEMX
    """

  private static let typeText = """
    1 EQUITY;2 IEOPTION;3 MUTUAL;4 MONEY;5 BONDS;6 INDEX;7 MKTSTATS;8 FUTURE;9 FOPTION;10 SPREAD;\
    11 SPOT;12 FORWARD;13 CALC;14 STRIP;16 FOREX;18 PRECMTL;21 ICSPREAD;22 STRATSPREAD;\
    23 TREASURIES;24 SWAPS;35 COMBINED_FUTURE;36 COMBINED_FOPTION;39 FOPTION_IV;41 DAILY_FUTURE
    """
}

/// Columns of F lines (section 4): the 57 of 6.1 and 6.2, or what FUNDAMENTAL FIELDNAMES says.
struct IqfeedFundamentalSet {
  private(set) var count = 57
  private var columns: [String: Int] = [:]

  init() { self.init(names: IqfeedFieldSet.names(Self.usual)) }

  init(names: [String]) {
    count = names.count
    for (index, name) in names.enumerated() where columns[name] == nil { columns[name] = index + 1 }
  }

  /// The column of a name; nil where the set does not have it.
  func column(_ name: String) -> Int? { columns[name] }

  private static var usual: String {
    "Symbol,Exchange ID,PE,Average Volume,52 Week High,52 Week Low,Calendar Year High,"
      + "Calendar Year Low,Dividend Yield,Dividend Amount,Dividend Rate,Pay Date,"
      + "Ex-dividend Date,Current Year EPS,Next Year EPS,Five-year Growth Percentage,"
      + "Fiscal Year End,Company Name,Root Option Symbol,Percent Held By Institutions,Beta,Leaps,"
      + "Current Assets,Current Liabilities,Balance Sheet Date,Long-term Debt,"
      + "Common Shares Outstanding,Split Factor 1,Split Factor 2,Format Code,Precision,SIC,"
      + "Historical Volatility,Security Type,Listed Market,52 Week High Date,52 Week Low Date,"
      + "Calendar Year High Date,Calendar Year Low Date,Year End Close,Maturity Date,Coupon Rate,"
      + "Expiration Date,Strike Price,NAICS,Exchange Root,Option Premium Multiplier,"
      + "Option Multiple Deliverable,Session Open Time,Session Close Time,Base Currency,"
      + "Contract Size,Contract Months,Minimum Tick Size,First Delivery Date,FIGI,"
      + "Security SubType"
  }
}
