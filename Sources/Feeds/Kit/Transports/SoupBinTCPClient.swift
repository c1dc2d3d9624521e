internal import Wire

/// The client's end of one SoupBinTCP connection, versions 3.00, 4.00 and 4.10.
///
/// Bytes and the time in; messages, bytes to send and a deadline out: no socket, no clock. The
/// caller keeps what `next` has not consumed and calls again with more behind it, so that messages
/// are read where they were received and TCP may cut the stream anywhere. Times are monotonic
/// nanoseconds. Owned by one thread.
///
/// Source: SoupBinTCP 3.00, 4.00, 4.10, "Packet Types" and "Heartbeats".
public struct SoupBinTCPClient: Sendable {
  /// Where the connection stands.
  public enum Phase: Equatable, Sendable {
    /// The login is to be sent, or its answer has not come.
    case loggingIn
    case streaming
    /// Nothing more is read: close the connection once what is due has been sent.
    case closed(Reason)
  }

  /// Why the connection is over.
  public enum Reason: Equatable, Sendable {
    case rejected(Rejection)
    case endOfSession
    case loggedOut
    /// Nothing came for `Options.silenceNanos`.
    case silence
    /// The server accepted the login for another session than the one asked for.
    case wrongSession
    /// A packet of length 0, or one that cannot be read or stands where it may not.
    case badPacket
  }

