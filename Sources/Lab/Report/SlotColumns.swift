/// The series of a result with as many points as a plot can show: of slots that share a point the
/// worst stays, so that a single bad one among 100,000 is still seen.
///
/// Columns of unequal length, which only a damaged file has, count as zero where they end.
struct SlotColumns {
  /// Slots that one point stands for, and its length.
  let slotsPerPoint: Int
  let pointMillis: Double
  let slotMillis: Double
  /// Highest rate at which messages were due in a slot, messages a second.
  private(set) var offeredRate: [Double] = []
  /// Highest of the slots; 0 where there was no message.
  private(set) var p50: [Double] = []
  private(set) var p99: [Double] = []
  private(set) var max: [Double] = []
  private(set) var depth: [Double] = []
  /// Sums of the slots.
  private(set) var lost: [Double] = []
  /// Most of a slot that a thread lost, ns.
  private(set) var stolen: [Double] = []

  var count: Int { offeredRate.count }
  var millis: Double { Double(count) * pointMillis }

  init(_ series: LabSeries, limit: Int = ReportLimits.columns) {
    let lengths = [
      series.offered.count, series.p50.count, series.p99.count, series.max.count,
      series.depth.count, series.lost.count, series.stolen.count,
    ]
    let slots = lengths.max() ?? 0
    let isLength = series.slotMillis.isFinite && series.slotMillis > 0
    slotMillis = isLength ? min(series.slotMillis, 1e9) : 1
    let perPoint = Swift.max(1, (slots + limit - 1) / limit)
    slotsPerPoint = perPoint
    pointMillis = Double(perPoint) * slotMillis
    let points = (slots + perPoint - 1) / perPoint

    func worst(_ column: [UInt64]) -> [Double] {
      Self.folded(column, points, perPoint) { Swift.max($0, $1) }
    }
    offeredRate = worst(series.offered).map { $0 / slotMillis * 1_000 }
    p50 = worst(series.p50)
    p99 = worst(series.p99)
    max = worst(series.max)
    depth = worst(series.depth)
    lost = Self.folded(series.lost, points, perPoint, +)
    stolen = worst(series.stolen)
  }

  private static func folded(
    _ column: [UInt64], _ points: Int, _ perPoint: Int, _ fold: (Double, Double) -> Double
  ) -> [Double] {
    var folded = [Double](repeating: 0, count: points)
    for (index, value) in column.enumerated() {
      folded[index / perPoint] = fold(folded[index / perPoint], Double(value))
    }
    return folded
  }

  /// The axis of time that holds all of these.
  static func timeAxis(_ all: [SlotColumns], _ frame: PlotFrame) -> (axis: PlotAxis, title: String)
  {
    let millis = all.map(\.millis).max() ?? 1
    let units = [(1.0, "ms"), (1_000, "s"), (60_000, "min"), (3_600_000, "h")]
    let unit = units.last { millis >= 2 * $0.0 } ?? (1, "ms")
    let axis = PlotAxis.linear(
      upTo: millis / unit.0, from: frame.plotLeft, to: frame.plotRight, spacing: 70,
      isExact: true, label: { ReportText.significant($0, digits: 6) })
    let scaled = PlotAxis(
      isLogarithmic: false, low: 0, high: axis.high * unit.0, start: axis.start, end: axis.end,
      ticks: axis.ticks.map { PlotTick(value: $0.value * unit.0, label: $0.label) })
    return (scaled, "time since the first message was due, \(unit.1)")
  }

  /// The middle of a point in time, ms.
  func middle(_ index: Int) -> Double { (Double(index) + 0.5) * pointMillis }
}
