/// What an event does to the book (DBN, "Enums", action).
@frozen
public struct Action: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  /// The code as it stands in the record.
  public var rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// A new order or level.
  @inlinable public static var add: Self { Self(rawValue: UInt8(ascii: "A")) }
  /// An order leaves, wholly or in part.
  @inlinable public static var cancel: Self { Self(rawValue: UInt8(ascii: "C")) }
  /// Price or size of an order changes.
  @inlinable public static var modify: Self { Self(rawValue: UInt8(ascii: "M")) }
  /// The book of the instrument is emptied.
  @inlinable public static var clear: Self { Self(rawValue: UInt8(ascii: "R")) }
  /// A trade, from the side of the aggressor; no effect on the book.
  @inlinable public static var trade: Self { Self(rawValue: UInt8(ascii: "T")) }
  /// Fill of a resting order; no effect on the book.
  @inlinable public static var fill: Self { Self(rawValue: UInt8(ascii: "F")) }
  /// No action; the record carries flags only.
  @inlinable public static var none: Self { Self(rawValue: UInt8(ascii: "N")) }
}

/// Side of an order, or of the aggressor of a trade (DBN, "Enums", side).
@frozen
public struct Side: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  /// The code as it stands in the record.
  public var rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Sell order, or sell aggressor.
  @inlinable public static var ask: Self { Self(rawValue: UInt8(ascii: "A")) }
  /// Buy order, or buy aggressor.
  @inlinable public static var bid: Self { Self(rawValue: UInt8(ascii: "B")) }
  /// Not stated.
  @inlinable public static var none: Self { Self(rawValue: UInt8(ascii: "N")) }
}
