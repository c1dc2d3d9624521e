import Foundation
import TestSupport
import Testing

/// `millrace run --journal` on the real binary.
@Suite struct JournalRunTests {
  private func segments(_ folder: String) -> [String] {
    let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return files.filter { $0.contains("-0.") }.map { "\(folder)/\($0)" }
  }

  private func journal(_ status: [String: Any]) -> [String: Any]? {
    let counters = status["counters"] as? [String: Any]
    let outlets = counters?["outlet"] as? [[String: Any]] ?? []
    return outlets.first { ($0["outlet"] as? String) == "journal-0" }
  }

  /// The journal's outlet of a running instance once it has written; nil after two minutes.
  private func running(_ place: [String]) throws -> [String: Any]? {
    var found: [String: Any]?
    _ = try Patience.wait {
      let result = try Program.run(["status", "--json"] + place)
      guard result.code == 0, let object = try result.objects().first,
        let outlet = journal(object), (outlet["written"] as? Int ?? 0) > 500
      else { return false }
      found = outlet
      return true
    }
    return found
  }

  @Test(arguments: ["zstd:3", "columnar+zstd:1"])
  func terminationSealsWhatWasRecorded(codec: String) throws {
    let files = try MadeFiles()
    let root = files.folder.appending(path: "journal").path
    let place = ["--folder", files.folder.path, "--instance", "recorded"]
    let run = try LiveVerbTests.start(
      Program.url,
      ["run", "--rate", "5k", "--symbols", "50", "--journal", root, "--journal-codec", codec]
        + ["--journal-flush", "50ms", "--journal-fsync", "interval:50ms", "--json"] + place,
      output: files.folder.appending(path: "run.json"))
    let seen = try #require(try running(place))
    #expect(seen["state"] as? String == "recording")
    run.terminate()
    run.waitUntilExit()
    #expect(run.terminationStatus == 0)
    let ended = try Program.run(["status", "--json"] + place)
    let outlet = try #require(try ended.objects().first.flatMap(journal))
    let written = try #require(outlet["written"] as? Int)
    #expect(outlet["offered"] as? Int == written)
    #expect(outlet["durable"] as? Int == written)
    #expect(outlet["segments"] as? Int == 1)
    let path = try #require(segments(root).first)
    // A segment that was ended in order ends with its index, whose last word is a magic number.
    #expect(try Data(contentsOf: URL(filePath: path)).suffix(8) == Data("MRINDEX1".utf8))
    let text = try Program.run(["status"] + place)
    #expect(text.output.contains("journal-0: recording: "))
    let metrics = try Program.run(["status", "--prometheus"] + place)
    #expect(metrics.output.contains("millrace_outlet_durable{pipeline="))
  }

  @Test func aFolderThatCannotBeMadeIsNamed() throws {
    let files = try MadeFiles()
    let result = try Program.run(
      ["run", "--duration", "1s", "--folder", files.folder.path, "--journal", "/proc/millrace"])
    #expect(result.code == 73)
    #expect(result.errors.contains("/proc/millrace"))
    #expect(result.errors.contains("--journal DIR"))
  }

  @Test func aSecondWriterOfAJournalIsTurnedAway() throws {
    let files = try MadeFiles()
    let root = files.folder.appending(path: "journal").path
    let common = ["--rate", "5k", "--symbols", "50", "--journal", root]
    let place = ["--folder", files.folder.path, "--instance", "first"]
    let run = try LiveVerbTests.start(
      Program.url, ["run", "--journal-flush", "50ms"] + common + place,
      output: files.folder.appending(path: "run.txt"))
    defer {
      run.terminate()
      run.waitUntilExit()
    }
    _ = try #require(try running(place))
    let second = try Program.run(
      ["run", "--duration", "1s", "--folder", files.folder.path, "--instance", "second"] + common)
    #expect(second.code == 73)
    #expect(second.errors.contains("another process"))
  }

  @Test(arguments: [
    (["--journal-codec", "gzip"], "columnar"), (["--journal-fsync", "often"], "interval:1s"),
    (["--journal-segment", "12"], "1MiB"), (["--journal-block", "3"], "64"),
  ])
  func wrongOptionsAreExplained(options: [String], hint: String) throws {
    let result = try Program.run(["run", "--journal", "/tmp/unused"] + options)
    #expect(result.code == 64)
    #expect(result.errors.contains(hint))
  }
}
