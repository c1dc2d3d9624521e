/// Two results beside each other for a terminal: what the report shows first.
public enum LabComparison {
  /// Rows of a table, the first one its head: the percentiles of the total with the ratio, over
  /// clean windows and over all messages as far as both results have them, then loss and capacity.
  public static func rows(_ before: LabResult, _ after: LabResult) -> [[String]] {
    let runs = [before, after].enumerated().map { ReportRun(result: $1, index: $0) }
    var rows = [["", "A", "B", "B / A"]]
    rows.append(["result", before.label, after.label, ""].map(ReportText.terminalName))
    let totals = runs.map(\.total)
    if let first = totals[0], let second = totals[1] {
      rows += percentiles("clean", first.clean, second.clean)
      rows += percentiles("all", first.all, second.all)
    }
    if let first = runs[0].rawOneWay, let second = runs[1].rawOneWay {
      rows.append(row("raw one way", first, second, ReportText.duration))
    }
    if let first = before.capacity, let second = after.capacity {
      rows.append(row("capacity", first, second, ReportText.rate))
    }
    rows.append(row("clean windows", before.cleanShare, after.cleanShare, ReportText.share))
    rows.append([
      "lost", ReportText.count(runs[0].lostCount), ReportText.count(runs[1].lostCount), "",
    ])
    return rows
  }

  private static func percentiles(
    _ name: String, _ before: LabQuantiles, _ after: LabQuantiles
  ) -> [[String]] {
    guard before.samples > 0, after.samples > 0 else { return [] }
    let parts: [(String, KeyPath<LabQuantiles, UInt64>)] = [
      ("p50", \.p50), ("p90", \.p90), ("p99", \.p99), ("p99.9", \.p999), ("p99.99", \.p9999),
      ("maximum", \.max),
    ]
    return parts.map { part, path in
      row(
        "\(part), \(name)", Double(before[keyPath: path]), Double(after[keyPath: path]),
        ReportText.duration)
    }
  }

  private static func row(
    _ name: String, _ before: Double, _ after: Double, _ text: (Double) -> String
  ) -> [String] {
    [name, text(before), text(after), ReportText.ratio(before, after)]
  }
}
