import Foundation
import Journal
import Records
import TestSupport
import Testing
import Wire

/// `millrace replay` and the journal's `tail`, on the real binary.
@Suite struct ReplayVerbTests {
  /// 2026-03-02 14:30 UTC.
  private static let start: UInt64 = 1_772_461_800_000_000_000

  /// A segment of `count` orders, a millisecond apart unless told, behind a symbol mapping.
  private func segment(
    _ root: String, shard: Int, of shards: Int, count: Int, stepNanos: UInt64 = 1_000_000
  ) throws -> String {
    let day = "\(root)/XNAS.ITCH/2026-03-02"
    try FileManager.default.createDirectory(atPath: day, withIntermediateDirectories: true)
    var header = SegmentHeader()
    (header.runID, header.dataset, header.instance) = (3, "XNAS.ITCH", "made")
    (header.shard, header.shardCount) = (UInt32(shard), UInt32(shards))
    let path = "\(day)/14-\(shard).dbn.zst"
    var writer = try SegmentWriter(
      path: path, header: header,
      metadata: DBNMetadata(dataset: "XNAS.ITCH", start: Self.start))
    var block: [UInt8] = []
    var mapping = SymbolMappingMessage(
      publisherID: 2, instrumentID: UInt32(shard + 1), tsEvent: Self.start, stypeIn: .rawSymbol,
      stypeOut: .instrumentID)
    mapping.stypeInSymbol.setText("SYM\(shard)")
    mapping.append(to: &block)
    var held = 1
    for index in 0..<count {
      let time = Self.start + UInt64(index) * stepNanos
      MBOMessage(
        publisherID: 2, instrumentID: UInt32(shard + 1), tsEvent: time,
        orderID: UInt64(index * shards + shard), price: 1_000_000_000, size: 1, flags: .last,
        action: .add, side: .bid, tsRecv: time, sequence: UInt32(index)
      ).append(to: &block)
      held += 1
      if held == 100 || index == count - 1 {
        let full = block
        try writer.append(rawBytes(of: full), recordCount: held)
        (block, held) = ([], 0)
      }
    }
    try writer.close()
    return path
  }

  /// Runs the program with its output in a file; gives code, bytes, and standard error.
  private func replay(_ arguments: [String], _ files: MadeFiles) throws -> (
    code: Int32, output: [UInt8], errors: String
  ) {
    let process = Process()
    process.executableURL = Program.url
    process.arguments = ["replay"] + arguments
    let output = files.folder.appending(path: "out-\(UUID())")
    try Data().write(to: output)
    process.standardOutput = try FileHandle(forWritingTo: output)
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let text = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (
      process.terminationStatus, [UInt8](try Data(contentsOf: output)),
      String(decoding: text, as: UTF8.self)
    )
  }

  /// Orders of a DBN stream: their numbers, in order.
  private func orders(_ bytes: [UInt8]) throws -> [UInt64] {
    var decoder = DBNDecoder()
    decoder.feed(bytes)
    var found: [UInt64] = []
    while true {
      switch try decoder.next() {
      case .needMore:
        let (isComplete, dataset) = (decoder.isComplete, decoder.metadata?.dataset)
        #expect(isComplete)
        #expect(dataset == "XNAS.ITCH")
        return found
      case .record(let header) where header.rtype == .mbo:
        found.append(decoder.record.loadLE(UInt64.self, at: 16) ?? 0)
      default: continue
      }
    }
  }

  @Test func standardOutputHasTheSameBytesEachTime() throws {
    let files = try MadeFiles()
    let root = files.folder.appending(path: "journal").path
    for shard in 0..<2 { _ = try segment(root, shard: shard, of: 2, count: 1_000) }
    let first = try replay([root, "--to", "stdout", "--speed", "max"], files)
    let second = try replay([root, "--to", "stdout", "--speed", "50", "--quiet"], files)
    #expect(first.code == 0)
    #expect(second.code == 0)
    #expect(first.output == second.output)
    #expect(first.errors.contains("2002 records"))
    #expect(second.errors == "")
    // Of the same receive time, shard 0 first.
    #expect(try orders(first.output) == Array(0..<2_000))
  }

  @Test func partsAndForms() throws {
    let files = try MadeFiles()
    let root = files.folder.appending(path: "journal").path
    for shard in 0..<2 { _ = try segment(root, shard: shard, of: 2, count: 1_000) }
    let part = try replay(
      [root, "--to", "stdout", "--speed", "max", "--from", "14:30:00.5"]
        + ["--until", "2026-03-02T14:30:00.6Z", "--schema", "mbo"], files)
    #expect(try orders(part.output) == Array(1_000..<1_200))
    let lines = try replay(
      [root, "--to", "stdout", "--speed", "max", "--symbols", "SYM1", "--format", "jsonl"]
        + ["--schema", "mbo", "--json"], files)
    let objects = try Program.Result(
      code: 0, output: String(decoding: lines.output, as: UTF8.self), errors: ""
    ).objects()
    #expect(objects.count == 1_000)
    #expect(objects.allSatisfy { $0["symbol"] as? String == "SYM1" })
    let report = try Program.Result(code: 0, output: lines.errors, errors: "").objects()
    #expect(report.first?["records"] as? Int == 1_000)
    let nothing = try replay(
      [root, "--to", "stdout", "--speed", "max", "--from", "2026-03-03"], files)
    #expect(nothing.code == 1)
    #expect(nothing.errors.contains("no record"))
  }

