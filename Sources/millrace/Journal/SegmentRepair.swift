internal import Hashing
internal import Journal
internal import Records
internal import Wire

/// One segment's repair: a look at all of it, then a copy of what can be read.
struct SegmentRepair {
  private(set) var report: RepairReport
  private let path: String
  private let header: SegmentHeader
  private let metadata: DBNMetadata?
  /// Whether what looks torn is the last block of a pipeline that runs, on its way.
  let isBeingWritten: Bool

  private static var verb: String { RepairVerb.name }

  init(_ path: String) throws(CommandError) {
    let reader = try JournalFiles.reader(of: path, verb: Self.verb)
    guard !reader.isForeign else {
      throw RepairVerb.failure(
        .badInput, "a DBN file without blocks cannot be repaired", path,
        "millrace export writes what can be read of it")
    }
    guard reader.header.codec.payload == .dbn || reader.header.codec.payload == .columnar else {
      throw RepairVerb.failure(
        .badInput, "it is a raw capture", path, "repair segments of records")
    }
    self.path = path
    header = reader.header
    isBeingWritten = reader.isBeingWritten
    metadata = reader.metadata
    report = RepairReport(path: path)
  }

  /// Whether nothing has to be done.
  var isWhole: Bool { report.findings.isEmpty && report.tail == nil }

  /// Reads everything and notes what is damaged and which records are lost.
  mutating func survey(_ progress: inout JournalProgress) throws(CommandError) {
    var reader = try JournalFiles.reader(of: path, verb: Self.verb)
    var records = ByteBuffer()
    var next: UInt64 = 0
    while let block = try JournalFiles.nextBlock(&reader, verb: Self.verb) {
      lose(next..<max(block.firstRecord, next))
      next = block.firstRecord &+ UInt64(block.recordCount)
      records.removeAll()
      if (try? reader.appendRecords(to: &records)) != nil {
        report.blocks &+= 1
        report.records &+= UInt64(block.recordCount)
      } else {
        lose(block.firstRecord..<max(next, block.firstRecord))
      }
      progress.look(records: report.records, (UInt64(reader.bytesRead), UInt64(reader.byteCount)))
      if progress.isStopped { throw .stopped(verb: Self.verb) }
    }
    report.findings = reader.findings
    report.tail = reader.tail.flatMap { $0.isEmpty ? nil : $0 }
  }

  private mutating func lose(_ range: Range<UInt64>) {
    guard !range.isEmpty else { return }
    if let last = report.lost.last, last.upperBound == range.lowerBound {
      report.lost[report.lost.count - 1] = last.lowerBound..<range.upperBound
    } else {
      report.lost.append(range)
    }
  }

  /// Writes the repaired segment and what was damaged; the original is renamed where it would be
  /// in the way.
  mutating func write(
    to target: String, keepsOriginal: Bool, _ progress: inout JournalProgress
  ) throws(CommandError) {
    guard report.blocks > 0 else {
      throw RepairVerb.failure(
        .badInput, "no block of it can be read", path, "there is nothing to repair")
    }
    var segment = try SegmentFile(
      path: target, header: newHeader, metadata: newMetadata, verb: Self.verb)
    var reader = try JournalFiles.reader(of: path, verb: Self.verb)
    var records = ByteBuffer()
    while let block = try JournalFiles.nextBlock(&reader, verb: Self.verb) {
      records.removeAll()
      guard (try? reader.appendRecords(to: &records)) != nil else { continue }
      try segment.add(block: records, recordCount: Int(block.recordCount), block.isRepeated)
      progress.look(records: segment.records, (UInt64(reader.bytesRead), UInt64(reader.byteCount)))
      if progress.isStopped { throw .stopped(verb: Self.verb) }
    }
    try keepDamage(beside: target)
    if keepsOriginal { report.original = try setAside() }
    try segment.finish()
    report.output = target
    report.hasMadeMetadata = metadata == nil
  }

  /// The same segment for all that is not written anew. Its id is another one: block numbers of the
  /// old one mean other blocks.
  private var newHeader: SegmentHeader {
    var made = header
    var seed = ByteBuffer()
    seed.append(value: header.segmentID)
    seed.append(rawBytes(of: Array("repair".utf8)))
    made.segmentID = max(ContentHash.hash(seed.bytes), 1)
    if made.blockRecords == 0 { made.blockRecords = UInt32(JournalLimits.blockRecords) }
    return made
  }

  private var newMetadata: DBNMetadata {
    metadata ?? DBNMetadata(version: max(header.dbnVersion, 1), dataset: header.dataset)
  }

  /// Puts damaged ranges and the torn tail into files of their own.
  private mutating func keepDamage(beside target: String) throws(CommandError) {
    if !report.findings.isEmpty {
      let kept = Self.freeName(target + ".damaged")
      var file = try OutputFile(kept, verb: Self.verb)
      for finding in report.findings {
        try file.write(rawBytes(of: Array("\(finding)\n".utf8)))
        try file.append(finding.range, ofFile: finding.path)
        try file.write(rawBytes(of: [UInt8(ascii: "\n")]))
      }
      try file.finish()
      report.damagedFile = kept
    }
    if let tail = report.tail {
      let sidecar = path + ".blocks"
      let source = SystemCalls.look(at: sidecar) == nil ? path : sidecar
      let kept = Self.freeName(target + ".torn")
      var file = try OutputFile(kept, verb: Self.verb)
      try file.append(tail, ofFile: source)
      try file.finish()
      report.tornFile = kept
    }
  }

  /// Renames the original; gives its new name.
  private func setAside() throws(CommandError) -> String {
    let kept = Self.freeName(path + ".orig")
    do throws(SystemCalls.FileFailure) {
      let sidecar = path + ".blocks"
      if SystemCalls.look(at: sidecar) != nil {
        try SystemCalls.rename(sidecar, to: kept + ".blocks")
      }
      try SystemCalls.rename(path, to: kept)
    } catch {
      throw CommandError(error, verb: Self.verb)
    }
    return kept
  }

  /// The name, or the first of `name.2`, `name.3`, ... that is free.
  private static func freeName(_ name: String) -> String {
    var number = 1
    var candidate = name
    while SystemCalls.look(at: candidate) != nil {
      number += 1
      candidate = "\(name).\(number)"
    }
    return candidate
  }
}
