/// Which statistic a record gives (DBN, "Enums", stat_type).
@frozen
public struct StatType: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  /// The code as it stands in the record.
  public var rawValue: UInt16

  @inlinable
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// No statistic; never sent.
  @inlinable public static var undefined: Self { Self(rawValue: 0) }
  /// Opening price.
  @inlinable public static var openingPrice: Self { Self(rawValue: 1) }
  /// Indicative opening price.
  @inlinable public static var indicativeOpeningPrice: Self { Self(rawValue: 2) }
  /// Settlement price.
  @inlinable public static var settlementPrice: Self { Self(rawValue: 3) }
  /// Trading session low price.
  @inlinable public static var tradingSessionLowPrice: Self { Self(rawValue: 4) }
  /// Trading session high price.
  @inlinable public static var tradingSessionHighPrice: Self { Self(rawValue: 5) }
  /// Cleared volume.
  @inlinable public static var clearedVolume: Self { Self(rawValue: 6) }
  /// Lowest offer.
  @inlinable public static var lowestOffer: Self { Self(rawValue: 7) }
  /// Highest bid.
  @inlinable public static var highestBid: Self { Self(rawValue: 8) }
  /// Open interest.
  @inlinable public static var openInterest: Self { Self(rawValue: 9) }
  /// Fixing price.
  @inlinable public static var fixingPrice: Self { Self(rawValue: 10) }
  /// Close price.
  @inlinable public static var closePrice: Self { Self(rawValue: 11) }
  /// Net change.
  @inlinable public static var netChange: Self { Self(rawValue: 12) }
  /// Vwap.
  @inlinable public static var vwap: Self { Self(rawValue: 13) }
  /// Volatility.
  @inlinable public static var volatility: Self { Self(rawValue: 14) }
  /// Delta.
  @inlinable public static var delta: Self { Self(rawValue: 15) }
  /// Uncrossing price.
  @inlinable public static var uncrossingPrice: Self { Self(rawValue: 16) }
  /// Upper price limit.
  @inlinable public static var upperPriceLimit: Self { Self(rawValue: 17) }
  /// Lower price limit.
  @inlinable public static var lowerPriceLimit: Self { Self(rawValue: 18) }
  /// Block volume.
  @inlinable public static var blockVolume: Self { Self(rawValue: 19) }
  /// Venue specific volume.
  @inlinable public static var venueSpecificVolume: Self { Self(rawValue: 10001) }
}

/// Whether a statistic is added or withdrawn (DBN, "Enums", update_action).
@frozen
public struct UpdateAction: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  /// The code as it stands in the record.
  public var rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Added.
  @inlinable public static var new: Self { Self(rawValue: 1) }
  /// Withdrawn.
  @inlinable public static var delete: Self { Self(rawValue: 2) }
}
