internal import FeedKit

/// The settings of a session, as values.
struct IbSettings: Sendable {
  var port: UInt16 = 4002
  var clientID = 7
  /// What the hello offers.
  var versions = Ib.textVersion...Ib.textVersion
  /// Connect options behind the range: `+PACEAPI` asks the server to pace, not to refuse.
  var connectOptions = "+PACEAPI"
  /// 1 live, 2 frozen, 3 delayed, 4 delayed and frozen.
  var marketDataType = 1
  /// Generic ticks of all instruments; nil asks for RT volume where there are trades.
  var genericTicks: String?
  var wantsAccounts = false
  var depthRows = 10
  var smartDepth = false
  var depthLimit = 3
  var tickByTickLimit = 5
  var volumeFactor: UInt8 = 100
  var regularHours = false
  var frameLimit = IbLimits.bufferedBytes

  init(_ values: [String: String]) {
    func integer(_ name: String, _ usual: Int) -> Int { values[name].flatMap { Int($0) } ?? usual }
    func isOn(_ name: String, _ usual: Bool) -> Bool { values[name].map { $0 == "true" } ?? usual }
    port = UInt16(clamping: integer("api_port", 4002))
    clientID = integer("client_id", 7)
    if values["versions"] == "protobuf" { versions = Ib.protobufVersions }
    connectOptions = isOn("pace_api", true) ? "+PACEAPI" : ""
    marketDataType =
      Self.dataTypes.firstIndex(of: values["market_data_type"] ?? "live")
      .map { $0 + 1 } ?? 1
    if let ticks = values["generic_ticks"], ticks != "auto" { genericTicks = ticks }
    wantsAccounts = isOn("accounts", false)
    depthRows = integer("depth_rows", 10)
    smartDepth = isOn("smart_depth", false)
    depthLimit = integer("depth_limit", 3)
    tickByTickLimit = integer("tick_by_tick_limit", 5)
    volumeFactor = UInt8(clamping: integer("stock_volume_factor", 100))
    regularHours = isOn("regular_hours", false)
    frameLimit = integer("frame_limit", IbLimits.bufferedBytes)
  }

  static var dataTypes: [String] { ["live", "frozen", "delayed", "delayed-frozen"] }

  static var source: [LiveSetting] {
    [
      LiveSetting(
        "api_port", .integer(1...65_535), default: "4002",
        "Port of the API: Gateway live 4001, paper 4002; TWS live 7496, paper 7497."),
      LiveSetting(
        "client_id", .integer(1...999_999), default: "7",
        "Number of this client, unique among all that are connected."),
      LiveSetting(
        "versions", .choice(["text", "protobuf"]), default: "text",
        "Form of the messages: text (server version 200) or protobuf (213 to 226)."),
      LiveSetting(
        "pace_api", .boolean, default: "true",
        "Asks the server to delay requests that come too fast, not to refuse them."),
      LiveSetting(
        "market_data_type", .choice(dataTypes), default: "live",
        "What is asked for; what was granted is told by the server and marks the records."),
      LiveSetting(
        "generic_ticks", .text, default: "auto",
        "Generic tick ids with commas (233 RT volume, 375 RT trade volume); auto asks for 233."),
      LiveSetting(
        "accounts", .boolean, default: "false",
        "Whether accounts, positions, orders and executions are followed, read-only."),
      LiveSetting(
        "depth_rows", .integer(1...IbLimits.bookRows), default: "10", "Rows a side of depth."),
      LiveSetting(
        "smart_depth", .boolean, default: "false",
        "Whether depth is put together over exchanges by the server."),
      LiveSetting(
        "depth_limit", .integer(0...IbLimits.books), default: "3",
        "Instruments with depth at once that the login may have."),
      LiveSetting(
        "tick_by_tick_limit", .integer(0...1_000), default: "5",
        "Tick-by-tick subscriptions at once: 5 % of the market data lines."),
      LiveSetting(
        "stock_volume_factor", .integer(1...255), default: "100",
        "What volume ticks of US stocks count below server version 220: hundreds of shares."),
      LiveSetting(
        "regular_hours", .boolean, default: "false",
        "Whether bars and ticks of the past are of regular trading hours only."),
      LiveSetting(
        "frame_limit", .integer(4_096...IbLimits.largestBufferedBytes), default: "524288",
        "Bytes of the longest frame that is read; longer ones are passed over and counted."),
    ]
  }

  static var instrument: [LiveSetting] {
    [
      LiveSetting("con_id", .integer(0...2_147_483_647), default: "0", "The contract's id."),
      LiveSetting("sec_type", .text, default: "", "STK, FUT, OPT, CASH, IND ...; STK if empty."),
      LiveSetting("exchange", .text, default: "SMART", "Where its data comes from."),
      LiveSetting("primary_exchange", .text, default: "", "Home exchange."),
      LiveSetting("currency", .text, default: "", "Currency; USD if empty."),
      LiveSetting("last_trade_date", .text, default: "", "yyyymm or yyyymmdd."),
      LiveSetting("strike", .text, default: "", "Strike of an option."),
      LiveSetting("right", .text, default: "", "C or P."),
      LiveSetting("multiplier", .text, default: "", "Contract multiplier."),
      LiveSetting("local_symbol", .text, default: "", "The exchange's own symbol."),
      LiveSetting("trading_class", .text, default: "", "Trading class."),
      LiveSetting("generic_ticks", .text, default: "", "Generic tick ids of this instrument."),
      LiveSetting(
        "tick_by_tick",
        .choice(["none", "last", "all-last", "bid-ask", "last+bid-ask", "all-last+bid-ask"]),
        default: "none", "Tick-by-tick data beside market data."),
      LiveSetting(
        "size_places", .integer(0...8), default: "0",
        "Decimals of its sizes: a size in the records counts units of 10^-places."),
      LiveSetting(
        "bars_show", .choice(["TRADES", "MIDPOINT", "BID", "ASK"]), default: "TRADES",
        "What real-time bars are made of."),
    ]
  }
}
