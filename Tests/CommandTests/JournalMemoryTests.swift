import Foundation
import Records
import TestSupport
import Testing

/// The memory of a verb does not grow with its input.
@Suite(.serialized) struct JournalMemoryTests {
  /// Runs the program under a process that says how much memory it had resident at most, in KiB.
  static func peak(_ arguments: [String]) throws -> Int {
    let script = """
      import resource, subprocess, sys
      code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
      print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
      """
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script, Program.url.path] + arguments
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let said = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let words = said.split(whereSeparator: { $0 == " " || $0 == "\n" }).compactMap { Int($0) }
    try #require(words.count == 2)
    #expect(words[0] == 0)
    return words[1]
  }

  /// Beside a journal eight times as large; 6 MiB are for what the allocator keeps.
  @Test func peaksDoNotGrow() throws {
    let files = try MadeFiles()
    let small = try MadeJournal(in: files, name: "small", orders: 20_000, blockRecords: 2_000)
    let large = try MadeJournal(in: files, name: "large", orders: 160_000, blockRecords: 2_000)
    let folder = files.folder.path
    let verbs: [[String]] = [
      ["export", "-q", "--schema", "mbo"], ["export", "-q", "--format", "jsonl"],
      ["export", "-q", "--format", "dbn.zst"], ["inspect"], ["verify"], ["verify", "--quick"],
      ["merge", "--output", folder + "/a.dbn.zst", "--block-records", "2000"],
      ["merge", "--output", folder + "/a.mrc", "--block-records", "2000"],
      ["split", "--by", "symbol", "--output", folder + "/parts", "--memory", "256KiB"],
    ]
    for verb in verbs {
      let before = try Self.peak(verb + [small.root])
      let after = try Self.peak(verb + [large.root])
      #expect(after < before + 6_144, "\(verb): \(before) KiB, then \(after) KiB")
    }
  }
}
