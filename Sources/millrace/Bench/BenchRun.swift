internal import Lab

/// What the verbs that send loads have in common: signals, progress, and what becomes of a result.
enum BenchRun {
  /// Runs `body` with progress on the terminal; a signal ends it in good order.
  static func run(
    _ context: CommandContext, verb: String,
    _ body: (LabWatcher) throws(LabFailure) -> LabResult
  ) throws(CommandError) -> LabResult {
    StopSignals.hold()
    let watcher = LabWatcher(
      wait: { StopSignals.wait(nanos: $0) },
      progress: { context.terminal.progress(line($0)) })
    do throws(LabFailure) {
      let result = try body(watcher)
      context.terminal.endProgress()
      return result
    } catch {
      context.terminal.endProgress()
      throw CommandError(error, verb: verb)
    }
  }

  private static func line(_ progress: LabProgress) -> String {
    guard progress.nanos > 0 else { return progress.phase }
    let share = min(Double(progress.passed) / Double(progress.nanos), 1)
    let filled = Int(share * 20)
    let bar =
      String(repeating: "=", count: filled) + String(repeating: " ", count: 20 - filled)
    let left = Double(progress.nanos - min(progress.passed, progress.nanos)) / 1e9
    return "[\(bar)] \(progress.phase)  \(RunProgress.short(Double(progress.messages))) msgs, "
      + "\(RunProgress.short(Double(progress.waiting))) in the lane, "
      + "\(ProgressBar.clock(left)) left"
  }

  /// Writes the files that were asked for and prints the result. Findings where messages were lost
  /// or the ledger does not hold.
  static func deliver(
    _ result: LabResult, _ context: CommandContext, verb: String
  ) throws(CommandError) -> ExitCode {
    let json: [UInt8]
    do throws(LabError) {
      json = try result.jsonBytes() + [UInt8(ascii: "\n")]
    } catch {
      throw CommandError(
        .inputOutput, verb: verb, happened: "\(error)", what: "the result", remedy: "")
    }
    if let path = context.arguments[LoadOptions.output] { try write(json, to: path, verb: verb) }
    if let path = context.arguments[LoadOptions.html] {
      try write(Array(LabReport.html([result]).utf8), to: path, verb: verb)
    }
    if context.arguments[GlobalOptions.json] {
      try context.output.write(json)
    } else {
      try context.output.write(BenchText(result, context.terminal).text)
    }
    return result.lost.isEmpty && result.isBalanced ? .ok : .findings
  }

  /// Writes a file, whole or not at all.
  private static func write(
    _ bytes: [UInt8], to path: String, verb: String
  ) throws(CommandError) {
    let temporary = "\(path).part"
    do throws(SystemCalls.FileFailure) {
      let descriptor = try SystemCalls.create(temporary)
      let outcome = SystemCalls.write(bytes, to: descriptor)
      SystemCalls.closeFile(descriptor)
      if case .done = outcome { return try SystemCalls.rename(temporary, to: path) }
      SystemCalls.remove(temporary)
    } catch {
      throw CommandError(
        .cannotCreate, verb: verb, happened: error.text, what: path,
        remedy: "check the folder and its permissions")
    }
    throw CommandError(
      .inputOutput, verb: verb, happened: "writing failed", what: path, remedy: "check the disk")
  }
}

extension CommandError {
  /// Why a run of the lab gave no result.
  init(_ error: LabFailure, verb: String) {
    switch error {
    case .engine(let error): self.init(error, verb: verb)
    case .stopped: self = .stopped(verb: verb)
    case .plan(let text):
      self.init(
        .usage, verb: verb, happened: text, what: "", remedy: "see millrace \(verb) --help")
    case .net(let error):
      self.init(
        .unavailable, verb: verb, happened: "\(error)", what: "loopback network",
        remedy: "check that 127.0.0.1 can be used")
    case .system(let call, _, _) where call == "sched_setscheduler":
      self.init(
        .permission, verb: verb, happened: "\(error)", what: "--realtime",
        remedy: "run it as root or with CAP_SYS_NICE (ulimit -r), or leave the option out")
    case .system, .peer:
      self.init(
        .unavailable, verb: verb, happened: "\(error)", what: "",
        remedy: "check the folder given with --folder, and memory")
    }
  }
}
