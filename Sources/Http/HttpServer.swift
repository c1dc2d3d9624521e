internal import CMicrohttpd
internal import Glibc
internal import Synchronization

/// A small HTTP server for operators and scrapers: fixed paths, GET and HEAD, one request a
/// connection, nothing stored.
///
/// libmicrohttpd reads the requests, on one thread of its own; routes are called there. Whatever
/// is no plain request is answered with 4xx or closed. `HttpLimits` bounds connections, times and
/// sizes; `closeOverdue` is to be called about once a second.
@safe
public final class HttpServer: Sendable {
  /// Where it listens, numeric.
  public let address: String
  /// The port, the kernel's choice where 0 was asked for.
  public let port: UInt16

  private let shared: HttpShared
  // Safety: the daemon is the library's, thread-safe, and ends in `stop`, once.
  private nonisolated(unsafe) let daemon: OpaquePointer
  private let isStopped = Mutex(false)

  /// Listens and answers from now on.
  ///
  /// - Parameters:
  ///   - address: numeric; only this machine can ask unless said otherwise.
  ///   - port: 0 lets the kernel choose.
  ///   - routes: by path ("/metrics"), without a query.
  public init(
    address: String = "127.0.0.1", port: UInt16, routes: [String: HttpRoute]
  ) throws(HttpError) {
    let socket = try ListeningSocket(address: address, port: port)
    let chosen = socket.port
    let descriptor = socket.take()
    let shared = HttpShared(routes: routes)
    // Safety: the object lives until `stop` has ended the library's thread, for this one holds it.
    let context = unsafe Unmanaged.passUnretained(shared).toOpaque()
    // Safety: the callbacks have the library's types, and take the context as what it is.
    guard
      let daemon = unsafe ml_http_start(
        descriptor, UInt32(HttpLimits.connections), UInt32(HttpLimits.idleSeconds),
        HttpLimits.requestBytes, answerRequest, noteConnection, context)
    else {
      let code = errno
      close(descriptor)
      throw HttpError("serve", "\(address):\(chosen)", errno: code)
    }
    self.address = address
    self.port = chosen
    self.shared = shared
    unsafe self.daemon = daemon
  }

  deinit { stop() }

  /// Requests answered so far, refusals included.
  public var answered: UInt64 { shared.answered }

  /// Closes connections that are older than `HttpLimits.connectionSeconds`, however busy.
  public func closeOverdue() { shared.closeOverdue(now: monotonicSeconds()) }

  /// Ends all connections and the library's thread. The port is free afterwards.
  public func stop() {
    let isFirst = isStopped.withLock { stopped in
      defer { stopped = true }
      return !stopped
    }
    guard isFirst else { return }
    // Safety: the daemon was started in init and is ended once.
    unsafe MHD_stop_daemon(daemon)
  }
}

/// What the library's thread and ours both see.
final class HttpShared: Sendable {
  private struct State {
    var answered: UInt64 = 0
    /// Seconds at which each open socket was accepted, by descriptor.
    var since: [Int32: UInt64] = [:]
  }

  let routes: [String: HttpRoute]
  private let state = Mutex(State())

  init(routes: [String: HttpRoute]) { self.routes = routes }

  var answered: UInt64 { state.withLock { $0.answered } }

  func countAnswer() { state.withLock { $0.answered &+= 1 } }

  func opened(_ descriptor: Int32) {
    let now = monotonicSeconds()
    state.withLock { $0.since[descriptor] = now }
  }

  func closed(_ descriptor: Int32) {
    state.withLock { _ = $0.since.removeValue(forKey: descriptor) }
  }

  /// The library tells of a socket's end before it closes the descriptor, and waits for this lock
  /// to do so: no number in the table belongs to anybody else.
  func closeOverdue(now: UInt64) {
    state.withLock { state in
      for (descriptor, since) in state.since
      where now > since &+ UInt64(HttpLimits.connectionSeconds) {
        _ = shutdown(descriptor, Int32(SHUT_RDWR))
      }
    }
  }

  /// The answer to a request, whatever it is.
  func answer(method: String, path: String, hasBody: Bool) -> (HttpAnswer, allow: Bool) {
    guard method == "GET" || method == "HEAD" else {
      return (.text("only GET and HEAD are answered here\n", status: 405), true)
    }
    guard !hasBody else {
      return (.text("a request has no body here\n", status: 413), false)
    }
    guard path.utf8.count <= HttpLimits.pathBytes else {
      return (.text("the path is too long\n", status: 414), false)
    }
    guard let route = routes[path] else {
      let known = routes.keys.sorted().joined(separator: "\n")
      return (.text("nothing is here; there are:\n\(known)\n", status: 404), false)
    }
    return (route(), false)
  }
}

func monotonicSeconds() -> UInt64 {
  var time = timespec()
  // Safety: the kernel fills the structure, which outlives the call.
  _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec)
}
