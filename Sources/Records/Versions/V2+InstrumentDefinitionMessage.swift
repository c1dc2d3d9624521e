extension V2 {
  /// What an instrument is, as version 2 laid it out, 400 bytes.
  @frozen
  public struct InstrumentDefinitionMessage: Record {
    /// Length, type, publisher, instrument and event time; byte 0.
    public var header: RecordHeader
    /// Receive time, ns since the Unix epoch; `ts_recv`, byte 16.
    public var tsRecv: UInt64
    /// `min_price_increment`, byte 24, in units of 1e-9.
    public var minPriceIncrement: Int64
    /// `display_factor`, byte 32, in units of 1e-9.
    public var displayFactor: Int64
    /// `expiration`, byte 40, ns since the Unix epoch.
    public var expiration: UInt64
    /// `activation`, byte 48, ns since the Unix epoch.
    public var activation: UInt64
    /// `high_limit_price`, byte 56, in units of 1e-9.
    public var highLimitPrice: Int64
    /// `low_limit_price`, byte 64, in units of 1e-9.
    public var lowLimitPrice: Int64
    /// `max_price_variation`, byte 72, in units of 1e-9.
    public var maxPriceVariation: Int64
    /// `trading_reference_price`, byte 80, in units of 1e-9.
    public var tradingReferencePrice: Int64
    /// `unit_of_measure_qty`, byte 88, in units of 1e-9.
    public var unitOfMeasureQty: Int64
    /// `min_price_increment_amount`, byte 96, in units of 1e-9.
    public var minPriceIncrementAmount: Int64
    /// `price_ratio`, byte 104, in units of 1e-9.
    public var priceRatio: Int64
    /// `strike_price`, byte 112, in units of 1e-9.
    public var strikePrice: Int64
    /// `inst_attrib_value`, byte 120.
    public var instAttribValue: Int32
    /// `underlying_id`, byte 124.
    public var underlyingID: UInt32
    /// `raw_instrument_id`, byte 128.
    public var rawInstrumentID: UInt32
    /// `market_depth_implied`, byte 132.
    public var marketDepthImplied: Int32
    /// `market_depth`, byte 136.
    public var marketDepth: Int32
    /// `market_segment_id`, byte 140.
    public var marketSegmentID: UInt32
    /// `max_trade_vol`, byte 144.
    public var maxTradeVol: UInt32
    /// `min_lot_size`, byte 148.
    public var minLotSize: Int32
    /// `min_lot_size_block`, byte 152.
    public var minLotSizeBlock: Int32
    /// `min_lot_size_round_lot`, byte 156.
    public var minLotSizeRoundLot: Int32
    /// `min_trade_vol`, byte 160.
    public var minTradeVol: UInt32
    /// `contract_multiplier`, byte 164.
    public var contractMultiplier: Int32
    /// `decay_quantity`, byte 168.
    public var decayQuantity: Int32
    /// `original_contract_size`, byte 172.
    public var originalContractSize: Int32
    /// `trading_reference_date`, byte 176.
    public var tradingReferenceDate: UInt16
    /// `appl_id`, byte 178.
    public var applID: Int16
    /// `maturity_year`, byte 180.
    public var maturityYear: UInt16
    /// `decay_start_date`, byte 182.
    public var decayStartDate: UInt16
    /// The venue's channel; `channel_id`, byte 184.
    public var channelID: UInt16
    /// `currency`, byte 186, NUL-padded text.
    public var currency: InlineArray<4, UInt8>
    /// `settl_currency`, byte 190, NUL-padded text.
    public var settlCurrency: InlineArray<4, UInt8>
    /// `secsubtype`, byte 194, NUL-padded text.
    public var secsubtype: InlineArray<6, UInt8>
    /// The venue's symbol, NUL-padded; `raw_symbol`, byte 200.
    public var rawSymbol: InlineArray<71, UInt8>
    /// `group`, byte 271, NUL-padded text.
    public var group: InlineArray<21, UInt8>
    /// `exchange`, byte 292, NUL-padded text.
    public var exchange: InlineArray<5, UInt8>
    /// `asset`, byte 297, NUL-padded text.
    public var asset: InlineArray<7, UInt8>
    /// `cfi`, byte 304, NUL-padded text.
    public var cfi: InlineArray<7, UInt8>
    /// `security_type`, byte 311, NUL-padded text.
    public var securityType: InlineArray<7, UInt8>
    /// `unit_of_measure`, byte 318, NUL-padded text.
    public var unitOfMeasure: InlineArray<31, UInt8>
    /// `underlying`, byte 349, NUL-padded text.
    public var underlying: InlineArray<21, UInt8>
    /// `strike_price_currency`, byte 370, NUL-padded text.
    public var strikePriceCurrency: InlineArray<4, UInt8>
    /// `instrument_class`, byte 374.
    public var instrumentClass: InstrumentClass
    /// `match_algorithm`, byte 375.
    public var matchAlgorithm: MatchAlgorithm
    /// `md_security_trading_status`, byte 376.
    public var mdSecurityTradingStatus: UInt8
    /// `main_fraction`, byte 377.
    public var mainFraction: UInt8
    /// `price_display_format`, byte 378.
    public var priceDisplayFormat: UInt8
    /// `settl_price_type`, byte 379.
    public var settlPriceType: UInt8
    /// `sub_fraction`, byte 380.
    public var subFraction: UInt8
    /// `underlying_product`, byte 381.
    public var underlyingProduct: UInt8
    /// `security_update_action`, byte 382.
    public var securityUpdateAction: SecurityUpdateAction
    /// `maturity_month`, byte 383.
    public var maturityMonth: UInt8
    /// `maturity_day`, byte 384.
    public var maturityDay: UInt8
    /// `maturity_week`, byte 385.
    public var maturityWeek: UInt8
    /// `user_defined_instrument`, byte 386.
    public var userDefinedInstrument: UserDefinedInstrument
    /// `contract_multiplier_unit`, byte 387.
    public var contractMultiplierUnit: Int8
    /// `flow_schedule_type`, byte 388.
    public var flowScheduleType: Int8
    /// `tick_rule`, byte 389.
    public var tickRule: UInt8
    /// Reserved, zero; byte 390.
    public var reserved: InlineArray<10, UInt8>

    /// A record whose fields are undefined, as the format defines that for each, unless given.
    @inlinable
    public init(
      publisherID: UInt16 = 0, instrumentID: UInt32 = 0, tsEvent: UInt64 = Undefined.timestamp
    ) {
      header = RecordHeader(
        length: Self.lengthWords, rtype: .instrumentDefinition, publisherID: publisherID,
        instrumentID: instrumentID, tsEvent: tsEvent)
      tsRecv = Undefined.timestamp
      (minPriceIncrement, displayFactor) = (Undefined.price, Undefined.price)
      (expiration, activation) = (Undefined.timestamp, Undefined.timestamp)
      (highLimitPrice, lowLimitPrice) = (Undefined.price, Undefined.price)
      (maxPriceVariation, tradingReferencePrice) = (Undefined.price, Undefined.price)
      (unitOfMeasureQty, minPriceIncrementAmount) = (Undefined.price, Undefined.price)
      (priceRatio, strikePrice) = (Undefined.price, Undefined.price)
      instAttribValue = Int32.max
      (underlyingID, rawInstrumentID) = (0, 0)
      (marketDepthImplied, marketDepth) = (Int32.max, Int32.max)
      (marketSegmentID, maxTradeVol) = (UInt32.max, UInt32.max)
      (minLotSize, minLotSizeBlock, minLotSizeRoundLot) = (Int32.max, Int32.max, Int32.max)
      minTradeVol = UInt32.max
      (contractMultiplier, decayQuantity, originalContractSize) = (Int32.max, Int32.max, Int32.max)
      tradingReferenceDate = UInt16.max
      applID = Int16.max
      (maturityYear, decayStartDate, channelID) = (UInt16.max, UInt16.max, UInt16.max)
      (currency, settlCurrency) = (InlineArray(repeating: 0), InlineArray(repeating: 0))
      (secsubtype, rawSymbol) = (InlineArray(repeating: 0), InlineArray(repeating: 0))
      (group, exchange) = (InlineArray(repeating: 0), InlineArray(repeating: 0))
      (asset, cfi) = (InlineArray(repeating: 0), InlineArray(repeating: 0))
      (securityType, unitOfMeasure) = (InlineArray(repeating: 0), InlineArray(repeating: 0))
      (underlying, strikePriceCurrency) = (InlineArray(repeating: 0), InlineArray(repeating: 0))
      (instrumentClass, matchAlgorithm) = (.undefined, .undefined)
      mdSecurityTradingStatus = UInt8.max
      (mainFraction, priceDisplayFormat, settlPriceType) = (UInt8.max, UInt8.max, UInt8.max)
      (subFraction, underlyingProduct) = (UInt8.max, UInt8.max)
      securityUpdateAction = .add
      (maturityMonth, maturityDay, maturityWeek) = (UInt8.max, UInt8.max, UInt8.max)
      userDefinedInstrument = .no
      (contractMultiplierUnit, flowScheduleType) = (Int8.max, Int8.max)
      tickRule = UInt8.max
      reserved = InlineArray(repeating: 0)
    }
  }
}

