internal import FeedKit
internal import Ledger

/// A file of what a simulator did, one line of JSON each, written as it happens: faults that were
/// injected, or messages that were sent. Without a path nothing is written.
struct FaultLogFile: ~Copyable {
  private let descriptor: Int32?
  private let path: String
  private let name: String
  private let verb: String

  /// `name` says what the file is, in errors.
  init(_ path: String?, name: String = "fault log", verb: String) throws(CommandError) {
    self.path = path ?? ""
    self.name = name
    self.verb = verb
    guard let path else {
      descriptor = nil
      return
    }
    do throws(SystemCalls.FileFailure) {
      descriptor = try SystemCalls.create(path)
    } catch {
      throw CommandError(
        .cannotCreate, verb: verb, happened: "the \(name) cannot be made", what: path,
        remedy: "check the path")
    }
  }

  deinit {
    if let descriptor { SystemCalls.closeFile(descriptor) }
  }

  /// Appends the entries; answers what went wrong, if anything did.
  mutating func write(_ entries: [FaultLogEntry]) -> CommandError? {
    var text = ""
    for entry in entries { text += entry.json + "\n" }
    return write(lines: Array(text.utf8))
  }

  /// Appends whole lines.
  mutating func write(lines: [UInt8]) -> CommandError? {
    guard let descriptor, !lines.isEmpty else { return nil }
    guard case .done = SystemCalls.write(lines, to: descriptor) else {
      return CommandError(
        .inputOutput, verb: verb, happened: "writing the \(name) failed", what: path,
        remedy: "check the disk")
    }
    return nil
  }
}
