internal import Wire

/// Limits and times of the SoupBinTCP server.
public enum SoupBinTCPServerLimits {
  /// A login request of version 4.10, with its length field; the largest packet that means anything
  /// before the login.
  static var loginBytes: Int { 54 }
  static var shortLoginBytes: Int { 49 }
  /// The largest packet taken from a client.
  static var packetBytes: Int { 4_096 }
  /// Login accepted: length, type, session (10), sequence number (20).
  static var acceptedBytes: Int { 33 }
  static var secondNanos: UInt64 { 1_000_000_000 }
}

/// One client's connection to a SoupBinTCP server, versions 3.00, 4.00 and 4.10.
///
/// Bytes and the time in, bytes and a deadline out: no socket, no clock. Sequenced data come from a
/// `RetransmissionStore`, from the number that the client asked for. Times are monotonic
/// nanoseconds. Not thread safe.
public struct SoupBinTCPServer: ~Copyable, Sendable {
  /// Who may log in, and the session's timers.
  public struct Options: Equatable, Sendable {
    public var session: MoldUDP64SessionName
    /// Compared without case and padding; an empty one lets every name in.
    public var username = ""
    /// As `username`.
    public var password = ""
    public var heartbeatNanos: UInt64 = SoupBinTCPServerLimits.secondNanos
    /// Silence after which the client counts as gone; version 4.10 lets the client choose.
    public var clientTimeoutNanos: UInt64 = 15 * SoupBinTCPServerLimits.secondNanos
    public var loginTimeoutNanos: UInt64 = 30 * SoupBinTCPServerLimits.secondNanos

    public init(session: MoldUDP64SessionName) { self.session = session }
  }

  /// Where the connection stands.
  public enum Phase: Equatable, Sendable {
    case awaitingLogin
    case streaming
    /// Close the connection once `produce` has nothing more to send.
    case closing(Reason)
  }

  /// Why the server closes.
  public enum Reason: Equatable, Sendable {
    case rejected, loginTimeout, clientTimeout, logout, endOfSession, badPacket
    /// The client was so slow that messages it still needs were overwritten.
    case lapped
  }

  public let options: Options
  public private(set) var phase = Phase.awaitingLogin
  /// The number of the next sequenced message for this client; 0 before the login.
  public private(set) var nextSequence: UInt64 = 0
  /// The longest silence allowed to the client.
  public private(set) var clientTimeoutNanos: UInt64
  private var input: FixedTable<UInt8>
  private var inputCount = 0
  private var lastReceived: UInt64
  private var lastSent: UInt64
  private var pendingLogin: Login?
  private var isEnding = false

  private struct Login: Equatable {
    let isKnown: Bool
    let session: String
    let sequence: UInt64
    /// 0 before version 4.10.
    let timeoutMillis: UInt64
  }

  public init(_ options: Options, nowNanos: UInt64) {
    self.options = options
    clientTimeoutNanos = options.clientTimeoutNanos
    input = FixedTable(repeating: 0, count: SoupBinTCPServerLimits.packetBytes + 2)
    lastReceived = nowNanos
    lastSent = nowNanos
  }

  /// When `produce` must be called again at the latest, though nothing happened before.
  public var deadlineNanos: UInt64 {
    switch phase {
    case .awaitingLogin: lastReceived &+ options.loginTimeoutNanos
    case .streaming:
      min(lastSent &+ options.heartbeatNanos, lastReceived &+ clientTimeoutNanos)
    case .closing: .max
    }
  }

  /// Ends the session for this client once it has everything that the store holds.
  public mutating func endSession() { isEnding = true }

  // MARK: From the client

  /// Takes bytes as they come from the connection; packets may be cut anywhere.
  public mutating func receive(_ bytes: RawSpan, nowNanos: UInt64) {
    var offset = 0
    while offset < bytes.byteCount {
      if case .closing = phase { return }
      let room = input.count - inputCount
      let count = min(room, bytes.byteCount - offset)
      input.store(bytes.extracting(offset..<offset + count), at: inputCount)
      inputCount += count
      offset += count
      takePackets(nowNanos)
    }
  }

  private mutating func takePackets(_ now: UInt64) {
    var start = 0
    while inputCount - start >= 2 {
      let length = Int(input[start]) << 8 | Int(input[start + 1])
      guard length > 0, length <= SoupBinTCPServerLimits.packetBytes else {
        phase = .closing(.badPacket)
        return
      }
      guard inputCount - start >= 2 + length else { break }
      if phase == .streaming { lastReceived = now }
      takePacket(start, length, now)
      start += 2 + length
      if case .closing = phase { return }
    }
    for index in start..<inputCount { input[index - start] = input[index] }
    inputCount -= start
  }

  private mutating func takePacket(_ start: Int, _ length: Int, _ now: UInt64) {
    switch (input[start + 2], phase) {
    case (UInt8(ascii: "L"), .awaitingLogin): takeLogin(start, length, now)
    case (UInt8(ascii: "O"), _): phase = .closing(.logout)
    case (UInt8(ascii: "L"), _): phase = .closing(.badPacket)
    // Heartbeats count by having come; unsequenced data, debug text and unknown types are skipped.
    default: break
    }
  }

