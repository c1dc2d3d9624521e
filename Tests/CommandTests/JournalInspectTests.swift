import Foundation
import Records
import TestSupport
import Testing

/// `millrace inspect` of journals.
struct JournalInspectTests {
  @Test func segment() throws {
    let files = try MadeFiles()
    let journal = try MadeJournal(in: files, orders: 1_000, shards: 1)
    let path = try #require(journal.segments.first)
    let object = try #require(try Program.run("inspect", "--json", path).objects().first)
    #expect(object["format"] as? String == "segment")
    #expect(object["codec"] as? String == "zstd:1")
    #expect(object["dataset"] as? String == MadeJournal.dataset)
    #expect(object["instance"] as? String == "made")
    #expect(object["sealed"] as? Bool == true)
    #expect(object["run_id"] as? String == "0000000000000007")
    #expect(object["records_total"] as? Int == journal.records.count)
    #expect(object["blocks"] as? Int == (journal.records.count + 99) / 100)
    #expect(object["instruments"] as? Int == MadeJournal.symbols.count)
    #expect(object["metadata_symbols"] as? Int == MadeJournal.symbols.count)
    let counts = try #require(object["records"] as? [String: Int])
    #expect(counts["mbo"] == journal.records(.mbo).count)
    #expect(counts["trades"] == journal.records(.trade).count)
    #expect(counts["symbol_mapping"] == MadeJournal.symbols.count)
    let times = try #require(object["ts_recv"] as? [String: UInt64])
    #expect(
      times == ["first": MadeJournal.start, "last": MadeJournal.start + 999 * 1_000_000])
  }

  @Test func blocksAreListed() throws {
    let files = try MadeFiles()
    let journal = try MadeJournal(in: files, orders: 1_000, shards: 1)
    let path = try #require(journal.segments.first)
    let objects = try Program.run("inspect", "--json", "--blocks", "--quick", path).objects()
    let blocks = objects.dropLast()
    #expect(blocks.map { $0["block"] as? Int } == Array(0..<blocks.count))
    #expect(blocks.reduce(0) { $0 + ($1["records"] as? Int ?? 0) } == journal.records.count)
    var next = try #require(blocks.first?["offset"] as? Int)
    for block in blocks {
      #expect(block["offset"] as? Int == next)
      next += 128 + (block["map_bytes"] as? Int ?? 0) + (block["stored_bytes"] as? Int ?? 0)
    }
    // Headers alone tell no schemas.
    #expect(objects.last?["records"] as? [String: Int] == [:])
    let text = try Program.run("inspect", "--blocks", path).output
    #expect(text.split(separator: "\n").count > blocks.count + 10)
  }

  @Test func folder() throws {
    let files = try MadeFiles()
    let journal = try MadeJournal(in: files, shards: 3)
    let object = try #require(try Program.run("inspect", "--json", journal.root).objects().first)
    #expect(object["records_total"] as? Int == journal.records.count)
    #expect((object["segments"] as? [[String: Any]])?.count == 3)
    let text = try Program.run("inspect", journal.root)
    #expect(text.code == 0)
    #expect(text.output.contains("3 segments"))
    #expect(text.output.contains("13-0.dbn.zst"))
  }

  @Test(.enabled(if: SharedFolder.isPresent, "shared captures are absent"))
  func foreignFiles() throws {
    let folder = try #require(SharedFolder.url).appending(path: "captures/databento-dbn/official")
    let path = folder.appending(path: "test_data.mbo.v3.dbn.zst").path
    let object = try #require(try Program.run("inspect", "--json", path).objects().first)
    #expect(object["format"] as? String == "dbn")
    #expect(object["records"] as? [String: Int] == ["mbo": 2])
    #expect(try Program.run("verify", path).code == 0)
  }
}
