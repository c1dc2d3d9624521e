import Testing

@testable import Journal

/// Which days are archived, and what is missing in them.
struct ArchivePlanTests {
  /// 2024-01-10T12:30:00Z.
  private static let now: UInt64 = 1_704_889_800_000_000_000

  private static func segment(
    _ day: String, hour: Int = 0, id: UInt64, dataset: String = "A", sealed: Bool = true,
    locked: Bool = false, kind: SegmentFacts.Kind = .ticks
  ) -> SegmentFacts {
    var facts = SegmentFacts()
    facts.dataset = dataset
    facts.day = day
    facts.hour = hour
    facts.path = "\(dataset)/\(day)/\(hour < 10 ? "0" : "")\(hour)-\(id).dbn.zst"
    facts.bytes = 10
    facts.kind = kind
    facts.isSealed = sealed
    facts.isLocked = locked
    var header = SegmentHeader()
    header.segmentID = id
    facts.header = header
    return facts
  }

  private static func manifest(_ day: String, part: Int, ids: [UInt64]) -> ArchiveManifest {
    var manifest = ArchiveManifest()
    (manifest.dataset, manifest.day, manifest.part) = ("A", day, part)
    manifest.sources = ids.map {
      var source = ArchiveManifest.Source()
      source.segmentID = $0
      return source
    }
    return manifest
  }

  private static func plan(
    _ segments: [SegmentFacts], _ manifests: [ArchiveManifest] = [], day: String? = nil
  ) -> ArchivePlan {
    ArchivePlan(segments, manifests: manifests, request: .init(day: day, now: now))
  }

  @Test func daysThatAreOverAreArchivedInOrder() {
    let plan = Self.plan([
      Self.segment("2024-01-09", id: 2), Self.segment("2024-01-08", id: 1, dataset: "B"),
      Self.segment("2024-01-08", id: 3), Self.segment("2024-01-08", id: 4, kind: .raw),
      Self.segment("2024-01-10", id: 5),
    ])
    #expect(plan.jobs.map(\.name) == ["A/2024-01-08", "A/2024-01-09", "B/2024-01-08"])
    #expect(plan.jobs.allSatisfy { $0.sources.count == 1 })
    #expect(plan.left.map(\.day) == ["2024-01-10"])
    #expect(plan.left[0].reason.contains("not over"))
  }

  @Test func aDayThatIsNamedIsArchivedAsFarAsItIsFinished() {
    let segments = [
      Self.segment("2024-01-10", hour: 11, id: 1),
      Self.segment("2024-01-10", hour: 11, id: 2, sealed: false),
      Self.segment("2024-01-10", hour: 12, id: 3, sealed: false),
      Self.segment("2024-01-10", hour: 11, id: 4, sealed: false, locked: true),
      Self.segment("2024-01-10", hour: 12, id: 5, sealed: true, locked: true),
      Self.segment("2024-01-09", hour: 11, id: 6),
    ]
    let plan = Self.plan(segments, day: "2024-01-10")
    #expect(plan.jobs.count == 1)
    #expect(plan.jobs.first?.sources.compactMap(\.header?.segmentID) == [1, 2])
  }

  @Test func aDayStillWrittenIsLeft() {
    let plan = Self.plan([
      Self.segment("2024-01-08", id: 1), Self.segment("2024-01-08", id: 2, locked: true),
    ])
    #expect(plan.jobs == [])
    #expect(plan.left.map(\.reason).first?.contains("still being written") == true)
  }

  @Test func whatIsArchivedIsNotArchivedAgain() {
    let segments = [Self.segment("2024-01-08", id: 1), Self.segment("2024-01-08", id: 2)]
    let all = Self.plan(segments, [Self.manifest("2024-01-08", part: 1, ids: [1, 2])])
    #expect(all.jobs == [])
    #expect(all.finished.count == 1)
    let some = Self.plan(segments, [Self.manifest("2024-01-08", part: 1, ids: [1])])
    #expect(some.jobs.map(\.part) == [2])
    #expect(some.jobs.first?.sources.compactMap(\.header?.segmentID) == [2])
  }

  private static func source(
    _ shard: UInt32, _ first: UInt64, _ records: UInt64, run: UInt64 = 1
  ) -> ArchiveManifest.Source {
    var source = ArchiveManifest.Source()
    source.path = "A/2024-01-08/\(first)-\(shard)"
    (source.runID, source.shard) = (run, shard)
    (source.firstOrdinal, source.records) = (first, records)
    return source
  }

  typealias Gap = (
    name: String, sources: [ArchiveManifest.Source], ends: [OrdinalCheck.End], expected: [String]
  )

  static let gaps: [Gap] = [
    ("whole", [source(0, 0, 5), source(0, 5, 5), source(1, 0, 3)], [], []),
    (
      "a segment missing", [source(0, 0, 5), source(0, 6, 5), source(1, 0, 3)], [],
      ["1 records are missing"]
    ),
    ("twice", [source(0, 0, 5), source(0, 4, 5), source(1, 0, 3)], [], ["earlier segment"]),
    ("a shard missing", [source(0, 0, 5)], [], ["no segment of shard 1"]),
    ("goes on from nobody knows where", [source(0, 50, 5)], [], []),
    (
      "goes on from the day before", [source(0, 50, 5)],
      [OrdinalCheck.End(runID: 1, shard: 0, ordinal: 50)], []
    ),
    (
      "not from there", [source(0, 50, 5)],
      [OrdinalCheck.End(runID: 1, shard: 0, ordinal: 48)], ["2 records are missing"]
    ),
    (
      "another run", [source(0, 50, 5)],
      [OrdinalCheck.End(runID: 2, shard: 0, ordinal: 48)], []
    ),
    ("two runs", [source(0, 0, 5, run: 2), source(1, 0, 5, run: 2), source(0, 9, 5)], [], []),
  ]

  @Test(arguments: gaps.indices)
  func gapsAreFound(index: Int) {
    let one = Self.gaps[index]
    let found = OrdinalCheck.findings(one.sources, shardCounts: [1: 2, 2: 2], ends: one.ends)
    #expect(found.count == one.expected.count, "\(one.name): \(found)")
    for (text, part) in zip(found, one.expected) { #expect(text.contains(part)) }
  }
}
