import Foundation
import TestSupport
import Testing

/// `millrace symbols` on the real binary.
@Suite struct SymbolsVerbTests {
  static func text(_ lines: String...) -> [UInt8] {
    Array((lines.joined(separator: "\n") + "\n").utf8)
  }

  @Test func importLookupAndBack() throws {
    let files = try MadeFiles()
    let state = files.folder.appending(path: "state").path
    let list = try files.file(
      "a.csv",
      Self.text(
        "symbol,canonical,exchange,currency,type,key,tick_size,valid_from,valid_to",
        "FB,FB,NASDAQ,USD,STK,107113386,0.01,2012-05-18,",
        "'; DROP TABLE listing; --,,,,,,,,"))
    let first = try Program.run("symbols", "import", list, "--source", "mine", "--state", state)
    #expect(first.code == 0, "\(first.errors)")
    #expect(first.output.contains("2 new symbols"))
    let renamed = try files.file("b.csv", Self.text("symbol,key", "META,107113386"))
    let second = try Program.run(
      "symbols", "import", renamed, "--source", "mine", "--state", state, "--at", "2022-06-09",
      "--json")
    #expect(second.code == 0, "\(second.errors)")
    #expect(try second.objects().first?["renamed"] as? Int == 1)
    func ids(_ arguments: String...) throws -> [Int] {
      let all = ["symbols", "lookup"] + arguments + ["--state", state, "--json"]
      return try Program.run(all).objects().compactMap { $0["instrument"] as? Int }
    }
    #expect(try ids("FB", "--at", "2022-06-08") == [1])
    #expect(try ids("META", "--at", "2022-06-09") == [1])
    #expect(try ids("107113386") == [1])
    #expect(try ids("1", "--ever") == [1, 1])
    #expect(try ids("mine:META") == [1])
    #expect(try ids("'; DROP TABLE listing; --") == [2])
    let gone = try Program.run("symbols", "lookup", "FB", "--state", state)
    #expect(gone.code == 1)
    #expect(gone.errors.contains("FB: means nothing"))
    // All of it moves to another folder, ids and all.
    let all = try Program.run("symbols", "lookup", "--all", "--json", "--state", state)
    let copy = files.folder.appending(path: "copy").path
    let moved = try files.file("all.jsonl", Array(all.output.utf8))
    #expect(try Program.run("symbols", "import", moved, "--state", copy).code == 0)
    let there = try Program.run("symbols", "lookup", "--all", "--json", "--state", copy)
    #expect(there.output == all.output)
    #expect(try Program.run("symbols", "verify", "--state", copy).code == 0)
  }

  @Test func mistakesSayWhatToDo() throws {
    let files = try MadeFiles()
    let state = files.folder.appending(path: "state").path
    let noHeader = try files.file("a.csv", Self.text("AAPL,NASDAQ"))
    let good = try files.file("b.csv", Self.text("symbol", "AAPL"))
    let partly = try files.file("c.csv", Self.text("symbol,tick_size", "A,0.01", "B,many"))
    for (words, code, hint) in [
      (["import", noHeader, "--source", "x", "--state", state], 65, "unknown column \"AAPL\""),
      (["import", good, "--state", state], 64, "--source NAME"),
      (["import", "missing.csv", "--source", "x", "--state", state], 66, "no such file"),
      (["import", partly, "--source", "x", "--state", state], 1, "c.csv:3: tick_size"),
      (["lookup", "A", "--state", files.folder.path], 66, "no symbol master"),
      (["lookup", "--state", state], 64, "give NAME"), (["lokup"], 64, "did you mean lookup?"),
      ([], 64, "known are lookup, import, verify"),
    ] as [([String], Int32, String)] {
      let result = try Program.run(["symbols"] + words)
      #expect(result.code == code, "\(words)")
      #expect(result.errors.contains(hint), "\(result.errors)")
    }
    let foreign = files.folder.appending(path: "foreign")
    try FileManager.default.createDirectory(at: foreign, withIntermediateDirectories: true)
    try Data("not a database, and longer than a header would be, by some more bytes ........".utf8)
      .write(to: foreign.appending(path: "symbols.sqlite"))
    let damaged = try Program.run("symbols", "verify", "--state", foreign.path)
    #expect(damaged.code == 65)
    #expect(damaged.errors.contains("not a database"))
  }

  @Test func aRehearsalChangesNothing() throws {
    let files = try MadeFiles()
    let state = files.folder.appending(path: "state").path
    let list = try files.file("a.csv", Self.text("symbol", "AAPL"))
    let result = try Program.run(
      "symbols", "import", list, "--source", "x", "--state", state, "--dry-run")
    #expect(result.code == 0)
    #expect(result.output.hasPrefix("would have read 2 lines"))
    #expect(try Program.run("symbols", "lookup", "--all", "--state", state).output.isEmpty)
  }

  /// Killed at some moment of the import, all of the list is there or nothing, and the file is
  /// whole.
  @Test(arguments: [0, 1, 2, 3, 4, 5]) func killedImports(round: Int) throws {
    let files = try MadeFiles()
    let state = files.folder.appending(path: "state").path
    let count = 20_000
    var list = "symbol,name,type\n"
    for index in 0..<count { list += "S\(index),Company number \(index),EQUITY\n" }
    let path = try files.file("a.csv", Array(list.utf8))
    let output = files.folder.appending(path: "out")
    let process = try LiveVerbTests.start(
      Program.url, ["symbols", "import", path, "--source", "x", "--state", state], output: output)
    // From the beginning of the file on, a bit later in each round; none waits for the end.
    let database = files.folder.appending(path: "state/symbols.sqlite-wal").path
    let bytes = round * 300_000
    let began = Patience.wait {
      let attributes = try? FileManager.default.attributesOfItem(atPath: database)
      return attributes?[.size] as? Int ?? 0 > bytes || !process.isRunning
    }
    #expect(began)
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    let verified = try Program.run("symbols", "verify", "--state", state)
    if verified.code != 66 && verified.code != 77 {
      #expect(verified.code == 0, "\(verified.errors)")
      let all = try Program.run("symbols", "lookup", "--all", "--json", "--state", state)
      let found = all.output.split(separator: "\n").count
      #expect(found == 0 || found == count, "\(found)")
    }
    let again = try Program.run(
      "symbols", "import", path, "--source", "x", "--state", state, "--json")
    #expect(again.code == 0, "\(again.errors)")
    let report = try #require(try again.objects().first)
    let taken = (report["added"] as? Int ?? 0) + (report["unchanged"] as? Int ?? 0)
    #expect(taken == count)
  }
}
