internal import Catalog
internal import FeedKit
internal import Ledger
internal import Sqlite
internal import Zones

/// `millrace gaps`: what live sessions have missed, and what is covered.
enum GapsVerb: Verb {
  static var name: String { "gaps" }
  static var summary: String { "list what live sessions missed, and coverage by instrument" }
  static var operands: String { "" }
  static var options: [any DeclaredOption] {
    [StateFolder.option, source, instrument, symbol, date, from, to, hours, open]
  }
  static var notes: String {
    """
    Without a time: the last seven days. Coverage is the share of the session's hours in which an
    instrument was watched and no interval says that it may have missed something; what the
    upstream's history has filled is counted apart. Where no hours are configured a session has
    all of its UTC day. An interval whose end is unknown is one in which the process itself ended.
      millrace gaps --state /var/lib/millrace --date 2026-11-20
      millrace gaps --symbol AAPL --hours "America/New_York mon-fri 09:30-16:00"
    Exit codes: 0 nothing is missing, 1 something is that was not repaired.
    """
  }

  static let source = CommandOption.text("source", "NAME", help: "this source only")
  static let instrument = CommandOption.count(
    "instrument", "ID", in: 1...Int(CatalogLimits.lastInstrumentID), help: "this instrument only")
  static let symbol = CommandOption.text(
    "symbol", "SYMBOL", help: "the instrument that the symbol master knows under this name")
  static let date = CommandOption.date("date", help: "this session's day only")
  static let from = CommandOption.time("from", help: "intervals that end later")
  static let to = CommandOption.time("to", help: "intervals that begin earlier")
  static let hours = CommandOption.text(
    "hours", "HOURS", help: "trading hours for coverage, instead of the configured ones")
  static let open = CommandOption.flag("open", help: "only intervals that last; no coverage")

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    let state = StateFolder(context.arguments, verb: name)
    let ledger = try state.gapLedger()
    let now = RealtimeClock.now().rawValue
    let hours = try hours(context.arguments)
    var query = try query(context.arguments, now: now)
    let date = context.arguments[date]
    if let date { query = session(date, of: ledger, query, hours) }
    query.instrument = try chosenInstrument(state, context.arguments, at: min(query.to, now))
    var report = GapsReport(query: query, now: now)
    do throws(SqliteError) {
      report.entries = try ledger.entries(query)
      if !query.isOpenOnly {
        report.coverage = try ledger.coverage(
          source: query.source, instrument: query.instrument,
          from: date ?? day(of: query.from), to: date ?? day(of: min(query.to, now)),
          hours: hours, at: now)
      }
    } catch {
      throw CommandError(error, verb: name)
    }
    report.names = names(state, report)
    let isJSON = context.arguments[GlobalOptions.json]
    try context.output.write(isJSON ? report.json : report.text(context.terminal))
    return report.isComplete ? .ok : .findings
  }

  /// The UTC day of a moment.
  private static func day(of nanos: UInt64) -> CivilDate {
    SessionHours.always.date(of: nanos)
  }

  private static func hours(_ arguments: CommandArguments) throws(CommandError) -> SessionHours? {
    guard let text = arguments[hours] else { return nil }
    do throws(ZoneError) {
      return try SessionHours(text)
    } catch {
      throw CommandError(
        .usage, verb: name, happened: "\(error)", what: "--hours \(text)",
        remedy: "write a zone, days and times: America/New_York mon-fri 09:30-16:00")
    }
  }

  /// What the options ask for.
  private static func query(
    _ arguments: CommandArguments, now: UInt64
  ) throws(CommandError) -> GapQuery {
    var query = GapQuery(source: arguments[source], isOpenOnly: arguments[open])
    if let date = arguments[date], arguments[from] != nil || arguments[to] != nil {
      throw CommandError(
        .usage, verb: name, happened: "--date leaves no room for --from and --to",
        what: "--date \(date)", remedy: "give one or the other")
    }
    let today = now / CatalogTime.dayNanos * CatalogTime.dayNanos
    let begin = query.isOpenOnly ? 0 : today - min(today, 6 * CatalogTime.dayNanos)
    query.from = arguments[from]?.nanos(dataFrom: now) ?? begin
    query.to = arguments[to]?.nanos(dataFrom: now) ?? .max
    guard query.from < query.to else {
      throw CommandError(
        .usage, verb: name, happened: "the end is not after the beginning", what: "--to",
        remedy: "exchange --from and --to")
    }
    return query
  }

  /// The hours of a day's session at all sources; where it has none, the UTC day.
  private static func session(
    _ date: CivilDate, of ledger: GapLedger, _ query: GapQuery, _ hours: SessionHours?
  ) -> GapQuery {
    let known = (try? ledger.sources()) ?? []
    let sources = known.filter { query.source == nil || query.source == $0.name }
    let intervals = sources.flatMap { (hours ?? $0.hours).intervals(of: date) }
    let day = (hours ?? .always).intervals(of: date) + SessionHours.always.intervals(of: date)
    var found = query
    found.from = (intervals.isEmpty ? day : intervals).map(\.lowerBound).min() ?? query.from
    found.to = (intervals.isEmpty ? day : intervals).map(\.upperBound).max() ?? query.to
    return found
  }

  private static func chosenInstrument(
    _ state: StateFolder, _ arguments: CommandArguments, at moment: UInt64
  ) throws(CommandError) -> UInt32? {
    guard let symbol = arguments[symbol] else { return arguments[instrument].map { UInt32($0) } }
    let master = try state.symbolMaster()
    do throws(SqliteError) {
      if let id = try master.instrumentID(canonical: symbol, at: moment) { return id }
      if let found = try master.find(symbol, at: moment).first { return found.instrument }
    } catch {
      throw CommandError(error, verb: name)
    }
    throw CommandError(
      .noInput, verb: name, happened: "the symbol master does not know it", what: symbol,
      remedy: "see millrace symbols lookup \(symbol) --ever, or name --instrument ID")
  }

  /// Canonical symbols, where there is a symbol master that can be read.
  private static func names(_ state: StateFolder, _ report: GapsReport) -> [UInt32: String] {
    guard SystemCalls.look(at: state.symbols) != nil, let master = try? state.symbolMaster()
    else { return [:] }
    var names: [UInt32: String] = [:]
    let moment = min(report.query.to, report.now)
    for id in report.instruments {
      names[id] = (try? master.canonical(instrument: id, at: moment)) ?? nil
    }
    return names
  }
}
