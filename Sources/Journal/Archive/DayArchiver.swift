internal import Records
internal import Wire

/// How days are archived.
public struct ArchiveOptions: Sendable {
  /// The journal, and the archive's folder.
  public var root: String
  public var archive: String
  public var layout = ArchiveLayout.day
  public var codec = JournalCodec(payload: .columnar, coder: .zstd, level: 1)
  /// Records a block at most.
  public var blockRecords = Self.usualBlockRecords
  /// Larger blocks are not smaller in sum, and no longer fit a core's cache when they are decoded.
  public static var usualBlockRecords: Int { 65_536 }
  /// Name and version of the program.
  public var tool: String
  /// Bytes that records wait in, sorted by instrument, before they go to a file of their own.
  public var spillBytes = 128 << 20

  public init(root: String, archive: String, tool: String) {
    self.root = root
    self.archive = archive
    self.tool = tool
  }

  /// Bytes of records a block at most, so that long records do not make memory long.
  static var blockBytes: Int { 32 << 20 }
}

/// How far the work on a day is.
public struct ArchiveProgress: Sendable {
  public enum Stage: Sendable {
    case reading
    /// By instrument: the files are written after all was read.
    case writing
    case verifying
  }

  public var stage: Stage
  /// Bytes of files, or of records for `writing`.
  public var done: UInt64
  public var total: UInt64
  public var records: UInt64
}

/// Archives one day: merges its segments, writes the files under temporary names, reads them back,
/// compares, gives them their names, and writes the manifest last. Whatever interrupts it, the
/// archive then has the day whole or has nothing of it under its name. One thread.
struct DayArchiver: ~Copyable {
  let job: ArchivePlan.Job
  let options: ArchiveOptions
  var manifest = ArchiveManifest()
  /// Where the dataset's archives lie.
  let folder: String
  /// What the outputs are called until they have been read back, in their order.
  var temporaryPaths: [String] = []

  init(_ job: ArchivePlan.Job, _ options: ArchiveOptions) {
    self.job = job
    self.options = options
    folder = "\(options.archive)/\(job.dataset)"
    (manifest.dataset, manifest.day, manifest.part) = (job.dataset, job.day, job.part)
    (manifest.layout, manifest.codec) = (options.layout, options.codec)
    (manifest.blockRecords, manifest.tool) = (options.blockRecords, options.tool)
  }

  /// Does it all and gives the manifest, with its findings; nil where `goesOn` has answered false.
  ///
  /// `ends` are the shards' ordinals before this day, where they are known. Throws where nothing
  /// could be archived: then the archive is as it was.
  mutating func run(
    ends: [OrdinalCheck.End], now: () -> UInt64, goesOn: (ArchiveProgress) -> Bool
  ) throws(JournalError) -> ArchiveManifest? {
    try FileTree.makeFolders(folder)
    removeLeftOver()
    let intake = ArchiveIntake()
    guard try write(intake, goesOn) else { return nil }
    describeSources(intake, ends)
    guard try verify(goesOn) else { return nil }
    manifest.createdNanos = now()
    try commit()
    return manifest
  }

  private mutating func write(
    _ intake: ArchiveIntake, _ goesOn: (ArchiveProgress) -> Bool
  ) throws(JournalError) -> Bool {
    let paths = job.sources.map { "\(options.root)/\($0.path)" }
    // Without the right to write into the journal nobody can prune it with us either.
    let claim = try? JournalClaim(name: "archive", paths: paths)
    defer { withExtendedLifetime(claim) {} }
    var stream = try intake.stream(paths)
    let isWhole =
      switch options.layout {
      case .day: try writeDay(&stream, intake, goesOn)
      case .instrument: try writeInstruments(&stream, intake, goesOn)
      }
    intake.findings = stream.findings
    return isWhole
  }

