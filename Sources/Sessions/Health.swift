/// How a feed or an instrument is, judged by its own rhythm and trading session.
public struct Health: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Nothing is known yet, or it is not expected to trade.
  public static var unknown: Self { Self(rawValue: 0) }
  /// It speaks as it usually does.
  public static var healthy: Self { Self(rawValue: 1) }
  /// Silent, but no longer than it sometimes is.
  public static var quiet: Self { Self(rawValue: 2) }
  /// Silent for longer than it ever was.
  public static var suspicious: Self { Self(rawValue: 3) }
  /// Silent for so long that it must be broken.
  public static var dead: Self { Self(rawValue: 4) }

  /// The names in the order of their numbers.
  public static var names: [String] { ["unknown", "healthy", "quiet", "suspicious", "dead"] }

  public var name: String {
    let names = Self.names
    return Int(rawValue) < names.count ? names[Int(rawValue)] : "health_\(rawValue)"
  }
}
