extension SoupBinTCPClient {
  /// Who logs in, and to what.
  public struct Options: Sendable {
    public let login: Login
    /// Up to 10 characters; empty for the current session.
    public internal(set) var session: String
    /// First message wanted; 0 for the next one that is generated.
    public internal(set) var sequence: UInt64
    /// The silence after which the server may drop us, sent with the login of version 4.10 only.
    public let timeoutMillis: UInt64?
    /// The longest time without a packet of ours: 1 s, less where `timeoutMillis` asks for it.
    public let heartbeatNanos: UInt64
    /// Silence of the server after which the connection counts as dead: 15 s by the specification.
    public var silenceNanos: UInt64 = 15_000_000_000

    /// - Parameters:
    ///   - sequence: first message wanted, 1 for all of the session, 0 for the next generated.
    ///   - timeoutMillis: for servers of version 4.10, 1 ... 99,999; nil for 3.00 and 4.00.
    /// - Throws: the field that does not fit its place in the login.
    public init(
      login: Login, session: String = "", sequence: UInt64 = 1, timeoutMillis: UInt64? = nil
    ) throws(FieldError) {
      guard SoupBinTCPClient.fits(session, SoupBinTCPClient.sessionBytes) else { throw .session }
      if let timeoutMillis {
        guard (1...99_999).contains(timeoutMillis) else { throw .timeout }
      }
      self.login = login
      self.session = session
      self.sequence = sequence
      self.timeoutMillis = timeoutMillis
      // Half of the timeout, so that one late heartbeat does not cost the connection.
      let half = (timeoutMillis ?? 2_000) * 500_000
      heartbeatNanos = min(half, 1_000_000_000)
    }

    /// Appends the login request: 49 bytes, or 54 with the timeout of version 4.10.
    func appendLogin(to output: inout [UInt8]) {
      let payload = 1 + Login.userBytes + Login.passwordBytes + SoupBinTCPClient.acceptedFields
      output += [0, UInt8(payload + (timeoutMillis == nil ? 0 : Self.timeoutBytes))]
      output.append(UInt8(ascii: "L"))
      output += login.fields
      Self.append(session, SoupBinTCPClient.sessionBytes, to: &output)
      Self.append(String(sequence), SoupBinTCPClient.sequenceBytes, to: &output)
      if let timeoutMillis { Self.append(String(timeoutMillis), Self.timeoutBytes, to: &output) }
    }

    private static var timeoutBytes: Int { 5 }

    /// Session and numbers are padded on the left.
    private static func append(_ text: String, _ count: Int, to output: inout [UInt8]) {
      output += [UInt8](repeating: 0x20, count: max(count - text.utf8.count, 0))
      output += text.utf8
    }
  }

  /// User name and password. Shows itself without the password, wherever it is printed.
  public struct Login: Sendable, CustomStringConvertible, CustomReflectable {
    public let user: String
    /// Both fields, padded on the right, as they go into the request.
    let fields: [UInt8]

    static var userBytes: Int { 6 }
    static var passwordBytes: Int { 10 }

    /// Throws: the field that is too long (6 and 10 characters) or not printable ASCII.
    public init(user: String, password: String) throws(FieldError) {
      guard SoupBinTCPClient.fits(user, Self.userBytes) else { throw .user }
      guard SoupBinTCPClient.fits(password, Self.passwordBytes) else { throw .password }
      self.user = user
      fields = Self.padded(user, Self.userBytes) + Self.padded(password, Self.passwordBytes)
    }

    private static func padded(_ text: String, _ count: Int) -> [UInt8] {
      Array(text.utf8) + [UInt8](repeating: 0x20, count: count - text.utf8.count)
    }

    public var description: String { "user \(user), password not shown" }
    public var customMirror: Mirror { Mirror(self, children: ["user": user]) }
  }

  /// A field that does not fit into a login request.
  public enum FieldError: Error, Equatable, Sendable, CustomStringConvertible {
    case user, password, session, timeout

    public var description: String {
      switch self {
      case .user: "the user name must have at most 6 printable ASCII characters"
      case .password: "the password must have at most 10 printable ASCII characters"
      case .session: "the session must have at most 10 printable ASCII characters"
      case .timeout: "the heartbeat timeout must be 1 to 99999 ms"
      }
    }
  }

  static var acceptedFields: Int { sessionBytes + sequenceBytes }

  static func fits(_ text: String, _ count: Int) -> Bool {
    text.utf8.count <= count && text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
  }
}
