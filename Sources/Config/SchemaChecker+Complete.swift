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

  /// Thresholds that a source does not name are those of the top; its lists are its own.
  private static func inherit(_ health: CheckedSection, in source: inout CheckedSection) {
    guard var own = source.section("health") else {
      var copy = health
      copy.values["lists"] = CheckedValue(.list([]))
      copy.place = nil
      source.values["health"] = CheckedValue(.section(withoutPlaces(copy)))
      return
    }
    for key in HealthSchema.keys where own.values[key.name]?.place == nil {
      own.values[key.name]?.value = health[key.name]
    }
    source.values["health"]?.value = .section(own)
  }

  private static func withoutPlaces(_ section: CheckedSection) -> CheckedSection {
    var result = section
    for key in result.values.keys { result.values[key]?.place = nil }
    return result
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
