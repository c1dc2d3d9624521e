import Foundation
import Records
import TestSupport
import Testing
import Wire

@testable import Journal

/// Archives of journals that the real writer has made.
struct ArchiveTests {
  @Test(arguments: ["columnar+zstd:1", "columnar+lz4", "zstd:3", "lz4"])
  func aDayIsItsSegmentsMerged(_ codec: String) throws {
    let made = try MadeJournal()
    var options = made.options
    options.codec = try #require(JournalCodec(name: codec))
    options.blockRecords = 70
    let manifests = try made.archiveAll(options)
    #expect(manifests.map(\.day) == MadeJournal.days)
    for manifest in manifests {
      #expect(manifest.findings == [])
      let whole = try MadeJournal.records(["\(made.root)/TEST.MADE/\(manifest.day)"])
      let output = try #require(manifest.outputs.first)
      #expect(output.path.hasSuffix(options.codec.fileEnding))
      let path = "\(made.archive)/\(output.path)"
      #expect(try MadeJournal.records([path]) == whole)
      // Mappings, 176 bytes each, stand in front where an earlier day has them.
      #expect(Int(manifest.totals.bytes) + Int(output.repeatedRecords) * 176 == whole.count)
      #expect(manifest.totals.records == manifest.sources.reduce(0) { $0 + $1.records })
      #expect(manifest.totals.records == manifest.totals.types.values.reduce(0, +))
      let reader = try SegmentReader(path: path)
      let header = reader.header
      #expect(reader.isSealed && header.runID == MadeJournal.runID)
      #expect(header.shardCount == 1 && header.dataset == "TEST.MADE")
      #expect(reader.metadata?.symbols.count == 20)
    }
    #expect(manifests.flatMap { $0.sources.map(\.path) } == made.segments.sorted())
  }

  @Test func nothingIsArchivedTwice() throws {
    let made = try MadeJournal()
    #expect(try made.archiveAll().count == 2)
    let before = MadeJournal.files(made.archive)
    #expect(before.count == 6, "\(before)")
    #expect(try made.archiveAll() == [])
    #expect(MadeJournal.files(made.archive) == before)
    // Later segments repeat the mappings; the archive has them once.
    let manifest = try #require(ArchiveFolder(path: made.archive).manifests.last)
    let segment = try #require(manifest.outputs.first)
    #expect(segment.repeatedRecords > 0 && segment.totals.types[0x16] == nil)
  }

  @Test(arguments: [1 << 20, 3_000])
  func everyInstrumentHasItsFile(budget: Int) throws {
    let made = try MadeJournal()
    var options = made.options
    options.layout = .instrument
    options.spillBytes = budget
    options.blockRecords = 16
    for manifest in try made.archiveAll(options) {
      #expect(manifest.findings == [] && manifest.outputs.count == 20)
      for output in manifest.outputs {
        #expect(output.symbol == "S\(output.instrument)")
        #expect(output.path == "TEST.MADE/\(manifest.day)/\(output.symbol).mrc")
        var query = JournalQuery()
        query.instruments = [output.instrument]
        let wanted = try MadeJournal.records(["\(made.root)/TEST.MADE/\(manifest.day)"], query)
        let found = try MadeJournal.records(["\(made.archive)/\(output.path)"], query)
        #expect(found == wanted)
      }
      var verifier = ArchiveVerifier(folder: made.archive, outputs: manifest.outputs)
      #expect(verifier.findings(manifest) { _ in true } == [])
      let index = try String(
        contentsOfFile: "\(made.archive)/TEST.MADE/\(manifest.day)/index.tsv", encoding: .utf8)
      #expect(index.split(separator: "\n").count == 21)
    }
  }

  @Test func aMissingSegmentIsAFinding() throws {
    let made = try MadeJournal()
    let lost = try #require(made.segments.filter { $0.contains("11-15/") }.dropFirst().first)
    try FileManager.default.removeItem(atPath: "\(made.root)/\(lost)")
    let manifests = try made.archiveAll()
    #expect(manifests.map(\.findings.count) == [0, 1])
    #expect(manifests.last?.findings.first?.contains("records are missing before") == true)
  }

  @Test func aGapBetweenDaysIsAFinding() throws {
    let made = try MadeJournal()
    let lost = try #require(made.segments.last { $0.contains("11-14/23-0") })
    try FileManager.default.removeItem(atPath: "\(made.root)/\(lost)")
    #expect(try made.archiveAll().map(\.findings.count) == [0, 1])
  }

  @Test func damageInASourceKeepsTheSources() throws {
    let made = try MadeJournal()
    let path = "\(made.root)/\(made.segments[0])"
    let size = try Data(contentsOf: URL(filePath: path)).count
    try MadeJournal.flip(path, at: size / 2)
    var archive = try JournalArchive(made.options, .init(now: .max / 2))
    let job = try #require(archive.plan.jobs.first)
    let manifest = try #require(try archive.archive(job, now: { 5 }, goesOn: { _ in true }))
    #expect(!manifest.findings.isEmpty)
    let before = made.segments
    let deletion = try archive.deleteSources(of: manifest)
    #expect(deletion.files == 0 && deletion.kept.count == job.sources.count)
    #expect(made.segments == before)
  }

