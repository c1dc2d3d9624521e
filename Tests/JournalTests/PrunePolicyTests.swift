import Testing

@testable import Journal

/// Which segments retention takes, as tables.
struct PrunePolicyTests {
  /// 2024-01-10T12:00:00Z.
  private static let now: UInt64 = 1_704_888_000_000_000_000

  private static func segment(
    _ day: Int, id: UInt64 = 0, bytes: UInt64 = 100, sealed: Bool = true, locked: Bool = false,
    kind: SegmentFacts.Kind = .ticks
  ) -> SegmentFacts {
    var facts = SegmentFacts()
    facts.dataset = "A"
    facts.day = day < 10 ? "2024-01-0\(day)" : "2024-01-\(day)"
    facts.path = "A/\(facts.day)/00-0.dbn.zst"
    facts.bytes = bytes
    facts.kind = kind
    facts.isSealed = sealed
    facts.isLocked = locked
    var header = SegmentHeader()
    header.segmentID = id == 0 ? UInt64(day) : id
    facts.header = header
    return facts
  }

  private static func archived(_ ids: ClosedRange<UInt64>) -> [UInt64: PrunePolicy.Archived] {
    Dictionary(
      uniqueKeysWithValues: ids.map {
        ($0, PrunePolicy.Archived(manifest: "m", bytes: 100, doubt: nil))
      })
  }

  private static func gone(
    _ policy: PrunePolicy, _ segments: [SegmentFacts], claims: [ClaimFolder.Claim] = [],
    archived: [UInt64: PrunePolicy.Archived]? = nil
  ) -> [String] {
    policy.decide(segments, claims: claims, archived: archived ?? Self.archived(1...10))
      .filter(\.goes).map { String($0.segment.day.suffix(2)) }
  }

  static let ages: [(Int, [String])] = [
    (0, ["07", "08", "09"]), (1, ["07", "08"]), (2, ["07"]), (3, []), (1000, []), (Int.max, []),
  ]

  @Test(arguments: ages)
  func ageCountsInDays(keep: Int, expected: [String]) {
    let policy = PrunePolicy(keepDays: keep, keepBytes: nil, isForced: false, now: Self.now)
    #expect(Self.gone(policy, [10, 9, 8, 7].map { Self.segment($0) }) == expected)
  }

  static let sizes: [(UInt64, [String])] = [
    (0, ["07", "08", "09", "10"]), (100, ["07", "08", "09"]), (199, ["07", "08", "09"]),
    (200, ["07", "08"]), (400, []),
  ]

  @Test(arguments: sizes)
  func sizeTakesTheOldestFirst(keep: UInt64, expected: [String]) {
    let policy = PrunePolicy(keepDays: nil, keepBytes: keep, isForced: false, now: Self.now)
    #expect(Self.gone(policy, [10, 9, 8, 7].map { Self.segment($0) }) == expected)
  }

  @Test func whatMustStayIsReplacedByYoungerOnes() {
    let policy = PrunePolicy(keepDays: nil, keepBytes: 200, isForced: false, now: Self.now)
    let segments = [
      Self.segment(6, locked: true), Self.segment(7), Self.segment(8), Self.segment(9),
    ]
    #expect(Self.gone(policy, segments) == ["07", "08"])
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var segment: SegmentFacts
    var forced = false
    var claim: ClaimFolder.Claim?
    var archived: [UInt64: PrunePolicy.Archived]
    /// A part of the reason for which the segment stays; nil where it goes.
    var stays: String?
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "archived", segment: segment(1), archived: archived(1...1)),
    Case(
      name: "not archived", segment: segment(1), archived: archived(2...2),
      stays: "no archive holds it"),
    Case(name: "not archived, forced", segment: segment(1), forced: true, archived: [:]),
    Case(
      name: "written, forced", segment: segment(1, locked: true), forced: true,
      archived: archived(1...1), stays: "being written"),
    Case(
      name: "torn off, forced", segment: segment(1, sealed: false), forced: true,
      archived: archived(1...1), stays: "not closed in order"),
    Case(
      name: "claimed, forced", segment: segment(1), forced: true,
      claim: .init(owner: "7-replay", cursor: 0, paths: ["A"]), archived: archived(1...1),
      stays: "7-replay"),
    Case(
      name: "claimed elsewhere", segment: segment(1),
      claim: .init(owner: "7-replay", cursor: 0, paths: ["B", "A/2024-01-02"]),
      archived: archived(1...1)),
    Case(
      name: "changed since", segment: segment(1, bytes: 101), archived: archived(1...1),
      stays: "has changed"),
    Case(
      name: "doubtful archive", segment: segment(1),
      archived: [1: .init(manifest: "m", bytes: 100, doubt: "a file is missing")],
      stays: "a file is missing"),
    Case(name: "torn tail", segment: segment(1, kind: .torn), archived: [:]),
    Case(
      name: "raw capture", segment: segment(1, kind: .raw), archived: [:],
      stays: "no archive holds it"),
    Case(
      name: "foreign, forced", segment: segment(1, kind: .foreign), forced: true, archived: [:],
      stays: "not a file of the journal"),
  ]

  @Test(arguments: cases)
  func everyObstacleHasItsReason(_ one: Case) throws {
    let policy = PrunePolicy(keepDays: 1, keepBytes: nil, isForced: one.forced, now: Self.now)
    let decisions = policy.decide(
      [one.segment], claims: one.claim.map { [$0] } ?? [], archived: one.archived)
    let decision = try #require(decisions.first)
    #expect(decisions.count == 1)
    #expect(decision.goes == (one.stays == nil))
    if let stays = one.stays { #expect(decision.reason.contains(stays)) }
  }
}
