/// How the highest rate without loss is looked for.
public struct LabSearch: Codable, Sendable {
  /// The first rate, and the highest that is tried, messages a second.
  public var from = 250_000.0
  public var limit = 200_000_000.0
  /// How long each rate is offered, and each of the three shares of the capacity at the end, ns.
  public var stepNanos: UInt64 = 500_000_000
  public var shareNanos: UInt64 = 1_000_000_000
  /// The search ends where the bounds are this near to each other.
  public var precision = 1.05

  public init() {}
}

extension LabRun {
  /// Finds the highest rate that the pipeline keeps up with, and its latencies at 50, 80 and 95 %
  /// of it.
  ///
  /// Twice as much each time until a rate is too high, then halves of the ratio between the
  /// bounds. A rate is kept up with where nothing is lost, at least 99 % of the messages are seen
  /// within the time in which they are due, and those of the last quarter are not late. Since the
  /// machine's own pauses can spoil a step, a rate that fails is tried once more.
  public func capacity(_ search: LabSearch) throws(LabFailure) -> LabResult {
    var machine = try beforehand()
    var found = CapacitySteps()
    let cache = FramesCache()
    var low = 0.0
    var high: Double?
    var rate = search.from
    while rate <= search.limit, high.map({ $0 / max(low, 1) > search.precision }) ?? true {
      let isSustained = try keepsUp(rate, search, cache, &found)
      if isSustained { low = rate } else { high = rate }
      if let high, high < Self.leastRate { break }
      // Between the bounds; below the first rate where even that was too high.
      rate = high.map { low > 0 ? ($0 * low).squareRoot() : $0 / 4 } ?? rate * 2
    }
    var last: PassResult?
    for share in low > 0 ? [0.5, 0.8, 0.95] : [] {
      let pass = try pass(low * share, search.shareNanos, cache)
      found.add(pass, rate: low * share, isSustained: Self.keepsUp(pass, rate: low * share))
      if share == 0.8 { last = pass }
    }
    try measureRoundTrip(&machine)
    var result = machine.result(kind: "capacity", plan: plan)
    result.profile = "search for the highest rate, \(found.steps.count) steps"
    if plan.label == nil { result.label = "\(plan.input), capacity" }
    last?.write(into: &result)
    result.steps = found.steps.sorted { $0.offeredRate < $1.offeredRate }
    result.capacity = low
    result.notes += LabNotes.about(result)
    result.notes.append(
      last == nil
        ? "no rate was kept up with" : "stages and series are those at 80 % of the capacity")
    if high == nil { result.notes.append("the highest rate that was allowed was kept up with") }
    return result
  }

  /// A pipeline that cannot do this many a second is broken, not slow.
  private static var leastRate: Double { 1_000 }

  private func keepsUp(
    _ rate: Double, _ search: LabSearch, _ cache: FramesCache, _ found: inout CapacitySteps
  ) throws(LabFailure) -> Bool {
    for attempt in 0..<2 {
      let pass = try pass(rate, search.stepNanos, cache)
      let isSustained = Self.keepsUp(pass, rate: rate)
      if isSustained || attempt == 1 {
        found.add(pass, rate: rate, isSustained: isSustained)
        return isSustained
      }
    }
    return false
  }

  private func pass(
    _ rate: Double, _ nanos: UInt64, _ cache: FramesCache
  ) throws(LabFailure) -> PassResult {
    var step = plan
    step.profile.kind = "constant"
    step.profile.rate = rate
    step.profile.nanos = nanos
    return try LabPass(step, clock: clock, watcher: watcher, cache: cache).run()
  }

  /// Least share of the messages that must be seen while they are due, and how late those of the
  /// last quarter may be in the middle: more is a backlog that grows.
  private static var leastShare: Double { 0.99 }
  private static var latestNanos: UInt64 { 1_000_000 }

  private static func keepsUp(_ pass: PassResult, rate: Double) -> Bool {
    guard pass.lost.isEmpty, pass.violations.isEmpty else { return false }
    let slots = pass.series.p50.count - 1
    let quarter = max(1, slots / 4)
    // What the machine took near the end keeps messages back that the pipeline would have had.
    let taken = pass.series.stolen.dropLast().suffix(quarter).reduce(0, &+)
    let longest = Double(pass.nanos) / 4 * mostForgiven
    let forgiven = min(Double(taken), longest) / Double(max(pass.nanos, 1)) * pass.offeredRate
    guard pass.achievedRate + forgiven >= leastShare * pass.offeredRate else { return false }
    let last = pass.series.p50.dropLast().suffix(quarter).sorted()
    return (last.isEmpty ? 0 : last[last.count / 2]) <= latestNanos
  }

  /// Of the last quarter's length, how much the machine may have taken: more proves nothing.
  private static var mostForgiven: Double { 0.2 }
}

/// The rates that were tried.
private struct CapacitySteps {
  private(set) var steps: [LabStep] = []

  mutating func add(_ pass: PassResult, rate: Double, isSustained: Bool) {
    steps.append(
      LabStep(
        offeredRate: pass.offeredRate, achievedRate: pass.achievedRate,
        lost: pass.lost.values.reduce(0, &+), latency: pass.total?.all ?? LabQuantiles(),
        cleanLatency: pass.total?.clean ?? LabQuantiles(), cleanShare: pass.cleanShare,
        isSustained: isSustained))
  }
}
