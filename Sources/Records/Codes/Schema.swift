/// What a file or stream holds; a number in the metadata (DBN, "rtype, schema").
@frozen
public struct Schema: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  /// The code as it stands in the record.
  public var rawValue: UInt16

  @inlinable
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Schema `mbo`.
  @inlinable public static var mbo: Self { Self(rawValue: 0) }
  /// Schema `mbp-1`.
  @inlinable public static var mbp1: Self { Self(rawValue: 1) }
  /// Schema `mbp-10`.
  @inlinable public static var mbp10: Self { Self(rawValue: 2) }
  /// Schema `tbbo`.
  @inlinable public static var tbbo: Self { Self(rawValue: 3) }
  /// Schema `trades`.
  @inlinable public static var trades: Self { Self(rawValue: 4) }
  /// Schema `ohlcv-1s`.
  @inlinable public static var ohlcv1s: Self { Self(rawValue: 5) }
  /// Schema `ohlcv-1m`.
  @inlinable public static var ohlcv1m: Self { Self(rawValue: 6) }
  /// Schema `ohlcv-1h`.
  @inlinable public static var ohlcv1h: Self { Self(rawValue: 7) }
  /// Schema `ohlcv-1d`.
  @inlinable public static var ohlcv1d: Self { Self(rawValue: 8) }
  /// Schema `definition`.
  @inlinable public static var definition: Self { Self(rawValue: 9) }
  /// Schema `statistics`.
  @inlinable public static var statistics: Self { Self(rawValue: 10) }
  /// Schema `status`.
  @inlinable public static var status: Self { Self(rawValue: 11) }
  /// Schema `imbalance`.
  @inlinable public static var imbalance: Self { Self(rawValue: 12) }
  /// Schema `ohlcv-eod`.
  @inlinable public static var ohlcvEOD: Self { Self(rawValue: 13) }
  /// Schema `cmbp-1`.
  @inlinable public static var cmbp1: Self { Self(rawValue: 14) }
  /// Schema `cbbo-1s`.
  @inlinable public static var cbbo1s: Self { Self(rawValue: 15) }
  /// Schema `cbbo-1m`.
  @inlinable public static var cbbo1m: Self { Self(rawValue: 16) }
  /// Schema `tcbbo`.
  @inlinable public static var tcbbo: Self { Self(rawValue: 17) }
  /// Schema `bbo-1s`.
  @inlinable public static var bbo1s: Self { Self(rawValue: 18) }
  /// Schema `bbo-1m`.
  @inlinable public static var bbo1m: Self { Self(rawValue: 19) }
  /// Mixed or not stated, as in live streams.
  @inlinable public static var none: Self { Self(rawValue: 65535) }

  /// The format's own name of the schema, such as `mbp-1`; nil for `none` and unknown numbers.
  public var name: String? {
    rawValue < Self.names.count ? Self.names[Int(rawValue)] : nil
  }

  /// The schema with that name, or nil.
  public init?(name: String) {
    guard let index = Self.names.firstIndex(of: name) else { return nil }
    self.init(rawValue: UInt16(index))
  }

  private static let names = [
    "mbo", "mbp-1", "mbp-10", "tbbo", "trades", "ohlcv-1s", "ohlcv-1m", "ohlcv-1h", "ohlcv-1d",
    "definition", "statistics", "status", "imbalance", "ohlcv-eod", "cmbp-1", "cbbo-1s",
    "cbbo-1m", "tcbbo", "bbo-1s", "bbo-1m",
  ]
}
