extension V1 {
  /// What an instrument is, as version 1 laid it out, 360 bytes.
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
    /// `inst_attrib_value`, byte 112.
    public var instAttribValue: Int32
    /// `underlying_id`, byte 116.
    public var underlyingID: UInt32
    /// `raw_instrument_id`, byte 120.
    public var rawInstrumentID: UInt32
    /// `market_depth_implied`, byte 124.
    public var marketDepthImplied: Int32
    /// `market_depth`, byte 128.
    public var marketDepth: Int32
    /// `market_segment_id`, byte 132.
    public var marketSegmentID: UInt32
    /// `max_trade_vol`, byte 136.
    public var maxTradeVol: UInt32
    /// `min_lot_size`, byte 140.
    public var minLotSize: Int32
    /// `min_lot_size_block`, byte 144.
    public var minLotSizeBlock: Int32
    /// `min_lot_size_round_lot`, byte 148.
    public var minLotSizeRoundLot: Int32
    /// `min_trade_vol`, byte 152.
    public var minTradeVol: UInt32
    /// Reserved, zero; byte 156.
    public var reserved2: InlineArray<4, UInt8>
    /// `contract_multiplier`, byte 160.
    public var contractMultiplier: Int32
    /// `decay_quantity`, byte 164.
    public var decayQuantity: Int32
    /// `original_contract_size`, byte 168.
    public var originalContractSize: Int32
    /// Reserved, zero; byte 172.
    public var reserved3: InlineArray<4, UInt8>
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
    public var rawSymbol: InlineArray<22, UInt8>
    /// `group`, byte 222, NUL-padded text.
    public var group: InlineArray<21, UInt8>
    /// `exchange`, byte 243, NUL-padded text.
    public var exchange: InlineArray<5, UInt8>
    /// `asset`, byte 248, NUL-padded text.
    public var asset: InlineArray<7, UInt8>
    /// `cfi`, byte 255, NUL-padded text.
    public var cfi: InlineArray<7, UInt8>
    /// `security_type`, byte 262, NUL-padded text.
    public var securityType: InlineArray<7, UInt8>
    /// `unit_of_measure`, byte 269, NUL-padded text.
    public var unitOfMeasure: InlineArray<31, UInt8>
    /// `underlying`, byte 300, NUL-padded text.
    public var underlying: InlineArray<21, UInt8>
    /// `strike_price_currency`, byte 321, NUL-padded text.
    public var strikePriceCurrency: InlineArray<4, UInt8>
    /// `instrument_class`, byte 325.
    public var instrumentClass: InstrumentClass
    /// Reserved, zero; byte 326.
    public var reserved4: InlineArray<2, UInt8>
    /// `strike_price`, byte 328, in units of 1e-9.
    public var strikePrice: Int64
    /// Reserved, zero; byte 336.
    public var reserved5: InlineArray<6, UInt8>
    /// `match_algorithm`, byte 342.
    public var matchAlgorithm: MatchAlgorithm
    /// `md_security_trading_status`, byte 343.
    public var mdSecurityTradingStatus: UInt8
    /// `main_fraction`, byte 344.
    public var mainFraction: UInt8
    /// `price_display_format`, byte 345.
    public var priceDisplayFormat: UInt8
    /// `settl_price_type`, byte 346.
    public var settlPriceType: UInt8
    /// `sub_fraction`, byte 347.
    public var subFraction: UInt8
    /// `underlying_product`, byte 348.
    public var underlyingProduct: UInt8
    /// `security_update_action`, byte 349.
    public var securityUpdateAction: SecurityUpdateAction
    /// `maturity_month`, byte 350.
    public var maturityMonth: UInt8
    /// `maturity_day`, byte 351.
    public var maturityDay: UInt8
    /// `maturity_week`, byte 352.
    public var maturityWeek: UInt8
    /// `user_defined_instrument`, byte 353.
    public var userDefinedInstrument: UserDefinedInstrument
    /// `contract_multiplier_unit`, byte 354.
    public var contractMultiplierUnit: Int8
    /// `flow_schedule_type`, byte 355.
    public var flowScheduleType: Int8
    /// `tick_rule`, byte 356.
    public var tickRule: UInt8
    /// Reserved, zero; byte 357.
    public var dummy: InlineArray<3, UInt8>

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
      priceRatio = Undefined.price
      instAttribValue = Int32.max
      (underlyingID, rawInstrumentID) = (0, 0)
      (marketDepthImplied, marketDepth) = (Int32.max, Int32.max)
      (marketSegmentID, maxTradeVol) = (UInt32.max, UInt32.max)
      (minLotSize, minLotSizeBlock, minLotSizeRoundLot) = (Int32.max, Int32.max, Int32.max)
      minTradeVol = UInt32.max
      reserved2 = InlineArray(repeating: 0)
      (contractMultiplier, decayQuantity, originalContractSize) = (Int32.max, Int32.max, Int32.max)
      reserved3 = InlineArray(repeating: 0)
      tradingReferenceDate = UInt16.max
      applID = Int16.max
      (maturityYear, decayStartDate, channelID) = (UInt16.max, UInt16.max, UInt16.max)
      (currency, settlCurrency) = (InlineArray(repeating: 0), InlineArray(repeating: 0))
      (secsubtype, rawSymbol) = (InlineArray(repeating: 0), InlineArray(repeating: 0))
      (group, exchange) = (InlineArray(repeating: 0), InlineArray(repeating: 0))
      (asset, cfi) = (InlineArray(repeating: 0), InlineArray(repeating: 0))
      (securityType, unitOfMeasure) = (InlineArray(repeating: 0), InlineArray(repeating: 0))
      (underlying, strikePriceCurrency) = (InlineArray(repeating: 0), InlineArray(repeating: 0))
      instrumentClass = .undefined
      reserved4 = InlineArray(repeating: 0)
      strikePrice = Undefined.price
      reserved5 = InlineArray(repeating: 0)
      matchAlgorithm = .undefined
      mdSecurityTradingStatus = UInt8.max
      (mainFraction, priceDisplayFormat, settlPriceType) = (UInt8.max, UInt8.max, UInt8.max)
      (subFraction, underlyingProduct) = (UInt8.max, UInt8.max)
      securityUpdateAction = .add
      (maturityMonth, maturityDay, maturityWeek) = (UInt8.max, UInt8.max, UInt8.max)
      userDefinedInstrument = .no
      (contractMultiplierUnit, flowScheduleType) = (Int8.max, Int8.max)
      tickRule = UInt8.max
      dummy = InlineArray(repeating: 0)
    }
  }
}

