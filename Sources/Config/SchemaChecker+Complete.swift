internal import FeedKit

extension SchemaChecker {
  /// What follows from several values together: symbols get what their source says of all of them,
  /// health what the top says, and names must be of something that is there.
  mutating func complete(_ root: inout CheckedSection) {
    let health = root.section("health")
    var sources = root.list("sources")
    for index in sources.indices {
      guard case .section(var source) = sources[index].value else { continue }
      if let health { Self.inherit(health, in: &source) }
      completeSymbols(&source, "sources[\(index)]")
      checkPolicy(source, "sources[\(index)]")
      sources[index].value = .section(source)
    }
    root.values["sources"]?.value = .list(sources)
    checkThresholds(root, "")
    for (index, source) in root.sections("sources").enumerated() {
      checkThresholds(source, "sources[\(index)]")
      checkHealthLists(source, "sources[\(index)]")
    }
    for key in ["fallback", "divergence"] { checkReferences(root, key) }
    checkOneFallback(root)
    findings = Self.inOrder(findings)
  }

  /// What a source does not say of health is as at the top; its lists are its own, and what they do
  /// not say is as in the source.
  private static func inherit(_ health: CheckedSection, in source: inout CheckedSection) {
    var own = source.section("health") ?? CheckedSection(health.schema)
    own.inherit(health, but: "lists")
    own.values["lists"] = CheckedValue(
      .list(
        own.list("lists").map { element in
          guard case .section(var list) = element.value else { return element }
          list.inherit(own, but: "instruments")
          return CheckedValue(.section(list), at: element.place)
        }), at: own.values["lists"]?.place)
    source.values["health"] = CheckedValue(
      .section(own), at: source.section("health") == nil ? nil : source.values["health"]?.place)
  }

  private mutating func completeSymbols(_ source: inout CheckedSection, _ path: String) {
    guard let schema = source.schema["symbols"], case .symbols(let symbol) = schema.kind else {
      return
    }
    var list = source.list("symbols")
    if let name = source.optionalText("symbol_file"),
      let place = source.values["symbol_file"]?.place
    {
      let mark = YamlPlace.mark(place)
      list += symbols(symbolFile(name, mark, "\(path).symbol_file") ?? [], symbol)
    }
    let feed = feeds.first { $0.description.name == source.text("feed") }
    let defaults = source.section("symbol_defaults")
    var first: [String: SettingPlace] = [:]
    var canonicals: [String: SettingPlace] = [:]
    var kept: [CheckedValue] = []
    for element in list {
      guard case .section(var section) = element.value, let place = element.place,
        let text = section.optionalText("symbol")
      else { continue }
      if let feed, !feed.isValidSymbol(text) {
        find(
          "\(Units.quoted(text)) is no symbol of \(feed.description.name)",
          section.values["symbol"]?.place ?? place, "\(path).symbols")
        continue
      }
      if let before = first[text] {
        refuseTwice(text, before, place, "\(path).symbols")
        continue
      }
      first[text] = place
      let canonical = section.optionalText("canonical") ?? text
      if let before = canonicals[canonical] {
        find(
          "two symbols of one source have the canonical name \(Units.quoted(canonical)), the first "
            + "in line \(before.line)", place, "\(path).symbols")
      }
      canonicals[canonical] = place
      fill(&section, from: defaults, place, "\(path).symbols")
      kept.append(CheckedValue(.section(section), at: element.place))
    }
    if list.isEmpty, feed != nil, source.place != nil {
      find(
        "the source has no symbols; list some under symbols: or name a symbol_file:",
        source.values["symbols"]?.place ?? source.place
          ?? SettingPlace(
            file: file, line: 1, column: 1), "\(path).symbols")
    }
    source.values["symbols"]?.value = .list(kept)
    // Its lines are among the symbols now.
    source.values["symbol_file"]?.value = .nothing
  }

  /// Gives a symbol what it does not say itself.
  private mutating func fill(
    _ section: inout CheckedSection, from defaults: CheckedSection?, _ place: SettingPlace,
    _ path: String
  ) {
    for key in section.schema.keys where key.name != "symbol" && key.name != "canonical" {
      if let value = section.values[key.name], value.place != nil, value.value != .nothing {
        continue
      }
      if let value = defaults?[key.name], value != .nothing {
        section.values[key.name] = CheckedValue(value)
      } else if case .required = key.fallback {
        find(
          "\(key.name) is missing: \(key.help) Say it here or in symbol_defaults", place,
          "\(path).\(key.name)")
      } else {
        section.values[key.name] = fallback(key, path, YamlPlace.mark(place))
      }
    }
  }

  private mutating func checkPolicy(_ source: CheckedSection, _ path: String) {
    guard let reconnect = source.section("reconnect") else { return }
    if let first = reconnect.optionalNanos("first"),
      let longest = reconnect.optionalNanos("longest"), first > longest,
      let place = reconnect.values["first"]?.place ?? reconnect.values["longest"]?.place
    {
      find(
        "the first wait (\(Units.nanosText(first))) is longer than the longest "
          + "(\(Units.nanosText(longest)))", place, "\(path).reconnect")
    }
    if let silence = source.optionalNanos("silence"),
      let keepAlive = source.optionalNanos("keep_alive"), keepAlive >= silence,
      let place = source.values["keep_alive"]?.place ?? source.values["silence"]?.place
    {
      find(
        "a sign of life every \(Units.nanosText(keepAlive)) comes too late: silence of "
          + "\(Units.nanosText(silence)) ends the connection", place, "\(path).keep_alive")
    }
  }
}

extension CheckedSection {
  /// Takes over what does not stand here, key by key.
  fileprivate mutating func inherit(_ parent: CheckedSection, but exception: String) {
    for key in schema.keys where key.name != exception && key.name != "hours" {
      guard let above = parent.values[key.name] else { continue }
      guard values[key.name]?.place != nil, case .section(var own) = self[key.name],
        case .section(let other) = above.value
      else {
        if values[key.name]?.place == nil { values[key.name] = CheckedValue(above.value) }
        continue
      }
      own.inherit(other, but: exception)
      values[key.name]?.value = .section(own)
    }
  }
}
