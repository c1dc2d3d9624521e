/// Code tables of the lookup port, as recorded in July 2021 (section 10), and industry codes that
/// the simulator gives its stocks.
enum IqfeedSimulatorCodes {
  /// Rows `id,short name,text` of a request; SIC and NAICS rows have no short name.
  ///
  /// Markets have a group, its id and name, behind them where a protocol is set: the market itself.
  static func table(_ command: String, hasGroups: Bool) -> [String] {
    switch command {
    case "SLM" where hasGroups:
      rows(markets).map { row in
        let fields = row.split(separator: ",")
        return "\(row),\(fields[0]),\(fields[1])"
      }
    case "SLM": rows(markets)
    case "SST": rows(securityTypes)
    case "STC": rows(conditions)
    case "SSC": industries.map { "\($0.sic.code),\($0.sic.name)" }
    case "SNC": industries.map { "\($0.naics.code),\($0.naics.name)" }
    default: []
    }
  }

  private static func rows(_ text: String) -> [String] {
    text.split(separator: " ").compactMap { entry in
      let parts = entry.split(separator: ":")
      guard parts.count == 2 else { return nil }
      return "\(parts[0]),\(parts[1]),\(parts[1])"
    }
  }

  static func sic(_ symbol: String) -> (code: Int, name: String) { industry(symbol).sic }
  static func naics(_ symbol: String) -> (code: Int, name: String) { industry(symbol).naics }

  private static func industry(_ symbol: String) -> Industry {
    industries[symbol.utf8.reduce(0) { $0 &+ Int($1) } % industries.count]
  }

  private typealias Industry = (sic: (code: Int, name: String), naics: (code: Int, name: String))

  private static let industries: [Industry] = [
    ((7_372, "PREPACKAGED SOFTWARE"), (511_210, "Software Publishers")),
    ((3_571, "ELECTRONIC COMPUTERS"), (334_111, "Electronic Computer Manufacturing")),
    ((5_961, "CATALOG AND MAIL-ORDER HOUSES"), (454_110, "Electronic Shopping, Mail-Order Houses")),
    ((6_726, "INVESTMENT OFFICES, NEC"), (525_990, "Other Financial Vehicles")),
  ]

  private static let conditions = """
    1:REGULAR 2:ACQ 3:CASHM 4:BUNCHED 5:AVGPRI 6:CASH 7:DIST 8:NEXTDAY 9:BURSTBSKT \
    10:BUNCHEDSOLD 11:ORDETAIL 12:INTERDAY 13:BSKTONCLOSE 14:RULE127 15:RULE155 16:SOLDLAST \
    17:NEXTDAYCLR 18:LATEREP 19:PRP 20:SELLER 21:SPLIT 22:RSVD 23:FORMT 24:CSTMBSKTX \
    25:SOLDOSEQ 26:CANC 27:CANCLAST 28:CANCOPEN 29:CANCONLY 30:OPEN 31:OPNL 32:AUTO 33:HALT \
    34:DELAYED 35:NON_BOARDLOT 36:POSIT 37:REOP 38:AJST 39:SPRD 40:STDL 41:STPD 42:CSTP \
    43:BWRT 44:CMBO 45:UNSPEC 46:MC_OFCLCLOSE 47:STPD_REGULAR 48:STPD_SOLDLAST \
    49:STPD_SOLDOSEQ 50:BASIS 51:VWAP 52:STS 53:STT 54:CONTINGENT 55:INTERNALX 56:MOC \
    57:MC_OFCLOPEN 58:FORTMTSOLDOSEQ 59:YELLOWFLAG 60:AUTOEXEC 61:INTRMRK_SWEEP 62:DERIVPRI \
    63:REOPNING 64:CLSING 65:CAP_ELCTN 66:CROSS_TRADE 67:PRICE_VAR 68:STKOPT_TRADE 69:SPIM \
    70:BNMT 71:TTEXEMPT 72:LATE 73:XCHG_PHYSICAL 74:CABINET 75:DIFFERENTIAL 76:HIT 77:IMPLIED \
    78:LG_ORDER 79:SM_ORDER 80:MATCH 81:NOMINAL 82:OPTION_EX 83:PERCENTAGE 84:AUTOQUOTE \
    85:INDICATIVE 86:TAKE 87:NOMINAL_CABINET 88:CHNG_TRANSACTION 89:CHNG_TRANS_CAB 90:FAST \
    91:NOMINAL_UPDATE 92:INACTIVE 93:DELTA 94:ERRATIC 95:RISK_FACTOR 96:OPT_ADDON \
    97:VOLATILITY 98:SPD_RPT 99:VOL_ADJ 100:BLANK 101:SOLDLATE 102:BLKT 103:EXPH \
    104:SPECIALIST_A 105:SPECIALIST_B 106:SPECIALIST_BA 107:ROTATION 108:HOLIDAY \
    109:PREOPENING 110:POST_FULL 111:POST_RESTRICTED 112:CLOSING_AUCTION 113:BATCH \
    114:TRADING 115:OFFICIAL 116:UNOFFICIAL 117:MIDPRICE 118:FLOOR 119:CLOSE 120:HIGH 121:LOW \
    122:BACKWARDATION 123:CONTANGO 124:RF_SETTLEMENT 125:RF_RESERVED 126:RF_RESERVED \
    127:RF_RESERVED 128:RF_RESERVED 129:YIELD 130:BASIS_HIGH 131:BASIS_LOW 132:UNCLEAR \
    133:OTC 134:MS 135:ODDLOT 136:CORRCSLDLAST 137:QUALCONT 138:MC_OPEN 139:CONFIRMED \
    140:OUTAGE 141:SPRD_LEG 142:BNDL_SPRD_LEG 143:LATECORR 144:CONTRA 145:IF_TRANSFER \
    146:IF_CROSS 147:NEG_TRADE 148:OTC_CANC 149:OTC_TRADE 150:SI_LATECORR 151:SI_TRADE \
    152:AUCT_TRADE 153:LATE 154:STRAT 155:INDICATIVE_AUCT
    """

