internal import Engine
internal import ExchangeFeeds
internal import Journal
internal import Ledger

/// `millrace run`: the pipeline, from the wire into shared memory, until it is told to stop.
enum RunVerb: Verb {
  static var name: String { "run" }
  static var summary: String {
    "run the pipeline: a feed, or a simulated exchange, into shared memory"
  }
  static var operands: String { "" }
  static var options: [any DeclaredOption] { RunOptions.all }
  static var notes: String {
    """
    Without an input the pipeline reads a simulated Nasdaq on loopback MoldUDP64 lines A and B that
    lose some datagrams, until Ctrl-C or --duration. The end is a balanced ledger, the gaps, and the
    latencies of each stage.

      millrace run --duration 10s
      millrace run --input day.itch.gz --shards 2
      millrace run --line 233.54.12.111:26477@eth1 --line 233.49.196.111:26477@eth2
      millrace run --config iqfeed.yaml
      millrace run --journal /var/lib/millrace --journal-codec columnar+zstd:1

    With --config the sources are live sessions with brokers, described in a file of YAML
    (millrace validate config, docs/configuration.md); SIGHUP reads it again.

    With --journal every record that is published is also written to segments
    DIR/DATASET/DAY/HOUR-SHARD.dbn.zst. Where the disk is full or fails, the pipeline goes on for
    its readers; what is lost is counted, and writing goes on by itself when it can.

    Each stage's latencies are in millrace status, millrace top and --metrics-file, and once a
    minute in the stream itself, as system records (docs/metrics.md).

    Exit code 1: an equation of the ledger was violated, or a source failed.
    """
  }

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    if let path = context.arguments[RunOptions.config] {
      return try LiveRun.run(path, context)
    }
    StopSignals.hold()
    let setup = try RunSetup(context.arguments)
    let pipeline: Pipeline
    do throws(EngineError) {
      pipeline = try Pipeline(
        options: setup.options, sources: setup.sources, version: Version.text)
      noteRecovery(pipeline, context)
      try pipeline.start()
      try setup.exchange?.start()
    } catch {
      throw CommandError(error, verb: name)
    }
    context.terminal.note(
      "instance '\(setup.options.instance)' runs: millrace status, millrace tail; Ctrl-C ends it")
    var metrics = MetricsFile(context.arguments)
    let violations = watch(pipeline, setup, &metrics, context)
    let simulation = setup.exchange?.stop()
    if setup.exchange != nil { settle(pipeline) }
    let ending = pipeline.stop()
    note(pipeline.journalEvents(), context)
    note(pipeline.captureReports, context)
    metrics?.write(pipeline, isQuiesced: true, context.terminal)
    let report = RunReport(
      pipeline: pipeline, simulation: simulation, violations: violations + ending)
    try report.print(context)
    return report.isGood ? .ok : .findings
  }

  /// Shows progress and checks the ledger until the end of input, the duration, or a signal. Gives
  /// what the ledger's equations found while it ran.
  private static func watch(
    _ pipeline: Pipeline, _ setup: RunSetup, _ metrics: inout MetricsFile?,
    _ context: CommandContext
  ) -> [Ledger.Violation] {
    let start = MonotonicClock.now()
    var progress = RunProgress(pipeline, shards: setup.options.shards)
    var found: [Ledger.Violation] = []
    var looks: UInt64 = 0
    while !pipeline.isFinished {
      let elapsed = MonotonicClock.now().nanos(since: start)
      if let duration = setup.duration, elapsed >= duration { break }
      if setup.exchange?.failure != nil { break }
      if StopSignals.wait(nanos: min(lookNanos, (setup.duration ?? .max) - elapsed)) { break }
      note(pipeline.journalEvents(), context)
      metrics?.update(pipeline, context.terminal)
      looks += 1
      if looks % 5 == 0 {
        let violations = (try? pipeline.check()) ?? []
        for violation in violations {
          context.terminal.error("ledger: \(violation)")
        }
        found += violations
      }
      if context.terminal.showsProgress, let snapshot = try? pipeline.snapshot() {
        context.terminal.progress(progress.line(snapshot))
      }
    }
    context.terminal.endProgress()
    return found
  }

  /// One line for each segment that an earlier run has left torn.
  private static func noteRecovery(_ pipeline: Pipeline, _ context: CommandContext) {
    let recovery = pipeline.journalRecovery
    for segment in recovery.segments {
      let kept = segment.tornPaths.joined(separator: ", ")
      context.terminal.note(
        "\(segment.path): \(segment.recordCount) records of an earlier run recovered"
          + (segment.cutBytes > 0 ? "; \(segment.cutBytes) torn bytes kept in \(kept)" : ""))
    }
    for error in recovery.errors { context.terminal.error("recovery: \(error)") }
  }

  /// One line for each raw capture: what it has, and what it has not.
  private static func note(_ captures: [CaptureReport], _ context: CommandContext) {
    for capture in captures {
      let isWhole = capture.missed == 0 && capture.lost == 0
      context.terminal.note(
        "\(capture.name): \(capture.written) of \(capture.received) kept raw"
          + (isWhole
            ? "" : "; \(capture.missed) came too fast, \(capture.lost) refused by the disk"))
    }
  }

  /// One line for each journal that begins to fail or writes again.
  private static func note(_ events: [JournalEvent], _ context: CommandContext) {
    for event in events {
      context.terminal.endProgress()
      if let error = event.error {
        context.terminal.error(
          "\(event.outlet): \(error): records are lost and counted until it can be written")
      } else {
        context.terminal.note(
          "\(event.outlet): writes again; \(event.lost) records were lost so far")
      }
    }
  }

  /// Between two looks at the running pipeline.
  private static var lookNanos: UInt64 { 100_000_000 }

  /// Lets the last datagrams, re-requests and answers of the simulated exchange arrive.
  private static func settle(_ pipeline: Pipeline) {
    var last: UInt64 = 0
    for _ in 0..<20 {
      _ = StopSignals.wait(nanos: 20_000_000)
      let received = (try? pipeline.snapshot().total(.bytes)) ?? 0
      if received == last { return }
      last = received
    }
  }
}

extension CommandError {
  /// What kept a pipeline from starting.
  init(_ error: EngineError, verb: String) {
    switch error {
    case .input(let error): self.init(error, verb: verb)
    case .unknownInput(let path, let detail):
      self.init(
        .badInput, verb: verb, happened: detail, what: path,
        remedy: "name the feed with --feed, or look into the file with millrace inspect")
    case .sharedMemory(let error):
      self.init(
        .cannotCreate, verb: verb, happened: "\(error)", what: "shared memory",
        remedy: "another run may have this name: use --instance NAME, or end it")
    case .counters(let error):
      self.init(
        .cannotCreate, verb: verb, happened: "\(error)", what: "the counters file",
        remedy: "check the folder's permissions, or use --folder DIR")
    case .journal(let error): self.init(opening: error, verb: verb)
    case .net(let error):
      self.init(
        .unavailable, verb: verb, happened: "\(error)", what: "network",
        remedy: "check the address and the interface")
    case .loginRefused(let reason):
      self.init(
        .unavailable, verb: verb, happened: "login refused: \(reason)", what: "server",
        remedy: "check user, password file and session")
    case .thread:
      self.init(.unavailable, verb: verb, happened: "\(error)", what: "threads", remedy: "")
    }
  }
}
