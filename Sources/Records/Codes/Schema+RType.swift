extension Schema {
  /// The type of the schema's records (DBN, "rtype, schema"); nil for `none` and unknown numbers.
  ///
  /// `mbp1` and `tbbo` share a type: a record alone does not tell which of them it belongs to.
  public var rtype: RType? {
    switch self {
    case .mbo: .mbo
    case .mbp1, .tbbo: .mbp1
    case .mbp10: .mbp10
    case .trades: .trade
    case .ohlcv1s: .ohlcv1s
    case .ohlcv1m: .ohlcv1m
    case .ohlcv1h: .ohlcv1h
    case .ohlcv1d: .ohlcv1d
    case .ohlcvEOD: .ohlcvEOD
    case .definition: .instrumentDefinition
    case .statistics: .statistics
    case .status: .status
    case .imbalance: .imbalance
    case .cmbp1: .cmbp1
    case .cbbo1s: .cbbo1s
    case .cbbo1m: .cbbo1m
    case .tcbbo: .tcbbo
    case .bbo1s: .bbo1s
    case .bbo1m: .bbo1m
    default: nil
    }
  }

  /// Whether its records' receive times are the ends of sampling intervals (`RType.isSampled`).
  public var isSampled: Bool { rtype?.isSampled ?? false }
}
