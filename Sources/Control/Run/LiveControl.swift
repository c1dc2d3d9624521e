internal import Catalog
public import Config
public import Engine
internal import FeedKit
internal import FeedRegistry
internal import Glibc
internal import Http
public import Ledger
public import Logging
internal import Net
internal import Sessions
internal import Sqlite
internal import Zones

/// The control plane of a configured run: takes what the sessions say into log, gap ledger, symbol
/// master and quarantine, serves the pages, and carries out what operators want.
///
/// All of it in one thread, which calls `tick` several times a second; data threads never wait for
/// it. What cannot be written is a reason for not being ready, and never one to stop.
public final class LiveControl {
  public private(set) var configuration: Configuration
  public let pipeline: Pipeline
  public let log: Log
  let audit: AuditLog
  private let gaps: GapLedger
  private let symbols: SymbolMaster
  private var quarantine: QuarantineWriter
  private var book: NoteBook
  private let board = ControlBoard()
  private var desk: ControlDesk?
  private var socket: ControlSocketBox?
  private var figures: FigureWatch
  private var server: ControlServer?
  private var plan: LivePlan
  /// Sources whose instruments are being watched in the ledger's sense.
  private(set) var watched: Set<String> = []
  /// By source: instruments that a reload has taken out.
  var unwanted: [String: Set<UInt32>] = [:]
  private var troubles: [String: String] = [:]
  /// What reloads have applied since the start, by path: the new value, nil for what is gone.
  private(set) var appliedChanges: [String: String] = [:]
  private(set) var removedPaths: Set<String> = []
  /// What the ledger's checks have found so far.
  public private(set) var violations: [Ledger.Violation] = []
  private var nextSecond: UInt64 = 0
  private var nextBeat: UInt64 = 0

  /// Opens all files and the pipeline. Nothing runs before `start`.
  public init(
    _ configuration: Configuration, version: String, now: UInt64 = RealtimeClock.now().rawValue
  ) throws(ControlError) {
    self.configuration = configuration
    try Self.makeFolder(configuration.state)
    log = try Self.openLog(configuration)
    audit = try Self.openAudit(configuration)
    (gaps, symbols) = try Self.openCatalog(configuration.state, now: now)
    quarantine = try Self.openQuarantine(configuration.state)
    plan = try LivePlan(configuration, master: symbols, now: now)
    book = NoteBook(sources: plan.sources.map(\.name))
    figures = FigureWatch(
      process: configuration.health.policy.thresholds,
      sources: configuration.sources.map(Self.watched))
    do throws(EngineError) {
      pipeline = try Pipeline(options: plan.options, sources: plan.sources, version: version)
    } catch {
      throw ControlError(
        "\(error)", what: configuration.path,
        remedy: "another run may have this instance's name")
    }
  }

  /// Starts the pages and the pipeline.
  public func start() throws(ControlError) {
    if let listen = configuration.httpListen { try serve(listen) }
    do throws(EngineError) {
      try pipeline.start()
    } catch {
      throw ControlError("\(error)", what: "the pipeline", remedy: "see the message")
    }
    openDesk()
    log.info(
      "run.started",
      [
        LogField("instance", .text(configuration.instance)),
        LogField("config", .text(configuration.path)),
        LogField("sources", .number(plan.sources.count)),
        LogField("http", .text(pages ?? "off")),
      ])
  }

  /// Where the pages are served; nil where they are not.
  public var pages: String? { server.map { "\($0.address):\($0.port)" } }

  /// Takes what has happened. Call it several times a second.
  public func tick() {
    let now = RealtimeClock.now().rawValue
    take(pipeline.takeLiveNotes())
    take(pipeline.fallback?.takeEvents() ?? [])
    board.beat()
    if let desk { socket?.serve(desk) }
    guard now >= nextSecond else { return }
    nextSecond = now &+ 1_000_000_000
    publish(now)
    log.tick()
    server?.tick()
    if now >= nextBeat {
      nextBeat = now &+ 5_000_000_000
      attempt("gap ledger") { () throws(SqliteError) in try gaps.beat(at: now) }
    }
  }

  /// Ends the pipeline and closes everything in order; gives what its ledger says.
  public func stop() -> [Ledger.Violation] {
    board.end()
    let violations = pipeline.stop()
    take(pipeline.takeLiveNotes())
    let now = RealtimeClock.now().rawValue
    for source in watched {
      attempt("gap ledger") { () throws(SqliteError) in try gaps.stop(source: source, at: now) }
    }
    quarantine.sync()
    server?.stop()
    log.info("run.stopped", [LogField("violations", .number(violations.count))])
    log.tick(all: true)
    return violations
  }

  /// Remembers what a reload has applied.
  func remember(_ change: ConfigurationChange) {
    appliedChanges[change.path] = change.new
    if change.new == nil {
      removedPaths.insert(change.path)
    } else {
      removedPaths.remove(change.path)
    }
  }

  /// The id of an instrument that the source was started with; nil for another one.
  func instrumentID(_ symbol: String, source: String) -> UInt32? {
    plan.instruments[source]?.first { $0.symbol == symbol }?.instrumentID
  }

  // MARK: Notes

  private func take(_ notes: [LiveNote]) {
    guard !notes.isEmpty else { return }
    let effects = book.take(notes)
    for (event, time) in effects.events { log.write(event, time: time) }
    if !effects.gaps.isEmpty {
      attempt("gap ledger") { () throws(SqliteError) in _ = try gaps.record(effects.gaps) }
    }
    for note in effects.poison { keep(note) }
    define(effects.definitions)
    for view in book.sessions where view.state == .live && !watched.contains(view.source) {
      watch(view.source)
    }
    let changed = notes.compactMap { note in
      switch note.content {
      case .served, .notServed: watched.contains(note.source) ? note.source : nil
      default: nil
      }
    }
    for source in Set(changed) { watch(source) }
  }