  /// Why a login was refused ("Login Rejected Packet").
  public struct Rejection: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// `A`: user name or password are not known.
    public static var notAuthorized: Self { Self(rawValue: UInt8(ascii: "A")) }
    /// `S`: the session that was asked for cannot be had.
    public static var sessionUnavailable: Self { Self(rawValue: UInt8(ascii: "S")) }
  }

  /// What `next` has found.
  public enum Event: Equatable, Sendable {
    /// No whole packet is left.
    case needsBytes
    /// The login was accepted: `session`, `missing` and `nextSequence` say for what.
    case accepted
    /// The bytes of a sequenced message and its number.
    case message(Range<Int>, sequence: UInt64)
    /// The bytes of an unsequenced message.
    case unsequenced(Range<Int>)
    /// The connection is over; `phase` says why.
    case closed
  }

  public private(set) var phase = Phase.loggingIn
  /// The session as the server named it, without padding; before that, the one asked for.
  public private(set) var session: String
  /// Number of the next sequenced message; 0 asks for the next one that is generated.
  public private(set) var nextSequence: UInt64
  /// Messages that were asked for and that the server does not have any more.
  public private(set) var missing: Range<UInt64>?
  /// Messages that came though they had been received before, and were skipped.
  public private(set) var duplicates: UInt64 = 0
  /// Packets of types that the specification does not list, skipped by their length.
  public private(set) var unknownPackets: UInt64 = 0

  private let options: Options
  private var wanted: UInt64
  private var lastReceived: UInt64
  private var lastSent: UInt64
  private var loginIsDue = true
  private var logoutIsDue = false

  public init(_ options: Options, nowNanos: UInt64) {
    self.options = options
    session = options.session
    nextSequence = options.sequence
    wanted = options.sequence
    lastReceived = nowNanos
    lastSent = nowNanos
  }

  /// The client of the next connection, which goes on behind the last message received.
  public func resumed(nowNanos: UInt64) -> SoupBinTCPClient {
    var next = options
    next.session = session
    next.sequence = nextSequence
    return SoupBinTCPClient(next, nowNanos: nowNanos)
  }

  // MARK: From the server

  /// Reads packets of `bytes` from `offset` on up to the next event, and moves `offset` behind what
  /// was consumed. Call it until it needs more bytes or the connection is closed.
  public mutating func next(
    in bytes: RawSpan, from offset: inout Int, nowNanos: UInt64
  ) -> Event {
    while true {
      if case .closed = phase { return .closed }
      guard let length = bytes.loadBE(UInt16.self, at: offset) else { return .needsBytes }
      guard length > 0 else { return close(.badPacket) }
      let end = offset + 2 + Int(length)
      guard end <= bytes.byteCount else { return .needsBytes }
      let payload = offset + 3..<end
      let type = bytes.uncheckedByte(at: offset + 2)
      offset = end
      lastReceived = nowNanos
      if let event = take(type, bytes, payload) { return event }
    }
  }

  private mutating func take(_ type: UInt8, _ bytes: RawSpan, _ payload: Range<Int>) -> Event? {
    switch type {
    case UInt8(ascii: "S"):
      guard phase == .streaming else { return close(.badPacket) }
      let sequence = nextSequence
      nextSequence &+= 1
      guard sequence >= wanted else {
        duplicates &+= 1
        return nil
      }
      return .message(payload, sequence: sequence)
    case UInt8(ascii: "U"): return .unsequenced(payload)
    case UInt8(ascii: "H"), UInt8(ascii: "+"): return nil
    case UInt8(ascii: "A"): return accept(bytes, payload)
    case UInt8(ascii: "J"):
      guard phase == .loggingIn, let reason = bytes.loadByte(at: payload.lowerBound),
        !payload.isEmpty
      else { return close(.badPacket) }
      return close(.rejected(Rejection(rawValue: reason)))
    case UInt8(ascii: "Z"): return close(.endOfSession)
    default:
      unknownPackets &+= 1
      return nil
    }
  }

  /// Login accepted: session (10), number of the next message (20), padded on either side.
  private mutating func accept(_ bytes: RawSpan, _ payload: Range<Int>) -> Event {
    let at = payload.lowerBound
    guard phase == .loggingIn, payload.count >= Self.acceptedFields,
      let number = Self.number(bytes, at + Self.sessionBytes, Self.sequenceBytes), number > 0
    else { return close(.badPacket) }
    let name = bytes.text(at: at, count: Self.sessionBytes).drop { $0 == " " }
    guard session.isEmpty || session.uppercased() == name.uppercased() else {
      return close(.wrongSession)
    }
    session = String(name)
    if wanted > 0, number > wanted { missing = wanted..<number }
    nextSequence = number
    phase = .streaming
    return .accepted
  }

  private mutating func close(_ reason: Reason) -> Event {
    phase = .closed(reason)
    return .closed
  }

  // MARK: To the server

  /// Asks for an orderly end: the request is sent by the next `send`.
  public mutating func logOut() { logoutIsDue = true }

  /// When `send` must be called again at the latest; `UInt64.max` once the connection is over.
  public var deadlineNanos: UInt64 {
    if case .closed = phase { return .max }
    if loginIsDue || logoutIsDue { return lastSent }
    return min(lastSent &+ options.heartbeatNanos, lastReceived &+ options.silenceNanos)
  }

  /// Appends what is due: the login, a heartbeat after a second without one, the logout. Closes
  /// where the server has been silent for too long.
  public mutating func send(to output: inout [UInt8], nowNanos: UInt64) {
    if case .closed = phase { return }
    guard nowNanos &- lastReceived < options.silenceNanos else {
      phase = .closed(.silence)
      return
    }
    let before = output.count
    if loginIsDue {
      loginIsDue = false
      options.appendLogin(to: &output)
    }
    if logoutIsDue {
      output += [0, 1, UInt8(ascii: "O")]
      phase = .closed(.loggedOut)
    } else if output.count == before, nowNanos &- lastSent >= options.heartbeatNanos {
      output += [0, 1, UInt8(ascii: "R")]
    }
    if output.count > before { lastSent = nowNanos }
  }

  // MARK: Fields

  static var sessionBytes: Int { 10 }
  static var sequenceBytes: Int { 20 }

  /// A decimal number with spaces on either side; nil for anything else, also above 64 bits.
  private static func number(_ bytes: RawSpan, _ start: Int, _ count: Int) -> UInt64? {
    var from = start
    var to = start + count
    while from < to, bytes.uncheckedByte(at: from) == 0x20 { from += 1 }
    while to > from, bytes.uncheckedByte(at: to - 1) == 0x20 { to -= 1 }
    guard from < to else { return nil }
    var value: UInt64 = 0
    for index in from..<to {
      let digit = bytes.uncheckedByte(at: index) &- 0x30
      let (tens, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflows) = tens.addingReportingOverflow(UInt64(digit))
      guard digit <= 9, !tooLarge, !overflows else { return nil }
      value = sum
    }
    return value
  }
}
