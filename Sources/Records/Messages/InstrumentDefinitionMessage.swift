/// What an instrument is, 520 bytes, rtype 0x13; one record a leg.
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
  /// `unit_of_measure_qty`, byte 80, in units of 1e-9.
  public var unitOfMeasureQty: Int64
  /// `min_price_increment_amount`, byte 88, in units of 1e-9.
  public var minPriceIncrementAmount: Int64
  /// `price_ratio`, byte 96, in units of 1e-9.
  public var priceRatio: Int64
  /// `strike_price`, byte 104, in units of 1e-9.
  public var strikePrice: Int64
  /// `raw_instrument_id`, byte 112.
  public var rawInstrumentID: UInt64
  /// `leg_price`, byte 120, in units of 1e-9.
  public var legPrice: Int64
  /// `leg_delta`, byte 128, in units of 1e-9.
  public var legDelta: Int64
  /// `inst_attrib_value`, byte 136.
  public var instAttribValue: Int32
  /// `underlying_id`, byte 140.
  public var underlyingID: UInt32
  /// `market_depth_implied`, byte 144.
  public var marketDepthImplied: Int32
  /// `market_depth`, byte 148.
  public var marketDepth: Int32
  /// `market_segment_id`, byte 152.
  public var marketSegmentID: UInt32
  /// `max_trade_vol`, byte 156.
  public var maxTradeVol: UInt32
  /// `min_lot_size`, byte 160.
  public var minLotSize: Int32
  /// `min_lot_size_block`, byte 164.
  public var minLotSizeBlock: Int32
  /// `min_lot_size_round_lot`, byte 168.
  public var minLotSizeRoundLot: Int32
  /// `min_trade_vol`, byte 172.
  public var minTradeVol: UInt32
  /// `contract_multiplier`, byte 176.
  public var contractMultiplier: Int32
  /// `decay_quantity`, byte 180.
  public var decayQuantity: Int32
  /// `original_contract_size`, byte 184.
  public var originalContractSize: Int32
  /// `leg_instrument_id`, byte 188.
  public var legInstrumentID: UInt32
  /// `leg_ratio_price_numerator`, byte 192.
  public var legRatioPriceNumerator: Int32
  /// `leg_ratio_price_denominator`, byte 196.
  public var legRatioPriceDenominator: Int32
  /// `leg_ratio_qty_numerator`, byte 200.
  public var legRatioQtyNumerator: Int32
  /// `leg_ratio_qty_denominator`, byte 204.
  public var legRatioQtyDenominator: Int32
  /// `leg_underlying_id`, byte 208.
  public var legUnderlyingID: UInt32
  /// `appl_id`, byte 212.
  public var applID: Int16
  /// `maturity_year`, byte 214.
  public var maturityYear: UInt16
  /// `decay_start_date`, byte 216.
  public var decayStartDate: UInt16
  /// The venue's channel; `channel_id`, byte 218.
  public var channelID: UInt16
  /// `leg_count`, byte 220.
  public var legCount: UInt16
  /// `leg_index`, byte 222.
  public var legIndex: UInt16
  /// `currency`, byte 224, NUL-padded text.
  public var currency: InlineArray<4, UInt8>
  /// `settl_currency`, byte 228, NUL-padded text.
  public var settlCurrency: InlineArray<4, UInt8>
  /// `secsubtype`, byte 232, NUL-padded text.
  public var secsubtype: InlineArray<6, UInt8>
  /// The venue's symbol, NUL-padded; `raw_symbol`, byte 238.
  public var rawSymbol: InlineArray<71, UInt8>
  /// `group`, byte 309, NUL-padded text.
  public var group: InlineArray<21, UInt8>
  /// `exchange`, byte 330, NUL-padded text.
  public var exchange: InlineArray<5, UInt8>
  /// `asset`, byte 335, NUL-padded text.
  public var asset: InlineArray<11, UInt8>
  /// `cfi`, byte 346, NUL-padded text.
  public var cfi: InlineArray<7, UInt8>
  /// `security_type`, byte 353, NUL-padded text.
  public var securityType: InlineArray<7, UInt8>
  /// `unit_of_measure`, byte 360, NUL-padded text.
  public var unitOfMeasure: InlineArray<31, UInt8>
  /// `underlying`, byte 391, NUL-padded text.
  public var underlying: InlineArray<21, UInt8>
  /// `strike_price_currency`, byte 412, NUL-padded text.
  public var strikePriceCurrency: InlineArray<4, UInt8>
  /// `leg_raw_symbol`, byte 416, NUL-padded text.
  public var legRawSymbol: InlineArray<71, UInt8>
  /// `instrument_class`, byte 487.
  public var instrumentClass: InstrumentClass
  /// `match_algorithm`, byte 488.
  public var matchAlgorithm: MatchAlgorithm
  /// `main_fraction`, byte 489.
  public var mainFraction: UInt8
  /// `price_display_format`, byte 490.
  public var priceDisplayFormat: UInt8
  /// `sub_fraction`, byte 491.
  public var subFraction: UInt8
  /// `underlying_product`, byte 492.
  public var underlyingProduct: UInt8
  /// `security_update_action`, byte 493.
  public var securityUpdateAction: SecurityUpdateAction
  /// `maturity_month`, byte 494.
  public var maturityMonth: UInt8
  /// `maturity_day`, byte 495.
  public var maturityDay: UInt8
  /// `maturity_week`, byte 496.
  public var maturityWeek: UInt8
  /// `user_defined_instrument`, byte 497.
  public var userDefinedInstrument: UserDefinedInstrument
  /// `contract_multiplier_unit`, byte 498.
  public var contractMultiplierUnit: Int8
  /// `flow_schedule_type`, byte 499.
  public var flowScheduleType: Int8
  /// `tick_rule`, byte 500.
  public var tickRule: UInt8
  /// `leg_instrument_class`, byte 501.
  public var legInstrumentClass: InstrumentClass
  /// `leg_side`, byte 502.
  public var legSide: Side
  /// Reserved, zero; byte 503.
  public var reserved: InlineArray<17, UInt8>

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
    (maxPriceVariation, unitOfMeasureQty) = (Undefined.price, Undefined.price)
    (minPriceIncrementAmount, priceRatio) = (Undefined.price, Undefined.price)
    strikePrice = Undefined.price
    rawInstrumentID = 0
    (legPrice, legDelta) = (Undefined.price, Undefined.price)
    instAttribValue = Int32.max
    underlyingID = 0
    (marketDepthImplied, marketDepth) = (Int32.max, Int32.max)
    (marketSegmentID, maxTradeVol) = (UInt32.max, UInt32.max)
    (minLotSize, minLotSizeBlock, minLotSizeRoundLot) = (Int32.max, Int32.max, Int32.max)
    minTradeVol = UInt32.max
    (contractMultiplier, decayQuantity, originalContractSize) = (Int32.max, Int32.max, Int32.max)
    (legInstrumentID, legRatioPriceNumerator, legRatioPriceDenominator) = (0, 0, 0)
    (legRatioQtyNumerator, legRatioQtyDenominator, legUnderlyingID) = (0, 0, 0)
    applID = Int16.max
    (maturityYear, decayStartDate, channelID) = (UInt16.max, UInt16.max, UInt16.max)
    (legCount, legIndex) = (0, 0)
    (currency, settlCurrency) = (InlineArray(repeating: 0), InlineArray(repeating: 0))
    (secsubtype, rawSymbol) = (InlineArray(repeating: 0), InlineArray(repeating: 0))
    (group, exchange) = (InlineArray(repeating: 0), InlineArray(repeating: 0))
    (asset, cfi) = (InlineArray(repeating: 0), InlineArray(repeating: 0))
    (securityType, unitOfMeasure) = (InlineArray(repeating: 0), InlineArray(repeating: 0))
    (underlying, strikePriceCurrency) = (InlineArray(repeating: 0), InlineArray(repeating: 0))
    legRawSymbol = InlineArray(repeating: 0)
    (instrumentClass, matchAlgorithm) = (.undefined, .undefined)
    (mainFraction, priceDisplayFormat, subFraction) = (UInt8.max, UInt8.max, UInt8.max)
    underlyingProduct = UInt8.max
    securityUpdateAction = .add
    (maturityMonth, maturityDay, maturityWeek) = (UInt8.max, UInt8.max, UInt8.max)
    userDefinedInstrument = .no
    (contractMultiplierUnit, flowScheduleType) = (Int8.max, Int8.max)
    tickRule = UInt8.max
    legInstrumentClass = .undefined
    legSide = .none
    reserved = InlineArray(repeating: 0)
  }
}

