import Glibc

/// Why a network operation failed: what was tried, with what, and what to do about it.
public struct NetError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What went wrong.
  public enum Cause: Equatable, Sendable {
    /// The system refused, by errno.
    case system(Int32)
    /// The host name has no address; the resolver's own words.
    case resolve(String)
    /// The text or option cannot be used; why.
    case invalid(String)
    /// Nothing happened before the deadline.
    case timedOut
    /// The peer has closed the connection.
    case closed
  }

  /// What was tried: `bind`, `connect`, `join`, `receive`, `send`.
  public let operation: String
  /// The address or name that it was tried with.
  public let target: String
  public let cause: Cause

  public init(_ operation: String, _ target: String, _ cause: Cause) {
    self.operation = operation
    self.target = target
    self.cause = cause
  }

  public var description: String {
    switch cause {
    case .system(let code):
      // Safety: a NUL-terminated string that stays until the thread's next call; copied at once.
      let text = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "errno \(code)"
      return "\(operation) \(target): \(text); \(Self.advice(code))"
    case .resolve(let text):
      return "\(operation) \(target): \(text); check the host name and the DNS settings"
    case .invalid(let text):
      return "\(operation) \(target): \(text)"
    case .timedOut:
      return "\(operation) \(target): no answer in time; check the address, the route and firewalls"
    case .closed:
      return "\(operation) \(target): the peer closed the connection; see the peer's log"
    }
  }

  private static func advice(_ code: Int32) -> String {
    switch code {
    case ECONNREFUSED: "nobody listens there: start the server or check the port"
    case ECONNRESET, EPIPE: "the peer dropped the connection: see the peer's log"
    case EADDRINUSE: "another process has the port: stop it or choose another port"
    case EADDRNOTAVAIL: "this machine does not have the address: list them with ip address"
    case ENODEV: "no such interface, or none for multicast: name one after @, as ip link lists them"
    case EACCES, EPERM: "this user may not: ports below 1024 and some options need privileges"
    case ENETUNREACH, EHOSTUNREACH: "there is no route: check ip route"
    case EMFILE, ENFILE: "too many open files: raise ulimit -n"
    case ENOBUFS, ENOMEM: "the kernel has no memory for it: ask for smaller buffers"
    case EMSGSIZE: "the datagram is too large: use a smaller one"
    default: "see errno \(code)"
    }
  }
}

/// The value of one of our C calls, or its negative errno as an error.
@discardableResult
func checked(_ value: Int32, _ operation: String, _ target: String) throws(NetError) -> Int32 {
  guard value >= 0 else { throw NetError(operation, target, .system(-value)) }
  return value
}
