extension LedgerReport {
  /// The report in the text format of Prometheus, version 0.0.4.
  ///
  /// Names are `millrace_<scope>_<counter>`, with `_total` for what only grows. Times are seconds,
  /// whatever the counter's unit is; a point of time is `_timestamp_seconds`, 0 for none. Elements
  /// of arrays appear once they are not zero. A session's state and health are told as numbers and
  /// as one metric a name (0 or 1). Latencies are told as a summary and as a histogram. Every
  /// metric carries the label `pipeline` where `namesPipeline` says so: several pipelines of one
  /// machine may share a scraper. docs/metrics.md lists all.
  public func prometheus(namesPipeline: Bool = false) -> String {
    let common =
      namesPipeline ? [(label: "pipeline", name: snapshot.header.identity.instance)] : []
    var page = MetricsPage(common: common)
    write(to: &page)
    return page.text
  }

  /// Adds the report to a page.
  public func write(to page: inout MetricsPage) {
    addInstance(to: &page)
    for scope in scopes {
      let blocks = blocks(of: scope).map { (block: $0, labels: labels(of: $0)) }
      for entry in entries(of: scope) where !Self.latencyFigures.contains(entry.id) {
        add(entry, blocks, to: &page)
        if !entry.words.isEmpty { addWords(entry, blocks, to: &page) }
      }
      if scope == .latency { addLatencies(blocks.map(\.block), to: &page) }
    }
  }

  private typealias Labelled = (block: BlockSnapshot, labels: [(label: String, name: String)])

  private func add(
    _ entry: CounterCatalog.Entry, _ blocks: [Labelled], to page: inout MetricsPage
  ) {
    let isCounter = entry.kind == .counter
    let name = Self.metricName(entry)
    page.begin(name, isCounter ? "counter" : "gauge", entry.help)
    for (block, labels) in blocks {
      if entry.wordCount == 1 {
        page.add(name, labels, Self.value(block[entry.id], entry))
      } else {
        for (element, value) in block.elements(entry.id) {
          let label = MetricsPage.metricName(entry.label)
          page.add(name, labels + [(label: label, name: element)], Self.value(value, entry))
        }
      }
    }
  }

  /// The metric's name in base units.
  private static func metricName(_ entry: CounterCatalog.Entry) -> String {
    var name = entry.name
    switch entry.unit {
    case "ns", "signed_ns":
      if name.hasSuffix("_nanos") { name.removeLast("_nanos".count) }
      name += "_seconds"
    case "unix_ns": name += "_timestamp_seconds"
    default: break
    }
    if !entry.words.isEmpty { name += "_number" }
    if entry.kind == .counter { name += "_total" }
    return MetricsPage.metricName("millrace_\(entry.id.scope.name)_\(name)")
  }

  private static func value(_ value: UInt64, _ entry: CounterCatalog.Entry) -> String {
    switch entry.unit {
    case "ns", "unix_ns": MetricsPage.seconds(value)
    case "signed_ns": MetricsPage.seconds(Int64(bitPattern: value))
    default: "\(value)"
    }
  }

  /// One line for each name that the number could stand for, 1 for the one that it does.
  private func addWords(
    _ entry: CounterCatalog.Entry, _ blocks: [Labelled], to page: inout MetricsPage
  ) {
    let name = MetricsPage.metricName("millrace_\(entry.id.scope.name)_\(entry.name)")
    page.begin(name, "gauge", "1 for the \(entry.name) that it is in, 0 for the others.")
    let label = MetricsPage.metricName(entry.name)
    for (block, labels) in blocks {
      let value = block[entry.id]
      for (number, word) in entry.words.enumerated() {
        page.add(name, labels + [(label: label, name: word)], value == number ? "1" : "0")
      }
    }
  }

