import Config
import Foundation
import Testing

/// The configuration in effect, printed: it reads back to the same.
@Suite("The effective configuration")
struct EffectiveTests {
  @Test func readsBack() throws {
    let made = try MadeConfig()
    for text in [MadeConfig.least, ValueTests.full] {
      let first = try ValueTests.readFull(made, text)
      let second = try ValueTests.readFull(made, first.effectiveYAML)
      #expect(second.difference(from: first) == [])
      #expect(second.effectiveYAML == first.effectiveYAML)
      #expect(second.sources.map(\.instruments) == first.sources.map(\.instruments))
      #expect(second.sources.map(\.settings) == first.sources.map(\.settings))
      #expect(second.health == first.health)
      let object = try JSONSerialization.jsonObject(with: Data(first.effectiveJSON.utf8))
      #expect((object as? [String: Any])?["shards"] as? Int == first.shards)
    }
  }

  /// Texts that need care in YAML come back as they were.
  @Test(arguments: [
    "plain", "- a", "a: b", "a #b", "#", "'", "\"", "\\", "${X}", "$${", "$", "!env X", "&a", "*a",
    "@x", "%", "~", "null", "{", "[", "a, b", "\u{E9}\u{1F600}", " blank ", "true", "1", "1e3", "|",
    ">", "`", "\u{85}", "\u{2028}", "\u{FEFF}x", "a\u{300}", "x\\ny",
  ])
  func texts(text: String) throws {
    let made = try MadeConfig()
    let yaml = MadeConfig.least.replacing("product: P", with: "product: \"${TEXT}\"")
    let environment = MadeConfig.environment.merging(["TEXT": text]) { $1 }
    let first = try made.read(yaml, environment)
    #expect(first.sources[0].settings["product"] == text)
    let second = try made.read(first.effectiveYAML)
    #expect(second.sources[0].settings["product"] == text, "\(first.effectiveYAML)")
  }
}
