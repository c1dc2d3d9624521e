internal import Engine
internal import Glibc
internal import Ledger

/// A file that always holds a whole page of metrics, for the text collector of a node exporter or
/// any other program that reads files.
///
/// Each page is written beside it and then takes its name, so that no reader sees half of one. At
/// the end of the run the last page stays, with `millrace_up` 0.
struct MetricsFile {
  private let path: String
  private let intervalNanos: UInt64
  private var next: UInt64 = 0
  /// What the system said to the last attempt; told once, when it changes.
  private var failure: String?

  /// Nil where no file is wanted.
  init?(_ arguments: CommandArguments) {
    guard let path = arguments[LatencyRunOptions.metricsFile] else { return nil }
    self.path = path
    intervalNanos = max(
      arguments.value(of: LatencyRunOptions.metricsInterval), Self.leastIntervalNanos)
  }

  private static var leastIntervalNanos: UInt64 { 100_000_000 }

  /// Writes a page where it is time for one. Call it often.
  mutating func update(_ pipeline: Pipeline, _ terminal: Terminal) {
    let now = MonotonicClock.now().rawValue
    guard now >= next else { return }
    next = now &+ intervalNanos
    write(pipeline, isQuiesced: false, terminal)
  }

  /// Writes a page now; `isQuiesced` once the pipeline has stopped.
  mutating func write(_ pipeline: Pipeline, isQuiesced: Bool, _ terminal: Terminal) {
    guard let snapshot = try? pipeline.snapshot() else { return }
    let report = LedgerReport(snapshot, quiesced: isQuiesced)
    let result = Self.replace(path, with: report.prometheus(namesPipeline: true))
    if let result, result != failure {
      terminal.endProgress()
      terminal.note("error: metrics file \(path): \(result); trying again")
    }
    failure = result
  }

  /// Nil, or what the system said.
  private static func replace(_ path: String, with text: String) -> String? {
    // Readers of a folder take names that end in .prom only.
    let temporary = "\(path).\(getpid()).new"
    // Safety: the path is a NUL-terminated copy for the time of the call.
    let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return SystemCalls.lastError }
    let result = SystemCalls.write(Array(text.utf8), to: descriptor)
    close(descriptor)
    var problem: String?
    switch result {
    case .done:
      // Safety: as above.
      if unsafe rename(temporary, path) != 0 { problem = SystemCalls.lastError }
    case .closed: problem = "closed"
    case .failed(let reason): problem = reason
    }
    // Safety: as above.
    if problem != nil { _ = unsafe unlink(temporary) }
    return problem
  }
}
