import Records

extension LayoutRow {
  static let bidAskPair = LayoutRow(
    BidAskPair.self, 32,
    [
      (\.bidPx, 0), (\.askPx, 8), (\.bidSz, 16), (\.askSz, 20), (\.bidCt, 24), (\.askCt, 28),
    ])

  static let consolidatedBidAskPair = LayoutRow(
    ConsolidatedBidAskPair.self, 32,
    [
      (\.bidPx, 0), (\.askPx, 8), (\.bidSz, 16), (\.askSz, 20), (\.bidPb, 24), (\.reserved1, 26),
      (\.askPb, 28), (\.reserved2, 30),
    ])

  static let recordHeader = LayoutRow(
    RecordHeader.self, 16,
    [
      (\.length, 0), (\.rtype, 1), (\.publisherID, 2), (\.instrumentID, 4), (\.tsEvent, 8),
    ])

  static let mboMessage = LayoutRow(
    MBOMessage.self, 56,
    [
      (\.header, 0), (\.orderID, 16), (\.price, 24), (\.size, 32), (\.flags, 36),
      (\.channelID, 37), (\.action, 38), (\.side, 39), (\.tsRecv, 40), (\.tsInDelta, 48),
      (\.sequence, 52),
    ])

  static let tradeMessage = LayoutRow(
    TradeMessage.self, 48,
    [
      (\.header, 0), (\.price, 16), (\.size, 24), (\.action, 28), (\.side, 29), (\.flags, 30),
      (\.depth, 31), (\.tsRecv, 32), (\.tsInDelta, 40), (\.sequence, 44),
    ])

  static let mbp1Message = LayoutRow(
    MBP1Message.self, 80,
    [
      (\.header, 0), (\.price, 16), (\.size, 24), (\.action, 28), (\.side, 29), (\.flags, 30),
      (\.depth, 31), (\.tsRecv, 32), (\.tsInDelta, 40), (\.sequence, 44), (\.levels, 48),
    ])

  static let mbp10Message = LayoutRow(
    MBP10Message.self, 368,
    [
      (\.header, 0), (\.price, 16), (\.size, 24), (\.action, 28), (\.side, 29), (\.flags, 30),
      (\.depth, 31), (\.tsRecv, 32), (\.tsInDelta, 40), (\.sequence, 44), (\.levels, 48),
    ])

  static let bboMessage = LayoutRow(
    BBOMessage.self, 80,
    [
      (\.header, 0), (\.price, 16), (\.size, 24), (\.reserved1, 28), (\.side, 29), (\.flags, 30),
      (\.reserved2, 31), (\.tsRecv, 32), (\.reserved3, 40), (\.sequence, 44), (\.levels, 48),
    ])

  static let cmbp1Message = LayoutRow(
    CMBP1Message.self, 80,
    [
      (\.header, 0), (\.price, 16), (\.size, 24), (\.action, 28), (\.side, 29), (\.flags, 30),
      (\.reserved1, 31), (\.tsRecv, 32), (\.tsInDelta, 40), (\.reserved2, 44), (\.levels, 48),
    ])

  static let cbboMessage = LayoutRow(
    CBBOMessage.self, 80,
    [
      (\.header, 0), (\.price, 16), (\.size, 24), (\.reserved1, 28), (\.side, 29), (\.flags, 30),
      (\.reserved2, 31), (\.tsRecv, 32), (\.reserved3, 40), (\.levels, 48),
    ])

  static let ohlcvMessage = LayoutRow(
    OHLCVMessage.self, 56,
    [
      (\.header, 0), (\.open, 16), (\.high, 24), (\.low, 32), (\.close, 40), (\.volume, 48),
    ])

  static let statusMessage = LayoutRow(
    StatusMessage.self, 40,
    [
      (\.header, 0), (\.tsRecv, 16), (\.action, 24), (\.reason, 26), (\.tradingEvent, 28),
      (\.isTrading, 30), (\.isQuoting, 31), (\.isShortSellRestricted, 32), (\.reserved, 33),
    ])

  static let imbalanceMessage = LayoutRow(
    ImbalanceMessage.self, 112,
    [
      (\.header, 0), (\.tsRecv, 16), (\.refPrice, 24), (\.auctionTime, 32),
      (\.contBookClrPrice, 40), (\.auctInterestClrPrice, 48), (\.ssrFillingPrice, 56),
      (\.indMatchPrice, 64), (\.upperCollar, 72), (\.lowerCollar, 80), (\.pairedQty, 88),
      (\.totalImbalanceQty, 92), (\.marketImbalanceQty, 96), (\.unpairedQty, 100),
      (\.auctionType, 104), (\.side, 105), (\.auctionStatus, 106), (\.freezeStatus, 107),
      (\.numExtensions, 108), (\.unpairedSide, 109), (\.significantImbalance, 110),
      (\.reserved, 111),
    ])

