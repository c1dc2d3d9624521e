/// What runs of the lab are held to. A bar stands in the result only where the run is of the kind
/// that the bar is about.
enum LabBars {
  /// Least share of clean windows that a verdict needs.
  static var leastCleanShare: Double { 0.1 }

  /// What is known of a run when it is judged.
  struct Facts {
    var plan: LabPlan
    var total: LabQuantiles
    /// Age of records when they are in shared memory, where it was recorded.
    var published: LabQuantiles?
    var cleanShare: Double
    var rawRoundTrip: LabQuantiles?
    var udpRoundTrip: LabQuantiles?
    var isComplete: Bool
  }

  /// The bars of this kind of run, with the values of its clean windows; without values where the
  /// machine was too noisy for any.
  static func judge(_ facts: Facts) -> [LabBar] {
    var bars: [LabBar] = []
    let hasVerdict =
      facts.cleanShare >= leastCleanShare && facts.total.samples > 0 && facts.isComplete
    let note: String? =
      hasVerdict
      ? nil
      : !facts.isComplete
        ? "no verdict: messages were lost"
        : "no verdict: \(percent(facts.cleanShare)) of the windows are clean, "
          + "\(percent(leastCleanShare)) are needed"
    func add(_ name: String, _ value: Double, atMost limit: Double, unit: String = "ns") {
      bars.append(
        LabBar(
          name: name, value: hasVerdict ? value : nil, limit: limit, unit: unit, isCeiling: true,
          note: note))
    }
    let total = facts.total
    let plan = facts.plan
    if plan.input == "udp" {
      guard let trip = facts.udpRoundTrip, plan.last == "reader" else { return bars }
      add("p99 / half of the bare UDP round trip", ratio(total.p99, trip.p50), atMost: 2, unit: "x")
      return bars
    }
    guard plan.input == "memory" else { return bars }
    let rate = plan.profile.rate
    if plan.hasBooks {
      if plan.profile.kind == "constant", (900_000...1_100_000).contains(rate) {
        // Where the run ends at the worker, its total ends before the book is touched.
        let end = plan.last == "worker" ? facts.published ?? total : total
        add("p99 with books, published", Double(end.p99), atMost: 2_000)
      }
      return bars
    }
    switch plan.profile.kind {
    case "constant" where (1e6...20e6).contains(rate):
      if let raw = facts.rawRoundTrip, raw.p50 > 0 {
        add("p50 / raw one-way time", ratio(total.p50, raw.p50), atMost: 1.5, unit: "x")
      }
      if (9_000_000...11_000_000).contains(rate) { add("p99", Double(total.p99), atMost: 500) }
      add("p99.9", Double(total.p999), atMost: 2_000)
    case "bursts" where plan.profile.count >= 1_000 && rate >= 50e6:
      add("p99 of bursts", Double(total.p99), atMost: 1_000)
    default: break
    }
    return bars
  }

  /// A latency over half of a round trip, to two places.
  private static func ratio(_ nanos: UInt64, _ roundTrip: UInt64) -> Double {
    guard roundTrip > 0 else { return 0 }
    return (Double(nanos) / (Double(roundTrip) / 2) * 100).rounded() / 100
  }

  static func percent(_ share: Double) -> String { "\((share * 1_000).rounded() / 10) %" }
}
