/// One difference between a configuration and the one before it.
public struct ConfigurationChange: Sendable, Equatable, CustomStringConvertible {
  /// `sources.iqfeed.pacing.rate`; elements of lists by their names.
  public var path: String
  /// As people write it; nil where it was not there. Of a secret, where it came from.
  public var old: String?
  public var new: String?
  /// When it takes effect; a reload refuses `restart`.
  public var takesEffect: ReloadClass
  /// The source that it concerns, or nil for the whole.
  public var source: String?

  /// `sources.iqfeed.silence: 15s -> 20s (with a new connection)`.
  public var description: String {
    let when =
      switch takesEffect {
      case .now: "at once"
      case .reconnect: "with a new connection"
      case .restart: "refused: needs a restart"
      }
    return "\(path): \(old ?? "(none)") -> \(new ?? "(none)") (\(when))"
  }
}

extension Configuration {
  /// What has changed since `old`, in the order of the schema.
  public func difference(from old: Configuration) -> [ConfigurationChange] {
    var walk = DifferenceWalk()
    walk.sections(old.root, root, path: "", source: nil)
    return walk.changes
  }
}

/// Walks two checked trees side by side.
struct DifferenceWalk {
  private(set) var changes: [ConfigurationChange] = []

  /// Elements of a list that have no names are told by their places.
  mutating func sections(
    _ old: CheckedSection, _ new: CheckedSection, path: String, source: String?
  ) {
    let names = new.schema.keys.map(\.name)
    let gone = old.schema.keys.filter { !names.contains($0.name) }
    for key in new.schema.keys + gone where old[key.name] != new[key.name] {
      let keyPath = path.isEmpty ? key.name : "\(path).\(key.name)"
      switch (old[key.name], new[key.name]) {
      case (.section(let one), .section(let other)):
        sections(one, other, path: keyPath, source: source)
      case (.list(let one), .list(let other)) where Self.identity(one + other) != nil:
        elements(one, other, key, path: keyPath, source: source)
      case (let one, let other): add(key, one, other, path: keyPath, source: source)
      }
    }
  }

  private static func identity(_ elements: [CheckedValue]) -> String? {
    for element in elements {
      if case .section(let section) = element.value { return section.schema.identity }
    }
    return nil
  }

  /// Lists whose elements have names: those that came, went and changed.
  private mutating func elements(
    _ old: [CheckedValue], _ new: [CheckedValue], _ key: SettingKey, path: String, source: String?
  ) {
    let (before, after) = (Self.named(old), Self.named(new))
    for (name, section) in after.inOrder {
      let elementPath = "\(path).\(name)"
      let owner = section.schema.name == "source" ? name : source
      guard let other = before.byName[name] else {
        add(key, .nothing, .text(name), path: elementPath, source: owner)
        continue
      }
      sections(other, section, path: elementPath, source: owner)
    }
    for (name, section) in before.inOrder where after.byName[name] == nil {
      let owner = section.schema.name == "source" ? name : source
      add(key, .text(name), .nothing, path: elementPath(path, name), source: owner)
    }
  }

  private func elementPath(_ path: String, _ name: String) -> String { "\(path).\(name)" }

  private typealias Named = (
    inOrder: [(name: String, section: CheckedSection)], byName: [String: CheckedSection]
  )

  private static func named(_ elements: [CheckedValue]) -> Named {
    var result: Named = ([], [:])
    for element in elements {
      guard case .section(let section) = element.value, let key = section.schema.identity else {
        continue
      }
      let name = section.text(key)
      result.inOrder.append((name, section))
      result.byName[name] = section
    }
    return result
  }

  private mutating func add(
    _ key: SettingKey, _ old: SettingValue, _ new: SettingValue, path: String, source: String?
  ) {
    changes.append(
      ConfigurationChange(
        path: path, old: Self.text(old), new: Self.text(new), takesEffect: key.reload,
        source: source))
  }

  private static func text(_ value: SettingValue) -> String? {
    value == .nothing ? nil : value.plainText
  }
}
