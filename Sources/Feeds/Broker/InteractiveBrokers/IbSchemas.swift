/// Cold messages by number: sections 10 to 12 and 14 of the fact sheet. Names are those of the
/// official client's callbacks.
enum IbSchemas {
  static let table: [Int: IbSchema] = {
    var table: [Int: IbSchema] = [:]
    for (id, schema) in reference { table[id] = schema }
    for (id, schema) in accounts { table[id] = schema }
    for (id, schema) in orders { table[id] = schema }
    return table
  }()

  /// Messages about accounts and orders: a stream of their own.
  static func isAccount(_ id: Int) -> Bool {
    accounts.contains { $0.0 == id } || orders.contains { $0.0 == id }
  }

  /// Symbol to class of a contract as account messages have it.
  private static let contract =
    "contract.conId contract.symbol contract.secType contract.lastTradeDateOrContractMonth "
    + "contract.strike contract.right contract.multiplier"
  private static let contractTail = "contract.currency contract.localSymbol contract.tradingClass"
  static let contractFields =
    "1i:conId 2s:symbol 3s:secType 4s:lastTradeDateOrContractMonth 5d:strike 6s:right "
    + "7d:multiplier 8s:exchange 9s:primaryExchange 10s:currency 11s:localSymbol "
    + "12s:tradingClass 15s:description 21s:lastTradeDate"

  private static let reference: [(Int, IbSchema)] = [
    (
      10,
      IbSchema(
        "contractDetails",
        "_<164 reqId contract.symbol contract.secType contract.lastTradeDateOrContractMonth "
          + "contract.lastTradeDate>=182 contract.strike contract.right contract.exchange "
          + "contract.currency contract.localSymbol marketName contract.tradingClass "
          + "contract.conId minTick _<164 contract.multiplier orderTypes validExchanges "
          + "priceMagnifier underConId longName contract.primaryExchange contractMonth industry "
          + "category subcategory timeZoneId tradingHours liquidHours evRule evMultiplier "
          + "secIdList[ tag value ] aggGroup underSymbol underSecType marketRuleIds "
          + "realExpirationDate stockType",
        "1i:reqId 2:{contract \(contractFields) } 3:{- 1s:marketName 2s:minTick 3s:orderTypes "
          + "4s:validExchanges 5i:priceMagnifier 6i:underConId 7s:longName 8s:contractMonth "
          + "9s:industry 10s:category 11s:subcategory 12s:timeZoneId 13s:tradingHours "
          + "14s:liquidHours 15s:evRule 16d:evMultiplier 17:[secIdList 1s:tag 2s:value ] "
          + "18i:aggGroup 19s:underSymbol 20s:underSecType 21s:marketRuleIds "
          + "22s:realExpirationDate 23s:stockType 24s:minSize 25s:sizeIncrement "
          + "26s:suggestedSizeIncrement }")
    ),
    (52, IbSchema("contractDetailsEnd", "_ reqId", "1i:reqId")),
    (
      79,
      IbSchema(
        "symbolSamples",
        "reqId contractDescriptions[ contract.conId contract.symbol contract.secType "
          + "contract.primaryExchange contract.currency derivativeSecTypes[ value ] "
          + "contract.description>=176 contract.issuerId>=176 ]",
        "1i:reqId 2:[contractDescriptions 1:{contract \(contractFields) } "
          + "2*:derivativeSecTypes ]")
    ),
    (
      80,
      IbSchema(
        "mktDepthExchanges",
        "depthMktDataDescriptions[ exchange secType listingExch serviceDataType aggGroup ]",
        "1:[depthMktDataDescriptions 1s:exchange 2s:secType 3s:listingExch 4s:serviceDataType "
          + "5i:aggGroup ]")
    ),
    (
      81,
      IbSchema(
        "tickReqParams", "tickerId minTick bboExchange snapshotPermissions",
        "1i:tickerId 2s:minTick 3s:bboExchange 4i:snapshotPermissions")
    ),
    (
      82,
      IbSchema(
        "smartComponents", "reqId smartComponentMap[ bitNumber exchange exchangeLetter ]",
        "1i:reqId 2:[smartComponentMap 1i:bitNumber 2s:exchange 3s:exchangeLetter ]")
    ),
    (
      84,
      IbSchema(
        "tickNews", "tickerId timeStamp providerCode articleId headline extraData",
        "1i:tickerId 2i:timeStamp 3s:providerCode 4s:articleId 5s:headline 6s:extraData")
    ),
    (88, IbSchema("headTimestamp", "reqId headTimestamp", "1i:reqId 2s:headTimestamp")),
    (
      89,
      IbSchema("histogramData", "reqId items[ price size ]", "1i:reqId 2:[items 1d:price 2s:size ]")
    ),
    (91, IbSchema("rerouteMktDataReq", "reqId conId exchange", "1i:reqId 2i:conId 3s:exchange")),
    (92, IbSchema("rerouteMktDepthReq", "reqId conId exchange", "1i:reqId 2i:conId 3s:exchange")),
    (
      93,
      IbSchema(
        "marketRule", "marketRuleId priceIncrements[ lowEdge increment ]",
        "1i:marketRuleId 2:[priceIncrements 1d:lowEdge 2d:increment ]")
    ),
    (
      106,
      IbSchema(
        "historicalSchedule",
        "reqId startDateTime endDateTime timeZone sessions[ startDateTime endDateTime refDate ]",
        "1i:reqId 2s:startDateTime 3s:endDateTime 4s:timeZone 5:[sessions 1s:startDateTime "
          + "2s:endDateTime 3s:refDate ]")
    ),
    (
      108,
      IbSchema("historicalDataEnd", "reqId start end", "1i:reqId 2s:start 3s:end")
    ),
  ]

