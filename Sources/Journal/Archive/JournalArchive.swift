/// Archiving a journal: what is to be done, and the doing, day by day.
///
///     var archive = try JournalArchive(options, request)
///     for job in archive.plan.jobs { try archive.archive(job, now: clock) { … } }
///
/// Holds the archive's lock: one process at a time writes to it. One thread.
public struct JournalArchive: ~Copyable {
  public let options: ArchiveOptions
  public let plan: ArchivePlan
  /// Manifests that were not understood, and why; their days are archived as further parts.
  public let unreadable: [(path: String, reason: String)]
  private let survey: SegmentSurvey
  /// Those that were there, and those that were made.
  private var manifests: [ArchiveManifest]
  private let lock: LockedFile

  /// Looks through the journal and the archive, which is made where it is missing.
  ///
  /// Throws `badOption` for an archive that another process writes to and for codecs that archives
  /// do not have.
  public init(
    _ options: ArchiveOptions, _ request: ArchivePlan.Request
  ) throws(JournalError) {
    let codec = options.codec
    guard codec.payload == .columnar || (codec.payload == .dbn && codec.coder != .none) else {
      throw .badOption("archives have columnar, zstd or lz4 blocks, not \(codec.name)")
    }
    guard (1...JournalLimits.blockRecords).contains(options.blockRecords) else {
      throw .badOption("blocks have 1 to \(JournalLimits.blockRecords) records")
    }
    let survey = try SegmentSurvey(root: options.root, dataset: request.dataset)
    try FileTree.makeFolders(options.archive)
    let folder = ArchiveFolder(path: options.archive, dataset: request.dataset)
    guard folder.path != survey.root else {
      throw .badOption("the archive \(folder.path) must have a folder of its own")
    }
    guard let lock = try LockedFile("\(folder.path)/.lock") else {
      throw .badOption("another process writes to the archive \(folder.path)")
    }
    plan = ArchivePlan(
      survey.segments, manifests: folder.manifests, taken: folder.unreadableParts, request: request)
    self.survey = survey
    var resolved = options
    (resolved.root, resolved.archive) = (survey.root, folder.path)
    self.options = resolved
    manifests = folder.manifests
    unreadable = folder.unreadable
    self.lock = lock
  }

  /// Archives one day and gives its manifest; nil where `goesOn`, which is called often, has
  /// answered false. `now` gives ns since the Unix epoch.
  public mutating func archive(
    _ job: ArchivePlan.Job, now: () -> UInt64, goesOn: (ArchiveProgress) -> Bool
  ) throws(JournalError) -> ArchiveManifest? {
    var archiver = DayArchiver(job, options)
    do throws(JournalError) {
      let made = try archiver.run(ends: ends(before: job), now: now, goesOn: goesOn)
      guard let made else {
        archiver.removeLeftOver()
        return nil
      }
      manifests.append(made)
      return made
    } catch {
      archiver.removeLeftOver()
      throw error
    }
  }

  /// What became of the segments of an archive that was verified.
  public struct Deletion: Equatable, Sendable {
    public var files = 0
    public var bytes: UInt64 = 0
    /// Segments that stay, and why.
    public var kept: [(path: String, reason: String)] = []

    public static func == (one: Deletion, other: Deletion) -> Bool {
      one.files == other.files && one.bytes == other.bytes
        && one.kept.map(\.path) == other.kept.map(\.path)
        && one.kept.map(\.reason) == other.kept.map(\.reason)
    }
  }

  /// Deletes the segments that an archive holds. The caller has just read all of it back; an
  /// archive with findings keeps its segments.
  public func deleteSources(of manifest: ArchiveManifest) throws(JournalError) -> Deletion {
    var deletion = Deletion()
    let sources = Dictionary(
      manifest.sources.map { ($0.segmentID, $0) }, uniquingKeysWith: { first, _ in first })
    let there = survey.segments.filter { $0.header.flatMap { sources[$0.segmentID] } != nil }
    guard manifest.findings.isEmpty else {
      deletion.kept = there.map { ($0.path, "its archive has findings") }
      return deletion
    }
    var remover = try SegmentRemover(root: options.root)
    for segment in there {
      guard let id = segment.header?.segmentID, let source = sources[id] else { continue }
      guard source.bytes == segment.bytes else {
        deletion.kept.append((segment.path, "it has changed since it was archived"))
        continue
      }
      if let reason = try remover.remove(segment) { deletion.kept.append((segment.path, reason)) }
    }
    remover.removeEmptyFolders(dataset: manifest.dataset, day: manifest.day)
    (deletion.files, deletion.bytes) = (remover.filesRemoved, remover.bytesFreed)
    return deletion
  }

  /// Where the shards' records stood before a day, as far as the journal or the archive tell.
  private func ends(before job: ArchivePlan.Job) -> [OrdinalCheck.End] {
    var ends: [OrdinalCheck.End] = []
    let own = Set(job.sources.compactMap { $0.header?.segmentID })
    for manifest in manifests where manifest.dataset == job.dataset {
      for source in manifest.sources where !own.contains(source.segmentID) {
        ends.append(
          OrdinalCheck.End(
            runID: source.runID, shard: source.shard,
            ordinal: source.firstOrdinal &+ source.records))
      }
    }
    for header in job.sources.compactMap(\.header) where header.firstOrdinal > 0 {
      let before = survey.segments.filter { other in
        other.dataset == job.dataset && other.kind == .ticks
          && other.header.map {
            $0.runID == header.runID && $0.shard == header.shard
              && $0.firstOrdinal < header.firstOrdinal
          } == true
      }.max { ($0.header?.firstOrdinal ?? 0) < ($1.header?.firstOrdinal ?? 0) }
      // Of the same day, it is among the sources and compared with them.
      guard let before, let first = before.header, !own.contains(first.segmentID) else { continue }
      // It may have been deleted since: then its archive tells.
      guard let records = try? SegmentSurvey.countRecords("\(options.root)/\(before.path)")
      else { continue }
      ends.append(
        OrdinalCheck.End(
          runID: first.runID, shard: first.shard, ordinal: first.firstOrdinal &+ records))
    }
    return ends
  }
}
