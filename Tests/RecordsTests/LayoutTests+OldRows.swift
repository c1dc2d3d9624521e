import Records

extension LayoutRow {
  static let v1InstrumentDefinitionMessage = LayoutRow(
    V1.InstrumentDefinitionMessage.self, 360,
    [
      (\.header, 0), (\.tsRecv, 16), (\.minPriceIncrement, 24), (\.displayFactor, 32),
      (\.expiration, 40), (\.activation, 48), (\.highLimitPrice, 56), (\.lowLimitPrice, 64),
      (\.maxPriceVariation, 72), (\.tradingReferencePrice, 80), (\.unitOfMeasureQty, 88),
      (\.minPriceIncrementAmount, 96), (\.priceRatio, 104), (\.instAttribValue, 112),
      (\.underlyingID, 116), (\.rawInstrumentID, 120), (\.marketDepthImplied, 124),
      (\.marketDepth, 128), (\.marketSegmentID, 132), (\.maxTradeVol, 136), (\.minLotSize, 140),
      (\.minLotSizeBlock, 144), (\.minLotSizeRoundLot, 148), (\.minTradeVol, 152),
      (\.reserved2, 156), (\.contractMultiplier, 160), (\.decayQuantity, 164),
      (\.originalContractSize, 168), (\.reserved3, 172), (\.tradingReferenceDate, 176),
      (\.applID, 178), (\.maturityYear, 180), (\.decayStartDate, 182), (\.channelID, 184),
      (\.currency, 186), (\.settlCurrency, 190), (\.secsubtype, 194), (\.rawSymbol, 200),
      (\.group, 222), (\.exchange, 243),
    ],
    [
      (\.asset, 248), (\.cfi, 255), (\.securityType, 262), (\.unitOfMeasure, 269),
      (\.underlying, 300), (\.strikePriceCurrency, 321), (\.instrumentClass, 325),
      (\.reserved4, 326), (\.strikePrice, 328), (\.reserved5, 336), (\.matchAlgorithm, 342),
      (\.mdSecurityTradingStatus, 343), (\.mainFraction, 344), (\.priceDisplayFormat, 345),
      (\.settlPriceType, 346), (\.subFraction, 347), (\.underlyingProduct, 348),
      (\.securityUpdateAction, 349), (\.maturityMonth, 350), (\.maturityDay, 351),
      (\.maturityWeek, 352), (\.userDefinedInstrument, 353), (\.contractMultiplierUnit, 354),
      (\.flowScheduleType, 355), (\.tickRule, 356), (\.dummy, 357),
    ])

  static let v1StatisticsMessage = LayoutRow(
    V1.StatisticsMessage.self, 64,
    [
      (\.header, 0), (\.tsRecv, 16), (\.tsRef, 24), (\.price, 32), (\.quantity, 40),
      (\.sequence, 44), (\.tsInDelta, 48), (\.statType, 52), (\.channelID, 54),
      (\.updateAction, 56), (\.statFlags, 57), (\.reserved, 58),
    ])

  static let v1SymbolMappingMessage = LayoutRow(
    V1.SymbolMappingMessage.self, 80,
    [
      (\.header, 0), (\.stypeInSymbol, 16), (\.stypeOutSymbol, 38), (\.dummy, 60),
      (\.startTs, 64), (\.endTs, 72),
    ])

  static let v1ErrorMessage = LayoutRow(
    V1.ErrorMessage.self, 80,
    [
      (\.header, 0), (\.err, 16),
    ])

  static let v1SystemMessage = LayoutRow(
    V1.SystemMessage.self, 80,
    [
      (\.header, 0), (\.msg, 16),
    ])

  static let v2InstrumentDefinitionMessage = LayoutRow(
    V2.InstrumentDefinitionMessage.self, 400,
    [
      (\.header, 0), (\.tsRecv, 16), (\.minPriceIncrement, 24), (\.displayFactor, 32),
      (\.expiration, 40), (\.activation, 48), (\.highLimitPrice, 56), (\.lowLimitPrice, 64),
      (\.maxPriceVariation, 72), (\.tradingReferencePrice, 80), (\.unitOfMeasureQty, 88),
      (\.minPriceIncrementAmount, 96), (\.priceRatio, 104), (\.strikePrice, 112),
      (\.instAttribValue, 120), (\.underlyingID, 124), (\.rawInstrumentID, 128),
      (\.marketDepthImplied, 132), (\.marketDepth, 136), (\.marketSegmentID, 140),
      (\.maxTradeVol, 144), (\.minLotSize, 148), (\.minLotSizeBlock, 152),
      (\.minLotSizeRoundLot, 156), (\.minTradeVol, 160), (\.contractMultiplier, 164),
      (\.decayQuantity, 168), (\.originalContractSize, 172), (\.tradingReferenceDate, 176),
      (\.applID, 178), (\.maturityYear, 180), (\.decayStartDate, 182), (\.channelID, 184),
      (\.currency, 186), (\.settlCurrency, 190), (\.secsubtype, 194), (\.rawSymbol, 200),
      (\.group, 271), (\.exchange, 292), (\.asset, 297),
    ],
    [
      (\.cfi, 304), (\.securityType, 311), (\.unitOfMeasure, 318), (\.underlying, 349),
      (\.strikePriceCurrency, 370), (\.instrumentClass, 374), (\.matchAlgorithm, 375),
      (\.mdSecurityTradingStatus, 376), (\.mainFraction, 377), (\.priceDisplayFormat, 378),
      (\.settlPriceType, 379), (\.subFraction, 380), (\.underlyingProduct, 381),
      (\.securityUpdateAction, 382), (\.maturityMonth, 383), (\.maturityDay, 384),
      (\.maturityWeek, 385), (\.userDefinedInstrument, 386), (\.contractMultiplierUnit, 387),
      (\.flowScheduleType, 388), (\.tickRule, 389), (\.reserved, 390),
    ])
}
