import Testing

@testable import Lab

struct ReportScaleTests {
  @Test(arguments: [
    (0.0, "0 ns"), (0.4, "0.4 ns"), (47.25, "47.3 ns"), (999.4, "999 ns"), (999.6, "1 µs"),
    (1_034, "1.03 µs"), (2e9, "2 s"), (61e9, "1.02 min"), (7.2e12, "2 h"), (.nan, "–"),
    (.infinity, "–"), (1e19, "115741 d"),
  ])
  func durationsHaveThreeDigits(_ nanos: Double, _ text: String) {
    #expect(ReportText.duration(nanos) == text)
  }

  @Test func numbersReadWell() {
    #expect(ReportText.count(1_234_567) == "1\u{2009}234\u{2009}567")
    #expect(ReportText.count(12) == "12" && ReportText.amount(4_096) == "4\u{2009}096")
    #expect(ReportText.rate(12_340_000) == "12.3 M/s" && ReportText.amount(2.5e6) == "2.5 M")
    #expect(ReportText.share(0.000_01) == "< 0.01 %" && ReportText.share(0.714) == "71.4 %")
    #expect(ReportText.share(0) == "0 %" && ReportText.ratio(0, 1) == "–")
    #expect(ReportText.coordinate(.nan) == "0" && ReportText.coordinate(-0.04) == "0")
    #expect(ReportText.coordinate(12.34) == "12.3" && ReportText.coordinate(1e300) == "9999")
    #expect(ReportText.commandLine(["a b", "--x=1", "it's"]) == "'a b' --x=1 'it'\\''s'")
  }

  @Test(arguments: [
    [1.0, 10], [3, 7], [47, 1_800_000], [1, 1.8e19], [0, 0], [], [.nan, .infinity], [5e6, 5e6],
  ])
  func logarithmicAxesHoldTheirValues(_ values: [Double]) {
    let axis = PlotAxis.logarithmic(
      values, from: 300, to: 20, spacing: 26, label: ReportText.duration)
    #expect(axis.low >= 1 && axis.high >= axis.low * 9)
    for value in values where value.isFinite && value >= 1 {
      #expect(axis.low <= value && value <= axis.high)
    }
    let labelled = axis.ticks.filter { !$0.label.isEmpty }
    #expect(labelled.count >= 2 && labelled.count <= 11, "\(labelled)")
    let places = labelled.map { axis.position($0.value) }
    for (one, next) in zip(places, places.dropFirst()) { #expect(one - next > 14) }
    for value in [-.infinity, -1, 0, 1e300, .infinity, .nan] {
      #expect((20...300).contains(axis.position(value)))
    }
  }

  @Test(arguments: [0.0, 0.3, 1, 7, 25, 4_711, 1e18, .nan, .infinity])
  func linearAxesAreRound(_ most: Double) {
    let axis = PlotAxis.linear(
      upTo: most, from: 0, to: 500, spacing: 50, label: ReportText.amount)
    #expect((2...12).contains(axis.ticks.count) && axis.low == 0)
    if most.isFinite { #expect(axis.high >= most && axis.high <= max(most * 2.5, 1)) }
  }

  @Test func everyNineTakesAsMuchRoom() {
    let most = 6.0
    let places = [90.0, 99, 99.9, 99.99].map { PercentileScale.nines($0, most: most) }
    for (index, place) in places.enumerated() { #expect(abs(place - Double(index + 1)) < 1e-6) }
    #expect(PercentileScale.nines(100, most: most) == most)
    #expect(PercentileScale.nines(-3, most: most) == 0)
    #expect(PercentileScale.nines(.nan, most: most) == 0)
    let axis = PercentileScale.axis(nines: 6.35, from: 60, to: 440)
    let labels = axis.ticks.filter { !$0.label.isEmpty }.map { axis.position($0.value) }.sorted()
    for (one, next) in zip(labels, labels.dropFirst()) { #expect(next - one > 16) }
  }

  @Test func labelsDoNotOverlap() {
    var numbers = SampleResult.Numbers(state: 11)
    for _ in 0..<200 {
      let wanted = (0..<12).map { _ in 300 * numbers.share() }
      let placed = PlotFrame.spread(
        wanted, first: Int(numbers.next() % 13), gap: 15, from: 20, to: 320
      ).sorted()
      for (one, next) in zip(placed, placed.dropFirst()) { #expect(next - one >= 14.999) }
      #expect(placed.allSatisfy { (20...320).contains($0) })
    }
  }

  @Test(arguments: [1, 7, 500, 501, 4_999])
  func foldingKeepsMaximaAndSums(_ slots: Int) {
    var numbers = SampleResult.Numbers(state: UInt64(slots))
    var series = LabSeries()
    for _ in 0..<slots {
      series.max.append(numbers.next() % 1_000_000)
      series.lost.append(numbers.next() % 3)
    }
    let columns = SlotColumns(series)
    #expect(columns.count <= ReportLimits.columns)
    #expect(columns.max.max() == series.max.max().map(Double.init(_:)))
    #expect(columns.lost.reduce(0, +) == Double(series.lost.reduce(0, +)))
    #expect(columns.p50.allSatisfy { $0 == 0 } && columns.p50.count == columns.count)
    #expect(columns.millis >= Double(slots) * series.slotMillis)
  }

  @Test func theKneeIsTheLastBeforeTheFirstFailure() {
    func step(_ rate: Double, _ isSustained: Bool) -> LabStep {
      LabStep(
        offeredRate: rate, achievedRate: rate, lost: 0, latency: LabQuantiles(),
        cleanLatency: LabQuantiles(), cleanShare: 1, isSustained: isSustained)
    }
    let steps = LoadPlots.ordered([step(9, false), step(1, true), step(4, true), step(16, true)])
    #expect(steps.map(\.offeredRate) == [1, 4, 9, 16])
    #expect(LoadPlots.knee(steps)?.offeredRate == 4)
    #expect(LoadPlots.knee([step(1, true)]) == nil && LoadPlots.knee([step(1, false)]) == nil)
  }
}
