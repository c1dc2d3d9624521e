internal import Engine
internal import Journal
internal import Ledger
internal import Records
internal import SharedMemory

/// One replay from the command line to its report. One thread; the replay has its own.
final class ReplaySession {
  private let context: CommandContext
  private let plan: ReplayPlan
  private let replay: Replay
  private let rings: ReplayRings?
  private let options: ReplayOptions
  private var violations: [Ledger.Violation] = []
  private var isInterrupted = false

  private static var lookNanos: UInt64 { 100_000_000 }

  init(_ context: CommandContext) throws(CommandError) {
    self.context = context
    let arguments = context.arguments
    options = ReplayVerbOptions.replayOptions(arguments)
    plan = try Self.plan(arguments)
    let outlet: any ReplayOutlet
    var rings: ReplayRings? = nil
    switch arguments.value(of: ReplayVerbOptions.to) {
    case "stdout":
      outlet = try Self.output(arguments, plan, options)
    default:
      let made = try Self.rings(arguments, plan)
      rings = made
      outlet = made
    }
    self.rings = rings
    do throws(ReplayError) {
      replay = try Replay(plan, options: options, outlet: outlet)
    } catch {
      throw ReplayVerb.failure(error)
    }
  }

  private static func plan(_ arguments: CommandArguments) throws(CommandError) -> ReplayPlan {
    do throws(JournalError) {
      return try ReplayPlan(paths: arguments.operands)
    } catch {
      throw ReplayVerb.failure(error)
    }
  }

  private static func rings(
    _ arguments: CommandArguments, _ plan: ReplayPlan
  ) throws(CommandError) -> ReplayRings {
    do throws(SharedMemoryError) {
      var options = ReplayRingOptions(
        location: try RingLocation(
          instance: arguments.value(of: ReplayVerbOptions.instance),
          folder: arguments.value(of: ReplayVerbOptions.folder)))
      options.dataset = plan.dataset
      options.shards = plan.ringCount
      options.ringLines = arguments.value(of: ReplayVerbOptions.ringLines)
      options.version = Version.text
      return try open(options)
    } catch {
      throw ReplayVerb.failure(.sharedMemory(error))
    }
  }

  private static func open(
    _ options: ReplayRingOptions
  ) throws(SharedMemoryError) -> ReplayRings {
    do throws(ReplayError) {
      return try ReplayRings(options)
    } catch {
      guard case .sharedMemory(let cause) = error else {
        throw .badOption("\(error)")
      }
      throw cause
    }
  }

  private static func output(
    _ arguments: CommandArguments, _ plan: ReplayPlan, _ options: ReplayOptions
  ) throws(CommandError) -> ReplayOutput {
    let format =
      arguments[ReplayVerbOptions.format] ?? (SystemCalls.isTerminal(1) ? "text" : "dbn")
    let form: TextForm? =
      switch format {
      case "text": .human
      case "jsonl": .json
      case "csv": .csv
      default: nil
      }
    let output = ReplayOutput(
      form.map { RecordText(form: $0, symbolColumn: true) }, names: ReplayNames(),
      isDelayed: options.pace == .unlimited)
    do throws(ReplayError) {
      try output.begin(DBNMetadata(dataset: plan.dataset), heading: nil)
    } catch {
      throw ReplayVerb.failure(error)
    }
    return output
  }

  /// Plays, shows progress, and reports.
  func run() throws(CommandError) -> ExitCode {
    do throws(ReplayError) {
      try replay.start()
    } catch {
      throw ReplayVerb.failure(error)
    }
    watch()
    let failure = replay.stop()
    violations += rings?.close() ?? []
    context.terminal.endProgress()
    if let failure { throw ReplayVerb.failure(failure) }
    let report = ReplayReport(
      replay: replay, rings: rings, violations: violations, isInterrupted: isInterrupted)
    try report.print(context, isOutputTaken: rings == nil)
    return report.isGood ? .ok : .findings
  }

  private func watch() {
    var looks = 0
    var progress = ReplayProgressLine()
    while !replay.isFinished {
      if StopSignals.wait(nanos: looks < 20 ? Self.lookNanos / 20 : Self.lookNanos) {
        isInterrupted = true
        return
      }
      looks += 1
      if looks % 10 == 0 { violations += rings?.check() ?? [] }
      if context.terminal.showsProgress {
        context.terminal.progress(progress.line(replay.progress))
      }
    }
  }
}

/// The progress line: rate, place in the journal's time, share, time left.
struct ReplayProgressLine {
  private var rate: ProgressRate?
  private var bytes: ProgressRate?

  mutating func line(_ progress: ReplayProgress) -> String {
    let now = MonotonicClock.now().rawValue
    var rate = rate ?? ProgressRate(now: now)
    var bytes = bytes ?? ProgressRate(now: now)
    rate.update(progress.records, now: now)
    bytes.update(progress.doneBytes, now: now)
    self.rate = rate
    self.bytes = bytes
    let total = max(progress.totalBytes, 1)
    let left = bytes.secondsLeft(of: total - min(progress.doneBytes, total))
    var parts = [
      "\(RunProgress.short(rate.perSecond)) rec/s",
      "\(RunProgress.short(Double(progress.records))) records",
    ]
    if progress.journalTime > 0 { parts.append(Timestamp.text(progress.journalTime)) }
    parts.append("\(min(progress.doneBytes, total) * 100 / total)%")
    parts.append("ETA " + (left.map(ProgressBar.clock) ?? "-"))
    return parts.joined(separator: "  ")
  }
}
