/// Which days of a journal are archived, from which segments: a decision made from facts alone.
public struct ArchivePlan: Equatable, Sendable {
  /// A day to archive.
  public struct Job: Equatable, Sendable {
    public var dataset: String
    public var day: String
    /// Number of the archive that is made: 1 for the day's first.
    public var part: Int
    /// In the order of their names.
    public var sources: [SegmentFacts]

    public var bytes: UInt64 { sources.reduce(0) { $0 &+ $1.bytes } }
    public var name: String { "\(dataset)/\(ArchiveName.base(day: day, part: part))" }
  }

  /// A day that is left, and why.
  public struct Left: Equatable, Sendable {
    public var dataset: String
    public var day: String
    public var reason: String
  }

  public var jobs: [Job] = []
  public var left: [Left] = []
  /// Archives whose sources are all or in part still there.
  public var finished: [ArchiveManifest] = []

  /// What is asked for.
  public struct Request: Equatable, Sendable {
    /// Nil for every day that is over. A day that is named needs not be over: its finished
    /// segments are archived.
    public var day: String?
    public var dataset: String?
    /// Now, ns since the Unix epoch.
    public var now: UInt64

    public init(day: String? = nil, dataset: String? = nil, now: UInt64) {
      self.day = day
      self.dataset = dataset
      self.now = now
    }
  }

  init() {}

  /// Plans the days of one root. A segment that a manifest lists is not archived twice; segments
  /// that came after their day was archived make another part of it.
  ///
  /// `taken` has the parts of manifests that cannot be read, by `<dataset>/<day>`: what they stand
  /// for is not to be replaced.
  init(
    _ segments: [SegmentFacts], manifests: [ArchiveManifest], taken: [String: Int] = [:],
    request: Request
  ) {
    let archivedIDs = Set(manifests.flatMap { $0.sources.map(\.segmentID) })
    let wanted = segments.filter {
      $0.kind == .ticks && (request.dataset ?? $0.dataset) == $0.dataset
        && (request.day ?? $0.day) == $0.day
    }
    let days = Dictionary(grouping: wanted) { "\($0.dataset)/\($0.day)" }
    for key in days.keys.sorted() {
      guard let all = days[key]?.sorted(by: { $0.path < $1.path }), let first = all.first else {
        continue
      }
      let open = all.filter { archivedIDs.contains($0.header?.segmentID ?? 0) == false }
      let made = manifests.filter { $0.dataset == first.dataset && $0.day == first.day }
      if open.count < all.count { finished += made }
      if open.isEmpty { continue }
      let last = max(made.map(\.part).max() ?? 0, taken[key] ?? 0)
      add(open, part: last + 1, request)
    }
  }

  private mutating func add(_ open: [SegmentFacts], part: Int, _ request: Request) {
    let (dataset, day) = (open[0].dataset, open[0].day)
    func leave(_ reason: String) {
      left.append(Left(dataset: dataset, day: day, reason: reason))
    }
    var sources = open
    if request.day == nil, day >= JournalTime.day(request.now) {
      return leave("the day is not over (name it with --day to archive what is finished)")
    }
    let written = open.filter { !$0.isFinished(now: request.now) }
    if !written.isEmpty {
      guard request.day != nil, written.count < open.count else {
        return leave("\(written[0].path) is still being written")
      }
      sources = open.filter { $0.isFinished(now: request.now) }
    }
    jobs.append(Job(dataset: dataset, day: day, part: part, sources: sources))
  }
}

/// Looks for segments that are missing between those that are there.
struct OrdinalCheck {
  /// Where a shard's records of a run go on, known from other days or from archives.
  struct End: Equatable {
    var runID: UInt64
    var shard: UInt32
    /// First ordinal that a following segment must have.
    var ordinal: UInt64
  }

  /// One sentence for each gap. `sources` state their records, `ends` what lies before them.
  static func findings(
    _ sources: [ArchiveManifest.Source], shardCounts: [UInt64: UInt32], ends: [End]
  ) -> [String] {
    var findings: [String] = []
    let runs = Dictionary(grouping: sources, by: \.runID)
    for run in runs.keys.sorted() {
      guard let segments = runs[run] else { continue }
      let shards = Dictionary(grouping: segments, by: \.shard)
      for shard in shards.keys.sorted() {
        let ordered = (shards[shard] ?? []).sorted { $0.firstOrdinal < $1.firstOrdinal }
        findings += gaps(ordered, ends.filter { $0.runID == run && $0.shard == shard })
      }
      // A run's first records go to all its shards, so on its first day each one has a segment.
      guard segments.contains(where: { $0.firstOrdinal == 0 }) else { continue }
      for shard in 0..<(shardCounts[run] ?? 0) where shards[shard] == nil {
        findings.append("run \(ManifestLines.hex(run)) has no segment of shard \(shard)")
      }
    }
    return findings
  }

  private static func gaps(_ ordered: [ArchiveManifest.Source], _ ends: [End]) -> [String] {
    guard let first = ordered.first else { return [] }
    var findings: [String] = []
    // Only what was really there before can be missing: a run whose earlier days were pruned and
    // not archived begins where it begins.
    let before = ends.map(\.ordinal).filter { $0 <= first.firstOrdinal }.max()
    var expected = before ?? first.firstOrdinal
    for segment in ordered {
      if segment.firstOrdinal > expected {
        findings.append(
          "\(segment.firstOrdinal - expected) records are missing before \(segment.path): "
            + "shard \(segment.shard) goes on at \(segment.firstOrdinal), not at \(expected)")
      } else if segment.firstOrdinal < expected {
        findings.append(
          "\(segment.path) begins at record \(segment.firstOrdinal) of its shard, "
            + "which is in an earlier segment (up to \(expected)) already")
      }
      expected = max(expected, segment.firstOrdinal &+ segment.records)
    }
    return findings
  }
}