extension InstrumentDefinitionMessage {
  @inlinable public static var rtypes: [RType] { [.instrumentDefinition] }

  public static let layout = RecordLayout(
    name: "definition", byteCount: 520,
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
    FieldDescription("unit_of_measure_qty", at: 80, .price),
    FieldDescription("min_price_increment_amount", at: 88, .price),
    FieldDescription("price_ratio", at: 96, .price),
    FieldDescription("strike_price", at: 104, .price),
    FieldDescription("raw_instrument_id", at: 112, .u64),
    FieldDescription("leg_price", at: 120, .price),
    FieldDescription("leg_delta", at: 128, .price),
    FieldDescription("inst_attrib_value", at: 136, .i32),
    FieldDescription("underlying_id", at: 140, .u32),
    FieldDescription("market_depth_implied", at: 144, .i32),
    FieldDescription("market_depth", at: 148, .i32),
    FieldDescription("market_segment_id", at: 152, .u32),
    FieldDescription("max_trade_vol", at: 156, .u32),
    FieldDescription("min_lot_size", at: 160, .i32),
    FieldDescription("min_lot_size_block", at: 164, .i32),
    FieldDescription("min_lot_size_round_lot", at: 168, .i32),
    FieldDescription("min_trade_vol", at: 172, .u32),
    FieldDescription("contract_multiplier", at: 176, .i32),
    FieldDescription("decay_quantity", at: 180, .i32),
    FieldDescription("original_contract_size", at: 184, .i32),
    FieldDescription("leg_instrument_id", at: 188, .u32),
    FieldDescription("leg_ratio_price_numerator", at: 192, .i32),
    FieldDescription("leg_ratio_price_denominator", at: 196, .i32),
    FieldDescription("leg_ratio_qty_numerator", at: 200, .i32),
    FieldDescription("leg_ratio_qty_denominator", at: 204, .i32),
    FieldDescription("leg_underlying_id", at: 208, .u32),
    FieldDescription("appl_id", at: 212, .i16),
    FieldDescription("maturity_year", at: 214, .u16),
    FieldDescription("decay_start_date", at: 216, .u16),
    FieldDescription("channel_id", at: 218, .u16),
    FieldDescription("leg_count", at: 220, .u16),
    FieldDescription("leg_index", at: 222, .u16),
  ]

