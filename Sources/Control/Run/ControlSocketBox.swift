/// The control socket of a run, held by a class.
final class ControlSocketBox {
  private let socket: ControlSocket

  init(path: String) throws(ControlSocketError) { socket = try ControlSocket(path: path) }

  /// Answers those who wait, without waiting for others.
  func serve(_ desk: ControlDesk) {
    for _ in 0..<Self.atOnce where !socket.serve(timeoutNanos: 0, answer: desk.answer) { return }
  }

  /// Requests of one turn.
  private static var atOnce: Int { 8 }
}
