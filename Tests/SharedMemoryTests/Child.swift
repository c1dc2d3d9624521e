import Foundation

/// Another process, for tests that need a reader outside of this one.
final class Child {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private let errors = Pipe()
  private var pending = Data()

  /// Starts `program`; with `waitForReady`, returns when it has written to its standard error.
  init(_ program: String, _ arguments: [String], waitForReady: Bool = false) throws {
    // A child that dies early is a failed expectation, not the end of the test run.
    signal(SIGPIPE, SIG_IGN)
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.standardInput = input
    process.standardOutput = output
    if waitForReady { process.standardError = errors }
    try process.run()
    if waitForReady { _ = errors.fileHandleForReading.availableData }
  }

  deinit { if process.isRunning { process.terminate() } }

  func write(_ text: String) { try? input.fileHandleForWriting.write(contentsOf: Data(text.utf8)) }

  func closeInput() { try? input.fileHandleForWriting.close() }

  /// The next line of its standard output; nil when that has ended.
  func readLine() -> String? {
    while true {
      if let end = pending.firstIndex(of: 0x0A) {
        defer { pending = Data(pending[(end + 1)...]) }
        return String(data: pending[..<end], encoding: .utf8)
      }
      let more = output.fileHandleForReading.availableData
      if more.isEmpty { return nil }
      pending += more
    }
  }

  /// Waits for its end: exit status and what was left on its standard output.
  func wait() -> (status: Int32, output: Data) {
    let rest = (try? output.fileHandleForReading.readToEnd()) ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, pending + rest)
  }
}