extension V2.InstrumentDefinitionMessage {
  @inlinable public static var rtypes: [RType] { [.instrumentDefinition] }

  public static let layout = RecordLayout(
    name: "definition", byteCount: 400,
    fields: firstFields + secondFields)

  private static let firstFields = [
    FieldDescription("ts_recv", at: 16, .timestamp),
    FieldDescription("min_price_increment", at: 24, .price),
    FieldDescription("display_factor", at: 32, .price),
    FieldDescription("expiration", at: 40, .timestamp),
    FieldDescription("activation", at: 48, .timestamp),
    FieldDescription("high_limit_price", at: 56, .price),
    FieldDescription("low_limit_price", at: 64, .price),
    FieldDescription("max_price_variation", at: 72, .price),
    FieldDescription("trading_reference_price", at: 80, .price),
    FieldDescription("unit_of_measure_qty", at: 88, .price),
    FieldDescription("min_price_increment_amount", at: 96, .price),
    FieldDescription("price_ratio", at: 104, .price),
    FieldDescription("strike_price", at: 112, .price),
    FieldDescription("inst_attrib_value", at: 120, .i32),
    FieldDescription("underlying_id", at: 124, .u32),
    FieldDescription("raw_instrument_id", at: 128, .u32),
    FieldDescription("market_depth_implied", at: 132, .i32),
    FieldDescription("market_depth", at: 136, .i32),
    FieldDescription("market_segment_id", at: 140, .u32),
    FieldDescription("max_trade_vol", at: 144, .u32),
    FieldDescription("min_lot_size", at: 148, .i32),
    FieldDescription("min_lot_size_block", at: 152, .i32),
    FieldDescription("min_lot_size_round_lot", at: 156, .i32),
    FieldDescription("min_trade_vol", at: 160, .u32),
    FieldDescription("contract_multiplier", at: 164, .i32),
    FieldDescription("decay_quantity", at: 168, .i32),
    FieldDescription("original_contract_size", at: 172, .i32),
    FieldDescription("trading_reference_date", at: 176, .u16),
    FieldDescription("appl_id", at: 178, .i16),
    FieldDescription("maturity_year", at: 180, .u16),
    FieldDescription("decay_start_date", at: 182, .u16),
    FieldDescription("channel_id", at: 184, .u16),
    FieldDescription("currency", at: 186, .text, count: 4),
    FieldDescription("settl_currency", at: 190, .text, count: 4),
    FieldDescription("secsubtype", at: 194, .text, count: 6),
    FieldDescription("raw_symbol", at: 200, .text, count: 71),
    FieldDescription("group", at: 271, .text, count: 21),
    FieldDescription("exchange", at: 292, .text, count: 5),
    FieldDescription("asset", at: 297, .text, count: 7),
    FieldDescription("cfi", at: 304, .text, count: 7),
  ]

