public import Ledger
public import Logging
public import Sessions

/// A source whose figures are watched.
public struct WatchedSource: Sendable {
  public var name: String
  public var thresholds: [HealthFigure: Threshold]
  /// Whether the market is open at a time (Unix ns): throughput means nothing while it is not.
  public var isOpen: @Sendable (UInt64) -> Bool

  public init(
    name: String, thresholds: [HealthFigure: Threshold],
    isOpen: @escaping @Sendable (UInt64) -> Bool = { _ in true }
  ) {
    self.name = name
    self.thresholds = thresholds
    self.isOpen = isOpen
  }
}

/// Watches figures of the running pipeline against their thresholds: latency, share of rejected
/// messages, throughput, memory and its trend, clock offset.
///
/// Pure: it is given the counters, the process and the times, about once a second; a control thread
/// owns it. What counts (messages, latencies) is judged over windows, so that one bad message among
/// three is not a third.
public struct FigureWatch: Sendable {
  private let process: [HealthFigure: Threshold]
  private let sources: [WatchedSource]
  private let windowNanos: UInt64
  private var figures: [String: WatchedFigure] = [:]
  private var trend: MemoryTrend
  /// Counters at the beginning of the window.
  private var before: [String: [UInt64]] = [:]
  private var windowBegan: UInt64?

  /// - Parameters:
  ///   - process: thresholds of latency and memory, which are the process's.
  ///   - windowNanos: over which counts are judged.
  public init(
    process: [HealthFigure: Threshold], sources: [WatchedSource],
    windowNanos: UInt64 = 10_000_000_000
  ) {
    self.process = process
    self.sources = sources
    self.windowNanos = windowNanos
    trend = MemoryTrend()
  }

  /// Where each figure stands, by name.
  public var statuses: [WatchStatus] { figures.values.map(\.status).sorted { $0.name < $1.name } }

  /// Looks at the figures; gives an event for each level that has changed.
  ///
  /// - Parameters:
  ///   - now: monotonic ns.
  ///   - time: Unix ns.
  public mutating func look(
    _ report: LedgerReport?, _ sample: ProcessSample, now: UInt64, time: UInt64
  ) -> [LogEvent] {
    var events: [LogEvent] = []
    if let threshold = process[.memory] {
      judge("memory", threshold, sample.residentBytes, .bytes, now, time, &events)
    }
    trend.add(sample.residentBytes, now: now)
    if let slope = trend.bytesPerHour {
      let limit = Int64(clamping: max(sample.residentBytes / 50, 16 << 20))
      let threshold = Threshold(.above, warning: limit, critical: .max)
      judge("memory_trend", threshold, UInt64(max(slope, 0)), .bytesPerHour, now, time, &events)
    }
    guard let report else { return events }
    for source in sources { judgeOffset(source, report, now, time, &events) }
    judgeWindow(report, now, time, &events)
    return events
  }

  private mutating func judgeOffset(
    _ source: WatchedSource, _ report: LedgerReport, _ now: UInt64, _ time: UInt64,
    _ events: inout [LogEvent]
  ) {
    guard let threshold = source.thresholds[.clockOffset],
      let block = report.blocks(of: .session).first(where: { $0.name == source.name })
    else { return }
    let offset = Int64(bitPattern: block[.clockOffsetNanos]).magnitude
    judge("clock_offset.\(source.name)", threshold, offset, .nanos, now, time, &events)
  }

  private mutating func judgeWindow(
    _ report: LedgerReport, _ now: UInt64, _ time: UInt64, _ events: inout [LogEvent]
  ) {
    guard let began = windowBegan else {
      windowBegan = now
      remember(report)
      return
    }
    let elapsed = now > began ? now - began : 0
    guard elapsed >= windowNanos else { return }
    for source in sources {
      guard let block = report.blocks(of: .source).first(where: { $0.name == source.name }),
        let old = before["source.\(source.name)"], old.count == 2
      else { continue }
      let messages = block[.messages] &- min(old[0], block[.messages])
      let rejected = block[.rejected] &- min(old[1], block[.rejected])
      if let threshold = source.thresholds[.errorRate], messages > 0 {
        let share = UInt64(Double(rejected) / Double(messages) * 1e6)
        judge("error_rate.\(source.name)", threshold, share, .millionths, now, time, &events)
      }
      let session = report.blocks(of: .session).first { $0.name == source.name }
      let delivers = session.map { $0[.sessionState] == UInt64(SessionState.live.rawValue) } ?? true
      if let threshold = source.thresholds[.throughput], delivers, source.isOpen(time) {
        let rate = UInt64(Double(messages) * 1e9 / Double(elapsed))
        judge("throughput.\(source.name)", threshold, rate, .perSecond, now, time, &events)
      }
    }
    judgeLatencies(report, now, time, &events)
    windowBegan = now
    remember(report)
  }

  /// p99 of each thread and stage in the window; the limit is that of the whole way, from receipt
  /// to shared memory, which no stage of it may take alone either.
  private mutating func judgeLatencies(
    _ report: LedgerReport, _ now: UInt64, _ time: UInt64, _ events: inout [LogEvent]
  ) {
    guard let threshold = process[.latency] else { return }
    for (name, counts) in Self.latencies(report) {
      let old = before[name] ?? []
      let grown = counts.indices.map { index in
        counts[index] &- min(index < old.count ? old[index] : 0, counts[index])
      }
      guard grown.contains(where: { $0 > 0 }) else { continue }
      let p99 = LatencyBuckets.percentiles(grown, [99])[0]
      judge(name, threshold, p99, .nanos, now, time, &events)
    }
  }

  private static func latencies(_ report: LedgerReport) -> [(name: String, counts: [UInt64])] {
    report.blocks(of: .latency).flatMap { block in
      Stage.all.compactMap { stage in
        LatencyFigures(block, stage).map {
          ("latency.\(block.name).\(stage.name)", $0.buckets)
        }
      }
    }
  }

  private mutating func remember(_ report: LedgerReport) {
    before = [:]
    for block in report.blocks(of: .source) {
      before["source.\(block.name)"] = [block[.messages], block[.rejected]]
    }
    for (name, counts) in Self.latencies(report) { before[name] = counts }
  }

  private mutating func judge(
    _ name: String, _ threshold: Threshold, _ value: UInt64, _ unit: FigureUnit, _ now: UInt64,
    _ time: UInt64, _ events: inout [LogEvent]
  ) {
    var figure = figures[name] ?? WatchedFigure(name: name, threshold, unit, time)
    if let event = figure.judge(value, now: now, time: time) { events.append(event) }
    figures[name] = figure
  }
}