  static let statisticsMessage = LayoutRow(
    StatisticsMessage.self, 80,
    [
      (\.header, 0), (\.tsRecv, 16), (\.tsRef, 24), (\.price, 32), (\.quantity, 40),
      (\.sequence, 48), (\.tsInDelta, 52), (\.statType, 56), (\.channelID, 58),
      (\.updateAction, 60), (\.statFlags, 61), (\.reserved, 62),
    ])

  static let instrumentDefinitionMessage = LayoutRow(
    InstrumentDefinitionMessage.self, 520,
    [
      (\.header, 0), (\.tsRecv, 16), (\.minPriceIncrement, 24), (\.displayFactor, 32),
      (\.expiration, 40), (\.activation, 48), (\.highLimitPrice, 56), (\.lowLimitPrice, 64),
      (\.maxPriceVariation, 72), (\.unitOfMeasureQty, 80), (\.minPriceIncrementAmount, 88),
      (\.priceRatio, 96), (\.strikePrice, 104), (\.rawInstrumentID, 112), (\.legPrice, 120),
      (\.legDelta, 128), (\.instAttribValue, 136), (\.underlyingID, 140),
      (\.marketDepthImplied, 144), (\.marketDepth, 148), (\.marketSegmentID, 152),
      (\.maxTradeVol, 156), (\.minLotSize, 160), (\.minLotSizeBlock, 164),
      (\.minLotSizeRoundLot, 168), (\.minTradeVol, 172), (\.contractMultiplier, 176),
      (\.decayQuantity, 180), (\.originalContractSize, 184), (\.legInstrumentID, 188),
      (\.legRatioPriceNumerator, 192), (\.legRatioPriceDenominator, 196),
      (\.legRatioQtyNumerator, 200), (\.legRatioQtyDenominator, 204), (\.legUnderlyingID, 208),
      (\.applID, 212), (\.maturityYear, 214), (\.decayStartDate, 216), (\.channelID, 218),
      (\.legCount, 220),
    ],
    [
      (\.legIndex, 222), (\.currency, 224), (\.settlCurrency, 228), (\.secsubtype, 232),
      (\.rawSymbol, 238), (\.group, 309), (\.exchange, 330), (\.asset, 335), (\.cfi, 346),
      (\.securityType, 353), (\.unitOfMeasure, 360), (\.underlying, 391),
      (\.strikePriceCurrency, 412), (\.legRawSymbol, 416), (\.instrumentClass, 487),
      (\.matchAlgorithm, 488), (\.mainFraction, 489), (\.priceDisplayFormat, 490),
      (\.subFraction, 491), (\.underlyingProduct, 492), (\.securityUpdateAction, 493),
      (\.maturityMonth, 494), (\.maturityDay, 495), (\.maturityWeek, 496),
      (\.userDefinedInstrument, 497), (\.contractMultiplierUnit, 498), (\.flowScheduleType, 499),
      (\.tickRule, 500), (\.legInstrumentClass, 501), (\.legSide, 502), (\.reserved, 503),
    ])

  static let errorMessage = LayoutRow(
    ErrorMessage.self, 320,
    [
      (\.header, 0), (\.err, 16), (\.code, 318), (\.isLast, 319),
    ])

  static let symbolMappingMessage = LayoutRow(
    SymbolMappingMessage.self, 176,
    [
      (\.header, 0), (\.stypeIn, 16), (\.stypeInSymbol, 17), (\.stypeOut, 88),
      (\.stypeOutSymbol, 89), (\.startTs, 160), (\.endTs, 168),
    ])

  static let systemMessage = LayoutRow(
    SystemMessage.self, 320,
    [
      (\.header, 0), (\.msg, 16), (\.code, 319),
    ])
}

extension LayoutRow {
  static let all = [
    bidAskPair, consolidatedBidAskPair, recordHeader, mboMessage, tradeMessage, mbp1Message,
    mbp10Message, bboMessage, cmbp1Message, cbboMessage, ohlcvMessage, statusMessage,
    imbalanceMessage, statisticsMessage, instrumentDefinitionMessage, errorMessage,
    symbolMappingMessage, systemMessage, v1InstrumentDefinitionMessage, v1StatisticsMessage,
    v1SymbolMappingMessage, v1ErrorMessage, v1SystemMessage, v2InstrumentDefinitionMessage,
  ]
}
