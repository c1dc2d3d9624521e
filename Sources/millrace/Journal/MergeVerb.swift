internal import Journal
internal import Ledger
internal import Records

/// `millrace merge`: many segments become one, in merge order.
enum MergeVerb: Verb {
  static var name: String { "merge" }
  static var summary: String { "merge segments of a journal into one file, by receive time" }
  static var operands: String { "PATH..." }
  static var options: [any DeclaredOption] {
    [output, codec, blockRecords] + JournalQueryOptions.all
  }
  static var notes: String {
    """
    PATH: segments, days, datasets or roots of journals, and DBN files. Records are ordered by
    receive time, then shard, then their order in the file; the same input gives the same bytes.
    The output is one segment, which other DBN tools read too unless it is columnar (.mrc). It
    appears under its name when it is whole. Exit codes: 1 damage was passed over; 75 stopped.
      millrace merge journal/XNAS.ITCH/2023-08-22 --output day.dbn.zst
      millrace merge day.dbn.zst --output day.mrc --codec columnar+zstd:3
    """
  }

  static let output = CommandOption.text(
    "output", "FILE", help: "the segment to write: .dbn.zst, .dbn.lz4, .dbn or .mrc")
  static let codec = CommandOption.codec(
    "codec", help: "of the output (default: that of the name's ending)")
  static let blockRecords = CommandOption.count(
    "block-records", in: 1...JournalLimits.blockRecords,
    help: "records a block (default: 16384, columnar 131072)")

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    let arguments = context.arguments
    guard let path = arguments[output] else {
      throw CommandError(
        .usage, verb: name, happened: "nothing says where the records go", what: "--output",
        remedy: "give --output FILE.dbn.zst")
    }
    let codec = try JournalCodec.of(output: path, asked: arguments[codec], verb: name)
    // From here on a signal ends it in order: no half file is left behind.
    StopSignals.hold()
    let input = try JournalInput(context, verb: name)
    var stream = try input.stream()
    var segment = try SegmentFile(
      path: path,
      header: input.header(codec: codec, blockRecords: arguments[blockRecords], purpose: name),
      metadata: input.metadata(stream.metadata), verb: name)
    var progress = JournalProgress(name, context.terminal)
    while try input.advance(&stream) {
      try segment.add(stream.records, recordCount: stream.recordCount)
      progress.update(records: segment.records, stream.progress)
      if progress.isStopped { throw .stopped(verb: name) }
    }
    progress.end()
    try segment.finish()
    let report = SegmentReport(
      path: path, records: segment.records, blocks: segment.blocks, bytes: segment.byteCount)
    try SegmentReport.print(
      [report], verb: name, findings: stream.findings, nanos: progress.nanos, context)
    return stream.findings.isEmpty ? .ok : .findings
  }
}

/// A segment that a verb has written.
struct SegmentReport {
  let path: String
  let records: UInt64
  let blocks: UInt64
  let bytes: UInt64

  /// Files that the text lists; JSON has them all.
  private static var textLines: Int { 20 }

  /// Prints what was written, and the damage that was met on the way.
  static func print(
    _ reports: [SegmentReport], verb: String, findings: [JournalFinding], nanos: UInt64,
    _ context: CommandContext
  ) throws(CommandError) {
    let records = reports.reduce(0) { $0 + $1.records }
    let bytes = reports.reduce(0) { $0 + $1.bytes }
    guard context.arguments[GlobalOptions.json] else {
      for finding in findings { context.terminal.error("\(finding)") }
      var rows = reports.prefix(textLines).map {
        [$0.path, "\($0.records.grouped) records", "\($0.bytes.grouped) bytes"]
      }
      if reports.count > textLines { rows.append(["and \(reports.count - textLines) more files"]) }
      let rate = RunProgress.short(Double(records) / (Double(nanos) / 1e9))
      return try context.output.write(
        "\(records.grouped) records in \(bytes.grouped) bytes, \(rate)/s\n"
          + TextTable(rows: rows).text)
    }
    var json = JSONText()
    json.object {
      $0.field("verb", verb)
      $0.field("records", records)
      $0.field("bytes", bytes)
      $0.field("files") {
        $0.array {
          for report in reports {
            $0.object {
              $0.field("path", report.path)
              $0.field("records", report.records)
              $0.field("blocks", report.blocks)
              $0.field("bytes", report.bytes)
            }
          }
        }
      }
      $0.field("findings") { json in
        json.array { json in for finding in findings { finding.write(to: &json) } }
      }
      $0.field("seconds", Double(nanos) / 1e9, decimals: 6)
    }
    json.newLine()
    try context.output.write(json.utf8)
  }
}