  private static let secondFields = [
    FieldDescription("security_type", at: 311, .text, count: 7),
    FieldDescription("unit_of_measure", at: 318, .text, count: 31),
    FieldDescription("underlying", at: 349, .text, count: 21),
    FieldDescription("strike_price_currency", at: 370, .text, count: 4),
    FieldDescription("instrument_class", at: 374, .character),
    FieldDescription("match_algorithm", at: 375, .character),
    FieldDescription("md_security_trading_status", at: 376, .u8),
    FieldDescription("main_fraction", at: 377, .u8),
    FieldDescription("price_display_format", at: 378, .u8),
    FieldDescription("settl_price_type", at: 379, .u8),
    FieldDescription("sub_fraction", at: 380, .u8),
    FieldDescription("underlying_product", at: 381, .u8),
    FieldDescription("security_update_action", at: 382, .character),
    FieldDescription("maturity_month", at: 383, .u8),
    FieldDescription("maturity_day", at: 384, .u8),
    FieldDescription("maturity_week", at: 385, .u8),
    FieldDescription("user_defined_instrument", at: 386, .character),
    FieldDescription("contract_multiplier_unit", at: 387, .i8),
    FieldDescription("flow_schedule_type", at: 388, .i8),
    FieldDescription("tick_rule", at: 389, .u8),
  ]
}
