internal import Engine
internal import FeedKit
internal import Journal
internal import Ledger
internal import Net
internal import Records
internal import SharedMemory

/// One replay from the command line to its report. One thread; the replay has its own.
final class ReplaySession {
  private let context: CommandContext
  private let plan: ReplayPlan
  /// Paths that cannot be played.
  private var problems: [JournalError] = []
  private let replay: Replay
  private let rings: ReplayRings?
  private let datagrams: ReplayDatagrams?
  private let options: ReplayOptions
  private var claim: JournalClaim?
  private var violations: [Ledger.Violation] = []
  private var isInterrupted = false

  private static var lookNanos: UInt64 { 100_000_000 }

  init(_ context: CommandContext) throws(CommandError) {
    self.context = context
    let arguments = context.arguments
    var options = ReplayVerbOptions.replayOptions(arguments)
    plan = try Self.plan(arguments, &problems)
    options.firstReceiveNanos = max(plan.firstTime ?? 0, plan.query.from ?? 0)
    claim = Self.claim(arguments.operands, context.terminal)
    let outlet: any ReplayOutlet
    var rings: ReplayRings? = nil
    var datagrams: ReplayDatagrams? = nil
    switch arguments.value(of: ReplayVerbOptions.to) {
    case "stdout":
      outlet = try Self.output(arguments, plan, options)
    case "itch-udp":
      if options.pace == .unlimited { options.pace = .rate(Self.greatestDatagramRate) }
      let made = try Self.datagrams(arguments, plan)
      datagrams = made
      outlet = made
    default:
      let made = try Self.rings(arguments, plan)
      rings = made
      outlet = made
    }
    self.rings = rings
    self.datagrams = datagrams
    self.options = options
    do throws(ReplayError) {
      replay = try Replay(plan, options: options, outlet: outlet)
    } catch {
      throw ReplayVerb.failure(error)
    }
  }

  /// Looks at the paths; those that cannot be read are told of, and the rest is played.
  private static func plan(
    _ arguments: CommandArguments, _ problems: inout [JournalError]
  ) throws(CommandError) -> ReplayPlan {
    var usable: [String] = []
    for path in arguments.operands {
      do throws(JournalError) {
        _ = try JournalCatalog(paths: [path])
        usable.append(path)
      } catch {
        problems.append(error)
      }
    }
    if usable.isEmpty, let first = problems.first { throw ReplayVerb.failure(first) }
    var plan: ReplayPlan
    do throws(JournalError) {
      plan = try ReplayPlan(paths: usable)
    } catch {
      throw ReplayVerb.failure(error)
    }
    guard !plan.lanes.isEmpty else {
      throw ReplayVerb.failure(
        .badInput, "no journal is there", arguments.operands.joined(separator: " "),
        "name segments, a day, a dataset or a journal's root")
    }
    let first = plan.firstTime ?? 0
    let selection = try JournalQueryOptions.selection(arguments, verb: ReplayVerb.name) { first }
    plan.query.from = selection.from
    plan.query.to = selection.until
    plan.query.symbols = selection.symbols
    plan.query.instruments = selection.instruments
    plan.query.schemas = selection.schemas
    return plan
  }

  /// Symbols that were told before the part that is played, by ring.
  private static func symbols(_ plan: ReplayPlan) throws(CommandError) -> [[SymbolFile.Entry]] {
    do throws(JournalError) {
      return try plan.symbols()
    } catch {
      throw ReplayVerb.failure(error)
    }
  }

  private static func rings(
    _ arguments: CommandArguments, _ plan: ReplayPlan
  ) throws(CommandError) -> ReplayRings {
    let symbols = plan.query.isPart ? try symbols(plan) : []
    do throws(SharedMemoryError) {
      var options = ReplayRingOptions(
        location: try RingLocation(
          instance: arguments.value(of: ReplayVerbOptions.instance),
          folder: arguments.value(of: ReplayVerbOptions.folder)))
      options.dataset = plan.dataset
      options.shards = plan.ringCount
      options.ringLines = arguments.value(of: ReplayVerbOptions.ringLines)
      options.version = Version.text
      options.symbols = symbols
      return try open(options)
    } catch {
      throw ReplayVerb.failure(.sharedMemory(error))
    }
  }

