internal import FeedKit

/// What is asked of one instrument, worked out once from its settings.
struct IbSubscription: Sendable {
  var id: UInt32
  var contract: IbContract
  var interests: LiveInterests
  var genericTicks: String
  /// `Last` or `AllLast`; empty for none.
  var tickTrades = ""
  var wantsTickQuotes = false
  var barsShow: String
  var sizePlaces: Int
  /// Whether level 1 is asked for.
  var wantsMarketData: Bool
  /// Whether the first of its requests was sent and not yet cancelled; by request kind.
  var sent: Set<Int> = []
  /// Kinds that the upstream has refused.
  var refused: Set<Int> = []
  var isReportedRefused = false

  init(_ instrument: LiveInstrument, _ settings: IbSettings) {
    let details = instrument.details
    id = instrument.instrumentID
    contract = IbContract(instrument.symbol, details)
    interests = instrument.interests
    barsShow = details["bars_show"] ?? "TRADES"
    sizePlaces = min(max(details["size_places"].flatMap { Int($0) } ?? 0, 0), 8)
    let kind = details["tick_by_tick"] ?? "none"
    if kind.hasPrefix("last") { tickTrades = "Last" }
    if kind.hasPrefix("all-last") { tickTrades = "AllLast" }
    wantsTickQuotes = kind.hasSuffix("bid-ask")
    let level1: LiveInterests = [.trades, .quotes, .regional, .news]
    let others: LiveInterests = [.depth, .bars]
    // Reference alone also means statistics, which come with level 1.
    wantsMarketData =
      !interests.isDisjoint(with: level1)
      || (interests.contains(.reference) && interests.isDisjoint(with: others))
    var ticks = details["generic_ticks"] ?? ""
    if ticks.isEmpty { ticks = settings.genericTicks ?? Self.usualTicks(contract, interests) }
    genericTicks = ticks
  }

  /// RT volume for what is traded on exchanges; a security type that has none would be refused.
  private static func usualTicks(_ contract: IbContract, _ interests: LiveInterests) -> String {
    guard interests.contains(.trades) else { return "" }
    return hasTrades(contract) ? "233" : ""
  }

  static func hasTrades(_ contract: IbContract) -> Bool {
    ["STK", "FUT", "OPT", "FOP", "CONTFUT"].contains(contract.securityType)
  }

  /// Whether RT volume will come, so that last ticks are not counted beside it.
  var tradeSource: IbInstrument.TradeSource {
    if !tickTrades.isEmpty { return .tickByTick }
    guard Self.hasTrades(contract) else { return .level1 }
    let ids = genericTicks.split(separator: ",")
    if ids.contains("233") { return .rtVolume }
    return ids.contains("375") ? .rtTradeVolume : .level1
  }

  /// Kinds of requests that are wanted.
  var kinds: [Int] {
    var kinds: [Int] = []
    if interests.contains(.reference) { kinds.append(IbRequestKind.contract) }
    if wantsMarketData { kinds.append(IbRequestKind.marketData) }
    if !tickTrades.isEmpty { kinds.append(IbRequestKind.tickLast) }
    if wantsTickQuotes { kinds.append(IbRequestKind.tickBidAsk) }
    if interests.contains(.depth) { kinds.append(IbRequestKind.depth) }
    if interests.contains(.bars) { kinds.append(IbRequestKind.bars) }
    return kinds
  }
}
