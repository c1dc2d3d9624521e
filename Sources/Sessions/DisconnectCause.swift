/// Why a connection to an upstream ended, or could not be had.
///
/// The set is open. The name stands in the stream's records, the gap ledger, logs and metrics.
public struct DisconnectCause: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Never lost so far.
  public static var none: Self { Self(rawValue: 0) }
  /// Nobody listens there, no route, or no answer to the connection attempt.
  public static var refused: Self { Self(rawValue: 1) }
  /// The peer has ended the connection in order (FIN).
  public static var ended: Self { Self(rawValue: 2) }
  /// The peer has torn the connection (RST, a broken pipe).
  public static var reset: Self { Self(rawValue: 3) }
  /// Nothing was heard for longer than the limit: a mute peer, a black hole, a half-open socket.
  public static var silent: Self { Self(rawValue: 4) }
  /// The upstream refuses user, password, client id or address.
  public static var authentication: Self { Self(rawValue: 5) }
  /// The upstream speaks a version that we do not.
  public static var version: Self { Self(rawValue: 6) }
  /// Bytes in which no message can be found any more.
  public static var protocolError: Self { Self(rawValue: 7) }
  /// The handshake or the subscriptions took longer than their limit.
  public static var timedOut: Self { Self(rawValue: 8) }
  /// The upstream has lost its own upstream; our socket stands.
  public static var upstream: Self { Self(rawValue: 9) }
  /// The upstream has ended on its own schedule: the daily restart.
  public static var restart: Self { Self(rawValue: 10) }
  /// The user has asked for it.
  public static var stopped: Self { Self(rawValue: 11) }
  /// TLS could not be had or was ended by an alert.
  public static var tls: Self { Self(rawValue: 12) }
  /// Another session of the same user has taken the connection or the data over.
  public static var takenOver: Self { Self(rawValue: 13) }

  /// The names in the order of their numbers.
  public static var names: [String] {
    [
      "none", "refused", "ended", "reset", "silent", "authentication", "version", "protocol_error",
      "timed_out", "upstream", "restart", "stopped", "tls", "taken_over",
    ]
  }

  public var name: String {
    let names = Self.names
    return Int(rawValue) < names.count ? names[Int(rawValue)] : "cause_\(rawValue)"
  }
}
