import Foundation
import Records
import TestSupport
import Testing

/// `millrace merge` and `split` on journals that the real writer has made.
struct JournalMergeTests {
  private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(filePath: path)) }

  /// The records of segments, by the program's own export.
  private func records(_ files: MadeFiles, _ paths: String...) throws -> [[UInt8]] {
    let output = files.folder.appending(path: "\(UUID()).dbn").path
    let result = try Program.run(["export", "-q", "--output", output] + paths)
    try #require(result.code == 0, "\(result.errors)")
    return try MadeJournal.decode(output).records
  }

  @Test(arguments: ["dbn.zst", "dbn.lz4", "dbn", "mrc"])
  func mergeIsOneSegmentInOrder(ending: String) throws {
    let files = try MadeFiles()
    let journal = try MadeJournal(in: files, shards: 3)
    let output = files.folder.appending(path: "day.\(ending)").path
    let again = files.folder.appending(path: "again.\(ending)").path
    let result = try Program.run("merge", "--json", "--output", output, journal.root)
    #expect(result.code == 0, "\(result.errors)")
    let report = try #require(try result.objects().first)
    #expect(report["records"] as? Int == journal.records.count)
    #expect(try records(files, output) == journal.records)
    if ending == "dbn.zst" || ending == "dbn" {
      // A tool that knows nothing of ours reads the same.
      #expect(try MadeJournal.decode(output).records == journal.records)
    }
    #expect(try Program.run("verify", output).code == 0)
    #expect(try Program.run("merge", "--output", again, journal.root).code == 0)
    #expect(try bytes(output) == bytes(again))
    if ending == "dbn" { #expect(try bytes(output + ".blocks") == bytes(again + ".blocks")) }
  }

  /// Both payloads convert into each other byte for byte.
  @Test func conversionsKeepEveryByte() throws {
    let files = try MadeFiles()
    let journal = try MadeJournal(in: files)
    func path(_ name: String) -> String { files.folder.appending(path: name).path }
    var source = journal.root
    for (name, codec) in [
      ("a.dbn.zst", "zstd:3"), ("b.mrc", "columnar+zstd:1"), ("c.dbn.lz4", "lz4"),
      ("d.mrc", "columnar+lz4"), ("e.dbn.zst", "zstd:3"),
    ] {
      let result = try Program.run("merge", "--codec", codec, "--output", path(name), source)
      #expect(result.code == 0, "\(result.errors)")
      source = path(name)
    }
    #expect(try MadeJournal.decode(source).records == journal.records)
    let (metadata, _) = try MadeJournal.decode(source)
    #expect(metadata == (try MadeJournal.decode(path("a.dbn.zst"))).metadata)
  }

  @Test(arguments: ["symbol", "schema", "hour", "day"])
  func splitKeepsEveryRecord(by word: String) throws {
    let files = try MadeFiles()
    let journal = try MadeJournal(in: files)
    let folder = files.folder.appending(path: "parts").path
    // So little memory that blocks are written long before they are full.
    let result = try Program.run(
      "split", "--json", "--by", word, "--output", folder, "--memory", "16KiB", journal.root)
    #expect(result.code == 0, "\(result.errors)")
    let report = try #require(try result.objects().first)
    #expect(report["records"] as? Int == journal.records.count)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    switch word {
    case "symbol":
      #expect(
        names == [
          "A%2FB%20C.dbn.zst", "BRK%2EB.dbn.zst", "MILL.dbn.zst", "RACE.dbn.zst",
          "WHEEL.dbn.zst",
        ])
      let part = try MadeJournal.decode("\(folder)/BRK%2EB.dbn.zst")
      #expect(part.records == journal.records.filter { MadeJournal.symbol($0) == "BRK.B" })
      #expect(part.metadata?.symbols == ["BRK.B"])
    case "schema":
      #expect(
        names == ["mbo.dbn.zst", "status.dbn.zst", "symbol_mapping.dbn.zst", "trades.dbn.zst"])
      let part = try MadeJournal.decode("\(folder)/trades.dbn.zst")
      #expect(part.records == journal.records(.trade))
      #expect(part.metadata?.schema == .trades)
    case "hour": #expect(names == ["2023-08-22T13.dbn.zst"])
    default: #expect(names == ["2023-08-22.dbn.zst"])
    }
    #expect(try Program.run("verify", folder).code == 0)
    // As sets: who shares a receive time may change places between files.
    let merged = Self.sorted(try records(files, folder))
    #expect(merged == Self.sorted(journal.records))
  }

  private static func sorted(_ records: [[UInt8]]) -> [[UInt8]] {
    records.sorted { $0.lexicographicallyPrecedes($1) }
  }

  @Test func hoursAreToldApart() throws {
    let files = try MadeFiles()
    let journal = try MadeJournal(in: files, orders: 40)
    // The journal's own segments end within the hour; a part of it is another day's.
    let folder = files.folder.appending(path: "parts").path
    let result = try Program.run(
      "split", "--by", "symbol", "--output", folder, "--codec", "columnar+lz4", "--symbols", "MILL",
      journal.root)
    #expect(result.code == 0, "\(result.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["MILL.mrc"])
  }

  @Test(arguments: [
    (["merge"], "nothing says where the records go"),
    (["merge", "--output", "a.zip"], "the name's ending tells no codec"),
    (["merge", "--output", "a.mrc", "--codec", "zstd:3"], "end the name with .dbn.zst"),
    (["merge", "--output", "a.mrc", "--codec", "zstd:99"], "give a codec such as"),
    (["split", "--by", "symbol"], "something is missing"),
    (["split", "--by", "week", "--output", "x"], "one of symbol, schema, hour, day"),
  ])
  func mistakes(arguments: [String], hint: String) throws {
    let files = try MadeFiles()
    let journal = try MadeJournal(in: files, orders: 10)
    let result = try Program.run(arguments + [journal.root])
    #expect(result.code == 64)
    #expect(result.errors.contains(hint), "\(result.errors)")
  }
}
