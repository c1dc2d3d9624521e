import Foundation
import Records
import TestSupport
import Testing

/// `millrace export` of journals that the real writer has made, compared with their records.
struct JournalExportTests {
  /// What one record looks like in a CSV, made without the program.
  private func row(_ record: [UInt8]) throws -> String {
    let order = try #require(MadeJournal.order(record))
    let price = order.price == Undefined.price ? "" : Price.text(order.price)
    let columns: [String] = [
      "160", "2", "\(order.header.instrumentID)", Timestamp.text(order.header.tsEvent),
      "\(order.orderID)", price, "\(order.size)", "\(order.flags.rawValue)", "0",
      "A", order.side == .bid ? "B" : "A", Timestamp.text(order.tsRecv), "\(order.tsInDelta)",
      "\(order.sequence)", MadeJournal.symbol(record),
    ]
    return columns.joined(separator: ",")
  }

  @Test(arguments: ["zstd:1", "lz4", "none", "columnar+zstd:1"])
  func csvOfOneSchema(codec: String) throws {
    let files = try MadeFiles()
    let journal = try MadeJournal(in: files, codec: codec)
    let result = try Program.run("export", "--quiet", "--schema", "mbo", journal.root)
    #expect(result.code == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(
      lines.first == "rtype,publisher_id,instrument_id,ts_event,order_id,price,size,flags,"
        + "channel_id,action,side,ts_recv,ts_in_delta,sequence,symbol")
    let expected = try journal.records(.mbo).map(row)
    #expect(Array(lines.dropFirst()) == expected)
  }

  @Test func rawNumbers() throws {
    let files = try MadeFiles()
    let journal = try MadeJournal(in: files, orders: 20)
    let result = try Program.run(
      "export", "-q", "--schema", "trades", "--raw-prices", "--raw-times", journal.root)
    let first = result.output.split(separator: "\n").dropFirst().first
    let time = MadeJournal.start + 3_000_000
    #expect(
      first.map(String.init) == """
        0,2,4,\(time - 500),3750000000,3,T,A,0,0,\(time),9,3,A/B C
        """)
  }

  @Test func severalSchemasInOneCSVAreRefused() throws {
    let files = try MadeFiles()
    let journal = try MadeJournal(in: files)
    let output = files.folder.appending(path: "a.csv").path
    for target in ["-", output] {
      let result = try Program.run("export", "-q", "--output", target, journal.root)
      #expect(result.code == 64)
      #expect(result.output.isEmpty)
      let counts = [RType.mbo, .trade, .status].map { journal.records($0).count.formatted() }
      #expect(result.errors.contains("mbo (1,69") || result.errors.contains("mbo (\(counts[0])"))
      #expect(result.errors.contains("trades (\(counts[1]))"), "\(result.errors)")
      #expect(result.errors.contains("status (\(counts[2]))"))
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: files.folder.path) == ["journal"])
  }

  @Test func folderGetsOneFileASchema() throws {
    let files = try MadeFiles()
    let journal = try MadeJournal(in: files)
    let folder = files.folder.appending(path: "csv").path
    let result = try Program.run("export", "--json", "--output", folder + "/", journal.root)
    #expect(result.code == 0)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(names == ["mbo.csv", "status.csv", "symbol_mapping.csv", "trades.csv"])
    for (name, type) in [("mbo", RType.mbo), ("status", .status), ("trades", .trade)] {
      let text = try String(contentsOfFile: "\(folder)/\(name).csv", encoding: .utf8)
      #expect(text.split(separator: "\n").count == journal.records(type).count + 1)
    }
    let summary = try #require(try result.objects().first)
    #expect(summary["records"] as? Int == journal.records.count)
    #expect((summary["files"] as? [[String: Any]])?.count == 4)
  }

  @Test func jsonLines() throws {
    let files = try MadeFiles()
    let journal = try MadeJournal(in: files, orders: 300)
    let result = try Program.run("export", "-q", "--format", "jsonl", journal.root)
    #expect(result.code == 0)
    let objects = try result.objects()
    try #require(objects.count == journal.records.count)
    for (object, record) in zip(objects, journal.records) {
      let header = try #require(MadeJournal.header(record))
      #expect(object["rtype"] as? Int == Int(header.rtype.rawValue))
      #expect(object["instrument_id"] as? Int == Int(header.instrumentID))
      #expect(object["ts_event"] as? String == Timestamp.text(header.tsEvent))
      #expect(object["symbol"] as? String == MadeJournal.symbol(record))
      guard header.rtype == .trade, let trade = MadeJournal.trade(record)
      else { continue }
      #expect(object["record"] as? String == "trades")
      #expect(object["price"] as? String == Price.text(trade.price))
      #expect(object["size"] as? Int == Int(trade.size))
      #expect(object["action"] as? String == "T")
    }
  }

  @Test(arguments: ["dbn", "dbn.zst"], ["zstd:3", "columnar+lz4"])
  func standardDBN(format: String, codec: String) throws {
    let files = try MadeFiles()
    let journal = try MadeJournal(in: files, codec: codec)
    let output = files.folder.appending(path: "day.\(format)").path
    let result = try Program.run("export", "--output", output, journal.root)
    #expect(result.code == 0, "\(result.errors)")
    let (metadata, records) = try MadeJournal.decode(output)
    #expect(records == journal.records)
    #expect(metadata?.dataset == MadeJournal.dataset)
    #expect(metadata?.start == MadeJournal.start)
    #expect(metadata?.end == MadeJournal.start + 1_999 * 1_000_000 + 1)
    let bytes = try Data(contentsOf: URL(filePath: output))
    // Nothing of our own between the frames.
    #expect(bytes.range(of: Data("MRBLOCK1".utf8)) == nil)
    #expect(bytes.starts(with: format == "dbn" ? Array("DBN".utf8) : [0x28, 0xB5, 0x2F, 0xFD]))
  }

  @Test func partsOfAJournal() throws {
    let files = try MadeFiles()
    let journal = try MadeJournal(in: files)
    func count(_ arguments: String...) throws -> Int {
      let result = try Program.run(
        ["export", "-q", "--schema", "mbo", "--raw-times"] + arguments + [journal.root])
      #expect(result.code == 0, "\(result.errors)")
      return max(result.output.split(separator: "\n").count - 1, 0)
    }
    let orders = try journal.records(.mbo).map {
      try #require(MadeJournal.order($0))
    }
    // 13:30:00.5 is 500 ms behind the first record.
    let early = orders.filter { $0.tsRecv < MadeJournal.start + 500_000_000 }.count
    #expect(try count("--until", "13:30:00.5") == early)
    #expect(try count("--to", "2023-08-22T13:30:00.500Z") == early)
    #expect(try count("--from", "2023-08-22T15:30:00.5+02:00") == orders.count - early)
    #expect(try count("--from", "\(MadeJournal.start + 500_000_000)") == orders.count - early)
    #expect(try count("--from", "2023-08-23") == 0)
    let second = orders.filter { $0.header.instrumentID == 2 }.count
    #expect(try count("--symbols", "RACE") == second)
    #expect(try count("--instruments", "2") == second)
    #expect(
      try count("--symbols", "RACE,BRK.B", "--from", "13:30", "--until", "13:31")
        == orders.filter { [2, 3].contains($0.header.instrumentID) }.count)
  }

  /// Mappings that stand in no metadata, and before the time that is asked for, are found.
  @Test(arguments: [[], ["--from", "13:30:00.5"]])
  func symbolsAreKnown(arguments: [String]) throws {
    let files = try MadeFiles()
    let journal = try MadeJournal(in: files, shards: 1, blockRecords: 1)
    let result = try Program.run(["export", "-q", "--schema", "mbo"] + arguments + [journal.root])
    let lines = result.output.split(separator: "\n").dropFirst()
    let expected = try journal.records(.mbo).filter {
      let order = try #require(MadeJournal.order($0))
      return arguments.isEmpty || order.tsRecv >= MadeJournal.start + 500_000_000
    }
    let symbols = lines.map { String($0.split(separator: ",").last ?? "") }
    #expect(symbols == expected.map(MadeJournal.symbol))
  }

  @Test(arguments: [
    (["--from", "24:00"], "the value is wrong"), (["--from", "2023-02-30"], "the value is wrong"),
    (["--until", "13:30:61"], "the value is wrong"), (["--from", "noon"], "the value is wrong"),
    (["--from", "13:31", "--until", "13:30"], "the time ends before it begins"),
    (["--schema", "mbp"], "did you mean mbo?"), (["--instruments", "MILL"], "ids are numbers"),
    (["--format", "xml"], "give one of csv, jsonl, dbn, dbn.zst"),
  ])
  func mistakes(arguments: [String], hint: String) throws {
    let files = try MadeFiles()
    let journal = try MadeJournal(in: files, orders: 10)
    let result = try Program.run(["export"] + arguments + [journal.root])
    #expect(result.code == 64)
    #expect(result.output.isEmpty)
    #expect(result.errors.contains(hint), "\(result.errors)")
  }

  @Test func absentAndForeignPaths() throws {
    let files = try MadeFiles()
    let absent = try Program.run("export", files.folder.appending(path: "absent").path)
    #expect(absent.code == 66)
    let text = try files.file("notes.txt", Array("not market data".utf8))
    #expect(try Program.run("export", text).code == 65)
  }

  /// A signal leaves either the whole file or nothing, under no name.
  @Test func signalsLeaveNoHalfFile() throws {
    let files = try MadeFiles()
    let journal = try MadeJournal(in: files, orders: 150_000, blockRecords: 4_096)
    let folder = files.folder.appending(path: "out")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    let process = Process()
    process.executableURL = Program.url
    process.arguments = [
      "export", "-q", "--format", "jsonl", "--output", folder.path + "/a.jsonl", journal.root,
    ]
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    // The temporary file is there soon after the start.
    while process.isRunning,
      try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty
    {
      usleep(1_000)
    }
    process.terminate()
    process.waitUntilExit()
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    if process.terminationStatus == 75 {
      #expect(left.isEmpty)
    } else {
      #expect(process.terminationStatus == 0)
      #expect(left == ["a.jsonl"])
    }
  }
}
