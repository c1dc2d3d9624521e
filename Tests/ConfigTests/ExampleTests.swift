import BrokerFeeds
import Config
import FeedKit
import Foundation
import Sessions
import TestSupport
import Testing

/// The committed examples and the reference are of this program.
@Suite("Examples of configurations")
struct ExampleTests {
  static let folder = SharedFolder.packageRoot.appending(path: "config")
  static let names = ["iqfeed.yaml", "ib.yaml", "two-brokers.yaml", "health.yaml"]

  static func read(_ name: String) throws -> Configuration {
    try Configuration(path: folder.appending(path: name).path, environment: [:])
  }

  @Test(arguments: names)
  func isValid(name: String) throws {
    let first = try Self.read(name)
    #expect(first.sources.allSatisfy { !$0.instruments.isEmpty })
    let second = try Configuration(
      Array(first.effectiveYAML.utf8), path: "/nowhere/effective.yaml", environment: [:])
    #expect(second.difference(from: first) == [])
    #expect(second.sources.map(\.instruments) == first.sources.map(\.instruments))
  }

  /// Every example stands in the list above.
  @Test func allAreTested() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    #expect(files.filter { $0.hasSuffix(".yaml") }.sorted() == Self.names.sorted())
  }

  @Test func values() throws {
    let both = try Self.read("two-brokers.yaml")
    #expect(both.sources.map(\.feed) == ["iqfeed", "ib"])
    #expect(both.fallbacks.first?.instruments.count == 8)
    let ib = try Self.read("ib.yaml")
    let future = ib.sources[0].instruments.first { $0.canonical == "ESZ26" }
    #expect(future?.symbol == "ES" && future?.details["exchange"] == "CME")
    #expect(future?.interests.contains(.depth) == true)
    #expect(ib.sources[0].port(ofChannel: "api") == 4002)
    let health = try Self.read("health.yaml")
    #expect(
      health.sources[0].health.lists.map(\.policy.deadNanos) == [3_000_000_000, 10_000_000_000])
  }

  /// Lines that are there to be uncommented are right too.
  @Test func commentedCredentials() throws {
    let url = Self.folder.appending(path: "iqfeed.yaml")
    var text = try String(contentsOf: url, encoding: .utf8)
    for line in ["credentials:", "  login: !env", "  password: !file"] {
      #expect(text.contains("    # \(line)"))
      text.replace("    # \(line)", with: "    \(line)")
    }
    let made = try MadeConfig()
    let secret = try made.file("secret", "word\n")
    text.replace("/etc/millrace/iqfeed-password", with: secret)
    let read = try Configuration(
      Array(text.utf8), path: url.path, environment: ["IQFEED_LOGIN": "name"])
    #expect(read.sources[0].revealedSettings()["password"] == "word")
    #expect(read.sources[0].revealedSettings()["login"] == "name")
  }

  @Test func reference() throws {
    let url = SharedFolder.packageRoot.appending(path: "docs/configuration.md")
    let committed = try String(contentsOf: url, encoding: .utf8)
    #expect(
      committed == Configuration.reference,
      "run: swift run millrace validate config --reference > docs/configuration.md")
  }

  /// No setting of a feed has the name of a common key: it would never be read.
  @Test func noSettingIsHidden() {
    let common: Set = [
      "name", "feed", "host", "reconnect", "breaker", "timeouts", "silence", "keep_alive", "pacing",
      "subscription_limit", "backfill", "token_lead", "lane_policy", "cpu", "hours", "holidays",
      "health", "credentials", "symbol_defaults", "symbols", "symbol_file",
    ]
    #expect(Configuration.knownFeeds.count >= 2)
    for feed in Configuration.knownFeeds {
      let names = feed.settings.map(\.name)
      #expect(common.isDisjoint(with: names) && Set(names).count == names.count)
      let details = feed.instrumentSettings.map(\.name)
      #expect(Set(details).isDisjoint(with: ["symbol", "canonical", "interests"]))
    }
  }
}
