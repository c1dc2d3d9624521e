/// A strict reader of the text format of Prometheus, version 0.0.4 (exposition_formats.md), and of
/// the rules for names: what `promtool check metrics` complains about, and ours.
public struct MetricsCheck {
  public struct Sample: Hashable, Sendable {
    public var name: String
    public var labels: [String: String]
  }

  /// Values as they stand on the page.
  public private(set) var values: [Sample: String] = [:]
  /// Types by metric.
  public private(set) var types: [String: String] = [:]
  /// What is wrong, with the line.
  public private(set) var findings: [String] = []

  private var current = ""
  private var finished: Set<String> = []
  private var helped: Set<String> = []

  public init(_ page: String) {
    if !page.hasSuffix("\n") { findings.append("the last line has no end") }
    for line in page.split(separator: "\n") { take(String(line)) }
    checkHistograms()
  }

  /// The value of a sample with exactly these labels.
  public subscript(_ name: String, _ labels: [String: String]) -> String? {
    values[Sample(name: name, labels: labels)]
  }

  private mutating func take(_ line: String) {
    if line.hasPrefix("# HELP ") || line.hasPrefix("# TYPE ") {
      let words = line.dropFirst(7).split(separator: " ", maxSplits: 1).map(String.init)
      guard words.count == 2 else { return findings.append("no text: \(line)") }
      line.hasPrefix("# HELP ") ? help(words[0]) : type(words[0], words[1])
      return
    }
    guard let (sample, value) = parse(line) else { return findings.append("no sample: \(line)") }
    if family(of: sample.name) != current { findings.append("not with its metric: \(line)") }
    if values.updateValue(value, forKey: sample) != nil { findings.append("twice: \(line)") }
    if Double(value) == nil { findings.append("no number: \(line)") }
    if type(of: sample.name) == "counter", let number = Double(value), number < 0 {
      findings.append("a counter below 0: \(line)")
    }
    for label in sample.labels.keys where Self.unbounded.contains(label) {
      findings.append("a label without bound: \(line)")
    }
  }

  /// Labels whose values grow with the market.
  private static var unbounded: Set<String> {
    ["symbol", "instrument", "instrument_id", "text", "message", "order"]
  }

  private mutating func help(_ name: String) {
    if !helped.insert(name).inserted { findings.append("help twice: \(name)") }
  }

  private mutating func type(_ name: String, _ type: String) {
    if !["counter", "gauge", "summary", "histogram", "untyped"].contains(type) {
      findings.append("unknown type: \(name) \(type)")
    }
    if !helped.contains(name) { findings.append("no help: \(name)") }
    if !current.isEmpty { finished.insert(current) }
    if finished.contains(name) || types.updateValue(type, forKey: name) != nil {
      findings.append("a metric in two places: \(name)")
    }
    current = name
    let isName = name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "_") }
    if !isName || !name.hasPrefix("millrace_") {
      findings.append("a name against the rules: \(name)")
    }
    if (type == "counter") != name.hasSuffix("_total") {
      findings.append("_total is for counters, all of them: \(name)")
    }
    for part in name.split(separator: "_") {
      let units = [
        "nanos", "ns", "micros", "millis", "ms", "minutes", "hours", "kib", "mib", "percent",
      ]
      if units.contains(String(part)) { findings.append("no base unit: \(name)") }
    }
  }

  private func type(of sample: String) -> String? { types[family(of: sample)] }

  private func family(of sample: String) -> String {
    for suffix in ["_bucket", "_sum", "_count"] where sample.hasSuffix(suffix) {
      let base = String(sample.dropLast(suffix.count))
      if types[base] == "histogram" || types[base] == "summary" { return base }
    }
    return sample
  }

  /// `name{label="value",...} number`.
  private func parse(_ line: String) -> (Sample, String)? {
    guard let brace = line.firstIndex(of: "{") else {
      let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
      return words.count == 2 ? (Sample(name: words[0], labels: [:]), words[1]) : nil
    }
    let name = String(line[..<brace])
    var labels: [String: String] = [:]
    var rest = line[line.index(after: brace)...]
    while let first = rest.first, first != "}" {
      if first == "," { rest.removeFirst() }
      guard let equals = rest.firstIndex(of: "=") else { return nil }
      let key = String(rest[..<equals])
      rest = rest[rest.index(after: equals)...]
      guard rest.first == "\"" else { return nil }
      rest.removeFirst()
      guard let value = Self.quoted(&rest), labels.updateValue(value, forKey: key) == nil else {
        return nil
      }
      guard key.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }) else {
        return nil
      }
    }
    guard rest.hasPrefix("} ") else { return nil }
    return (Sample(name: name, labels: labels), String(rest.dropFirst(2)))
  }

  private static func quoted(_ rest: inout Substring) -> String? {
    var value = ""
    while let character = rest.popFirst() {
      switch character {
      case "\"": return value
      case "\\":
        switch rest.popFirst() {
        case "n": value.append("\n")
        case "\\": value.append("\\")
        case "\"": value.append("\"")
        default: return nil
        }
      default: value.append(character)
      }
    }
    return nil
  }

  /// Buckets grow, and the last one is the count.
  private mutating func checkHistograms() {
    for (name, type) in types where type == "histogram" {
      var series: [[String: String]: [(bound: Double, count: Double)]] = [:]
      for (sample, value) in values where sample.name == name + "_bucket" {
        var labels = sample.labels
        guard let le = labels.removeValue(forKey: "le"), let count = Double(value),
          let bound = le == "+Inf" ? .infinity : Double(le)
        else {
          findings.append("a bucket without bound: \(sample)")
          continue
        }
        series[labels, default: []].append((bound, count))
      }
      for (labels, buckets) in series {
        let sorted = buckets.sorted { $0.bound < $1.bound }
        let counts = sorted.map(\.count)
        if counts != counts.sorted() { findings.append("buckets that fall: \(name) \(labels)") }
        let count = self[name + "_count", labels].flatMap(Double.init)
        if sorted.last?.bound != .infinity || count != counts.last {
          findings.append("the last bucket is not the count: \(name) \(labels)")
        }
      }
    }
  }
}