  private static let secondFields = [
    FieldDescription("currency", at: 224, .text, count: 4),
    FieldDescription("settl_currency", at: 228, .text, count: 4),
    FieldDescription("secsubtype", at: 232, .text, count: 6),
    FieldDescription("raw_symbol", at: 238, .text, count: 71),
    FieldDescription("group", at: 309, .text, count: 21),
    FieldDescription("exchange", at: 330, .text, count: 5),
    FieldDescription("asset", at: 335, .text, count: 11),
    FieldDescription("cfi", at: 346, .text, count: 7),
    FieldDescription("security_type", at: 353, .text, count: 7),
    FieldDescription("unit_of_measure", at: 360, .text, count: 31),
    FieldDescription("underlying", at: 391, .text, count: 21),
    FieldDescription("strike_price_currency", at: 412, .text, count: 4),
    FieldDescription("leg_raw_symbol", at: 416, .text, count: 71),
    FieldDescription("instrument_class", at: 487, .character),
    FieldDescription("match_algorithm", at: 488, .character),
    FieldDescription("main_fraction", at: 489, .u8),
    FieldDescription("price_display_format", at: 490, .u8),
    FieldDescription("sub_fraction", at: 491, .u8),
    FieldDescription("underlying_product", at: 492, .u8),
    FieldDescription("security_update_action", at: 493, .character),
    FieldDescription("maturity_month", at: 494, .u8),
    FieldDescription("maturity_day", at: 495, .u8),
    FieldDescription("maturity_week", at: 496, .u8),
    FieldDescription("user_defined_instrument", at: 497, .character),
    FieldDescription("contract_multiplier_unit", at: 498, .i8),
    FieldDescription("flow_schedule_type", at: 499, .i8),
    FieldDescription("tick_rule", at: 500, .u8),
    FieldDescription("leg_instrument_class", at: 501, .character),
    FieldDescription("leg_side", at: 502, .character),
  ]
}
