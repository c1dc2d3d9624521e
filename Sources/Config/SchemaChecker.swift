internal import FeedKit
internal import Yaml

/// Checks a tree against a schema. Every mistake becomes a finding; what is whole is read all the
/// same, so that one run tells all.
struct SchemaChecker {
  let environment: [String: String]
  let feeds: [any LiveFeed.Type]
  /// The file that is read, as the user named it, and its folder.
  let file: String
  let folder: String
  var findings: [ConfigFinding] = []

  init(
    file: String, environment: [String: String], feeds: [any LiveFeed.Type]
  ) {
    self.file = file
    self.environment = environment
    self.feeds = feeds
    folder = FileText.folder(of: file)
  }

  mutating func find(_ message: String, _ place: SettingPlace, _ path: String) {
    findings.append(
      ConfigFinding(
        file: place.file, line: place.line, column: place.column, path: path, message: message))
  }

  mutating func find(_ message: String, _ mark: YamlMark, _ path: String) {
    find(message, place(mark), path)
  }

  func place(_ mark: YamlMark) -> SettingPlace {
    SettingPlace(file: file, line: mark.line, column: mark.column)
  }

  /// What somebody probably meant, for the end of a message. Nothing once there are many findings:
  /// nobody reads them all, and looking costs.
  func hint(_ word: String, among names: [String]) -> String {
    guard findings.count < ConfigLimits.findings else { return "" }
    return Nearest.name(to: word, among: names).map { "; did you mean \($0)?" } ?? ""
  }

  /// Reads a map. Missing keys have their defaults.
  mutating func section(
    _ node: YamlNode, _ schema: SettingSection, _ path: String
  ) -> CheckedSection {
    var result = CheckedSection(schema, at: place(node.mark))
    guard let entries = entries(node, path) else { return result }
    refuseUnknown(entries, schema, path)
    for key in schema.keys {
      let keyPath = path.isEmpty ? key.name : "\(path).\(key.name)"
      if let entry = entries.first(where: { $0.key == key.name }) {
        guard let value = value(entry.value, key, keyPath) else { continue }
        result.values[key.name] = CheckedValue(value, at: place(entry.value.mark))
      } else {
        result.values[key.name] = fallback(key, keyPath, node.mark)
      }
    }
    return result
  }

  /// The entries of a map; nil after a finding.
  private mutating func entries(_ node: YamlNode, _ path: String) -> [YamlEntry]? {
    guard case .mapping(let entries) = node.content else {
      if node.content != .refused {
        find("expected a map of keys and values, found \(Self.words(node))", node.mark, path)
      }
      return nil
    }
    refuseTag(node, path)
    return entries
  }

  private mutating func refuseUnknown(
    _ entries: [YamlEntry], _ schema: SettingSection, _ path: String
  ) {
    guard !schema.isOpen else { return }
    let names = schema.keys.map(\.name)
    for entry in entries where !names.contains(entry.key) {
      let near = hint(entry.key, among: names)
      let known =
        near.isEmpty
        ? names.isEmpty ? "; nothing is set here" : " (known are \(names.joined(separator: ", ")))"
        : ""
      find(
        "unknown key \(Units.quoted(entry.key)) in \(schema.name)\(near)\(known)", entry.keyMark,
        path.isEmpty ? entry.key : "\(path).\(entry.key)")
    }
  }

  /// The value of a key that is there; nil after a finding.
  private mutating func value(
    _ node: YamlNode, _ key: SettingKey, _ path: String
  ) -> SettingValue? {
    if Self.isNothing(node) {
      switch key.fallback {
      case .nothing: return .nothing
      case .inherited: return fallback(key, path, node.mark)?.value
      default:
        find(
          "no value; it may be: \(key.kind.words). Leave the key out for its default", node.mark,
          path)
        return nil
      }
    }
    return value(node, key.kind, path)
  }

  mutating func value(_ node: YamlNode, _ kind: SettingKind, _ path: String) -> SettingValue? {
    switch kind {
    case .section(let schema): return .section(section(node, schema, path))
    case .sections(let schema): return elements(node, path) { .section(schema) }
    case .sources: return sources(node, path)
    case .symbols(let schema): return symbols(node, schema, path)
    case .names: return names(node, path)
    case .secret: return secret(node, path).map { .secret($0) }
    case .list(let element, let counts):
      let list = elements(node, path) { element }
      if case .sequence(let nodes) = node.content, !counts.contains(nodes.count) {
        find(
          "\(nodes.count) elements; there may be \(counts.lowerBound) to \(counts.upperBound)",
          node.mark, path)
      }
      return list
    default:
      guard let text = scalar(node, kind, path) else { return nil }
      do throws(Units.Refusal) {
        return try kind.value(of: text)
      } catch {
        find(error.message, node.mark, path)
        return nil
      }
    }
  }

