public import Ledger
public import Timing

extension LabStage {
  /// The figures and curves of a recorder that has finished.
  public init(_ name: String, from: String, _ recorder: borrowing LatencyRecorder) {
    self.init(name, from: from, all: recorder.all, clean: recorder.clean)
  }

  /// The figures and curves of two histograms.
  public init(
    _ name: String, from: String, all: borrowing Histogram, clean: borrowing Histogram
  ) {
    self.init(name: name, from: from)
    self.all = LabQuantiles(all)
    self.clean = LabQuantiles(clean)
    curve = Self.curve(of: all)
    cleanCurve = Self.curve(of: clean)
  }

  /// The percentile curve: ten points a decade of what is left to 100 %, as far as there are values
  /// to tell them apart, and the maximum.
  static func curve(of histogram: borrowing Histogram) -> [[Double]] {
    let count = Double(histogram.count)
    guard count > 0 else { return [] }
    var percents: [Double] = [0]
    var rest = 1.0
    let step = 0.794_328_234_724_281_5  // 10^-0.1
    while rest * step * count >= 1, rest > 1e-7 {
      rest *= step
      percents.append(100 * (1 - rest))
    }
    percents.append(100)
    let values = histogram.percentiles(percents)
    return zip(percents, values).map { [$0, Double($1)] }
  }
}

extension LabHiccups {
  /// What a watch has seen in `nanos`.
  public init(thread: String, cpu: Int, nanos: UInt64, _ watch: HiccupWatch) {
    self.init(thread: thread)
    self.cpu = cpu
    self.nanos = nanos
    thresholdNanos = watch.thresholdNanos
    gaps = watch.gaps
    lostNanos = watch.lostNanos
    longest = watch.longest
  }
}
