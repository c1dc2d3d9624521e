/// Where a session stands.
///
///     idle ─▶ connecting ─▶ authenticating ─▶ subscribing ─▶ live ◀─▶ degraded
///                 │               │                │           │          │
///                 ▼               ▼                ▼           ▼          ▼
///              backoff ◀──────────┴────────────────┴───────────┴──────────┘
///                 │  ▲
///                 ▼  │ cool-down, one attempt
///             open circuit                     any ─▶ stopped
public struct SessionState: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static var idle: Self { Self(rawValue: 0) }
  /// The transport is being opened.
  public static var connecting: Self { Self(rawValue: 1) }
  /// The handshake is under way.
  public static var authenticating: Self { Self(rawValue: 2) }
  /// Subscriptions are sent and verified.
  public static var subscribing: Self { Self(rawValue: 3) }
  /// All that was asked for is delivered, or was refused with a reason.
  public static var live: Self { Self(rawValue: 4) }
  /// Connected, but something is missing: a subscription, a farm, the upstream's own link.
  public static var degraded: Self { Self(rawValue: 5) }
  /// Waiting before the next attempt.
  public static var backoff: Self { Self(rawValue: 6) }
  /// Too many failures: no attempt before the cool-down is over or an operator resets it.
  public static var openCircuit: Self { Self(rawValue: 7) }
  public static var stopped: Self { Self(rawValue: 8) }

  /// The names in the order of their numbers.
  public static var names: [String] {
    [
      "idle", "connecting", "authenticating", "subscribing", "live", "degraded", "backoff",
      "open_circuit", "stopped",
    ]
  }

  public var name: String {
    let names = Self.names
    return Int(rawValue) < names.count ? names[Int(rawValue)] : "state_\(rawValue)"
  }

  /// Whether records are delivered.
  public var delivers: Bool { self == .live || self == .degraded || self == .subscribing }
}