  private mutating func describeSources(_ intake: ArchiveIntake, _ ends: [OrdinalCheck.End]) {
    var shardCounts: [UInt64: UInt32] = [:]
    for facts in job.sources {
      var source = ArchiveManifest.Source()
      (source.path, source.bytes, source.isSealed) = (facts.path, facts.bytes, facts.isSealed)
      if let header = facts.header {
        (source.segmentID, source.runID) = (header.segmentID, header.runID)
        (source.shard, source.firstOrdinal) = (header.shard, header.firstOrdinal)
        shardCounts[header.runID] = header.shardCount
      }
      let tally = intake.tally(of: "\(options.root)/\(facts.path)")
      (source.records, source.recordHash) = (tally.records, tally.hash)
      manifest.sources.append(source)
    }
    // Gaps between segments are found from the ordinals, below and once.
    manifest.findings =
      intake.findings.filter { !$0.isSegmentGap }.map(\.description)
      + OrdinalCheck.findings(manifest.sources, shardCounts: shardCounts, ends: ends)
  }

  /// Reads the files back and compares; false where it was stopped.
  private func verify(_ goesOn: (ArchiveProgress) -> Bool) throws(JournalError) -> Bool {
    var verifier = ArchiveVerifier(folder: options.archive, outputs: manifest.outputs)
    for (output, path) in zip(manifest.outputs, temporaryPaths) {
      let findings = try verifier.findings(of: output, at: path, goesOn: goesOn)
      guard let findings else { return false }
      if let finding = findings.first {
        throw .damaged(path: path, block: nil, detail: "the copy is not what was read: \(finding)")
      }
    }
    return true
  }

  /// Gives the files their names and writes the manifest, in an order in which a manifest is never
  /// there without its files.
  private func commit() throws(JournalError) {
    let base = "\(options.archive)/\(job.name)"
    switch options.layout {
    case .day:
      for (output, path) in zip(manifest.outputs, temporaryPaths) {
        let final = "\(options.archive)/\(output.path)"
        try checkReplaced(final, by: output)
        try FileTree.rename(path, to: final)
      }
    case .instrument:
      let temporary = base + ArchiveName.temporaryEnding
      try FileTree.write(Array(manifest.index.utf8), to: "\(temporary)/\(ArchiveName.indexName)")
      let outputs = Dictionary(
        manifest.outputs.map { (FileTree.name(of: $0.path), $0) },
        uniquingKeysWith: { first, _ in first })
      for name in FileTree.names(in: base) ?? [] where name != ArchiveName.indexName {
        try checkReplaced("\(base)/\(name)", by: outputs[name])
      }
      Self.removeFolder(base)
      try FileTree.rename(temporary, to: base)
    }
    try FileTree.sync(folder)
    try FileTree.write(Array(manifest.json.utf8), to: base + ArchiveName.jsonEnding)
    try FileTree.write(Array(manifest.lines.utf8), to: base + ArchiveName.manifestEnding)
  }

  /// A file under a final name without a manifest is what a run left that was interrupted just
  /// before its end. It may be replaced by the same records, and by nothing else: whatever else it
  /// is, it may be the only copy.
  private func checkReplaced(
    _ path: String, by output: ArchiveManifest.Output?
  ) throws(JournalError) {
    guard FileTree.entry(path) != nil else { return }
    if var expected = output, let reader = try? SegmentReader(path: path) {
      expected.segmentID = reader.header.segmentID
      expected.bytes = UInt64(reader.byteCount)
      var verifier = ArchiveVerifier(folder: options.archive, outputs: [])
      if try verifier.findings(of: expected, at: path, goesOn: { _ in true }) == [] { return }
    }
    throw .badOption(
      "\(path) belongs to no manifest and holds something else: move it away and try again")
  }

  /// What an interrupted run has left of this day under temporary names.
  func removeLeftOver() {
    let base = "\(options.archive)/\(job.name)"
    for ending in [".\(options.codec.fileEnding)", ArchiveName.jsonEnding] {
      try? FileTree.remove(base + ending + ArchiveName.temporaryEnding)
    }
    try? FileTree.remove(base + ArchiveName.manifestEnding + ArchiveName.temporaryEnding)
    Self.removeFolder(base + ArchiveName.temporaryEnding)
  }

  /// Removes a folder of an archive by instrument that no manifest names.
  private static func removeFolder(_ path: String) {
    for name in FileTree.files(in: path) { try? FileTree.remove("\(path)/\(name)") }
    _ = FileTree.removeEmptyFolder(path)
  }
}