  @Test func everyFlippedByteOfACopyIsFound() throws {
    let made = try MadeJournal(blocks: 2)
    let manifest = try #require(try made.archiveAll().first)
    let path = "\(made.archive)/\(manifest.outputs[0].path)"
    let size = Int(manifest.outputs[0].bytes)
    for offset in stride(from: 0, to: size, by: 97) {
      try MadeJournal.flip(path, at: offset)
      var verifier = ArchiveVerifier(folder: made.archive, outputs: manifest.outputs)
      let findings = verifier.findings(manifest) { _ in true }
      #expect(findings?.isEmpty == false, "byte \(offset)")
      try MadeJournal.flip(path, at: offset)
    }
    try MadeJournal.flip("\(made.archive)/\(manifest.name).manifest.json", at: 20)
    var verifier = ArchiveVerifier(folder: made.archive, outputs: manifest.outputs)
    #expect(verifier.findings(manifest) { _ in true }?.count == 1)
  }

  @Test(arguments: ArchiveLayout.allCases)
  func whatIsStoppedLeavesNothing(_ layout: ArchiveLayout) throws {
    let made = try MadeJournal()
    var options = made.options
    options.layout = layout
    var archive = try JournalArchive(options, .init(now: .max / 2))
    let job = try #require(archive.plan.jobs.first)
    var calls = 0
    var isWhole = false
    var limit = 0
    while !isWhole {
      limit += 1
      calls = 0
      isWhole =
        try archive.archive(
          job, now: { 5 },
          goesOn: { _ in
            calls += 1
            return calls < limit
          }) != nil
      if !isWhole { #expect(MadeJournal.files(made.archive) == [], "after \(limit) calls") }
    }
    #expect(calls > 1)
    #expect(ArchiveFolder(path: made.archive).manifests.count == 1)
  }

  @Test func sourcesGoOnlyWhereNothingSpeaksAgainstIt() throws {
    let made = try MadeJournal()
    var archive = try JournalArchive(made.options, .init(now: .max / 2))
    for job in archive.plan.jobs {
      let manifest = try #require(try archive.archive(job, now: { 5 }, goesOn: { _ in true }))
      if job.day == MadeJournal.days[0] {
        let claim = try JournalClaim(name: "r", paths: ["\(made.root)/\(job.sources[0].path)"])
        let kept = try archive.deleteSources(of: manifest)
        #expect(kept.files == job.sources.count - 1)
        #expect(kept.kept.map(\.path) == [job.sources[0].path])
        withExtendedLifetime(claim) {}
      } else {
        // A segment that has grown is another one.
        let path = "\(made.root)/\(job.sources[1].path)"
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data([1]))
        try handle.close()
        #expect(try archive.deleteSources(of: manifest).files == job.sources.count - 1)
      }
    }
    #expect(made.segments.count == 2)
  }

  @Test func oneProcessAtATime() throws {
    let made = try MadeJournal(blocks: 1)
    let first = try JournalArchive(made.options, .init(now: .max / 2))
    #expect(throws: JournalError.self) {
      _ = try JournalArchive(made.options, .init(now: .max / 2))
    }
    #expect(first.plan.jobs.count == 1)
  }

  /// Ended between the last rename and the manifest: the same records are put in their place, and
  /// other ones are left.
  @Test(arguments: ArchiveLayout.allCases)
  func onlyTheSameRecordsAreReplaced(_ layout: ArchiveLayout) throws {
    let made = try MadeJournal(blocks: 1)
    var options = made.options
    options.layout = layout
    let first = try #require(try made.archiveAll(options).first)
    let lines = "\(made.archive)/\(first.name)\(ArchiveName.manifestEnding)"
    try FileManager.default.removeItem(atPath: lines)
    let second = try #require(try made.archiveAll(options).first)
    #expect(second.totals == first.totals && second.part == 1)
    try FileManager.default.removeItem(atPath: lines)
    let file = "\(made.archive)/\(first.outputs[0].path)"
    try Data("something else".utf8).write(to: URL(filePath: file))
    #expect(throws: JournalError.self) { try made.archiveAll(options) }
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "something else")
  }

  @Test func whatAnUnreadableManifestStandsForStays() throws {
    let made = try MadeJournal(blocks: 1)
    let first = try #require(try made.archiveAll().first)
    let file = "\(made.archive)/\(first.outputs[0].path)"
    let before = try Data(contentsOf: URL(filePath: file))
    try MadeJournal.flip("\(made.archive)/\(first.name)\(ArchiveName.manifestEnding)", at: 3)
    #expect(ArchiveFolder(path: made.archive).archived.isEmpty)
    #expect(try made.archiveAll().map(\.part) == [2])
    #expect(try Data(contentsOf: URL(filePath: file)) == before)
  }

  @Test func aJournalIsNotItsOwnArchive() throws {
    let made = try MadeJournal(blocks: 1)
    var options = made.options
    options.archive = made.root + "/."
    options.layout = .instrument
    let before = made.segments
    #expect(throws: JournalError.self) { try made.archiveAll(options) }
    #expect(made.segments == before)
  }
}
