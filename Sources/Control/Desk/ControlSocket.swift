internal import Glibc
internal import Ledger

enum ControlClock {
  static func now() -> UInt64 { MonotonicClock.now().rawValue }
}

/// The socket in the instance's folder through which operators talk to a running pipeline.
///
/// One line comes, one answer goes, the connection ends. Only the pipeline's own user and root are
/// heard. Served by the control thread itself, in its waits, so that a command needs no lock and
/// is answered at once; a client that dawdles costs `ControlLimits.commandNanos` at most.
public struct ControlSocket: ~Copyable {
  public let path: String
  private let descriptor: Int32

  /// The socket's path in an instance's folder.
  public static func path(instanceFolder: String) -> String { "\(instanceFolder)/control" }

  /// Listens at the path, in the place of a socket that a dead process has left there. Throws where
  /// a living one is served by somebody.
  public init(path: String) throws(ControlSocketError) {
    let made = try UnixSocket.open(path)
    do throws(ControlSocketError) {
      // The socket's file gets these rights at the moment it appears.
      _ = fchmod(made, 0o600)
      var code = try UnixSocket.bind(made, path)
      if code == EADDRINUSE, try Self.isDead(path) {
        // Safety: the path is a NUL-terminated copy for the time of the call.
        _ = unsafe unlink(path)
        code = try UnixSocket.bind(made, path)
      }
      guard code == 0 else {
        throw code == EADDRINUSE
          ? ControlSocketError("listen at", path, text: "another process serves it already")
          : ControlSocketError("listen at", path, errno: code)
      }
      // Safety: as above.
      _ = unsafe chmod(path, 0o600)
      guard listen(made, 8) == 0 else { throw ControlSocketError("listen at", path, errno: errno) }
    } catch {
      close(made)
      throw error
    }
    self.path = path
    descriptor = made
  }

  deinit {
    close(descriptor)
    // Safety: the path is a NUL-terminated copy for the time of the call.
    _ = unsafe unlink(path)
  }

  /// The descriptor, for waiting only.
  public var readiness: Int32 { descriptor }

  /// Waits for a command until the time is over (ns) and answers it; whether there was one.
  ///
  /// `answer` gives the text for the client: "ok ..." or "error ...", and what belongs to it.
  public func serve(timeoutNanos: UInt64, answer: (ControlRequest) -> String) -> Bool {
    let deadline = ControlClock.now() &+ timeoutNanos
    guard UnixSocket.wait(descriptor, forWriting: false, until: deadline) else { return false }
    let client = accept(descriptor, nil, nil)
    guard client >= 0 else { return false }
    defer { close(client) }
    _ = fcntl(client, F_SETFD, FD_CLOEXEC)
    _ = fcntl(client, F_SETFL, O_NONBLOCK)
    let limit = ControlClock.now() &+ UInt64(ControlLimits.commandNanos)
    let text = reply(to: client, until: limit, answer)
    _ = UnixSocket.send(client, Array("\(text)\n".utf8), until: limit)
    return true
  }

  private func reply(
    to client: Int32, until limit: UInt64, _ answer: (ControlRequest) -> String
  ) -> String {
    guard let peer = UnixSocket.peer(client), peer.user == 0 || peer.user == geteuid() else {
      return "error only the pipeline's own user and root may ask"
    }
    let lineEnd = UInt8(ascii: "\n")
    guard
      let bytes = UnixSocket.receive(
        client, limit: ControlLimits.commandBytes, until: limit, isWhole: { $0.contains(lineEnd) })
    else { return "error no whole line came in time" }
    let line = String(decoding: bytes.prefix { $0 != lineEnd }, as: UTF8.self)
    guard let command = ControlCommand(line: line) else {
      return "error known are: status, reload, reset-circuit SOURCE, reconnect SOURCE"
    }
    return answer(
      ControlRequest(command: command, user: peer.user, process: peer.process))
  }

  private static func isDead(_ path: String) throws(ControlSocketError) -> Bool {
    let probe = try UnixSocket.open(path)
    defer { close(probe) }
    return try UnixSocket.connect(probe, path) == ECONNREFUSED
  }
}

/// The other end: what a verb asks with.
public enum ControlClient {
  /// Sends the command and gives the answer, without its last line end.
  public static func ask(
    _ command: ControlCommand, at path: String, timeoutNanos: UInt64 = 10_000_000_000
  ) throws(ControlSocketError) -> String {
    let made = try UnixSocket.open(path)
    defer { close(made) }
    let deadline = ControlClock.now() &+ timeoutNanos
    var code = try UnixSocket.connect(made, path)
    // A full queue: the pipeline answers one at a time.
    while code == EAGAIN && ControlClock.now() < deadline {
      usleep(5_000)
      code = try UnixSocket.connect(made, path)
    }
    guard code == 0 else { throw ControlSocketError("reach the pipeline at", path, errno: code) }
    guard UnixSocket.send(made, Array("\(command.line)\n".utf8), until: deadline),
      let bytes = UnixSocket.receive(
        made, limit: ControlLimits.answerBytes, until: deadline, isWhole: { _ in false })
    else {
      throw ControlSocketError("ask the pipeline at", path, text: "it did not answer in time")
    }
    guard bytes.last == UInt8(ascii: "\n") else {
      throw ControlSocketError("ask the pipeline at", path, text: "its answer was cut short")
    }
    return String(decoding: bytes.dropLast(), as: UTF8.self)
  }
}