  /// Records per second at full speed: datagrams have no flow control, and a receiver with the
  /// usual buffers keeps up with this.
  private static var greatestDatagramRate: Double { 500_000 }

  private static func datagrams(
    _ arguments: CommandArguments, _ plan: ReplayPlan
  ) throws(CommandError) -> ReplayDatagrams {
    let name = arguments.value(of: ReplayVerbOptions.session)
    guard let session = MoldUDP64SessionName(name) else {
      throw ReplayVerb.failure(
        .usage, "not a session's name", "--session \(name)", "use 1 to 10 printable characters")
    }
    let lines = arguments.all(ReplayVerbOptions.line)
    guard (1...2).contains(lines.count) else {
      throw ReplayVerb.failure(
        .usage, "no line to send to, or more than two", "--to itch-udp",
        "add --line HOST:PORT, twice for lines A and B")
    }
    var options = ReplayDatagramOptions(session: session)
    options.lanes = plan.ringCount
    for line in lines {
      do throws(NetError) {
        options.lines.append(try Endpoint(parsing: line))
      } catch {
        throw ReplayVerb.failure(
          .usage, "\(error)", line, "write it as HOST:PORT or GROUP:PORT@INTERFACE")
      }
    }
    let datagrams: ReplayDatagrams
    do throws(ReplayError) {
      datagrams = try ReplayDatagrams(options)
    } catch {
      throw ReplayVerb.failure(error)
    }
    if plan.query.isPart {
      for entry in try symbols(plan).joined() {
        datagrams.define(
          entry.symbol, instrument: entry.instrumentID,
          tsEvent: plan.query.from ?? plan.firstTime ?? 0)
      }
    }
    return datagrams
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
    var names = ReplayNames()
    if form != nil {
      for entry in try symbols(plan).joined() { names.learn(entry) }
    }
    let output = ReplayOutput(
      form.map { RecordText(form: $0, symbolColumn: true) }, names: names,
      isDelayed: options.pace == .unlimited)
    try begin(output, plan, format: format)
    return output
  }

  private static func begin(
    _ output: ReplayOutput, _ plan: ReplayPlan, format: String
  ) throws(CommandError) {
    let metadata: DBNMetadata
    do throws(JournalError) {
      metadata = try plan.metadata()
    } catch {
      throw ReplayVerb.failure(error)
    }
    let types = plan.query.schemas.compactMap(\.rtype)
    guard format != "csv" || Set(types).count == 1 else {
      throw ReplayVerb.failure(
        .usage, "records of several types have no common columns", "--format csv",
        "name one schema, such as --schema mbo")
    }
    do throws(ReplayError) {
      try output.begin(
        metadata.cut(to: plan.query), heading: format == "csv" ? types.first : nil)
    } catch {
      throw ReplayVerb.failure(error)
    }
  }

  /// So that `prune` leaves the files; who may not write there goes on without.
  private static func claim(_ paths: [String], _ terminal: Terminal) -> JournalClaim? {
    do throws(JournalError) {
      return try JournalClaim(name: "replay", paths: paths)
    } catch {
      terminal.detail("the journal is not kept from being pruned meanwhile: \(error)")
      return nil
    }
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
      replay: replay, datagrams: datagrams, problems: problems, violations: violations,
      isInterrupted: isInterrupted)
    try report.print(context, isOutputTaken: rings == nil && datagrams == nil)
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

extension JournalQuery {
  /// Whether mappings may be left out of what is played.
  fileprivate var isPart: Bool { from != nil || !schemas.isEmpty }
}

extension DBNMetadata {
  /// What is true of a part of the records: the time is the part's, and so is the schema.
  fileprivate func cut(to query: JournalQuery) -> DBNMetadata {
    var part = self
    if let from = query.from { part.start = max(start, from) }
    if let to = query.to { part.end = min(end, to) }
    if query.schemas.count == 1 { part.schema = query.schemas[0] }
    return part
  }
}
