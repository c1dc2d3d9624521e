/// Class of an instrument (DBN, "Enums", instrument_class).
@frozen
public struct InstrumentClass: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  /// The code as it stands in the record.
  public var rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Not stated.
  @inlinable public static var undefined: Self { Self(rawValue: 0) }
  /// Bond.
  @inlinable public static var bond: Self { Self(rawValue: UInt8(ascii: "B")) }
  /// Call option.
  @inlinable public static var call: Self { Self(rawValue: UInt8(ascii: "C")) }
  /// Future.
  @inlinable public static var future: Self { Self(rawValue: UInt8(ascii: "F")) }
  /// Stock.
  @inlinable public static var stock: Self { Self(rawValue: UInt8(ascii: "K")) }
  /// Spread of several classes.
  @inlinable public static var mixedSpread: Self { Self(rawValue: UInt8(ascii: "M")) }
  /// Put option.
  @inlinable public static var put: Self { Self(rawValue: UInt8(ascii: "P")) }
  /// Spread of futures.
  @inlinable public static var futureSpread: Self { Self(rawValue: UInt8(ascii: "S")) }
  /// Spread of options.
  @inlinable public static var optionSpread: Self { Self(rawValue: UInt8(ascii: "T")) }
  /// Foreign exchange, spot.
  @inlinable public static var fxSpot: Self { Self(rawValue: UInt8(ascii: "X")) }
  /// Commodity, spot.
  @inlinable public static var commoditySpot: Self { Self(rawValue: UInt8(ascii: "Y")) }
}

/// How the venue matches (DBN, "Enums", match_algorithm).
@frozen
public struct MatchAlgorithm: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  /// The code as it stands in the record.
  public var rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Not stated.
  @inlinable public static var undefined: Self { Self(rawValue: UInt8(ascii: " ")) }
  /// First in, first out.
  @inlinable public static var fifo: Self { Self(rawValue: UInt8(ascii: "F")) }
  /// Configurable.
  @inlinable public static var configurable: Self { Self(rawValue: UInt8(ascii: "K")) }
  /// Pro rata.
  @inlinable public static var proRata: Self { Self(rawValue: UInt8(ascii: "C")) }
  /// First in, first out with lead market makers.
  @inlinable public static var fifoLMM: Self { Self(rawValue: UInt8(ascii: "T")) }
  /// Threshold pro rata.
  @inlinable public static var thresholdProRata: Self { Self(rawValue: UInt8(ascii: "O")) }
  /// First in, first out with top order and lead market makers.
  @inlinable public static var fifoTopLMM: Self { Self(rawValue: UInt8(ascii: "S")) }
  /// Threshold pro rata with lead market makers.
  @inlinable public static var thresholdProRataLMM: Self { Self(rawValue: UInt8(ascii: "Q")) }
  /// Eurodollar futures.
  @inlinable public static var eurodollarFutures: Self { Self(rawValue: UInt8(ascii: "Y")) }
  /// Time pro rata.
  @inlinable public static var timeProRata: Self { Self(rawValue: UInt8(ascii: "P")) }
  /// Institutions first.
  @inlinable public static var institutionalPrioritization: Self {
    Self(rawValue: UInt8(ascii: "V"))
  }
}

/// What a definition does (DBN, "Enums", security_update_action).
@frozen
public struct SecurityUpdateAction: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  /// The code as it stands in the record.
  public var rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// A new instrument.
  @inlinable public static var add: Self { Self(rawValue: UInt8(ascii: "A")) }
  /// A changed instrument.
  @inlinable public static var modify: Self { Self(rawValue: UInt8(ascii: "M")) }
  /// A removed instrument.
  @inlinable public static var delete: Self { Self(rawValue: UInt8(ascii: "D")) }
}

/// Whether a user of the venue made the instrument (DBN, "Enums").
@frozen
public struct UserDefinedInstrument: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  /// The code as it stands in the record.
  public var rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Made by a user.
  @inlinable public static var yes: Self { Self(rawValue: UInt8(ascii: "Y")) }
  /// Listed by the venue.
  @inlinable public static var no: Self { Self(rawValue: UInt8(ascii: "N")) }
}
