internal import Yaml

/// A place as the tree's nodes have it.
enum YamlPlace {
  static func mark(_ place: SettingPlace) -> YamlMark {
    YamlMark(line: place.line, column: place.column)
  }
}

extension SchemaChecker {
  /// A critical mark lies beyond the warning: above it, or below it for what must not be little.
  mutating func checkThresholds(_ section: CheckedSection, _ path: String) {
    guard let health = section.section("health"), section.values["health"]?.place != nil else {
      return
    }
    for name in HealthSchema.figureNames {
      guard let threshold = health.section(name), let place = health.values[name]?.place,
        let warning = Self.magnitude(threshold["warning"]),
        let critical = Self.magnitude(threshold["critical"])
      else { continue }
      let isLow = HealthSchema.isLow(name)
      guard isLow ? critical > warning : critical < warning else { continue }
      find(
        "critical must be \(isLow ? "at most" : "at least") what warning is",
        threshold.values["critical"]?.place ?? place,
        (path.isEmpty ? "" : "\(path).") + "health.\(name).critical")
    }
  }

  private static func magnitude(_ value: SettingValue) -> UInt64? {
    switch value {
    case .nanos(let nanos): nanos
    case .bytes(let bytes): UInt64(clamping: bytes)
    case .share(let millionths): UInt64(clamping: millionths)
    case .rate(let rate): UInt64(clamping: rate.count * 3_600 / max(rate.periodSeconds, 1))
    default: nil
    }
  }

  /// Lists of instruments name symbols of their own source.
  mutating func checkHealthLists(_ source: CheckedSection, _ path: String) {
    let symbols = Set(source.sections("symbols").map { $0.text("symbol") })
    let lists = source.section("health")?.sections("lists") ?? []
    for (index, list) in lists.enumerated() {
      checkInstruments(
        list, among: symbols, "the source \(source.text("name"))",
        "\(path).health.lists[\(index)].instruments")
    }
  }

  private mutating func checkInstruments(
    _ section: CheckedSection, among known: Set<String>, _ owner: String, _ path: String
  ) {
    for element in section.list("instruments") {
      guard case .text(let text) = element.value, !known.contains(text), let place = element.place
      else { continue }
      // Near names are looked for among few only: the work is the product of both lists.
      let near = known.count <= 1_000 ? hint(text, among: known.sorted()) : ""
      find("\(owner) has no instrument \(Units.quoted(text))\(near)", place, path)
    }
  }

  /// Sources that a fallback or a comparison names exist, and have its instruments.
  mutating func checkReferences(_ root: CheckedSection, _ key: String) {
    let sources = root.sections("sources").filter { $0.optionalText("name") != nil }
    let names = sources.map { $0.text("name") }
    for (index, section) in root.sections(key).enumerated() {
      var seen: Set<String> = []
      for (number, element) in section.list("sources").enumerated() {
        let path = "\(key)[\(index)].sources[\(number)]"
        guard case .text(let name) = element.value, let place = element.place else { continue }
        guard seen.insert(name).inserted else {
          find("the source \(Units.quoted(name)) stands twice", place, path)
          continue
        }
        guard let source = sources.first(where: { $0.text("name") == name }) else {
          find(
            "there is no source \(Units.quoted(name))\(hint(name, among: names))", place, path)
          continue
        }
        let known = Set(
          source.sections("symbols").map { $0.optionalText("canonical") ?? $0.text("symbol") })
        checkInstruments(
          section, among: known, "the source \(name)", "\(key)[\(index)].instruments")
      }
    }
  }

  /// An instrument is heard by one rule.
  mutating func checkOneFallback(_ root: CheckedSection) {
    var first: [String: SettingPlace] = [:]
    for (index, section) in root.sections("fallback").enumerated() {
      for element in section.list("instruments") {
        guard case .text(let text) = element.value, let place = element.place else { continue }
        if let before = first[text] {
          refuseTwice(text, before, place, "fallback[\(index)].instruments")
        } else {
          first[text] = place
        }
      }
    }
  }

  /// By file (the configuration itself first) and place.
  static func inOrder(_ findings: [ConfigFinding]) -> [ConfigFinding] {
    var files: [String: Int] = [:]
    for finding in findings where files[finding.file] == nil { files[finding.file] = files.count }
    func rank(_ finding: ConfigFinding) -> (Int, Int, Int) {
      (files[finding.file] ?? 0, finding.line, finding.column)
    }
    return findings.enumerated().sorted { left, right in
      let (one, other) = (rank(left.element), rank(right.element))
      return one == other ? left.offset < right.offset : one < other
    }.map(\.element)
  }
}
