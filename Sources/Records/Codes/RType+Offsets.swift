/// Where records keep what orders a stream (DBN version 3 layouts, `protocols/dbn.md`).
extension RType {
  /// Byte offset of `ts_recv` in a record of this type, nil where it has none.
  @inlinable
  public var receiveTimeOffset: Int? {
    switch self {
    case .mbo: 40
    case .trade, .mbp1, .mbp10, .bbo1s, .bbo1m, .cmbp1, .tcbbo, .cbbo1s, .cbbo1m: 32
    case .status, .instrumentDefinition, .imbalance, .statistics: 16
    default: nil
    }
  }

  /// Whether `ts_recv` is the end of a sampling interval (BBO and CBBO schemas) and no time of an
  /// arrival: intervals follow the venue's clock, which in a simulation is another day's.
  @inlinable
  public var isSampled: Bool {
    switch self {
    case .bbo1s, .bbo1m, .cbbo1s, .cbbo1m: true
    default: false
    }
  }

  /// Byte offset of the 32-bit `sequence` in a record of this type, nil where it has none.
  @inlinable
  public var sequenceOffset: Int? {
    switch self {
    case .mbo: 52
    case .trade, .mbp1, .mbp10, .bbo1s, .bbo1m: 44
    case .statistics: 48
    default: nil
    }
  }
}
