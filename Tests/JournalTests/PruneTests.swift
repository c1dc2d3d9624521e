import Foundation
import TestSupport
import Testing

@testable import Journal

/// Retention on journals that the real writer has made.
struct PruneTests {
  private func policy(forced: Bool = false) -> PrunePolicy {
    PrunePolicy(keepDays: 1, keepBytes: nil, isForced: forced, now: .max / 2)
  }

  private func run(_ made: MadeJournal, archive: Bool, forced: Bool = false) throws -> [String] {
    var gone: [String] = []
    let prune = try JournalPrune(
      root: made.root, archive: archive ? made.archive : nil, policy: policy(forced: forced))
    let freed = try prune.perform { decision, outcome in
      if case .removed = outcome { gone.append(decision.segment.path) }
    }
    #expect((freed > 0) == !gone.isEmpty)
    return gone.sorted()
  }

  @Test func onlyWhatIsArchivedGoes() throws {
    let made = try MadeJournal()
    let all = made.segments
    #expect(try run(made, archive: false) == [])
    #expect(try run(made, archive: true) == [])
    #expect(made.segments == all)
    try made.archiveAll()
    #expect(try run(made, archive: true) == all)
    #expect(FileTree.folders(in: "\(made.root)/TEST.MADE") == [])
  }

  @Test func anArchiveThatIsNotWholeDoesNotCount() throws {
    let made = try MadeJournal()
    let manifest = try #require(try made.archiveAll().first)
    let path = "\(made.archive)/\(manifest.outputs[0].path)"
    try Data().write(to: URL(filePath: path))
    let gone = try run(made, archive: true)
    #expect(!gone.isEmpty && gone.allSatisfy { !$0.contains(manifest.day) })
    #expect(made.segments.allSatisfy { $0.contains(manifest.day) })
  }

  @Test func plainSegmentsGoWithTheirHeaders() throws {
    let made = try MadeJournal(codec: "none")
    #expect(made.segments.contains { $0.hasSuffix(".dbn.blocks") })
    _ = try run(made, archive: false, forced: true)
    #expect(made.segments == [])
  }

  @Test func whatIsNotTheJournalsStays() throws {
    let made = try MadeJournal(blocks: 1)
    let day = "\(made.root)/TEST.MADE/2023-11-14"
    let other = FileManager.default.temporaryDirectory.appending(path: "millrace-\(UUID())")
    try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: other) }
    let segment = try #require(made.segments.first)
    try FileManager.default.copyItem(
      atPath: "\(made.root)/\(segment)", toPath: other.path + "/00-0.dbn.zst")
    for (name, text) in [
      ("notes.txt", "mine"), ("00-7.dbn.zst", "called like a segment"), ("x.torn", "mine too"),
      ("22-0.dbn.zst.torn", "a torn tail"),
    ] {
      try Data(text.utf8).write(to: URL(filePath: "\(day)/\(name)"))
    }
    try FileManager.default.createSymbolicLink(
      atPath: "\(day)/01-0.dbn.zst", withDestinationPath: other.path + "/00-0.dbn.zst")
    try FileManager.default.createSymbolicLink(
      atPath: "\(made.root)/TEST.MADE/2023-11-13", withDestinationPath: other.path)
    let gone = try run(made, archive: false, forced: true)
    #expect(gone.count == 3 && gone.contains("TEST.MADE/2023-11-14/22-0.dbn.zst.torn"))
    #expect(FileManager.default.fileExists(atPath: other.path + "/00-0.dbn.zst"))
    let left = FileTree.names(in: day) ?? []
    #expect(Set(left) == ["notes.txt", "00-7.dbn.zst", "x.torn", "01-0.dbn.zst"])
  }

  @Test func aReadersClaimHoldsWhatItHasNotRead() throws {
    let made = try MadeJournal()
    let all = made.segments
    let claim = try JournalClaim(name: "replay", paths: ["\(made.root)/TEST.MADE"])
    #expect(try run(made, archive: false, forced: true) == [])
    // Behind the first hour's segments, whose last blocks go on until 23:33.
    claim.advance(to: MadeJournal.start + 6_000_000_000_000)
    let gone = try run(made, archive: false, forced: true)
    #expect(!gone.isEmpty && gone.allSatisfy { $0.contains("11-14/22-") })
    claim.advance(to: .max)
    _ = try run(made, archive: false, forced: true)
    #expect(made.segments == [] && all.count > gone.count)
    withExtendedLifetime(claim) {}
  }

  @Test func aLivingWritersOpenSegmentStays() throws {
    let made = try MadeJournal(shards: 1, blocks: 1)
    var options = JournalOptions(
      root: made.root, dataset: made.dataset, instance: "t", shard: 0, shardCount: 1, runID: 78)
    options.sync = .off
    var writer = try JournalWriter(options)
    var records = MadeRecords(seed: 9, from: MadeJournal.start)
    records.append(10)
    writer.write(records.bytes.rawSpan, recordCount: 10, nowNanos: MadeJournal.start)
    let path = writer.segmentPath
    let open = try #require(path)
    let gone = try run(made, archive: false, forced: true)
    #expect(gone.count == 1)
    #expect(FileManager.default.fileExists(atPath: open))
    let plan = try JournalArchive(made.options, .init(now: .max / 2)).plan
    #expect(plan.jobs == [] && plan.left.count == 1)
    writer.close(nowNanos: MadeJournal.start)
  }
}
