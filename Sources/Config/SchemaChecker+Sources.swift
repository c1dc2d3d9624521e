internal import FeedKit
internal import Yaml

extension SchemaChecker {
  /// Sources, each by the keys of its own feed.
  mutating func sources(_ node: YamlNode, _ path: String) -> SettingValue? {
    guard let nodes = sequence(node, path) else { return nil }
    guard (1...ConfigLimits.sources).contains(nodes.count) else {
      find(
        "\(nodes.count) sources; there may be 1 to \(ConfigLimits.sources)", node.mark, path)
      return nil
    }
    var values: [CheckedValue] = []
    var lines: [String: Int] = [:]
    for (index, element) in nodes.enumerated() {
      let elementPath = "\(path)[\(index)]"
      let schema = SourceSchema.section(feed(of: element), feeds: feeds)
      let section = section(element, schema, elementPath)
      values.append(CheckedValue(.section(section), at: place(element.mark)))
      guard let name = section.optionalText("name") else { continue }
      if let line = lines[name] {
        let mark = element["name"]?.mark ?? element.mark
        find(
          "a second source of the name \(name), first in line \(line)", mark,
          "\(elementPath).name")
      } else {
        lines[name] = element.mark.line
      }
    }
    return .list(values)
  }

  /// The feed that an element names; nil where it names none that is known.
  private func feed(of element: YamlNode) -> (any LiveFeed.Type)? {
    guard case .scalar(let text, _)? = element["feed"]?.content else { return nil }
    let name = Substitution(text, environment: environment).text
    return feeds.first { $0.description.name == name }
  }

  /// Texts, or the lines of files; duplicates are refused.
  mutating func names(_ node: YamlNode, _ path: String) -> SettingValue? {
    let list = items(node, path)
    guard let list else { return nil }
    var values: [CheckedValue] = []
    var first: [String: SettingPlace] = [:]
    for item in list {
      guard case .text(let text, let place) = item.content else {
        find("expected a symbol, found a map", item.place, item.path)
        continue
      }
      if let before = first[text] {
        refuseTwice(text, before, place, item.path)
        continue
      }
      first[text] = place
      values.append(CheckedValue(.text(text), at: place))
    }
    if values.isEmpty, list.isEmpty { find("an empty list", node.mark, path) }
    return .list(values)
  }

  mutating func refuseTwice(
    _ text: String, _ before: SettingPlace, _ place: SettingPlace, _ path: String
  ) {
    let there = before.file == place.file ? "" : "\(before.file):"
    find("\(Units.quoted(text)) stands twice, first in line \(there)\(before.line)", place, path)
  }
}
