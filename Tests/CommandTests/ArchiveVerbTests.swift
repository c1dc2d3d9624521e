import Foundation
import Journal
import Records
import Testing
import Wire

/// `millrace archive` and `millrace prune` on journals that the real writer has made.
struct ArchiveVerbTests {
  /// A journal of `days` days; gone afterwards.
  final class DaysJournal {
    let made: MadeFiles
    let root: String
    let archive: String

    init(days: Int, blocks: Int = 1, records: Int = 200) throws {
      made = try MadeFiles()
      root = made.folder.path + "/journal"
      archive = made.folder.path + "/archive"
      var options = JournalOptions(
        root: root, dataset: "MADE", instance: "t", shard: 0, shardCount: 1, runID: 5)
      options.sync = .off
      options.rotation = .day
      var writer = try JournalWriter(options)
      var order: UInt64 = 0
      // 2023-11-14T00:00:00Z.
      let first: UInt64 = 1_699_920_000_000_000_000
      for block in 0..<(days * blocks) {
        var bytes = ByteBuffer()
        let start = first + UInt64(block) * 86_400_000_000_000 / UInt64(blocks)
        for index in 0..<UInt64(records) {
          order += 1
          bytes.append(
            value: MBOMessage(
              publisherID: 2, instrumentID: UInt32(order % 7), tsEvent: start + index,
              orderID: order &* 0x9E37_79B9_7F4A_7C15, price: Int64(order % 91) * 10_000_000,
              size: 100, action: .add, side: .bid, tsRecv: start + index,
              sequence: UInt32(truncatingIfNeeded: order)))
        }
        writer.write(bytes.bytes, recordCount: records, nowNanos: start)
      }
      writer.close(nowNanos: first)
    }

    /// Names below a folder that end so.
    func files(_ folder: String, _ ending: String) -> [String] {
      (FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] ?? [])
        .filter { $0.hasSuffix(ending) }.sorted()
    }

    var segments: [String] { files(root, ".dbn.zst") }
    var manifests: [String] { files(archive, ".manifest.tsv") }

    func archiveAll(_ more: String...) throws -> Program.Result {
      try Program.run(["archive", root, "--output", archive, "--json"] + more)
    }
  }

  @Test func theSummaryCounts() throws {
    let journal = try DaysJournal(days: 2)
    let result = try journal.archiveAll()
    #expect(result.code == 0 && result.errors == "")
    let summary = try #require(try result.objects().first)
    #expect(summary["records"] as? Int == 400)
    #expect((summary["days"] as? [Any])?.count == 2)
    let manifest = try #require(journal.files(journal.archive, ".json").first)
    let data = try Data(contentsOf: URL(filePath: "\(journal.archive)/\(manifest)"))
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(object["records"] as? Int == 200 && object["tool"] as? String == "millrace 0.2.0")
    let verified = try Program.run("archive", "--verify", journal.archive)
    #expect(verified.code == 0 && verified.output.contains("as archived"))
  }

  /// Killed at any time, the next run goes on with the day at which it was.
  @Test func whatIsKilledGoesOn() throws {
    let days = 25
    let journal = try DaysJournal(days: days)
    var kept: [String: Data] = [:]
    for _ in 0..<3 {
      let process = Process()
      process.executableURL = Program.url
      process.arguments = ["archive", journal.root, "--output", journal.archive, "-q"]
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      let wanted = kept.count + 3
      while process.isRunning, journal.manifests.count < wanted { usleep(500) }
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      for name in journal.manifests {
        let data = try Data(contentsOf: URL(filePath: "\(journal.archive)/\(name)"))
        if let before = kept[name] { #expect(before == data, "\(name) is not made again") }
        kept[name] = data
      }
    }
    let result = try journal.archiveAll("--delete-source")
    #expect(result.code == 0, "\(result.errors)")
    let summary = try #require(try result.objects().first)
    #expect(summary["already_archived"] as? Int == kept.count)
    #expect(summary["files_deleted"] as? Int == days)
    #expect(journal.manifests.count == days && journal.files(journal.archive, ".tmp") == [])
    #expect(journal.segments == [])
    #expect(try Program.run("archive", "--verify", journal.archive).code == 0)
  }

  @Test func aDamagedCopyKeepsItsSource() throws {
    let journal = try DaysJournal(days: 2)
    #expect(try journal.archiveAll().code == 0)
    let name = try #require(journal.files(journal.archive, ".mrc").first)
    let file = "\(journal.archive)/\(name)"
    var data = try Data(contentsOf: URL(filePath: file))
    data[data.count / 2] ^= 1
    try data.write(to: URL(filePath: file))
    let before = journal.segments
    let result = try journal.archiveAll("--delete-source")
    #expect(result.code == 1)
    #expect(result.errors.contains("hash does not match"))
    #expect(journal.segments == Array(before.prefix(1)))
    #expect(try Program.run("archive", "--verify", journal.archive).code == 1)
  }

  @Test func aDryRunDeletesNothing() throws {
    let journal = try DaysJournal(days: 3)
    #expect(try journal.archiveAll().code == 0)
    let all = ["prune", journal.root, "--archive", journal.archive, "--keep-days", "0"]
    let before = journal.files(journal.root, "")
    let dry = try Program.run(all + ["--dry-run"])
    #expect(dry.code == 0 && dry.output.contains("would delete 3 of 3 files"))
    #expect(journal.files(journal.root, "") == before)
    let unarchived = try Program.run("prune", journal.root, "--keep-days", "0", "--json")
    let report = try #require(try unarchived.objects().first)
    #expect(report["removed"] as? Int == 0 && report["kept"] as? Int == 3)
    #expect(unarchived.output.contains("no archive holds it"))
    #expect(journal.segments.count == 3)
    let done = try Program.run(all)
    #expect(done.code == 0 && done.output.contains("deleted 3 of 3 files"))
    #expect(journal.segments == [])
  }

  static let mistakes: [(words: [String], code: Int32)] = [
    (["archive"], 64), (["archive", "ROOT"], 64),
    (["archive", "ROOT", "--output", "OUT", "--codec", "none"], 64),
    (["archive", "ROOT", "--output", "ROOT"], 64),
    (["archive", "/nowhere", "--output", "OUT"], 66), (["archive", "--verify", "/nowhere"], 66),
    (["prune", "ROOT"], 64), (["prune", "/nowhere", "--keep-days", "1"], 66),
  ]

  @Test(arguments: mistakes.indices)
  func mistakesAreNamed(index: Int) throws {
    let (arguments, code) = Self.mistakes[index]
    let journal = try DaysJournal(days: 1)
    let words = arguments.map { ["ROOT": journal.root, "OUT": journal.archive][$0] ?? $0 }
    let result = try Program.run(words)
    #expect(result.code == code)
    #expect(result.errors.hasPrefix("millrace \(arguments[0]): "))
  }

  /// Resident memory is that of some blocks, whatever the journal's size.
  @Test(arguments: ["day", "instrument"])
  func memoryDoesNotGrowWithTheFile(layout: String) throws {
    func peak(blocks: Int) throws -> Int {
      let journal = try DaysJournal(days: 1, blocks: blocks, records: 2_000)
      return try JournalMemoryTests.peak([
        "archive", journal.root, "--output", journal.archive, "-q", "--block", "2000", "--by",
        layout, "--buffer", "1MiB",
      ])
    }
    let small = try peak(blocks: 10)
    let large = try peak(blocks: 150)
    // The records alone are 16,800 KB against 1,120 KB.
    #expect(small > 0 && large < small + 6_000, "\(small) and \(large) KB")
  }
}
