import Foundation
import Records
import TestSupport
import Testing

/// `millrace verify` and `repair` on segments with damage of every kind.
struct JournalDamageTests {
  /// Where the blocks of a segment begin, by `inspect --blocks`.
  private func blocks(_ path: String) throws -> [(offset: Int, map: Int, stored: Int, records: Int)]
  {
    let objects = try Program.run("inspect", "--json", "--blocks", path).objects()
    return try objects.dropLast().map { object in
      func number(_ key: String) throws -> Int { try #require(object[key] as? Int) }
      return (
        try number("offset"), try number("map_bytes"), try number("stored_bytes"),
        try number("records")
      )
    }
  }

  private enum Damage: String, CaseIterable {
    case payload, header, map, firstFrame, segmentHeader, index, cut
  }

  /// One shard's segment, damaged; the block that is, if one is.
  private func damaged(
    _ damage: String, _ files: MadeFiles, codec: String
  ) throws -> (path: String, block: Int?, journal: MadeJournal) {
    let journal = try MadeJournal(in: files, orders: 1_000, shards: 1, codec: codec)
    let path = try #require(journal.segments.first)
    let blocks = try blocks(path)
    try #require(blocks.count > 6)
    var bytes = try Data(contentsOf: URL(filePath: path))
    var block: Int? = 4
    let start = blocks[4].offset
    switch damage {
    case "payload": bytes[start + 128 + blocks[4].map + blocks[4].stored / 2] ^= 1
    case "header": bytes[start + 40] ^= 0x10
    case "map": bytes[start + 128] ^= 1
    case "firstFrame":
      bytes[20] ^= 0x40
      block = nil
    case "segmentHeader":
      bytes[blocks[0].offset - 256 + 100] ^= 1
      block = nil
    case "index":
      bytes[bytes.count - 60] ^= 1
      block = nil
    default:
      bytes = bytes[..<(blocks[6].offset + 200)]
      block = nil
    }
    try bytes.write(to: URL(filePath: path))
    return (path, block, journal)
  }

  @Test func wholeJournalsAreClean() throws {
    let files = try MadeFiles()
    for codec in ["zstd:1", "lz4", "none", "columnar+zstd:1"] {
      let journal = try MadeJournal(in: files, name: codec, codec: codec)
      for arguments in [["verify"], ["verify", "--quick"]] {
        let result = try Program.run(arguments + [journal.root])
        #expect(result.code == 0)
        #expect(result.output.contains("2 segments"), "\(result.output)")
        #expect(result.output.hasSuffix(": clean\n"))
      }
      let objects = try Program.run("verify", "--json", journal.root).objects()
      #expect(objects.count == 3)
      #expect(objects.last?["findings"] as? Int == 0)
      #expect(objects.last?["records"] as? Int == journal.records.count)
    }
  }

  @Test(
    arguments: ["payload", "header", "map", "firstFrame", "segmentHeader", "index", "cut"],
    ["zstd:1", "columnar+lz4"])
  func damageIsFoundAndRepaired(damage: String, codec: String) throws {
    let files = try MadeFiles()
    let (path, block, journal) = try damaged(damage, files, codec: codec)
    for arguments in [["verify"], ["verify", "--quick"]] {
      let result = try Program.run(arguments + [path])
      #expect(result.code == 1, "\(damage): \(result.output)")
      if let block { #expect(result.output.contains("block \(block)"), "\(result.output)") }
      #expect(result.output.contains(path))
      #expect(result.output.contains("bytes "))
    }
    let original = try Data(contentsOf: URL(filePath: path))
    let folder = files.folder.appending(path: "repaired").path
    let result = try Program.run("repair", "--json", "--output", folder, path)
    #expect(result.code == 1, "\(result.errors)")
    let report = try #require(try result.objects().first)
    let repaired = try #require(report["repaired"] as? String)
    #expect(try Data(contentsOf: URL(filePath: path)) == original)
    let verdict = try Program.run("verify", repaired)
    #expect(verdict.code == 0, "\(verdict.output)")
    try check(report, repaired, journal, damage: damage, files: files)
  }

  /// What a repair keeps and says that it has lost.
  private func check(
    _ report: [String: Any], _ repaired: String, _ journal: MadeJournal, damage: String,
    files: MadeFiles
  ) throws {
    let output = files.folder.appending(path: "kept.dbn").path
    try #require(Program.run("export", "-q", "--output", output, repaired).code == 0)
    let kept = try MadeJournal.decode(output).records
    var expected = journal.records
    switch damage {
    case "payload", "header", "map":
      // Block 4 of 100 records.
      expected.removeSubrange(400..<500)
      #expect(report["lost_records"] as? Int == 100)
      let lost = try #require((report["lost"] as? [[String: Int]])?.first)
      #expect(lost == ["first": 400, "last": 499])
    case "cut":
      expected.removeSubrange(600...)
      let torn = try #require(report["torn"] as? String)
      #expect(try Data(contentsOf: URL(filePath: torn)).count == 200)
    default:
      #expect(report["lost_records"] as? Int == 0)
    }
    #expect(kept == expected)
    if damage != "cut" {
      let kept = try #require(report["damaged"] as? String)
      #expect(try !Data(contentsOf: URL(filePath: kept)).isEmpty)
    }
  }

  @Test func inPlaceKeepsTheOriginal() throws {
    let files = try MadeFiles()
    let (path, _, _) = try damaged("payload", files, codec: "zstd:1")
    let original = try Data(contentsOf: URL(filePath: path))
    #expect(try Program.run("repair", "--in-place", path).code == 1)
    #expect(try Data(contentsOf: URL(filePath: path + ".orig")) == original)
    #expect(try Program.run("verify", path).code == 0)
    // There is nothing more to do.
    let again = try Program.run("repair", "--in-place", path)
    #expect(again.code == 0)
    #expect(again.output.contains("nothing is damaged"))
    // The original is not taken for a segment.
    let folder = URL(filePath: path).deletingLastPathComponent().path
    #expect(try Program.run("verify", folder).output.contains("1 segments"))
  }

  @Test func whatIsNoSegment() throws {
    let files = try MadeFiles()
    let text = try files.file("a.dbn.zst", Array("hello".utf8))
    let result = try Program.run("verify", text)
    #expect(result.code == 1)
    #expect(result.output.contains("not a journal segment"))
    #expect(try Program.run("verify", text + "x").code == 66)
    #expect(try Program.run("repair", "--in-place", text).code == 65)
    #expect(try Program.run("repair", text).code == 64)
  }
}