  @Test func damageAndMissingPathsAreFindings() throws {
    let files = try MadeFiles()
    let root = files.folder.appending(path: "journal").path
    let path = try segment(root, shard: 0, of: 1, count: 1_000)
    var bytes = try Data(contentsOf: URL(filePath: path))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(filePath: path))
    let damaged = try replay([root, "--to", "stdout", "--speed", "max"], files)
    #expect(damaged.code == 1)
    #expect(damaged.errors.contains("error:"))
    #expect(try orders(damaged.output).count >= 800)
    let missing = try replay(
      [path, root + "/none", "--to", "stdout", "--speed", "max"], files)
    #expect(missing.code == 1)
    #expect(missing.errors.contains("none"))
    #expect(try replay([root + "/none"], files).code == 66)
    #expect(try replay([root, "--to", "14:30"], files).code == 64)
    #expect(try replay([root, "--to", "itch-udp"], files).code == 64)
  }

  @Test func sharedMemoryLooksLikeALivePipeline() throws {
    let files = try MadeFiles()
    let root = files.folder.appending(path: "journal").path
    for shard in 0..<2 { _ = try segment(root, shard: shard, of: 2, count: 1_000) }
    let place = ["--folder", files.folder.path, "--instance", "again"]
    let played = try replay(
      [root, "--speed", "20", "--start-delay", "100ms", "--json"] + place, files)
    #expect(played.code == 0)
    let report = try Program.Result(
      code: 0, output: String(decoding: played.output, as: UTF8.self), errors: ""
    ).objects()
    #expect(report.first?["records"] as? Int == 2_002)
    // 999 ms of the journal at twenty times its speed.
    #expect(report.first?["elapsed_ns"] as? Int ?? 0 >= 49_000_000)
    let status = try Program.run(["status", "--json"] + place)
    #expect(status.code == 0)
    #expect(try status.objects().first?["balanced"] as? Bool == true)
    let tail = try Program.run(
      ["tail", "--from", "oldest", "--json", "--symbols", "SYM1", "--schemas", "mbo"] + place)
    #expect(try tail.objects().count == 1_000)
  }

  @Test func aSignalStopsAReplayInOrder() throws {
    let files = try MadeFiles()
    let root = files.folder.appending(path: "journal").path
    _ = try segment(root, shard: 0, of: 1, count: 2_000, stepNanos: 10_000_000_000)
    let place = ["--folder", files.folder.path, "--instance", "stopped"]
    let output = files.folder.appending(path: "report.json")
    let process = try LiveVerbTests.start(
      Program.url, ["replay", root, "--json"] + place, output: output)
    #expect(try Patience.wait { try Program.run(["status"] + place).code == 0 })
    process.terminate()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: output))
    let report = try #require(object as? [String: Any])
    #expect(report["interrupted"] as? Bool == true)
    #expect(report["violations"] as? [String] == [])
    let status = try Program.run(["status", "--json"] + place)
    #expect(try status.objects().first?["state"] as? String == "stopped")
  }

  @Test func tailShowsTheEndAndFollows() throws {
    let files = try MadeFiles()
    let root = files.folder.appending(path: "journal").path
    _ = try segment(root, shard: 0, of: 2, count: 1_000)
    let last = try Program.run(["tail", root, "--json", "--last", "3"])
    #expect(last.code == 0)
    #expect(try last.objects().map { $0["sequence"] as? Int } == [997, 998, 999])
    #expect(try last.objects().allSatisfy { $0["symbol"] as? String == "SYM0" })
    let all = try Program.run(["tail", root, "--json", "--from", "oldest"])
    #expect(try all.objects().count == 1_001)
    // A segment that comes later is found and followed.
    let output = files.folder.appending(path: "followed")
    let follower = try LiveVerbTests.start(
      Program.url, ["tail", "-f", root, "--json", "--last", "1", "--count", "501"],
      output: output)
    // Once it has shown the end of what is there, it follows.
    #expect(try Patience.wait { try Data(contentsOf: output).contains(UInt8(ascii: "\n")) })
    _ = try segment(root, shard: 1, of: 2, count: 500)
    follower.waitUntilExit()
    #expect(follower.terminationStatus == 0)
    let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
    #expect(text.split(separator: "\n").count == 501)
    #expect(try Program.run(["tail", root + "/none"]).code == 66)
  }
}