extension V1.InstrumentDefinitionMessage {
  @inlinable public static var rtypes: [RType] { [.instrumentDefinition] }

  public static let layout = RecordLayout(
    name: "definition", byteCount: 360,
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
    FieldDescription("inst_attrib_value", at: 112, .i32),
    FieldDescription("underlying_id", at: 116, .u32),
    FieldDescription("raw_instrument_id", at: 120, .u32),
    FieldDescription("market_depth_implied", at: 124, .i32),
    FieldDescription("market_depth", at: 128, .i32),
    FieldDescription("market_segment_id", at: 132, .u32),
    FieldDescription("max_trade_vol", at: 136, .u32),
    FieldDescription("min_lot_size", at: 140, .i32),
    FieldDescription("min_lot_size_block", at: 144, .i32),
    FieldDescription("min_lot_size_round_lot", at: 148, .i32),
    FieldDescription("min_trade_vol", at: 152, .u32),
    FieldDescription("contract_multiplier", at: 160, .i32),
    FieldDescription("decay_quantity", at: 164, .i32),
    FieldDescription("original_contract_size", at: 168, .i32),
    FieldDescription("trading_reference_date", at: 176, .u16),
    FieldDescription("appl_id", at: 178, .i16),
    FieldDescription("maturity_year", at: 180, .u16),
    FieldDescription("decay_start_date", at: 182, .u16),
    FieldDescription("channel_id", at: 184, .u16),
    FieldDescription("currency", at: 186, .text, count: 4),
    FieldDescription("settl_currency", at: 190, .text, count: 4),
    FieldDescription("secsubtype", at: 194, .text, count: 6),
    FieldDescription("raw_symbol", at: 200, .text, count: 22),
    FieldDescription("group", at: 222, .text, count: 21),
    FieldDescription("exchange", at: 243, .text, count: 5),
    FieldDescription("asset", at: 248, .text, count: 7),
    FieldDescription("cfi", at: 255, .text, count: 7),
    FieldDescription("security_type", at: 262, .text, count: 7),
  ]

  private static let secondFields = [
    FieldDescription("unit_of_measure", at: 269, .text, count: 31),
    FieldDescription("underlying", at: 300, .text, count: 21),
    FieldDescription("strike_price_currency", at: 321, .text, count: 4),
    FieldDescription("instrument_class", at: 325, .character),
    FieldDescription("strike_price", at: 328, .price),
    FieldDescription("match_algorithm", at: 342, .character),
    FieldDescription("md_security_trading_status", at: 343, .u8),
    FieldDescription("main_fraction", at: 344, .u8),
    FieldDescription("price_display_format", at: 345, .u8),
    FieldDescription("settl_price_type", at: 346, .u8),
    FieldDescription("sub_fraction", at: 347, .u8),
    FieldDescription("underlying_product", at: 348, .u8),
    FieldDescription("security_update_action", at: 349, .character),
    FieldDescription("maturity_month", at: 350, .u8),
    FieldDescription("maturity_day", at: 351, .u8),
    FieldDescription("maturity_week", at: 352, .u8),
    FieldDescription("user_defined_instrument", at: 353, .character),
    FieldDescription("contract_multiplier_unit", at: 354, .i8),
    FieldDescription("flow_schedule_type", at: 355, .i8),
    FieldDescription("tick_rule", at: 356, .u8),
  ]
}
