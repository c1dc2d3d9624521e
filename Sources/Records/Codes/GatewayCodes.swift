/// Kind of a gateway error (DBN, "Enums", error code).
@frozen
public struct ErrorCode: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  /// The code as it stands in the record.
  public var rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Authentication failed.
  @inlinable public static var authenticationFailed: Self { Self(rawValue: 1) }
  /// The key was deactivated.
  @inlinable public static var keyDeactivated: Self { Self(rawValue: 2) }
  /// Too many connections.
  @inlinable public static var connectionLimitExceeded: Self { Self(rawValue: 3) }
  /// A symbol could not be resolved.
  @inlinable public static var symbolResolutionFailed: Self { Self(rawValue: 4) }
  /// The subscription is invalid.
  @inlinable public static var invalidSubscription: Self { Self(rawValue: 5) }
  /// Fault of the gateway.
  @inlinable public static var internalError: Self { Self(rawValue: 6) }
  /// Records were skipped for a slow reader.
  @inlinable public static var skippedRecordsAfterSlowReading: Self { Self(rawValue: 7) }
  /// Not stated.
  @inlinable public static var unset: Self { Self(rawValue: 255) }
}

/// Kind of a gateway notice (DBN, "Enums", system code).
@frozen
public struct SystemCode: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  /// The code as it stands in the record.
  public var rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The connection lives.
  @inlinable public static var heartbeat: Self { Self(rawValue: 0) }
  /// A subscription was accepted.
  @inlinable public static var subscriptionAcknowledged: Self { Self(rawValue: 1) }
  /// The reader falls behind.
  @inlinable public static var slowReaderWarning: Self { Self(rawValue: 2) }
  /// The replay reached the present.
  @inlinable public static var replayCompleted: Self { Self(rawValue: 3) }
  /// An interval has ended.
  @inlinable public static var endOfInterval: Self { Self(rawValue: 4) }
  /// Not stated.
  @inlinable public static var unset: Self { Self(rawValue: 255) }
}
