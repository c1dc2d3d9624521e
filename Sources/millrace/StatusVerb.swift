internal import Ledger
internal import SharedMemory

/// `millrace status`: the ledger of a pipeline, running or ended.
enum StatusVerb: Verb {
  static var name: String { "status" }
  static var summary: String { "print the ledger of a running pipeline and check its equations" }
  static var operands: String { "" }
  static var options: [any DeclaredOption] {
    [InstanceOptions.instance, prometheus, watch, InstanceOptions.folder]
  }
  static var notes: String {
    """
    Reads the counters file only: the pipeline does not notice. Without --instance, the only
    instance that there is; where there are several, a list of them.
    Exit codes: 0 balanced, 1 an equation is violated, 69 there is no such instance.
    """
  }

  static let prometheus = CommandOption.flag(
    "prometheus", help: "print metrics in the text format of Prometheus")
  static let watch = CommandOption.duration(
    "watch", help: "print again after each such time, until the instance ends or Ctrl-C")

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    let folder = InstanceFolder(context.arguments)
    let isNamed = context.arguments[InstanceOptions.instance] != nil
    guard isNamed || folder.names.count < 2 else { return try list(folder, context) }
    guard let location = try folder.chosen(context.arguments, verb: name) else {
      return try list(folder, context)
    }
    guard let interval = context.arguments[watch] else {
      return try print(try report(of: location), context)
    }
    StopSignals.hold()
    var code = ExitCode.ok
    repeat {
      let report = try report(of: location)
      if SystemCalls.isTerminal(1) { try context.output.write("\u{1B}[H\u{1B}[J") }
      code = try print(report, context)
      try context.output.flush()
      if report.stateName != InstanceState.running.name { break }
    } while !StopSignals.wait(nanos: max(interval, leastInterval))
    return code
  }

  /// Between two looks at the least: more often there is nothing new in the file.
  private static var leastInterval: UInt64 { 50_000_000 }

  private static func print(
    _ report: LedgerReport, _ context: CommandContext
  ) throws(CommandError) -> ExitCode {
    if context.arguments[GlobalOptions.json] {
      try context.output.write(report.json() + "\n")
    } else if context.arguments[prometheus] {
      try context.output.write(report.prometheus(namesPipeline: true))
    } else {
      try context.output.write(report.text(color: context.terminal.hasColor))
    }
    return report.isBalanced ? .ok : .findings
  }

  private static func report(of location: RingLocation) throws(CommandError) -> LedgerReport {
    let path = InstanceFolder.counters(location)
    do throws(CounterFileError) {
      let snapshot = try CounterFile.open(path).snapshot()
      return LedgerReport(snapshot, quiesced: snapshot.isQuiesced)
    } catch {
      throw CommandError(
        .badInput, verb: name, happened: error.description, what: path,
        remedy: "make the file readable for this user, or start the instance again")
    }
  }

  /// One line an instance; 1 where one of them is not balanced.
  private static func list(
    _ folder: InstanceFolder, _ context: CommandContext
  ) throws(CommandError) -> ExitCode {
    let reports = folder.names.map { (name: $0, report: folder.report(of: $0)) }
    if context.arguments[GlobalOptions.json] {
      var json = JSONText()
      json.object { json in
        json.field("instances") { json in
          json.array { json in
            for (name, report) in reports { write(name, report, to: &json) }
          }
        }
      }
      try context.output.write(json.text + "\n")
    } else {
      let rows = reports.map { name, report in
        [
          name, state(of: report), report.map { "\($0.snapshot.header.pid)" } ?? "",
          verdict(on: report),
        ]
      }
      try context.output.write(TextTable(rows: [["instance", "state", "pid", ""]] + rows).text)
      context.terminal.note("several instances: name one with --instance")
    }
    return reports.allSatisfy { $0.report?.isBalanced ?? true } ? .ok : .findings
  }

  private static func write(_ name: String, _ report: LedgerReport?, to json: inout JSONText) {
    json.object {
      $0.field("instance", name)
      $0.field("state", state(of: report))
      if let report {
        $0.field("pid", report.snapshot.header.pid)
        $0.field("balanced", report.isBalanced)
      }
    }
  }

  private static func state(of report: LedgerReport?) -> String {
    report?.stateName ?? "unreadable"
  }

  private static func verdict(on report: LedgerReport?) -> String {
    report.map { $0.isBalanced ? "balanced" : "violated" } ?? ""
  }
}
