/// What can go wrong with a simulated upstream.
public enum FaultKind: String, CaseIterable, Sendable {
  /// Sends nothing any more and keeps the sockets.
  case mute
  /// Closes in good order (FIN).
  case drop
  /// Resets (RST).
  case reset = "rst"
  /// Closes everything and takes no connection for a while.
  case restart
  /// Neither reads nor writes; no FIN.
  case halfOpen = "half-open"
  /// Spoils every n-th message.
  case garbage
  /// Delays everything that is sent.
  case slow
  /// Delivers in pieces of so many bytes.
  case split
  /// The market runs so many times faster.
  case burst
  /// The upstream's own link to its servers is broken.
  case upstreamDown = "upstream-down"
  /// Refuses logins.
  case denyAuth = "deny-auth"
  /// Speaks another version than the one asked for.
  case wrongVersion = "wrong-version"
  /// Limits the instruments of a login.
  case linesLimit = "lines-limit"
  /// Faults of several kinds at random times, by a seed.
  case random
}

/// One fault of a script.
public struct Fault: Sendable, Equatable {
  public var kind: FaultKind
  /// The number after the colon: every n-th message, first n connections, bytes of a piece, most
  /// instruments; 0 where the kind has none.
  public var count: Int = 0
  /// Delay of `slow`, ns.
  public var delay: UInt64 = 0
  /// Factor of `burst`.
  public var factor: Double = 1
  /// Name of the port whose connections it hits; nil for all.
  public var port: String?
  /// After the first connection, ns; nil for from the start.
  public var at: UInt64?
  /// How long it lasts, ns; nil where the kind needs none or it stays for good.
  public var duration: UInt64?
  /// From one time to the next, ns; nil for once.
  public var every: UInt64?
  /// Of `random`.
  public var seed: UInt64 = 0
  public var perHour: Double = 0
  public var kinds: [FaultKind] = []

  public init(_ kind: FaultKind) { self.kind = kind }
}

/// A list of faults, as written on a command line: `mute@30s,drop@45s/60s,garbage:17`.
///
/// Each is `KIND[:ARGUMENT][#PORT][@TIME][+DURATION][/EVERY]`. Times count from the first
/// connection on. Without `@` a fault holds from the start. `/EVERY` may be written ` every TIME`.
public struct FaultScript: Sendable, Equatable {
  public var faults: [Fault] = []

  public init() {}

  /// The most instruments of a login, if the script says so.
  public var linesLimit: Int? { faults.first { $0.kind == .linesLimit }?.count }

  /// For `--help`: one line a kind.
  public static var help: String {
    """
    mute@30s             sends nothing from then on, keeps the sockets (+10s: for 10 s)
    half-open@2m         neither sends nor reads, no FIN
    drop@45s             closes in good order (FIN); rst@45s resets
    restart@45s+5s       closes all and refuses connections for 5 s (default 1 s)
    upstream-down@30s+5s loses its own link to its servers for 5 s
    garbage:17           makes every 17th message malformed
    slow:200ms           delays all that it sends
    split:3              delivers in pieces of 3 bytes (default 1)
    burst:8@10s+1s       runs the market 8 times faster
    deny-auth:2          refuses the first 2 logins (without a number: all)
    wrong-version:1      answers the first connection with another version
    lines-limit:100      refuses more than 100 instruments
    random:SEED:RATE     faults at random times, RATE an hour; random:7:120:drop|rst names kinds
    A time may be repeated (drop@45s/60s) and bound to one port (drop#level2@45s).
    """
  }
}

/// Why text is not a fault script.
public struct FaultScriptError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The word that is wrong.
  public let word: String
  /// What is wrong and what to write instead.
  public let reason: String

  public var description: String { "fault \"\(word)\": \(reason)" }
}