  /// Changes of source and divergences: the words of their records in the stream.
  private func take(_ events: [FallbackEvent]) {
    for event in events {
      let name =
        if case .switched = event.content { "instrument.switched" } else {
          "instrument.divergence"
        }
      log.warning(
        name,
        [LogField("instrument", .number(event.instrument)), LogField("text", .text(event.text))])
    }
  }

  /// From its first live moment on a source's instruments count as watched: those that are wanted,
  /// without the ones that the upstream does not give.
  func watch(_ source: String) {
    watched.insert(source)
    let hours = configuration.sources.first { $0.name == source }?.hoursText ?? ""
    let unserved = Set(book.session(source)?.unserved.map(\.instrument) ?? [])
    let without = unserved.union(unwanted[source] ?? [])
    let ids = (plan.instruments[source] ?? []).map(\.instrumentID).filter { !without.contains($0) }
    attempt("gap ledger") { () throws(SqliteError) in
      try gaps.watch(
        source: source, instruments: ids, hours: (try? SessionHours(hours)) ?? .always,
        at: RealtimeClock.now().rawValue)
    }
  }

  private func keep(_ note: LiveNote) {
    guard case .poison(let bytes, let channel, let reason) = note.content else { return }
    let feed = configuration.sources.first { $0.name == note.source }?.feed ?? ""
    let entry = QuarantineEntry(
      time: note.time, source: note.source, feed: feed, channel: channel, epoch: note.epoch,
      reason: reason, bytes: bytes)
    attempt("quarantine") { () throws(QuarantineError) in _ = try quarantine.add(entry) }
  }

  private func define(_ notes: [LiveNote]) {
    var bySource: [String: [LiveDefinition]] = [:]
    for note in notes {
      guard case .definition(let definition) = note.content else { continue }
      bySource[note.source, default: []].append(definition)
    }
    for (source, definitions) in bySource {
      let name = configuration.sources.first { $0.name == source }?.feed ?? ""
      let feed = FeedRegistry.feed(named: name) as? any LiveFeed.Type
      attempt("symbol master") { () throws(CatalogError) in
        let report = try symbols.importDefinitions(
          definitions, source: source, at: RealtimeClock.now().rawValue,
          isValid: { feed?.isValidSymbol($0) ?? true })
        for conflict in report.conflicts {
          log.warning(
            "symbols.conflict",
            [LogField("symbol", .text(conflict.symbol)), LogField("text", .text(conflict.text))])
        }
      }
    }
  }

  /// Does what may fail; a failure is a reason for not being ready until it works again.
  private func attempt<Failure: Error>(_ what: String, _ body: () throws(Failure) -> Void) {
    do throws(Failure) {
      try body()
      if troubles.removeValue(forKey: what) != nil {
        log.info("control.recovered", [LogField("what", .text(what))])
      }
    } catch {
      if troubles[what] == nil {
        log.error(
          "control.failed", [LogField("what", .text(what)), LogField("text", .text("\(error)"))])
      }
      troubles[what] = "\(what): \(error)"
    }
  }

  // MARK: Status

  private func publish(_ now: UInt64) {
    let found = (try? pipeline.check()) ?? []
    violations += found
    for violation in found {
      log.error("ledger.violated", [LogField("text", .text("\(violation)"))])
    }
    for event in pipeline.journalEvents() {
      let fields = [LogField("outlet", .text(event.outlet))]
      if let error = event.error {
        log.error("journal.failed", fields + [LogField("text", .text("\(error)"))])
      } else {
        log.info("journal.recovered", fields + [LogField("lost", .unsigned(event.lost))])
      }
    }
    var snapshot = ControlSnapshot(
      takenAt: now, sessions: book.sessions, process: ProcessSample.now(), log: log.counts,
      report: (try? pipeline.snapshot()).map { LedgerReport($0, quiesced: false) })
    let events = figures.look(
      snapshot.report, snapshot.process, now: MonotonicClock.now().rawValue, time: now)
    for event in events { log.write(event, time: now) }
    snapshot.watches = figures.statuses
    snapshot.troubles = troubles.values.sorted()
    snapshot.files = [
      ("gaps", "\(configuration.state)/gaps.sqlite"),
      ("symbols", "\(configuration.state)/symbols.sqlite"),
      ("quarantine", quarantine.folder), ("audit", audit.path),
    ]
    board.publish(snapshot)
  }

  /// What operators ask through the instance's socket; the run goes on without it.
  private func openDesk() {
    desk = ControlDesk(
      board: board, audit: audit, log: log,
      command: { [pipeline] in pipeline.command($0, source: $1) },
      reload: { [unowned self] in
        let outcome = reload(environment: Configuration.processEnvironment(), by: "control socket")
        return (outcome.errors.isEmpty, outcome.text)
      })
    do throws(ControlSocketError) {
      socket = try ControlSocketBox(
        path: ControlSocket.path(instanceFolder: pipeline.folder))
    } catch {
      log.error("control.failed", [LogField("text", .text("\(error)"))])
    }
  }

  private static func watched(_ source: SourceSettings) -> WatchedSource {
    let hours = source.hours
    return WatchedSource(name: source.name, thresholds: source.health.policy.thresholds) {
      hours.isOpen($0)
    }
  }

  private func serve(_ listen: Endpoint) throws(ControlError) {
    do throws(HttpError) {
      server = try ControlServer(
        address: listen.host, port: listen.port, board: board,
        counters: "\(pipeline.folder)/counters")
    } catch {
      throw ControlError(
        "\(error)", what: "http listen \(listen)",
        remedy: "choose another port, or set http enabled: false")
    }
  }
}
