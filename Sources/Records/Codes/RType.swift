/// Type of a record, the second byte of its header (DBN, "rtype, schema").
@frozen
public struct RType: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  /// The code as it stands in the record.
  public var rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// A trade (market by price without levels).
  @inlinable public static var trade: Self { Self(rawValue: 0x00) }
  /// Market by price, one level.
  @inlinable public static var mbp1: Self { Self(rawValue: 0x01) }
  /// Market by price, ten levels.
  @inlinable public static var mbp10: Self { Self(rawValue: 0x0A) }
  /// A bar of unstated length, in old files.
  @inlinable public static var ohlcvDeprecated: Self { Self(rawValue: 0x11) }
  /// Trading status.
  @inlinable public static var status: Self { Self(rawValue: 0x12) }
  /// Instrument definition.
  @inlinable public static var instrumentDefinition: Self { Self(rawValue: 0x13) }
  /// Auction imbalance.
  @inlinable public static var imbalance: Self { Self(rawValue: 0x14) }
  /// Gateway error.
  @inlinable public static var error: Self { Self(rawValue: 0x15) }
  /// Symbol mapping.
  @inlinable public static var symbolMapping: Self { Self(rawValue: 0x16) }
  /// Gateway notice or heartbeat.
  @inlinable public static var system: Self { Self(rawValue: 0x17) }
  /// Statistic.
  @inlinable public static var statistics: Self { Self(rawValue: 0x18) }
  /// Bar of a second.
  @inlinable public static var ohlcv1s: Self { Self(rawValue: 0x20) }
  /// Bar of a minute.
  @inlinable public static var ohlcv1m: Self { Self(rawValue: 0x21) }
  /// Bar of an hour.
  @inlinable public static var ohlcv1h: Self { Self(rawValue: 0x22) }
  /// Bar of a day (UTC).
  @inlinable public static var ohlcv1d: Self { Self(rawValue: 0x23) }
  /// Bar of a trading session.
  @inlinable public static var ohlcvEOD: Self { Self(rawValue: 0x24) }
  /// Market by order.
  @inlinable public static var mbo: Self { Self(rawValue: 0xA0) }
  /// Consolidated market by price, one level.
  @inlinable public static var cmbp1: Self { Self(rawValue: 0xB1) }
  /// Consolidated best prices each second.
  @inlinable public static var cbbo1s: Self { Self(rawValue: 0xC0) }
  /// Consolidated best prices each minute.
  @inlinable public static var cbbo1m: Self { Self(rawValue: 0xC1) }
  /// Trade with consolidated best prices.
  @inlinable public static var tcbbo: Self { Self(rawValue: 0xC2) }
  /// Best prices each second.
  @inlinable public static var bbo1s: Self { Self(rawValue: 0xC3) }
  /// Best prices each minute.
  @inlinable public static var bbo1m: Self { Self(rawValue: 0xC4) }
}
