/// Flags of an event, one bit each (DBN, "Enums", flags).
@frozen
public struct Flags: OptionSet, Hashable, Sendable, BitwiseCopyable {
  /// The bits as they stand in the record.
  public var rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Last record of the venue event for the instrument; bit 7.
  @inlinable public static var last: Self { Self(rawValue: 1 << 7) }
  /// Top of book, not an order; bit 6.
  @inlinable public static var topOfBook: Self { Self(rawValue: 1 << 6) }
  /// From a replay or snapshot; bit 5.
  @inlinable public static var snapshot: Self { Self(rawValue: 1 << 5) }
  /// Aggregated level, not an order; bit 4.
  @inlinable public static var mbp: Self { Self(rawValue: 1 << 4) }
  /// The receive time is inaccurate; bit 3.
  @inlinable public static var badTsRecv: Self { Self(rawValue: 1 << 3) }
  /// An unrecoverable gap was seen; the book may be wrong; bit 2.
  @inlinable public static var maybeBadBook: Self { Self(rawValue: 1 << 2) }
  /// Meaning depends on the publisher; bit 1.
  @inlinable public static var publisherSpecific: Self { Self(rawValue: 1 << 1) }
}
