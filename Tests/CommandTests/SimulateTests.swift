import Foundation
import Testing

/// `millrace simulate`, on the real binary.
@Suite struct SimulateTests {
  static let market = ["--symbols", "50", "--messages", "20k"]

  private func simulate(_ path: String, seed: Int, format: String) throws -> [String: Any] {
    let result = try Program.run(
      ["simulate", "itch", "--output", path, "--format", format, "--seed", "\(seed)", "--json"]
        + Self.market)
    #expect(result.code == 0)
    #expect(result.errors == "")
    return try #require(try result.objects().first)
  }

  @Test(arguments: ["framed", "pcap"]) func equalSeedsGiveEqualBytes(format: String) throws {
    let files = try MadeFiles()
    let days = try [5, 5, 6].enumerated().map { index, seed in
      let path = files.folder.appending(path: "\(index)").path
      _ = try simulate(path, seed: seed, format: format)
      return try Data(contentsOf: URL(filePath: path))
    }
    #expect(days[0] == days[1])
    #expect(days[0] != days[2])
  }

  @Test(arguments: ["framed", "pcap"]) func inspectFindsWhatTheSummarySays(format: String) throws {
    let files = try MadeFiles()
    let path = files.folder.appending(path: "day").path
    let made = try simulate(path, seed: 3, format: format)
    let result = try Program.run("inspect", path, "--json")
    #expect(result.code == 0)
    let found = try #require(try result.objects().first)
    for key in ["messages", "symbols"] {
      #expect(found[key] as? Int == made[key] as? Int)
    }
    #expect(made["messages"] as? Int == 20_000)
    #expect(found["wire_types"] as? [String: Int] == made["wire_types"] as? [String: Int])
    #expect((found["rejected"] as? [String: Int]) == [:])
  }

  @Test(
    arguments: [
      (["simulate", "itch"], 64), (["simulate", "nothing", "--output", "-"], 64),
      (["simulate", "itch", "--output", "-", "--messages", "10"], 64),
      (["simulate", "itch", "--output", "-", "--soup", "127.0.0.1:0"], 64),
      (["simulate", "itch", "--line-a", "127.0.0.1"], 64),
      (["simulate", "itch", "--line-a", "239.1.1.1:1@nothing"], 69),
      (["simulate", "itch", "--output", "/nowhere/day"], 73),
    ] as [([String], Int32)])
  func whatCannotBeDoneIsSaid(arguments: [String], code: Int32) throws {
    let result = try Program.run(arguments)
    #expect(result.code == code)
    #expect(result.errors.hasPrefix("millrace simulate"))
    #expect(result.output == "")
  }

  /// Started in the background, then asked to end: the day ends in good order, with its summary.
  @Test(arguments: [SIGINT, SIGTERM]) func aSignalEndsTheDayInGoodOrder(signal: Int32) throws {
    let process = Process()
    process.executableURL = Program.url
    process.arguments = [
      "simulate", "itch", "--symbols", "50", "--line-a", "127.0.0.1:9", "--rate", "20k", "--json",
    ]
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    defer { process.terminate() }
    // Its first note comes when its sockets are open and signals are held.
    #expect(!errors.fileHandleForReading.availableData.isEmpty)
    kill(process.processIdentifier, signal)
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect((object["wire_types"] as? [String: Int])?["S"] == 6)
    let line = try #require((object["lines"] as? [[String: Any]])?.first)
    #expect(try #require(line["sent"] as? Int) > 0)
  }
}
