import Ledger
import Testing

@testable import Lab

/// Which runs are judged, by what, and when there is no verdict.
struct BarsTests {
  static func facts(_ change: (inout LabBars.Facts) -> Void) -> LabBars.Facts {
    var total = LabQuantiles()
    total.samples = 1_000_000
    total.p50 = 60
    total.p99 = 400
    total.p999 = 1_500
    var raw = LabQuantiles()
    raw.samples = 1
    raw.p50 = 100
    var facts = LabBars.Facts(
      plan: LabPlan(), total: total, published: nil, cleanShare: 0.5, rawRoundTrip: raw,
      udpRoundTrip: nil,
      isComplete: true)
    change(&facts)
    return facts
  }

  @Test func constantRates() {
    var bars = LabBars.judge(Self.facts { $0.plan.profile.rate = 10e6 })
    #expect(bars.map(\.name) == ["p50 / raw one-way time", "p99", "p99.9"])
    #expect(bars.map(\.value) == [1.2, 400, 1_500])
    #expect(bars.allSatisfy { $0.isMet == true && $0.note == nil })
    bars = LabBars.judge(Self.facts { $0.plan.profile.rate = 1e6 })
    #expect(bars.map(\.name) == ["p50 / raw one-way time", "p99.9"])
    #expect(LabBars.judge(Self.facts { $0.plan.profile.rate = 100e6 }).isEmpty)
  }

  @Test func otherKinds() {
    var bars = LabBars.judge(
      Self.facts {
        $0.plan.profile.kind = "bursts"
        $0.plan.profile.rate = 50e6
        $0.total.p99 = 1_001
      })
    #expect(bars.map(\.limit) == [1_000])
    #expect(bars.first?.isMet == false)
    bars = LabBars.judge(
      Self.facts {
        $0.plan.outputs = ["books"]
        $0.published = LabQuantiles()
        $0.published?.p99 = 2_001
      })
    // What counts is when the record is out, not when the worker has taken it.
    #expect(bars.map(\.limit) == [2_000] && bars.map(\.value) == [2_001])
    #expect(bars.first?.isMet == false)
    bars = LabBars.judge(
      Self.facts {
        $0.plan.input = "udp"
        $0.plan.last = "reader"
        $0.udpRoundTrip = LabQuantiles()
        $0.udpRoundTrip?.p50 = 400
      })
    #expect(bars.map(\.value) == [2])
    #expect(bars.first?.isMet == true)
    #expect(LabBars.judge(Self.facts { $0.plan.input = "tcp" }).isEmpty)
  }

  @Test func noVerdictOnANoisyMachineOrAfterALoss() {
    let noisy = LabBars.judge(Self.facts { $0.cleanShare = 0.09 })
    #expect(noisy.count == 2 && noisy.allSatisfy { $0.value == nil && $0.isMet == nil })
    #expect(noisy.allSatisfy { $0.note?.contains("9.0 %") == true })
    let lossy = LabBars.judge(Self.facts { $0.isComplete = false })
    #expect(lossy.allSatisfy { $0.value == nil && $0.note?.contains("lost") == true })
  }

  @Test func curvesRiseToTheMaximum() {
    var histogram = Histogram()
    for value in 1...10_000 { histogram.record(UInt64(value)) }
    let stage = LabStage("total", from: "due", all: histogram, clean: Histogram())
    let percents = stage.curve.map { $0[0] }
    let values = stage.curve.map { $0[1] }
    #expect(percents == percents.sorted() && values == values.sorted())
    #expect(percents.last == 100 && values.last == 10_000)
    #expect(stage.cleanCurve.isEmpty)
    #expect(stage.all.p50 == 5_001 || (4_995...5_005).contains(stage.all.p50))
  }
}