  /// The elements of a list, each of the kind that it gets.
  mutating func elements(
    _ node: YamlNode, _ path: String, _ kind: () -> SettingKind
  ) -> SettingValue? {
    guard let nodes = sequence(node, path) else { return nil }
    var values: [CheckedValue] = []
    for (index, element) in nodes.enumerated() {
      guard let value = value(element, kind(), "\(path)[\(index)]") else { continue }
      values.append(CheckedValue(value, at: place(element.mark)))
    }
    return .list(values)
  }

  /// The nodes of a list; nil after a finding.
  mutating func sequence(_ node: YamlNode, _ path: String) -> [YamlNode]? {
    guard case .sequence(let nodes) = node.content else {
      if node.content != .refused {
        find(
          "expected a list, found \(Self.words(node)); write [a, b] or one \"- a\" a line",
          node.mark, path)
      }
      return nil
    }
    refuseTag(node, path)
    return nodes
  }

  /// The text of a scalar with its references filled in; nil after a finding.
  mutating func scalar(_ node: YamlNode, _ kind: SettingKind, _ path: String) -> String? {
    guard case .scalar(let text, let isPlain) = node.content else {
      if node.content != .refused {
        find("expected \(kind.words), found \(Self.words(node))", node.mark, path)
      }
      return nil
    }
    guard refuseTag(node, path) else { return nil }
    return substituted(text, isPlain, node.mark, path)?.text
  }

  /// Fills in the references of a text; nil after a finding.
  mutating func substituted(
    _ text: String, _ isPlain: Bool, _ mark: YamlMark, _ path: String
  ) -> Substitution? {
    let result = Substitution(text, environment: environment)
    for failure in result.failures {
      let column = mark.column + failure.offset + (isPlain ? 0 : 1)
      find(failure.message, YamlMark(line: mark.line, column: column), path)
    }
    return result.failures.isEmpty ? result : nil
  }

  /// Whether there is no tag; a finding otherwise.
  @discardableResult
  mutating func refuseTag(_ node: YamlNode, _ path: String) -> Bool {
    guard !node.tag.isEmpty else { return true }
    let reason: String
    switch node.tag {
    case "!env": reason = "!env is for secrets; write ${NAME} here"
    case "!file", "!credential": reason = "\(node.tag) is for secrets"
    case "!include": reason = "!include is for lists of symbols"
    default:
      reason = "no such tag \(Units.quoted(node.tag))\(hint(node.tag, among: Self.tags))"
    }
    find(reason, node.mark, path)
    return false
  }

  static let tags = ["!env", "!file", "!credential", "!include"]

  /// What is meant where the key is not there; nil after a finding.
  mutating func fallback(_ key: SettingKey, _ path: String, _ mark: YamlMark) -> CheckedValue? {
    switch key.fallback {
    case .nothing, .inherited: return CheckedValue(.nothing)
    case .required:
      find("\(key.name) is missing: \(key.help)", mark, path)
      return nil
    case .text(let text):
      let node = Self.node(ofDefault: text, key.kind, mark)
      let before = findings.count
      guard let value = value(node, key.kind, path) else {
        // A default that its own kind refuses would be our mistake, or a feed's.
        if findings.count == before { find("the default of \(key.name) is wrong", mark, path) }
        return nil
      }
      return CheckedValue(Self.withoutPlaces(value))
    }
  }

  private static func node(
    ofDefault text: String, _ kind: SettingKind, _ mark: YamlMark
  ) -> YamlNode {
    switch kind {
    case .section: return YamlNode(.mapping([]), mark: mark)
    case .sections, .sources, .symbols, .names, .list:
      let parts = text.isEmpty ? [] : text.split(separator: ", ").map(String.init)
      return YamlNode(
        .sequence(parts.map { YamlNode(.scalar($0, isPlain: true), mark: mark) }), mark: mark)
    default: return YamlNode(.scalar(text, isPlain: true), mark: mark)
    }
  }

  /// A default stands nowhere.
  private static func withoutPlaces(_ value: SettingValue) -> SettingValue {
    switch value {
    case .list(let elements): return .list(elements.map { CheckedValue($0.value) })
    case .section(var section):
      section.place = nil
      return .section(section)
    default: return value
    }
  }

  /// Nothing behind the colon, or `~`.
  static func isNothing(_ node: YamlNode) -> Bool {
    guard case .scalar(let text, isPlain: true) = node.content else { return false }
    return node.tag.isEmpty && (text.isEmpty || text == "~")
  }

  static func words(_ node: YamlNode) -> String {
    switch node.content {
    case .scalar("", isPlain: true): "nothing"
    case .scalar(let text, _): Units.quoted(text)
    case .sequence: "a list"
    case .mapping: "a map"
    case .refused: "something refused"
    }
  }
}
