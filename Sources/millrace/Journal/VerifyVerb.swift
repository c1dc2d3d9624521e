internal import Journal
internal import Ledger

/// `millrace verify`: every byte of a journal is looked at.
enum VerifyVerb: Verb {
  static var name: String { "verify" }
  static var summary: String { "check every block of journal segments, exit 1 on findings" }
  static var operands: String { "PATH..." }
  static var options: [any DeclaredOption] { [quick] }
  static var notes: String {
    """
    PATH: segments, days, datasets or roots of journals, and DBN files. Checked are the hashes of
    headers, payloads and index, that every block decompresses to as many whole records as it says,
    its times, sequence numbers and instrument map, that blocks follow each other, and that the
    segments of a run do. Each finding is a line with file, bytes and block; with --json a line a
    segment and one for all. Exit codes: 0 clean, 1 findings, 66 a path where nothing is.
    millrace repair keeps what can be read of damaged segments.
    """
  }

  static let quick = CommandOption.flag(
    "quick", help: "headers and payload hashes only: nothing is decompressed")

  static func run(_ context: CommandContext) throws(CommandError) -> ExitCode {
    for path in context.arguments.operands where SystemCalls.look(at: path) == nil {
      throw CommandError(
        .noInput, verb: name, happened: "there is no such file or folder", what: path,
        remedy: "check the path")
    }
    let files = JournalFiles.segments(under: context.arguments.operands, raw: true)
    var verification = Verification(
      context, total: files.reduce(0) { $0 + JournalFiles.byteCount(of: $1) })
    for file in files { try verification.check(file) }
    try verification.finish(files: files.count)
    return verification.findings == 0 ? .ok : .findings
  }
}

/// A look at segments, one after the other.
private struct Verification {
  private let context: CommandContext
  private let isQuick: Bool
  private let isJSON: Bool
  private let total: UInt64
  private var progress: JournalProgress
  private var runs = RunContinuity()
  private(set) var findings = 0
  private var blocks: UInt64 = 0
  private var records: UInt64 = 0
  private var bytes: UInt64 = 0

  /// What a check has found in one segment.
  private struct Outcome {
    var header: SegmentHeader?
    var isSealed = false
    var blocks: UInt64 = 0
    var records: UInt64 = 0
    var repeatedRecords: UInt64 = 0
    var findings: [JournalFinding] = []
  }

  init(_ context: CommandContext, total: UInt64) {
    self.context = context
    self.total = total
    isQuick = context.arguments[VerifyVerb.quick]
    isJSON = context.arguments[GlobalOptions.json]
    progress = JournalProgress(VerifyVerb.name, context.terminal)
  }

  mutating func check(_ path: String) throws(CommandError) {
    var outcome: Outcome
    do throws(JournalError) {
      outcome = isQuick ? try checkHashes(path) : try checkAll(path)
    } catch {
      // A file that cannot be opened as a segment is a finding, not the end.
      outcome = Outcome()
      outcome.findings = [Self.finding(error, path)]
    }
    if progress.isStopped { throw .stopped(verb: VerifyVerb.name) }
    // What is missing in a damaged segment has been said.
    if let header = outcome.header {
      runs.add(header, path: path, records: outcome.findings.isEmpty ? outcome.records : .max / 2)
    }
    bytes += JournalFiles.byteCount(of: path)
    blocks += outcome.blocks
    records += outcome.records + outcome.repeatedRecords
    findings += outcome.findings.count
    try print(outcome, path)
  }

  private static func finding(_ error: JournalError, _ path: String) -> JournalFinding {
    var text = "\(error)"
    if case .notASegment(_, let detail) = error { text = "not a journal segment: \(detail)" }
    let size = SystemCalls.look(at: path)?.byteCount ?? 0
    return JournalFinding(path: path, block: nil, range: 0..<size, text: text)
  }

  private mutating func checkAll(_ path: String) throws(JournalError) -> Outcome {
    var check = try SegmentCheck(path: path)
    while try check.step() {
      progress.look(
        records: records + check.records, (bytes + UInt64(check.bytesRead), total))
      if progress.isStopped { break }
    }
    return Outcome(
      header: check.isForeign ? nil : check.header, isSealed: check.isSealed,
      blocks: check.blocks, records: check.records, repeatedRecords: check.repeatedRecords,
      findings: check.findings)
  }

  private mutating func checkHashes(_ path: String) throws(JournalError) -> Outcome {
    var reader = try SegmentReader(path: path)
    var outcome = Outcome()
    outcome.header = reader.isForeign ? nil : reader.header
    while let block = try reader.nextBlock() {
      guard try reader.checkPayload() else { continue }
      outcome.blocks += 1
      if block.isRepeated {
        outcome.repeatedRecords += UInt64(block.recordCount)
      } else {
        outcome.records += UInt64(block.recordCount)
      }
      progress.look(
        records: records + outcome.records, (bytes + UInt64(reader.bytesRead), total))
      if progress.isStopped { break }
    }
    outcome.isSealed = reader.isSealed
    outcome.findings = reader.findings
    if let tail = reader.tail, !tail.isEmpty {
      outcome.findings.append(
        JournalFinding(
          path: path, block: nil, range: tail,
          text: "\(tail.count) bytes behind the last whole block are none"))
    }
    return outcome
  }

  private func print(_ outcome: Outcome, _ path: String) throws(CommandError) {
    guard isJSON else {
      if !outcome.findings.isEmpty { progress.end() }
      for finding in outcome.findings { try context.output.write("\(finding)\n") }
      return
    }
    var json = JSONText()
    json.object {
      $0.field("file", path)
      $0.field("sealed", outcome.isSealed)
      $0.field("blocks", outcome.blocks)
      $0.field("records", outcome.records + outcome.repeatedRecords)
      $0.field("bytes", JournalFiles.byteCount(of: path))
      $0.field("findings") { json in
        json.array { json in for finding in outcome.findings { finding.write(to: &json) } }
      }
    }
    json.newLine()
    try context.output.write(json.utf8)
  }

  /// Looks at the segments together and prints what there was in all.
  mutating func finish(files: Int) throws(CommandError) {
    progress.end()
    let holes = runs.findings
    findings += holes.count
    if !isJSON { for finding in holes { try context.output.write("\(finding)\n") } }
    let nanos = progress.nanos
    guard isJSON else {
      let verdict = findings == 0 ? "clean" : "\(findings.grouped) findings"
      let rate = ByteText.short(Double(bytes) / (Double(nanos) / 1e9))
      return try context.output.write(
        "\(files.grouped) segments, \(blocks.grouped) blocks, \(records.grouped) records, "
          + "\(bytes.grouped) bytes, \(rate)/s: \(verdict)\n")
    }
    var json = JSONText()
    json.object {
      $0.field("segments", files)
      $0.field("blocks", blocks)
      $0.field("records", records)
      $0.field("bytes", bytes)
      $0.field("quick", isQuick)
      $0.field("findings", findings)
      $0.field("holes") { json in
        json.array { json in for finding in holes { finding.write(to: &json) } }
      }
      $0.field("seconds", Double(nanos) / 1e9, decimals: 6)
    }
    json.newLine()
    try context.output.write(json.utf8)
  }
}
