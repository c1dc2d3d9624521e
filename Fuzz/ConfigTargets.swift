import Config
import Yaml

/// Configurations: any bytes are a tree or an error with a place inside of them; a tree that is a
/// configuration prints to one that reads back to the same.
enum ConfigTarget {
  @Sendable static func runYaml(_ bytes: [UInt8]) {
    do throws(YamlError) {
      let document = try YamlDocument(bytes)
      let lines = bytes.count + 1
      for finding in document.findings { check(finding, lines) }
      if let root = document.root {
        demand(count(root) <= 4 * (bytes.count + 1), "few nodes a byte")
      }
    } catch {
      check(error, bytes.count + 1)
    }
  }

  private static func check(_ error: YamlError, _ lines: Int) {
    demand(!error.reason.isEmpty, "an error says something")
    demand((1...lines + 1).contains(error.mark.line), "its line is in the document")
    demand(error.mark.column >= 1, "its column too")
  }

  private static func count(_ node: YamlNode) -> Int {
    switch node.content {
    case .scalar, .refused: 1
    case .sequence(let nodes): nodes.reduce(1) { $0 + count($1) }
    case .mapping(let entries): entries.reduce(1) { $0 + 1 + count($1.value) }
    }
  }

  /// Files that the bytes name by a relative path lie in a folder that is not there.
  @Sendable static func runConfiguration(_ bytes: [UInt8]) {
    let environment = ["A": "1s", "PASSWORD": "hidden-word"]
    let path = "/nonexistent-folder/fuzz.yaml"
    do throws(ConfigError) {
      let read = try Configuration(bytes, path: path, environment: environment)
      let text = read.effectiveYAML
      demand(!text.contains("hidden-word"), "secrets are not printed")
      let again = try Configuration(Array(text.utf8), path: path, environment: environment)
      demand(again.difference(from: read).isEmpty, "it reads back to the same")
    } catch {
      demand(!error.findings.isEmpty, "an error has findings")
      for finding in error.findings {
        demand(!finding.message.isEmpty, "a finding says something")
        demand(!finding.message.contains("hidden-word"), "secrets are in no finding")
      }
    }
  }
}
