extension LedgerReport {
  /// The report as aligned tables; counters that are zero everywhere are left out unless they are
  /// terms of an equation.
  ///
  /// - Parameter color: whether headings and violations carry ANSI colours.
  public func text(color: Bool) -> String {
    let paint = Paint(isOn: color)
    let identity = snapshot.header.identity
    var text = paint.bold("millrace \(identity.version) \(identity.instance)")
    text += ": \(identity.verb), process \(snapshot.header.pid), "
    text += isRunning ? stateName : paint.red(stateName)
    text += ", up \(Self.duration(uptimeNanos)), "
    text += "last sign of life \(Self.duration(snapshot.takenAt.nanos(since: snapshot.heartbeat)))"
    text += " ago\n"
    for scope in scopes {
      let table = scope == .latency ? latencies() : tabulate(scope)
      guard !table.isEmpty else { continue }
      text += "\n\(paint.bold(scope.name))\n\(table.text)"
    }
    text += "\n"
    for state in journalStates {
      text += state.isFailing ? paint.red(state.line) + "\n" : "\(state.line)\n"
    }
    guard !isBalanced else { return text + paint.green("balanced") + ": every message counted\n" }
    for violation in violations { text += paint.red("violated") + ": \(violation)\n" }
    return text
  }

  private var isRunning: Bool { stateName == InstanceState.running.name }

  private var uptimeNanos: UInt64 {
    let end = isRunning ? snapshot.takenAt : snapshot.heartbeat
    return end.nanos(since: snapshot.header.startedAt)
  }

  /// One row a counter and one column a block, or turned round where there are more blocks.
  private func tabulate(_ scope: CounterScope) -> TextTable {
    let blocks = blocks(of: scope)
    var rows: [[String]] = [[""] + blocks.map(heading)]
    for entry in entries(of: scope) {
      let values = blocks.map { $0[entry.id] }
      let definition = CounterTable.all.first { $0.id == entry.id }
      let isTerm = definition.map { !$0.left.union($0.right).isEmpty } ?? false
      guard isTerm || values.contains(where: { $0 > 0 }) else { continue }
      // When an outlet began to fail is told in words (`journalStates`).
      guard entry.id != .failingSince else { continue }
      rows.append([entry.name] + values.map { cell($0, entry) })
      rows += elements(of: entry, in: blocks)
    }
    guard rows.count > 1 else { return TextTable(rows: []) }
    return TextTable(rows: blocks.count >= rows.count ? Self.turned(rows) : rows)
  }

  /// A value as people read it: states by name, points of time by their age.
  private func cell(_ value: UInt64, _ entry: CounterCatalog.Entry) -> String {
    switch entry.unit {
    case "ns": return Self.duration(value)
    case "signed_ns":
      let signed = Int64(bitPattern: value)
      return (signed < 0 ? "-" : "") + Self.duration(signed.magnitude)
    case "unix_ns":
      guard value > 0 else { return "-" }
      return Self.duration(snapshot.takenAt.nanos(since: RealtimeInstant(rawValue: value))) + " ago"
    default:
      let words = entry.words
      return value < UInt64(words.count) ? words[Int(value)] : Self.grouped(value)
    }
  }

  private func heading(_ block: BlockSnapshot) -> String {
    let names = labels(of: block).map(\.name).joined(separator: " ")
    return block.isConsistent ? names : "\(names) (unsettled)"
  }

  /// A row for each element of an array that some block has counted.
  private func elements(
    of entry: CounterCatalog.Entry, in blocks: [BlockSnapshot]
  ) -> [[String]] {
    guard entry.wordCount > 1 else { return [] }
    return (0..<entry.wordCount).compactMap { element in
      let values = blocks.map { $0.reading.words[entry.firstWord + element] }
      guard values.contains(where: { $0 > 0 }) else { return nil }
      let name = snapshot.catalog.elementName(entry, element)
      return ["  \(entry.name) \(name)"] + values.map(Self.grouped)
    }
  }

  /// One row a thread and stage, one column a figure.
  private func latencies() -> TextTable {
    let entries = entries(of: .latency).filter {
      $0.wordCount <= Stage.limit && $0.id != .sumNanos
    }
    let known = Stage.all.map { Int($0.rawValue) }
    let order = known + (0..<Stage.limit).filter { !known.contains($0) }
    var rows: [[String]] = [["thread stage"] + entries.map(Self.figure)]
    for block in blocks(of: .latency) {
      for stage in order {
        let values = entries.map { entry in
          stage < entry.wordCount ? block.reading.words[entry.firstWord + stage] : 0
        }
        guard values.contains(where: { $0 > 0 }), let first = entries.first else { continue }
        let name = snapshot.catalog.elementName(first, stage)
        rows.append(
          ["\(block.name) \(name)"]
            + zip(entries, values).map { entry, value in
              entry.unit == "ns" ? Self.duration(value) : Self.grouped(value)
            })
      }
    }
    return TextTable(rows: rows.count > 1 ? rows : [])
  }

  private static func figure(_ entry: CounterCatalog.Entry) -> String {
    switch entry.id {
    case .meanNanos: "mean"
    case .p50Nanos: "p50"
    case .p90Nanos: "p90"
    case .p99Nanos: "p99"
    case .p999Nanos: "p99.9"
    case .p9999Nanos: "p99.99"
    case .maxNanos: "max"
    default: entry.name
    }
  }

  private static func turned(_ rows: [[String]]) -> [[String]] {
    guard let first = rows.first else { return [] }
    return first.indices.map { column in rows.map { $0[column] } }
  }

  /// 1234567 as 1,234,567.
  public static func grouped(_ number: UInt64) -> String {
    var result: [Character] = []
    for (index, digit) in String(number).reversed().enumerated() {
      if index > 0, index % 3 == 0 { result.append(",") }
      result.append(digit)
    }
    return String(result.reversed())
  }

  /// Nanoseconds with three significant digits or more, in the unit that suits them.
  public static func duration(_ nanos: UInt64) -> String {
    switch nanos {
    case ..<1_000: "\(nanos) ns"
    case ..<1_000_000: "\(fraction(nanos, 1_000)) µs"
    case ..<1_000_000_000: "\(fraction(nanos, 1_000_000)) ms"
    default: "\(fraction(nanos, 1_000_000_000)) s"
    }
  }

  private static func fraction(_ nanos: UInt64, _ unit: UInt64) -> String {
    let hundredths = nanos / (unit / 100)
    let rest = hundredths % 100
    return "\(grouped(hundredths / 100)).\(rest < 10 ? "0" : "")\(rest)"
  }
}

/// ANSI colours, or none.
private struct Paint {
  let isOn: Bool
  func bold(_ text: String) -> String { wrap(text, "1") }
  func red(_ text: String) -> String { wrap(text, "31") }
  func green(_ text: String) -> String { wrap(text, "32") }
  private func wrap(_ text: String, _ code: String) -> String {
    isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