  private static let accounts: [(Int, IbSchema)] = [
    (
      6,
      IbSchema(
        "updateAccountValue", "_ key val currency accountName",
        "1s:key 2s:val 3s:currency 4s:accountName")
    ),
    (
      7,
      IbSchema(
        "updatePortfolio",
        "_ \(contract) contract.primaryExchange \(contractTail) position marketPrice marketValue "
          + "averageCost unrealizedPNL realizedPNL accountName",
        "1:{contract \(contractFields) } 2s:position 3d:marketPrice 4d:marketValue "
          + "5d:averageCost 6d:unrealizedPNL 7d:realizedPNL 8s:accountName")
    ),
    (8, IbSchema("updateAccountTime", "_ timeStamp", "1s:timeStamp")),
    (54, IbSchema("accountDownloadEnd", "_ accountName", "1s:accountName")),
    (
      61,
      IbSchema(
        "position", "_ account \(contract) contract.exchange \(contractTail) position avgCost",
        "1s:account 2:{contract \(contractFields) } 3s:position 4d:avgCost")
    ),
    (62, IbSchema("positionEnd", "_")),
    (
      63,
      IbSchema(
        "accountSummary", "_ reqId account tag value currency",
        "1i:reqId 2s:account 3s:tag 4s:value 5s:currency")
    ),
    (64, IbSchema("accountSummaryEnd", "_ reqId", "1i:reqId")),
    (
      71,
      IbSchema(
        "positionMulti",
        "_ reqId account \(contract) contract.exchange \(contractTail) position avgCost modelCode",
        "1i:reqId 2s:account 3:{contract \(contractFields) } 4s:position 5d:avgCost 6s:modelCode")
    ),
    (72, IbSchema("positionMultiEnd", "_ reqId", "1i:reqId")),
    (
      73,
      IbSchema(
        "accountUpdateMulti", "_ reqId account modelCode key value currency",
        "1i:reqId 2s:account 3s:modelCode 4s:key 5s:value 6s:currency")
    ),
    (74, IbSchema("accountUpdateMultiEnd", "_ reqId", "1i:reqId")),
    (
      94,
      IbSchema(
        "pnl", "reqId dailyPnL unrealizedPnL>=129 realizedPnL>=135",
        "1i:reqId 2d:dailyPnL 3d:unrealizedPnL 4d:realizedPnL")
    ),
    (
      95,
      IbSchema(
        "pnlSingle", "reqId pos dailyPnL unrealizedPnL realizedPnL value",
        "1i:reqId 2s:pos 3d:dailyPnL 4d:unrealizedPnL 5d:realizedPnL 6d:value")
    ),
  ]

  private static let orders: [(Int, IbSchema)] = [
    (
      3,
      IbSchema(
        "orderStatus",
        "_<131 orderId status filled remaining avgFillPrice permId parentId lastFillPrice "
          + "clientId whyHeld mktCapPrice>=131",
        "1i:orderId 2s:status 3s:filled 4s:remaining 5d:avgFillPrice 6i:permId 7i:parentId "
          + "8d:lastFillPrice 9i:clientId 10s:whyHeld 11d:mktCapPrice")
    ),
    // 130 columns and more: only the head of an order is of use to who looks on.
    (
      5,
      IbSchema(
        "openOrder",
        "_<145 orderId \(contract) contract.exchange \(contractTail) order.action "
          + "order.totalQuantity order.orderType order.lmtPrice order.auxPrice order.tif "
          + "order.ocaGroup order.account",
        "1i:orderId 2:{contract \(contractFields) }")
    ),
    (53, IbSchema("openOrderEnd", "_")),
    (
      11,
      IbSchema(
        "execDetails",
        "_<136 reqId execution.orderId \(contract) contract.exchange \(contractTail) "
          + "execution.execId execution.time execution.acctNumber execution.exchange "
          + "execution.side execution.shares execution.price execution.permId "
          + "execution.clientId execution.liquidation execution.cumQty execution.avgPrice "
          + "execution.orderRef execution.evRule execution.evMultiplier execution.modelCode "
          + "execution.lastLiquidity>=136 execution.pendingPriceRevision>=178 "
          + "execution.submitter>=198",
        "1i:reqId 2:{contract \(contractFields) } 3:{execution 1i:orderId 2s:execId 3s:time "
          + "4s:acctNumber 5s:exchange 6s:side 7s:shares 8d:price 9i:permId 10i:clientId "
          + "11b:liquidation 12s:cumQty 13d:avgPrice 14s:orderRef 15s:evRule 16d:evMultiplier "
          + "17s:modelCode 18i:lastLiquidity 19b:pendingPriceRevision 20s:submitter }")
    ),
    (55, IbSchema("execDetailsEnd", "_ reqId", "1i:reqId")),
    (
      59,
      IbSchema(
        "commissionAndFeesReport",
        "_ execId commissionAndFees currency realizedPNL yield_ yieldRedemptionDate",
        "1s:execId 2d:commissionAndFees 3s:currency 4d:realizedPNL 5d:yield_ "
          + "6s:yieldRedemptionDate")
    ),
  ]
}
