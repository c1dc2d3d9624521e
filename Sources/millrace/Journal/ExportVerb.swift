internal import Journal
internal import Ledger
internal import Records

/// `millrace export`: journals as CSV, JSON lines or standard DBN.
enum ExportVerb: Verb {
  static var name: String { "export" }
  static var summary: String { "write a journal as CSV, JSON lines or standard DBN" }
  static var operands: String { "PATH..." }
  static var options: [any DeclaredOption] {
    [format, output, rawPrices, rawTimes, level] + JournalQueryOptions.all
  }
  static var notes: String {
    """
    PATH: segments, days, datasets or roots of journals, and DBN files. All shards are merged by
    receive time. A CSV has the columns of one schema: name it with --schema, or give --output a
    folder (DIR/), which gets one file a schema. CSV leaves the gateway's own records (mappings,
    notices) out unless it goes to a folder. JSON lines have the names of DBN's fields, flat, and
    the record's layout as "record"; prices, ISO times and characters are strings. A file appears
    under its name when it is whole. Exit codes: 1 damage was met and passed over; 75 stopped.
      millrace export journal/XNAS.ITCH --schema mbo --from 13:30 --until 13:31 --output a.csv
    """
  }

  static let format = CommandOption.choice(
    "format", ["csv", "jsonl", "dbn", "dbn.zst"],
    help: "of the output (default: that of the output's name, else csv)")
  static let output = CommandOption.text(
    "output", "FILE|DIR/|-", help: "where it goes; - is standard output", default: "-")
  static let rawPrices = CommandOption.flag(
    "raw-prices", help: "prices as integers of 1e-9 instead of decimals")
  static let rawTimes = CommandOption.flag(
    "raw-times", help: "times as ns since 1970 instead of ISO 8601")
  static let level = CommandOption.count(
    "level", in: 1...19, help: "of zstd, for dbn.zst", default: "3")

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    let arguments = context.arguments
    let path = arguments.value(of: output)
    let form = arguments[format] ?? Self.format(ofPath: path)
    let isText = form == "csv" || form == "jsonl"
    // From here on a signal ends it in order: no half file is left behind.
    StopSignals.hold()
    let input = try JournalInput(context, verb: name, takesAllSchemas: isText)
    var stream = try input.stream()
    var report = ExportReport(output: path, format: form)
    switch form {
    case "csv", "jsonl":
      var export = try TextExport(context, input, stream.metadata, isCSV: form == "csv")
      try ExportRun.run(&export, input, &stream, context, &report)
    default:
      var export = try DBNExport(
        context, input.metadata(stream.metadata), isCompressed: form == "dbn.zst")
      try ExportRun.run(&export, input, &stream, context, &report)
    }
    try print(report, context)
    return report.findings.isEmpty ? .ok : .findings
  }

  private static func format(ofPath path: String) -> String {
    for ending in ["jsonl", "dbn", "dbn.zst"] where path.hasSuffix("." + ending) { return ending }
    return "csv"
  }

  /// The summary never stands among the exported bytes.
  private static func print(
    _ report: ExportReport, _ context: CommandContext
  ) throws(CommandError) {
    let isJSON = context.arguments[GlobalOptions.json]
    if !isJSON { for finding in report.findings { context.terminal.error("\(finding)") } }
    let text = isJSON ? report.json : report.text
    if report.output != "-" {
      try context.output.write(text)
    } else if isJSON || !context.terminal.isQuiet {
      Terminal.writeError(text)
    }
  }
}

/// Takes the records of an export, in their order.
protocol RecordExport: ~Copyable {
  /// Takes whole records, back to back; `symbols` has learned from the earlier ones.
  mutating func add(
    _ bytes: RawSpan, recordCount: Int, _ symbols: inout JournalSymbols
  ) throws(CommandError)
  /// Gives the files their names.
  mutating func finish(_ report: inout ExportReport) throws(CommandError)
}

/// The loop from a journal to an export.
enum ExportRun {
  static func run<Export: RecordExport & ~Copyable>(
    _ export: inout Export, _ input: JournalInput, _ stream: inout JournalStream,
    _ context: CommandContext, _ report: inout ExportReport
  ) throws(CommandError) {
    var symbols = JournalSymbols(stream.metadata)
    var progress = JournalProgress(ExportVerb.name, context.terminal)
    var records: UInt64 = 0
    while try input.advance(&stream) {
      try export.add(stream.records, recordCount: stream.recordCount, &symbols)
      records &+= UInt64(stream.recordCount)
      progress.update(records: records, stream.progress)
      if progress.isStopped { throw .stopped(verb: ExportVerb.name) }
    }
    progress.end()
    report.findings = stream.findings
    try export.finish(&report)
    report.records = report.files.reduce(0) { $0 + $1.records }
    report.nanos = progress.nanos
  }
}

/// What an export has done.
struct ExportReport {
  let output: String
  let format: String
  var records: UInt64 = 0
  /// Path, rows or records, bytes of each file.
  var files: [(path: String, records: UInt64, bytes: UInt64)] = []
  /// Records of the gateway that a CSV has no columns for.
  var leftOut: UInt64 = 0
  var findings: [JournalFinding] = []
  var nanos: UInt64 = 1

  init(output: String, format: String) {
    self.output = output
    self.format = format
  }

  var text: String {
    let rate = RunProgress.short(Double(records) / (Double(nanos) / 1e9))
    var rows = files.map {
      [$0.path, "\($0.records.grouped) records", "\($0.bytes.grouped) bytes"]
    }
    if leftOut > 0 { rows.append(["left out, of the gateway", "\(leftOut.grouped) records"]) }
    return "\(records.grouped) records as \(format), \(rate)/s\n" + TextTable(rows: rows).text
  }

  var json: String {
    var json = JSONText()
    json.object {
      $0.field("output", output)
      $0.field("format", format)
      $0.field("records", records)
      $0.field("left_out", leftOut)
      $0.field("files") {
        $0.array {
          for file in files {
            $0.object {
              $0.field("path", file.path)
              $0.field("records", file.records)
              $0.field("bytes", file.bytes)
            }
          }
        }
      }
      $0.field("findings") { $0.array { for finding in findings { $0.value("\(finding)") } } }
      $0.field("seconds", Double(nanos) / 1e9, decimals: 6)
    }
    json.newLine()
    return json.text
  }
}
