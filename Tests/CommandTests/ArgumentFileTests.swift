import Foundation
import Testing

/// Options from files (`@FILE`).
struct ArgumentFileTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func file(_ text: String) throws -> (MadeFiles, String) {
    let made = try MadeFiles()
    let url = made.folder.appending(path: "run.options")
    try Data(text.utf8).write(to: url)
    return (made, url.path)
  }

  @Test func optionsCountAsIfTyped() throws {
    let (made, path) = try file("# a day\nmessages = 2000\n\nsymbols 20  # few\nseed\t7\n")
    let fromFile = try Program.run("simulate", "itch", "--output", "-", "@\(path)")
    let typed = try Program.run(
      "simulate", "itch", "--output", "-", "--messages", "2000", "--symbols", "20", "--seed",
      "7")
    #expect(fromFile.code == 0)
    #expect(!fromFile.output.isEmpty)
    #expect(fromFile.output == typed.output)
    withExtendedLifetime(made) {}
  }

  @Test(arguments: [
    ("shrads 2\n", Int32(64), "shards"), ("--shards 2\n", 78, "without dashes"),
    ("@other\n", 78, "without dashes"),
  ])
  func mistakesAreNamed(text: String, code: Int32, hint: String) throws {
    let (made, path) = try file(text)
    let result = try Program.run("run", "@\(path)", "--duration", "1s")
    #expect(result.code == code)
    #expect(result.errors.contains(hint))
    withExtendedLifetime(made) {}
  }

  @Test func aMissingFileIsAConfigurationError() throws {
    let result = try Program.run("run", "@/nowhere/run.options")
    #expect(result.code == 78)
    #expect(result.errors.contains("/nowhere/run.options"))
  }

  @Test(arguments: [
    "simulated", "itch-multicast", "iex-deep-multicast", "low-latency",
  ])
  func theExamplesParse(name: String) throws {
    let path = Self.root.appending(path: "config/\(name).options").path
    // --help is answered once all options have been read and checked.
    let result = try Program.run("run", "@\(path)", "--help")
    #expect(result.code == 0)
    #expect(result.errors.isEmpty)
  }
}
