import Foundation
import TestSupport
import Testing

/// `millrace validate config` as people run it.
@Suite struct ValidateConfigTests {
  static let example = SharedFolder.packageRoot.appending(path: "config/two-brokers.yaml").path

  static let wrong = """
    shard: 2
    sources:
      - name: a
        feed: ib
        silence: 5
        credentials: {password: hunter2}
        symbols: [AAPL]
    """

  @Test func valid() throws {
    let result = try Program.run("validate", "config", Self.example)
    #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
    #expect(result.output == "\(Self.example): valid: 2 sources, 16 instruments\n")
    let quiet = try Program.run("validate", "config", "--quiet", Self.example)
    #expect(quiet.code == 0 && quiet.output.isEmpty)
    let json = try Program.run("validate", "config", Self.example, "--json")
    let object = try #require(try json.objects().first)
    #expect(object["valid"] as? Bool == true && object["instruments"] as? Int == 16)
  }

  /// What is printed can be used, and means the same.
  @Test func effective() throws {
    let files = try MadeFiles()
    let first = try Program.run("validate", "config", Self.example, "--print-effective")
    #expect(first.code == 0 && first.output.contains("take_over_after: 5s"))
    let path = try files.file("effective.yaml", Array(first.output.utf8))
    let second = try Program.run("validate", "config", path, "--print-effective")
    #expect(second.code == 0 && second.output == first.output, "\(second.errors)")
    let json = try Program.run("validate", "config", path, "--print-effective", "--json")
    let effective = try #require(try json.objects().first?["effective"] as? [String: Any])
    #expect((effective["fallback"] as? [[String: Any]])?.count == 1)
  }

  @Test func secrets() throws {
    let files = try MadeFiles()
    let text = """
      sources:
        - name: a
          feed: iqfeed
          credentials: {login: !env MILLRACE_TEST_LOGIN, password: !credential word}
          symbols: [AAPL]
      """
    _ = try files.file("word", Array("swordfish\n".utf8))
    let path = try files.file("live.yaml", Array(text.utf8))
    let result = try Program.run(
      "validate", "config", path, "--print-effective",
      environment: [
        "MILLRACE_TEST_LOGIN": "trout", "CREDENTIALS_DIRECTORY": files.folder.path,
      ])
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.output.contains("<secret from environment variable MILLRACE_TEST_LOGIN>"))
    #expect(result.output.contains("<secret from systemd credential word>"))
    #expect(!result.output.contains("trout") && !result.output.contains("swordfish"))
    let without = try Program.run("validate", "config", path)
    #expect(without.code == 78 && without.errors.contains("MILLRACE_TEST_LOGIN is not set"))
  }

  /// All mistakes at once, each with its place; nothing of a secret that stands there.
  @Test func mistakes() throws {
    let files = try MadeFiles()
    let path = try files.file("live.yaml", Array(Self.wrong.utf8))
    let result = try Program.run("validate", "config", path)
    #expect(result.code == 78 && result.output.isEmpty)
    let lines = result.errors.split(separator: "\n")
    try #require(lines.count == 4, "\(result.errors)")
    #expect(lines[0].hasPrefix("\(path):1:1: unknown key \"shard\" in configuration; did you mean"))
    #expect(lines[1].hasPrefix("\(path):5:14: a duration needs a unit"))
    #expect(lines[2].hasPrefix("\(path):6:19: unknown key \"password\" in credentials"))
    #expect(lines[3].hasPrefix("millrace validate config: 3 mistakes: \(path): see"))
    #expect(!result.errors.contains("hunter2"))
    let json = try Program.run("validate", "config", path, "--json")
    #expect(json.code == 78 && json.errors.isEmpty)
    let findings = try #require(try json.objects().first?["findings"] as? [[String: Any]])
    #expect(findings.map { $0["line"] as? Int } == [1, 5, 6])
    #expect(findings[1]["path"] as? String == "sources[0].silence")
  }

  @Test(arguments: [
    (["validate"], Int32(64), "write millrace validate config FILE"),
    (["validate", "confg"], 64, "there is no such verb"),
    (["validate", "config"], 64, "a file is missing"),
    (["validate", "config", "a", "b"], 64, "more than one file"),
    (["validate", "config", "/nowhere/a.yaml"], 66, "cannot read /nowhere/a.yaml"),
  ])
  func usage(arguments: [String], code: Int32, hint: String) throws {
    let result = try Program.run(arguments)
    #expect(result.code == code && result.output.isEmpty)
    #expect(result.errors.contains(hint), "\(result.errors)")
  }

  @Test func reference() throws {
    let result = try Program.run("validate", "config", "--reference")
    let url = SharedFolder.packageRoot.appending(path: "docs/configuration.md")
    #expect(result.code == 0)
    #expect(try result.output == String(contentsOf: url, encoding: .utf8))
    #expect(result.output.contains("Feed `iqfeed`") && result.output.contains("Feed `ib`"))
  }
}
