/// The latency histograms of one thread, one for each stage.
///
/// The thread records into them without sharing anything, and publishes a summary now and then;
/// when it has ended, `merge` joins the threads' histograms for the final report.
public struct StageHistograms: ~Copyable, Sendable {
  @usableFromInline var histograms: InlineArray<8, Histogram>

  /// Empty histograms; a stage that records nothing takes address space but no memory.
  public init() {
    histograms = InlineArray { _ in Histogram() }
  }

  /// Records `count` latencies of `nanos` for a stage.
  @inlinable @inline(__always)
  public mutating func record(_ stage: Stage, nanos: UInt64, count: UInt64 = 1) {
    histograms[Int(stage.rawValue & 7)].record(nanos, count: count)
  }

  /// Adds everything that another thread has recorded.
  public mutating func merge(_ other: borrowing StageHistograms) {
    for index in 0..<Stage.limit { histograms[index].merge(other.histograms[index]) }
  }

  /// The figures of one stage.
  public func summary(of stage: Stage) -> Histogram.Summary {
    histograms[Int(stage.rawValue & 7)].summary()
  }

  /// Takes the figures of all stages that have recorded anything, for a thread that ends; then
  /// publish the block.
  public func summarize(into counters: inout LatencyCounters) {
    for index in 0..<Stage.limit where histograms[index].count > 0 {
      counters.summarize(histograms[index], as: Stage(rawValue: UInt8(index)))
    }
  }

  /// Takes the figures of one stage: the next one after `cursor`, round and round, that has
  /// recorded anything. About ten microseconds: a running thread stands still for no longer.
  public func summarizeNext(after cursor: inout UInt8, into counters: inout LatencyCounters) {
    for _ in 0..<Stage.limit {
      cursor = (cursor &+ 1) & 7
      guard histograms[Int(cursor)].count > 0 else { continue }
      return counters.summarize(histograms[Int(cursor)], as: Stage(rawValue: cursor))
    }
  }

  /// Between two calls of `summarizeNext`, ns: with four stages each is at most 0.2 s old.
  public static var summaryNanos: UInt64 { 50_000_000 }

  /// A table with one row for each stage that has recorded anything.
  public func table() -> TextTable {
    var rows = [["stage", "samples", "mean", "p50", "p90", "p99", "p99.9", "p99.99", "max"]]
    for (stage, summary) in recorded {
      let figures = [
        summary.mean, summary.p50, summary.p90, summary.p99, summary.p999, summary.p9999,
        summary.max,
      ]
      rows.append(
        [stage, LedgerReport.grouped(summary.count)] + figures.map(LedgerReport.duration))
    }
    return TextTable(rows: rows)
  }

  /// Writes an object with a member for each stage that has recorded anything, in nanoseconds.
  public func write(to json: inout JSONText) {
    let recorded = recorded
    json.object { json in
      for (stage, summary) in recorded {
        json.field(stage) { json in
          json.object {
            $0.field("samples", summary.count)
            summary.writePercentiles(to: &$0)
          }
        }
      }
    }
  }

  private var recorded: [(stage: String, summary: Histogram.Summary)] {
    var result: [(stage: String, summary: Histogram.Summary)] = []
    for stage in Stage.all where histograms[Int(stage.rawValue)].count > 0 {
      result.append((stage.name, histograms[Int(stage.rawValue)].summary()))
    }
    return result
  }
}

extension Histogram.Summary {
  /// Writes mean, percentiles and greatest value as members of the object that is open.
  public func writePercentiles(to json: inout JSONText) {
    json.field("mean", mean)
    json.field("p50", p50)
    json.field("p90", p90)
    json.field("p99", p99)
    json.field("p99.9", p999)
    json.field("p99.99", p9999)
    json.field("max", max)
  }
}
