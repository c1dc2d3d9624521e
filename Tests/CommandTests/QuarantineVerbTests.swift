import Catalog
import Foundation
import Testing
import Wire

/// `millrace quarantine` on the real binary, with messages of ITCH: the same way as for every feed.
@Suite struct QuarantineVerbTests {
  static func entry(_ bytes: [UInt8], feed: String = "itch50", isCut: Bool = false)
    -> QuarantineEntry
  {
    QuarantineEntry(
      time: 1_795_185_000_000_000_000, source: "lab", feed: feed, channel: "main", epoch: 2,
      reason: .badField, context: "the first line\nthe second", bytes: bytes, isCut: isCut)
  }

  /// Two messages that are good by now, one that is not, and two that cannot be run.
  static func make(_ folder: URL) throws -> String {
    let place = folder.appending(path: "quarantine").path
    var writer = try QuarantineWriter(folder: place)
    let good = MadeMessages.systemEvent("O", time: 5)
    for entry in [
      entry(good), entry(MadeMessages.framed([good])), entry(Array(good.dropLast())),
      entry([0x1B, 0x5B, 0x32, 0x4A], feed: "nosuchfeed"), entry(good, isCut: true),
    ] { try writer.add(entry) }
    return try QuarantineReader.files(in: place).first ?? ""
  }

  @Test func listAndShow() throws {
    let files = try MadeFiles()
    let path = try Self.make(files.folder)
    let list = try Program.run("quarantine", "list", "--state", files.folder.path, "--json")
    #expect(list.code == 0)
    let rows = try list.objects()
    #expect(rows.map { $0["messages"] as? Int } == [4, 1])
    #expect(rows.allSatisfy { $0["file"] as? String == path })
    let text = try Program.run("quarantine", "list", path)
    #expect(text.output.contains("bad_field"))
    let shown = try Program.run("quarantine", "show", path, "--feed", "nosuchfeed")
    #expect(shown.code == 0)
    // Nothing of a message does anything to a terminal.
    #expect(shown.output.contains("\\x1B[2J"))
    #expect(!shown.output.utf8.contains(0x1B))
    #expect(shown.output.contains("# the second"))
    let whole = try Program.run("quarantine", "show", path, "--json", "--limit", "1").objects()
    #expect(whole.count == 1)
    #expect((whole.first?["hex"] as? String)?.hasPrefix("53") == true)
    let empty = try Program.run("quarantine", "list", "--state", files.folder.path + "/none")
    #expect(empty.code == 0)
    #expect(empty.output == "no rejected messages\n")
  }

  @Test func replayAndPrune() throws {
    let files = try MadeFiles()
    let path = try Self.make(files.folder)
    let first = try Program.run("quarantine", "replay", path, "--json")
    #expect(first.code == 1)
    let rows = try first.objects()
    #expect(
      rows.map { $0["outcome"] as? String }
        == ["decoded", "decoded", "rejected", "impossible", "impossible"])
    #expect(rows[2]["reason"] as? String == "truncated")
    let text = try Program.run("quarantine", "replay", "--state", files.folder.path)
    #expect(text.code == 1)
    #expect(text.output.contains("5 messages: 2 decoded, 0 ignored, 3 not read"))
    let pruned = try Program.run("quarantine", "replay", path, "--prune")
    #expect(pruned.code == 1)
    #expect(pruned.output.contains("2 taken out"))
    #expect(try QuarantineReader.read(path).entries.count == 3)
    let again = try Program.run("quarantine", "replay", path, "--reason", "bad_header")
    #expect(again.code == 0)
    #expect(again.output.hasPrefix("0 messages"))
    let wrong = try Program.run("quarantine", "replay", path, "--as", "itch5")
    #expect(wrong.code == 64)
    #expect(wrong.errors.contains("known are"))
  }

  @Test func filesThatAreNone() throws {
    let files = try MadeFiles()
    let foreign = try files.file("x", Array("something else entirely".utf8))
    let result = try Program.run("quarantine", "list", foreign)
    #expect(result.code == 65)
    #expect(result.errors.contains("not a quarantine file"))
    let path = try Self.make(files.folder)
    let whole = try Data(contentsOf: URL(filePath: path))
    try whole.dropLast(3).write(to: URL(filePath: path))
    let torn = try Program.run("quarantine", "list", path, "--json")
    #expect(torn.code == 0)
    #expect(torn.errors.contains("the last entry is torn"))
    #expect(try torn.objects().map { $0["messages"] as? Int } == [3, 1])
  }
}