  /// Who it is, whether it lives, and the verdict.
  private func addInstance(to page: inout MetricsPage) {
    let header = snapshot.header
    page.begin("millrace_ledger_balanced", "gauge", "Whether every message is accounted for.")
    page.add("millrace_ledger_balanced", [], isBalanced ? "1" : "0")
    page.begin("millrace_up", "gauge", "Whether the pipeline runs: its process lives.")
    page.add("millrace_up", [], stateName == InstanceState.running.name ? "1" : "0")
    page.begin("millrace_build_info", "gauge", "Version and verb of the pipeline; always 1.")
    page.add(
      "millrace_build_info",
      [(label: "version", name: header.identity.version), ("verb", header.identity.verb)], "1")
    page.begin("millrace_start_time_seconds", "gauge", "When it started, since 1970-01-01 UTC.")
    page.add("millrace_start_time_seconds", [], MetricsPage.seconds(header.startedAt.rawValue))
    page.begin("millrace_heartbeat_time_seconds", "gauge", "Its last sign of life.")
    page.add(
      "millrace_heartbeat_time_seconds", [], MetricsPage.seconds(snapshot.heartbeat.rawValue))
  }

  /// What the summary and the histogram tell instead.
  private static var latencyFigures: [CounterID] {
    [
      .samples, .meanNanos, .p50Nanos, .p90Nanos, .p99Nanos, .p999Nanos, .p9999Nanos, .sumNanos,
      .bucketCounts,
    ]
  }

  private func addLatencies(_ blocks: [BlockSnapshot], to page: inout MetricsPage) {
    let stages = blocks.flatMap { block in
      Stage.all.compactMap { LatencyFigures(block, $0) }
    }
    let summary = "millrace_latency_seconds"
    page.begin(summary, "summary", "Latencies of a thread's stage since its start.")
    for stage in stages {
      for (quantile, value) in stage.quantiles {
        page.add(
          summary, stage.labels + [(label: "quantile", name: quantile)], MetricsPage.seconds(value))
      }
      page.add("\(summary)_sum", stage.labels, MetricsPage.seconds(stage.sum))
      page.add("\(summary)_count", stage.labels, "\(stage.count)")
    }
    let histogram = "millrace_latency_histogram_seconds"
    page.begin(histogram, "histogram", "The same, by powers of two of a nanosecond.")
    for stage in stages {
      var below: UInt64 = 0
      var next = 0
      for power in LatencyBuckets.powers {
        while next < power, next < stage.buckets.count {
          below &+= stage.buckets[next]
          next += 1
        }
        let bound = MetricsPage.seconds(LatencyBuckets.lowerBound(of: power))
        page.add("\(histogram)_bucket", stage.labels + [(label: "le", name: bound)], "\(below)")
      }
      let all = stage.buckets.reduce(0, &+)
      page.add("\(histogram)_bucket", stage.labels + [(label: "le", name: "+Inf")], "\(all)")
      page.add("\(histogram)_sum", stage.labels, MetricsPage.seconds(stage.sum))
      page.add("\(histogram)_count", stage.labels, "\(all)")
    }
  }
}

/// Figures of one stage of one thread, as a counters file tells them.
public struct LatencyFigures: Sendable, Equatable {
  public let thread: String
  public let stage: Stage
  /// Since the thread's start, nanoseconds.
  public let count: UInt64
  public let sum: UInt64
  public let p50: UInt64
  public let p90: UInt64
  public let p99: UInt64
  public let p999: UInt64
  public let p9999: UInt64
  public let max: UInt64
  /// Counts by `LatencyBuckets`.
  public let buckets: [UInt64]

  /// Nil where the stage has recorded nothing.
  public init?(_ block: BlockSnapshot, _ stage: Stage) {
    let index = Int(stage.rawValue)
    func figure(_ id: CounterID) -> UInt64 {
      let words = block.words(id)
      return index < words.count ? words[index] : 0
    }
    guard block.scope == .latency, figure(.samples) > 0 else { return nil }
    thread = block.name
    self.stage = stage
    count = figure(.samples)
    sum = figure(.sumNanos)
    p50 = figure(.p50Nanos)
    p90 = figure(.p90Nanos)
    p99 = figure(.p99Nanos)
    p999 = figure(.p999Nanos)
    p9999 = figure(.p9999Nanos)
    max = figure(.maxNanos)
    let words = block.words(.bucketCounts)
    let first = index * LatencyBuckets.count
    buckets =
      first + LatencyBuckets.count <= words.count
      ? Array(words[first..<(first + LatencyBuckets.count)]) : []
  }

  var labels: [(label: String, name: String)] {
    [(label: "thread", name: thread), (label: "stage", name: stage.name)]
  }

  var quantiles: [(String, UInt64)] {
    [("0.5", p50), ("0.9", p90), ("0.99", p99), ("0.999", p999), ("0.9999", p9999)]
  }
}
