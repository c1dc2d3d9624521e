import CLinux
public import Wire

/// Opens TCP connections.
public enum TCPClient {
  /// Connects to the first of the host's addresses that answers, within `timeoutNanos` altogether.
  ///
  /// A host name is looked up first, which is not bounded by the time. Throws: the last address's
  /// failure, for example "nobody listens there".
  public static func connect(
    to endpoint: Endpoint, timeoutNanos: Int64, bufferBytes: Int = 1 << 20
  ) throws(NetError) -> TCPConnection {
    let deadline = Deadline(afterNanos: timeoutNanos)
    var failure = NetError("connect", endpoint.description, .resolve("no address"))
    for address in try endpoint.addresses() {
      do throws(NetError) {
        let socket = try connect(to: address, endpoint.description, deadline)
        return try TCPConnection(
          socket, peer: SocketAddress(address), bufferBytes: bufferBytes)
      } catch {
        failure = error
      }
    }
    throw failure
  }

  private static func connect(
    to address: ml_address, _ target: String, _ deadline: Deadline
  ) throws(NetError) -> Socket {
    var address = address
    let socket = try Socket(family: address.family, stream: true, target)
    // Safety: the address is ours and is only read.
    let state = try checked(unsafe ml_connect(socket.descriptor, &address), "connect", target)
    if state == 0 { return socket }
    while true {
      let left = deadline.remainingNanos
      let ready = ml_wait(socket.descriptor, -1, -1, -1, true, left)
      try checked(ready, "poll", target)
      if ready != 0 { break }
      if left == 0 { throw NetError("connect", target, .timedOut) }
    }
    try checked(ml_connect_result(socket.descriptor), "connect", target)
    return socket
  }
}

/// Waits for TCP connections.
public struct TCPListener: ~Copyable {
  public let endpoint: Endpoint
  /// Where it listens; with port 0 the kernel's choice.
  public let localAddress: SocketAddress

  private let socket: Socket

  /// Binds and listens. A port that a former process has just left may be taken at once.
  public init(_ endpoint: Endpoint) throws(NetError) {
    let target = endpoint.description
    guard let address = try endpoint.addresses().first else {
      throw NetError("resolve", target, .resolve("no address"))
    }
    let socket = try Socket(family: address.family, stream: true, target)
    try checked(ml_set_reuse(socket.descriptor, true, false), "reuse", target)
    try socket.bind(to: address, target)
    try checked(ml_listen(socket.descriptor, NetLimits.backlog), "listen at", target)
    localAddress = try socket.localAddress(target)
    self.endpoint = endpoint
    self.socket = socket
  }

  /// The descriptor, for `Readiness.wait` only.
  public var descriptor: Int32 { socket.descriptor }

  /// The next connection, or nil after `timeoutNanos` (0: without waiting) or a signal.
  public func accept(
    timeoutNanos: Int64, bufferBytes: Int = 1 << 20
  ) throws(NetError) -> TCPConnection? {
    guard try Readiness.wait(socket.descriptor, timeoutNanos: timeoutNanos) != 0 else {
      return nil
    }
    var peer = ml_address()
    // Safety: the address is ours.
    let descriptor = unsafe ml_accept(socket.descriptor, &peer)
    if descriptor == -NetErrno.again { return nil }
    try checked(descriptor, "accept at", endpoint.description)
    return try TCPConnection(
      Socket(descriptor: descriptor), peer: SocketAddress(peer), bufferBytes: bufferBytes)
  }
}
