/// Kind of symbology (DBN, "Enums", stype).
@frozen
public struct SType: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  /// The code as it stands in the record.
  public var rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// `instrument_id`.
  @inlinable public static var instrumentID: Self { Self(rawValue: 0) }
  /// `raw_symbol`.
  @inlinable public static var rawSymbol: Self { Self(rawValue: 1) }
  /// `smart`.
  @inlinable public static var smart: Self { Self(rawValue: 2) }
  /// `continuous`.
  @inlinable public static var continuous: Self { Self(rawValue: 3) }
  /// `parent`.
  @inlinable public static var parent: Self { Self(rawValue: 4) }
  /// `nasdaq_symbol`.
  @inlinable public static var nasdaqSymbol: Self { Self(rawValue: 5) }
  /// `cms_symbol`.
  @inlinable public static var cmsSymbol: Self { Self(rawValue: 6) }
  /// `isin`.
  @inlinable public static var isin: Self { Self(rawValue: 7) }
  /// `us_code`.
  @inlinable public static var usCode: Self { Self(rawValue: 8) }
  /// `bbg_comp_id`.
  @inlinable public static var bbgCompID: Self { Self(rawValue: 9) }
  /// `bbg_comp_ticker`.
  @inlinable public static var bbgCompTicker: Self { Self(rawValue: 10) }
  /// `figi`.
  @inlinable public static var figi: Self { Self(rawValue: 11) }
  /// `figi_ticker`.
  @inlinable public static var figiTicker: Self { Self(rawValue: 12) }
  /// Mixed or not stated.
  @inlinable public static var none: Self { Self(rawValue: 255) }

  /// The format's own name, such as `raw_symbol`; nil for `none` and unknown numbers.
  public var name: String? {
    rawValue < Self.names.count ? Self.names[Int(rawValue)] : nil
  }

  private static let names = [
    "instrument_id", "raw_symbol", "smart", "continuous", "parent", "nasdaq_symbol", "cms_symbol",
    "isin", "us_code", "bbg_comp_id", "bbg_comp_ticker", "figi", "figi_ticker",
  ]
}