  private static let markets = """
    1:NGM 2:NCM 3:OTC 4:OTCBB 5:NASDAQ 6:NYSE_AMERICAN 7:NYSE 8:CHX 9:PHLX 10:NSX \
    11:NYSE_ARCA 12:BX 13:CBOE 14:OPRA 15:NASD_ADF 16:ISE 17:BOX 18:BATS 19:NTRF 21:NGSM \
    23:C2 24:NYSE_TRF 25:EDGA 26:EDGX 27:DTN 28:BYX 30:CBOT 31:DJ 32:CFE 33:KCBOT 34:CME \
    35:MGE 36:NYMEX 37:COMEX 38:ICEFU 40:CME-FL 42:CBOTMINI 43:CMEMINI 45:NYMEXMINI \
    47:CLEARPORT 48:COMEXMINI 50:TSE 52:CVE 54:ICEFC 55:MX 56:LSE 57:FTSE 60:MDEX 62:LME \
    63:ICEEC 65:DME 66:BMF 67:SGX 68:EUREX 69:ENID 70:ICEEF 71:ENCOM 72:TULLETT 74:FXCM \
    78:TENFORE 80:PSX 82:TOCOM 88:MIAX 108:NYSE_AMEX 110:CME_GBX 111:CBOT_GBX 112:NYMEX_GBX \
    113:COMEX_GBX 114:DME_GBX 115:RUSSELL 116:SMALL 121:GEMINI 129:ICEENDEX 130:KCBOT_GBX \
    131:MGE_GBX 135:ICEEA 150:MERCURY 151:DCE 152:ZCE 153:IEX 154:MCX 156:PEARL 157:CTS \
    158:LSEI 159:UNKNOWN 164:NTRF_CHICAGO 168:EMERALD 186:LTSE 187:MEMX
    """

  private static let securityTypes = """
    1:EQUITY 2:IEOPTION 3:MUTUAL 4:MONEY 5:BONDS 6:INDEX 7:MKTSTATS 8:FUTURE 9:FOPTION \
    10:SPREAD 11:SPOT 12:FORWARD 13:CALC 14:STRIP 16:FOREX 18:PRECMTL 21:ICSPREAD \
    22:STRATSPREAD 23:TREASURIES 24:SWAPS 35:COMBINED_FUTURE 36:COMBINED_FOPTION \
    39:FOPTION_IV 41:DAILY_FUTURE
    """
}
