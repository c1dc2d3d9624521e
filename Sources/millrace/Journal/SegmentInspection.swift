internal import Journal
internal import Ledger
internal import Records
internal import Wire

/// `millrace inspect` of journals: segments, their folders, and DBN files.
struct SegmentInspection {
  private let context: CommandContext
  private let listsBlocks: Bool
  private let isQuick: Bool
  private let isJSON: Bool

  init(_ context: CommandContext) {
    self.context = context
    listsBlocks = context.arguments[InspectVerb.blocks]
    isQuick = context.arguments[InspectVerb.quick]
    isJSON = context.arguments[GlobalOptions.json]
  }

  /// Whether the file is a segment or DBN by its first bytes, or says so with its name where those
  /// are damaged; and whether a folder has segments.
  static func recognises(_ path: String) -> Bool {
    guard let found = SystemCalls.look(at: path) else { return false }
    if found.kind == .folder { return !JournalFiles.segments(under: [path], raw: true).isEmpty }
    let first = SystemCalls.firstBytes(of: path, count: 4)
    if first.starts(with: Array("DBN".utf8)) { return true }
    // Magic numbers of zstd and LZ4 frames (RFC 8878, section 3.1.1; LZ4 frame format).
    if first == [0x28, 0xB5, 0x2F, 0xFD] || first == [0x04, 0x22, 0x4D, 0x18] { return true }
    return JournalFiles.isSegmentName(path)
  }

  /// Prints what is at `path`; findings make the exit code 1.
  func run(_ path: String) throws(CommandError) -> ExitCode {
    let isFolder = SystemCalls.look(at: path)?.kind == .folder
    let files = isFolder ? JournalFiles.segments(under: [path], raw: true) : [path]
    var progress = JournalProgress(path, context.terminal)
    var all = SegmentSummary()
    all.path = path
    all.segments = 0
    var parts: [SegmentSummary] = []
    var total: UInt64 = 0
    for file in files { total += JournalFiles.byteCount(of: file) }
    for file in files {
      let summary = try inspect(file, &progress, before: all.bytes, total: total)
      all.add(summary)
      parts.append(summary)
    }
    progress.end()
    if isJSON {
      var json = JSONText()
      if isFolder { all.write(to: &json, segments: parts) } else { parts[0].write(to: &json) }
      json.newLine()
      try context.output.write(json.utf8)
    } else {
      try context.output.write(
        isFolder ? all.text(context.terminal, segments: parts) : parts[0].text(context.terminal))
    }
    return all.findings.isEmpty ? .ok : .findings
  }

  private func inspect(
    _ path: String, _ progress: inout JournalProgress, before: UInt64, total: UInt64
  ) throws(CommandError) -> SegmentSummary {
    var reader = try JournalFiles.reader(of: path, verb: InspectVerb.name)
    var summary = SegmentSummary()
    summary.path = path
    summary.header = reader.header
    summary.isForeign = reader.isForeign
    summary.metadata = reader.metadata
    var records = ByteBuffer()
    while let block = try JournalFiles.nextBlock(&reader, verb: InspectVerb.name) {
      summary.add(block)
      if listsBlocks { try list(block, at: reader.blockOffset, of: path) }
      if !isQuick, block.payload == .dbn || block.payload == .columnar {
        records.removeAll()
        // What cannot be read stands in the reader's findings.
        _ = try? reader.appendRecords(to: &records)
        summary.add(records.bytes)
      }
      progress.look(records: summary.records, (before + UInt64(reader.bytesRead), total))
      if progress.isStopped { throw .stopped(verb: InspectVerb.name) }
    }
    summary.bytes = UInt64(reader.byteCount)
    summary.isSealed = reader.isSealed
    summary.findings = reader.findings
    summary.tail = reader.tail.flatMap { $0.isEmpty ? nil : $0 }
    return summary
  }

  /// A line about a block: JSON with `--json`, else columns.
  private func list(_ block: BlockHeader, at offset: Int, of path: String) throws(CommandError) {
    guard isJSON else { return try context.output.write(Self.row(block, at: offset)) }
    var json = JSONText()
    json.object {
      $0.field("file", path)
      $0.field("block", block.number)
      $0.field("offset", offset)
      $0.field("first_record", block.firstRecord)
      $0.field("records", block.recordCount)
      $0.field("raw_bytes", block.rawBytes)
      $0.field("stored_bytes", block.storedBytes)
      $0.field("map_bytes", block.mapBytes)
      $0.field("payload", "\(block.payload)")
      $0.field("coder", "\(block.coder)")
      $0.field("repeated", block.isRepeated)
      let times = block.hasReceiveTimes ? block.minTsRecv...block.maxTsRecv : nil
      $0.range("ts_recv", times)
      $0.range("sequence", block.hasSequences ? block.minSequence...block.maxSequence : nil)
    }
    json.newLine()
    try context.output.write(json.utf8)
  }

  private static func row(_ block: BlockHeader, at offset: Int) -> String {
    func right(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(width - text.count, 0)) + text
    }
    let times =
      block.hasReceiveTimes
      ? "\(Timestamp.text(block.minTsRecv)) \(Timestamp.text(block.maxTsRecv))" : "-"
    let sequences = block.hasSequences ? "\(block.minSequence)-\(block.maxSequence)" : "-"
    return "  " + right("\(block.number)", 6) + " " + right("@\(offset)", 13) + " "
      + right("\(block.recordCount) records", 15) + " "
      + right("\(block.storedBytes)/\(block.rawBytes) bytes", 24)
      + "  \(times)  seq \(sequences)  \(block.payload)+\(block.coder)"
      + (block.isRepeated ? " repeated" : "") + "\n"
  }
}

extension JSONText {
  /// A member with the two ends of a range, or null.
  mutating func range(_ name: String, _ range: ClosedRange<UInt64>?) {
    field(name) { json in
      guard let range else { return json.null() }
      json.object {
        $0.field("first", range.lowerBound)
        $0.field("last", range.upperBound)
      }
    }
  }
}
