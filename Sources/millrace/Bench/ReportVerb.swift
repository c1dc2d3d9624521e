internal import Captures
internal import Lab
internal import Ledger
internal import Records
internal import Wire

/// `millrace bench report`: the page of one result, or of two drawn over each other.
enum ReportVerb: Verb {
  static var name: String { "bench report" }
  static var summary: String { "draw a result as an HTML page, or two over each other" }
  static var operands: String { "A.json [B.json]" }
  static var options: [any DeclaredOption] { [output] }
  static var notes: String {
    """
    The page is one file: it has no script, asks for nothing from elsewhere and can be printed.
    With two results it draws the first in whole and the second in dashed lines, gives the ratio
    beside each figure, and marks what differs between the machines and the setups.
      millrace bench report monday.json --output monday.html
      millrace bench report before.json after.json --output change.html
      millrace bench --compare before.json after.json
    """
  }

  static let output = CommandOption.text(
    "output", "FILE|-",
    help: "where the page goes; if not given, beside A: A.html, or A-against-B.html")

  /// A result file is a few hundred kilobytes; what is larger is not one.
  private static var greatestBytes: UInt64 { 256 << 20 }

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    try write(context.arguments.operands, to: context.arguments[output], context)
  }

  /// Reads the results and writes their page.
  static func write(
    _ paths: [String], to output: String?, _ context: CommandContext
  ) throws(CommandError) -> ExitCode {
    guard paths.count <= 2 else {
      throw CommandError(
        .usage, verb: name, happened: "two results at most are drawn over each other",
        what: paths[2], remedy: "name one or two")
    }
    var results: [LabResult] = []
    for path in paths { results.append(try read(path)) }
    let page = output ?? usualOutput(paths)
    let text = Array(LabReport.html(results).utf8)
    var file = try OutputFile(page, verb: name)
    try file.write(rawBytes(of: text))
    try file.finish()
    if page != "-" { try tell(page, results, context) }
    return .ok
  }

  /// Says where the page is and, of two results, how they compare.
  private static func tell(
    _ page: String, _ results: [LabResult], _ context: CommandContext
  ) throws(CommandError) {
    guard !context.arguments[GlobalOptions.json] else {
      var json = JSONText()
      json.object { $0.field("report", page) }
      json.newLine()
      return try context.output.write(json.utf8)
    }
    if results.count == 2, !context.arguments[GlobalOptions.quiet] {
      let rows = LabComparison.rows(results[0], results[1])
      try context.output.write(TextTable(rows: rows).text)
    }
    try context.output.write("report \(page)\n")
  }

  /// `A.html` beside `A.json`; for two, `A-against-B.html` beside the first.
  static func usualOutput(_ paths: [String]) -> String {
    let stems = paths.map { $0.hasSuffix(".json") ? String($0.dropLast(5)) : $0 }
    guard let first = stems.first else { return "report.html" }
    guard let second = stems.dropFirst().first?.split(separator: "/").last else {
      return first + ".html"
    }
    return "\(first)-against-\(second).html"
  }

  private static func read(_ path: String) throws(CommandError) -> LabResult {
    guard (SystemCalls.look(at: path)?.byteCount ?? 0) <= greatestBytes else {
      throw CommandError(
        .badInput, verb: name, happened: "too large for a result of the lab", what: path,
        remedy: "give a file that `millrace bench` has written")
    }
    let bytes = try content(of: path)
    do throws(LabError) {
      return try LabResult(jsonBytes: bytes)
    } catch {
      throw CommandError(
        .badInput, verb: name, happened: "\(error)", what: path,
        remedy: "give a file that `millrace bench burst --output` or `bench capacity` has written")
    }
  }

  private static func content(of path: String) throws(CommandError) -> [UInt8] {
    do throws(InputError) {
      let file = try MappedFile(path: path)
      let bytes = file.bytes
      return (0..<bytes.byteCount).map { bytes.uncheckedByte(at: $0) }
    } catch {
      throw CommandError(error, verb: name)
    }
  }
}