  private mutating func takeLogin(_ start: Int, _ length: Int, _ now: UInt64) {
    let size = length + 2
    guard
      size == SoupBinTCPServerLimits.shortLoginBytes || size == SoupBinTCPServerLimits.loginBytes
    else {
      phase = .closing(.badPacket)
      return
    }
    guard let login = readLogin(start, size) else {
      phase = .closing(.badPacket)
      return
    }
    pendingLogin = login
    if login.timeoutMillis > 0 { clientTimeoutNanos = login.timeoutMillis * 1_000_000 }
    lastReceived = now
  }

  private func readLogin(_ start: Int, _ size: Int) -> Login? {
    let packet = input.bytes(start..<start + size)
    let hasTimeout = size == SoupBinTCPServerLimits.loginBytes
    guard let sequence = Self.number(packet.text(at: 29, count: 20)),
      let timeout = hasTimeout ? Self.number(packet.text(at: 49, count: 5)) : 0
    else { return nil }
    return Login(
      isKnown: Self.matches(options.username, packet.text(at: 3, count: 6))
        && Self.matches(options.password, packet.text(at: 9, count: 10)),
      session: Self.trimmed(packet.text(at: 19, count: 10)), sequence: sequence,
      timeoutMillis: timeout)
  }

  // MARK: To the client

  /// Writes what is due to the start of `out`: the login's answer, sequenced data from the store as
  /// far as there is room, a heartbeat after a second of silence, the end of the session.
  ///
  /// - Parameter out: at least 64 bytes.
  /// - Returns: the bytes written.
  public mutating func produce(
    from store: borrowing RetransmissionStore, into out: inout MutableRawSpan, nowNanos: UInt64
  ) -> Int {
    precondition(out.byteCount >= 64)
    var end = 0
    if let login = pendingLogin {
      pendingLogin = nil
      end = answer(login, from: store, into: &out)
    }
    checkTimeouts(nowNanos)
    guard phase == .streaming else { return end }
    end = sequencedData(from: store, into: &out, from: end)
    if phase == .streaming, isEnding, nextSequence == store.nextSequence,
      out.byteCount - end >= 3
    {
      end = Self.packet("Z", into: &out, at: end)
      phase = .closing(.endOfSession)
    }
    if end == 0, nowNanos &- lastSent >= options.heartbeatNanos {
      end = Self.packet("H", into: &out, at: 0)
    }
    if end > 0 { lastSent = nowNanos }
    return end
  }

  private mutating func answer(
    _ login: Login, from store: borrowing RetransmissionStore, into out: inout MutableRawSpan
  ) -> Int {
    let session = Self.trimmed(options.session.description)
    let isSession =
      login.session.isEmpty || login.session.uppercased() == session.uppercased()
    guard login.isKnown, isSession else {
      let rejection = UInt8(ascii: login.isKnown ? "S" : "A")
      phase = .closing(.rejected)
      out.storeBytes(of: (2 as UInt16).bigEndian, toByteOffset: 0, as: UInt16.self)
      out.storeBytes(of: UInt8(ascii: "J"), toByteOffset: 2, as: UInt8.self)
      out.storeBytes(of: rejection, toByteOffset: 3, as: UInt8.self)
      return 4
    }
    // 0 means: from the next message on. What is no longer kept cannot be sent, and what is yet to
    // come will be: the accepted number says where the stream begins.
    let wanted = login.sequence == 0 ? store.nextSequence : login.sequence
    nextSequence = min(max(wanted, store.oldestSequence), store.nextSequence)
    phase = .streaming
    let text = Self.padded(session, 10) + Self.padded(String(nextSequence), 20)
    out.storeBytes(of: (31 as UInt16).bigEndian, toByteOffset: 0, as: UInt16.self)
    out.storeBytes(of: UInt8(ascii: "A"), toByteOffset: 2, as: UInt8.self)
    for (index, character) in text.utf8.enumerated() {
      out.storeBytes(of: character, toByteOffset: 3 + index, as: UInt8.self)
    }
    return SoupBinTCPServerLimits.acceptedBytes
  }

  /// A frame of the store (length, message) becomes a packet by its length plus one and an `S`.
  private mutating func sequencedData(
    from store: borrowing RetransmissionStore, into out: inout MutableRawSpan, from start: Int
  ) -> Int {
    var end = start
    while nextSequence < store.nextSequence {
      guard let size = store.frameBytes(nextSequence) else {
        phase = .closing(.lapped)
        return end
      }
      guard size + 1 <= out.byteCount - end,
        store.copyFrame(nextSequence, into: &out, at: end + 1) != nil
      else { break }
      // A message of 65,535 bytes has no place in a packet; it would need a length of 65,536.
      guard size - 1 <= Int(UInt16.max) else {
        phase = .closing(.badPacket)
        return end
      }
      out.storeBytes(of: UInt16(size - 1).bigEndian, toByteOffset: end, as: UInt16.self)
      out.storeBytes(of: UInt8(ascii: "S"), toByteOffset: end + 2, as: UInt8.self)
      end += size + 1
      nextSequence += 1
    }
    return end
  }

  private mutating func checkTimeouts(_ now: UInt64) {
    switch phase {
    case .awaitingLogin:
      if now &- lastReceived >= options.loginTimeoutNanos { phase = .closing(.loginTimeout) }
    case .streaming:
      if now &- lastReceived >= clientTimeoutNanos { phase = .closing(.clientTimeout) }
    case .closing: break
    }
  }
}
