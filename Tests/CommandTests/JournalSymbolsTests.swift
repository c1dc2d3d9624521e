import Foundation
import Journal
import Records
import TestSupport
import Testing
import Wire

/// Symbols that are told in the middle of a journal, and what is said where something is amiss.
struct JournalSymbolsTests {
  /// A journal whose second symbol is mapped in its second block; not ended.
  private func writer(_ root: String) throws -> JournalWriter {
    var options = JournalOptions(
      root: root, dataset: MadeJournal.dataset, instance: "made", shard: 0, shardCount: 1,
      runID: 7)
    options.sync = .off
    var writer = try JournalWriter(options)
    for (index, symbol) in ["MILL", "RACE"].enumerated() {
      var block = MadeJournal.mapping(symbol, instrument: UInt32(index + 1))
      // Orders alone: every seventh record would be a trade.
      for order in [0, 1, 2] {
        block += MadeJournal.record(index * 7 + order, instrument: UInt32(index + 1))
      }
      writer.write(block.rawSpan, recordCount: 4, nowNanos: MadeJournal.start)
    }
    return writer
  }

  private func journal(_ files: MadeFiles) throws -> String {
    let root = files.folder.appending(path: "journal").path
    var writer = try writer(root)
    writer.close(nowNanos: MadeJournal.start)
    return root
  }

  @Test(arguments: ["export", "merge"])
  func metadataHaveWhatMappingsTell(verb: String) throws {
    let files = try MadeFiles()
    let output = files.folder.appending(path: "orders.dbn.zst").path
    let result = try Program.run(
      verb, "--schema", "mbo", "--output", output, try journal(files))
    #expect(result.code == 0, "\(result.errors)")
    let (metadata, records) = try MadeJournal.decode(output)
    #expect(records.count == 6 && records.allSatisfy { $0[1] == RType.mbo.rawValue })
    #expect(metadata?.symbols == ["MILL", "RACE"])
    let mappings = try #require(metadata?.mappings)
    #expect(mappings.map(\.rawSymbol) == ["MILL", "RACE"])
    #expect(mappings.map { $0.intervals.map(\.symbol) } == [["1"], ["2"]])
    #expect(mappings.allSatisfy { $0.intervals[0].startDate == 20_230_822 })
  }

  @Test func splitKnowsThemToo() throws {
    let files = try MadeFiles()
    let folder = files.folder.appending(path: "parts").path
    let result = try Program.run(
      "split", "--by", "symbol", "--schema", "mbo", "--output", folder, try journal(files))
    #expect(result.code == 0, "\(result.errors)")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(names == ["MILL.dbn.zst", "RACE.dbn.zst"])
  }

  @Test func repairLeavesALiveSegmentAlone() throws {
    let files = try MadeFiles()
    let root = files.folder.appending(path: "journal").path
    let target = files.folder.appending(path: "repaired").path
    var writer = try writer(root)
    for place in [["--output", target], ["--in-place"]] {
      let result = try Program.run(["repair", root] + place)
      #expect(result.code == 65)
      #expect(result.errors.contains("a pipeline is writing it"), "\(result.errors)")
    }
    writer.close(nowNanos: MadeJournal.start)
    let result = try Program.run("repair", "--in-place", root)
    #expect(result.code == 0 && result.output.contains("nothing is damaged"))
  }

  @Test(arguments: [
    ["export", "--output", "OUT.csv", "--schema", "mbo"], ["merge", "--output", "OUT.dbn.zst"],
    ["split", "--by", "schema", "--output", "OUT"], ["replay", "--to", "stdout"],
    ["tail", "--from", "oldest"],
  ])
  func exitCodeOneHasAReason(arguments: [String]) throws {
    let files = try MadeFiles()
    let journal = try MadeJournal(in: files, orders: 400, shards: 1)
    let path = try #require(journal.segments.first)
    var bytes = try Data(contentsOf: URL(filePath: path))
    bytes[bytes.count / 2] ^= 0x40
    try bytes.write(to: URL(filePath: path))
    let out = files.folder.appending(path: "out").path
    let words = arguments.map { $0.replacingOccurrences(of: "OUT", with: out) }
    let result = try Program.run(words + ["--quiet", path])
    #expect(result.code == 1)
    #expect(result.errors.contains("millrace: error: \(path): bytes "), "\(result.errors)")
  }
}
