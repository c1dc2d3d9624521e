/// Standard output, gathered into pieces of 64 KiB. One thread.
final class OutputWriter {
  private var pending: [UInt8] = []

  private static var pieceBytes: Int { 65_536 }

  init() { pending.reserveCapacity(2 * Self.pieceBytes) }

  /// Appends text.
  func write(_ text: String) throws(CommandError) {
    pending.append(contentsOf: text.utf8)
    if pending.count >= Self.pieceBytes { try flush() }
  }

  /// Appends bytes.
  func write(_ bytes: [UInt8]) throws(CommandError) {
    pending.append(contentsOf: bytes)
    if pending.count >= Self.pieceBytes { try flush() }
  }

  /// Hands all that was written to the system. Verbs that print as things happen call it.
  func flush() throws(CommandError) {
    guard !pending.isEmpty else { return }
    let result = SystemCalls.write(pending, to: 1)
    pending.removeAll(keepingCapacity: true)
    switch result {
    case .done: return
    case .closed: throw .closedOutput
    case .failed(let reason):
      throw CommandError(
        .inputOutput, verb: "", happened: "writing failed (\(reason))", what: "standard output",
        remedy: "check the disk or the pipe that it goes to")
    }
  }
}
