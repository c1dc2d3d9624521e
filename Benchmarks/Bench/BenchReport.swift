import Ledger

/// What a bench has found: every figure by round, and the bars it is held to.
struct BenchReport {
  struct Result {
    let name: String
    let unit: String
    var values: [Double]

    var median: Double { BenchReport.median(values) }
    var least: Double { values.min() ?? .nan }
    var most: Double { values.max() ?? .nan }
  }

  struct Bar {
    let name: String
    /// Nil where the machine cannot do what is asked for.
    let value: Double?
    let want: Double
    /// Whether `value` must be at most `want`, instead of at least.
    let isCeiling: Bool
    /// Why there is no value, or what to know beside it.
    let note: String?

    var isMet: Bool? { value.map { isCeiling ? $0 <= want : $0 >= want } }
  }

  let bench: String
  /// Sizes and seed of the input.
  var input: [(String, String)] = []
  private(set) var results: [Result] = []
  private(set) var bars: [Bar] = []
  /// What was compared, in words: the checks that this run has passed.
  var verified: [String] = []

  init(_ bench: String) { self.bench = bench }

  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return .nan }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// Adds the figure of one round.
  mutating func add(_ name: String, _ unit: String, _ value: Double) {
    if let index = results.firstIndex(where: { $0.name == name }) {
      results[index].values.append(value)
    } else {
      results.append(Result(name: name, unit: unit, values: [value]))
    }
  }

  func values(_ name: String) -> [Double] {
    results.first { $0.name == name }?.values ?? []
  }

  func median(_ name: String) -> Double { Self.median(values(name)) }

  /// The median over rounds of `one` divided by `other` in the same round: what a shared machine
  /// does to both at once cancels out.
  func ratio(_ one: String, to other: String) -> Double {
    Self.median(zip(values(one), values(other)).map { $0 / $1 })
  }

  mutating func bar(
    _ name: String, _ value: Double?, atLeast want: Double, note: String? = nil
  ) {
    bars.append(Bar(name: name, value: value, want: want, isCeiling: false, note: note))
  }

  mutating func bar(_ name: String, _ value: Double?, atMost want: Double, note: String? = nil) {
    bars.append(Bar(name: name, value: value, want: want, isCeiling: true, note: note))
  }

  /// Whether no bar is missed.
  var isMet: Bool { bars.allSatisfy { $0.isMet != false } }
}

extension BenchReport {
  func json(_ machine: Machine) -> String {
    var json = JSONText()
    json.object { json in
      json.field("bench", bench)
      json.field("machine") { machine.write(to: &$0) }
      json.field("input") { json in
        json.object { json in for (key, value) in input { json.field(key, value) } }
      }
      json.field("results") { json in
        json.array { json in for result in results { Self.write(result, to: &json) } }
      }
      json.field("bars") { json in
        json.array { json in for bar in bars { Self.write(bar, to: &json) } }
      }
      json.field("verified") { json in
        json.array { json in for line in verified { json.value(line) } }
      }
    }
    return json.text
  }

  private static func write(_ result: Result, to json: inout JSONText) {
    json.object {
      $0.field("name", result.name)
      $0.field("unit", result.unit)
      $0.field("median", result.median, decimals: 3)
      $0.field("min", result.least, decimals: 3)
      $0.field("max", result.most, decimals: 3)
      $0.field("rounds", result.values.count)
    }
  }

  private static func write(_ bar: Bar, to json: inout JSONText) {
    json.object {
      $0.field("bar", bar.name)
      $0.key("value")
      if let value = bar.value { $0.value(value, decimals: 3) } else { $0.null() }
      $0.field("want", (bar.isCeiling ? "<= " : ">= ") + Self.text(bar.want, decimals: 2))
      $0.key("ok")
      if let isMet = bar.isMet { $0.value(isMet) } else { $0.null() }
      if let note = bar.note { $0.field("note", note) }
    }
  }

  static func text(_ number: Double, decimals: Int) -> String {
    guard number.isFinite else { return "-" }
    var json = JSONText()
    json.value(number, decimals: decimals)
    return json.text
  }

  func table(_ machine: Machine) -> String {
    var text = "\(bench)\n  \(machine.line)\n"
    for (key, value) in input { text += "  \(key): \(value)\n" }
    var rows = [["result", "unit", "median", "min", "max", "rounds"]]
    for result in results {
      rows.append(
        [result.name, result.unit]
          + [result.median, result.least, result.most].map { Self.text($0, decimals: 2) }
          + ["\(result.values.count)"])
    }
    text += TextTable(rows: rows).text
    rows = bars.isEmpty ? [] : [["bar", "value", "want", "ok"]]
    for bar in bars {
      rows.append([
        bar.name, bar.value.map { Self.text($0, decimals: 3) } ?? "-",
        (bar.isCeiling ? "<= " : ">= ") + Self.text(bar.want, decimals: 2),
        bar.isMet.map { $0 ? "yes" : "no" } ?? "n/a",
      ])
    }
    text += TextTable(rows: rows).text
    for bar in bars { if let note = bar.note { text += "  \(bar.name): \(note)\n" } }
    for line in verified { text += "  verified: \(line)\n" }
    return text
  }
}
