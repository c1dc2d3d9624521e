internal import FeedKit
internal import Ledger

/// The file of injected faults, one line of JSON each, written as they happen. Without a path
/// nothing is written.
struct FaultLogFile: ~Copyable {
  private let descriptor: Int32?
  private let path: String
  private let verb: String

  init(_ path: String?, verb: String) throws(CommandError) {
    self.path = path ?? ""
    self.verb = verb
    guard let path else {
      descriptor = nil
      return
    }
    do throws(SystemCalls.FileFailure) {
      descriptor = try SystemCalls.create(path)
    } catch {
      throw CommandError(
        .cannotCreate, verb: verb, happened: "the fault log cannot be made", what: path,
        remedy: "check the path")
    }
  }

  deinit {
    if let descriptor { SystemCalls.closeFile(descriptor) }
  }

  /// Appends the entries; answers what went wrong, if anything did.
  mutating func write(_ entries: [FaultLogEntry]) -> CommandError? {
    guard let descriptor, !entries.isEmpty else { return nil }
    var text = ""
    for entry in entries { text += entry.json + "\n" }
    guard case .done = SystemCalls.write(Array(text.utf8), to: descriptor) else {
      return CommandError(
        .inputOutput, verb: verb, happened: "writing the fault log failed", what: path,
        remedy: "check the disk")
    }
    return nil
  }
}
