import Ledger
import TestSupport
import Testing

@Suite("Histogram")
struct HistogramTests {
  @Test("Nothing recorded gives zeros")
  func empty() {
    let histogram = Histogram()
    #expect(histogram.summary() == Histogram.Summary())
  }

  @Test(
    "One value is told within a thousandth, and its maximum exactly",
    arguments: [
      0, 1, 2_047, 2_048, 2_049, 4_095, 4_096, 999_999, 1 << 41, (1 << 42) - 1, 1 << 42,
      3_600_000_000_000, UInt64.max,
    ] as [UInt64])
  func single(value: UInt64) {
    var histogram = Histogram()
    histogram.record(value)
    #expect(histogram.max == value)
    #expect(histogram.percentile(50) == value)
    histogram.record(UInt64.max)
    let told = histogram.percentile(50)
    let seen = min(value, Histogram.limit)
    if value < Histogram.limit { #expect(told >= seen && told - seen <= seen / 1_024) }
  }

  @Test("Percentiles agree with a sorted array", arguments: UInt64(1)...12)
  func property(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var histogram = Histogram()
    var other = Histogram()
    var values: [UInt64] = []
    for _ in 0..<Int(1 + random.next() % 3_000) {
      let value = random.boundaryValue() & (Histogram.limit >> (random.next() % 40))
      let count = 1 + random.next() % 3
      values += Array(repeating: value, count: Int(count))
      if random.next() % 2 == 0 {
        histogram.record(value, count: count)
      } else {
        other.record(value, count: count)
      }
    }
    histogram.merge(other)
    values.sort()
    #expect(histogram.count == UInt64(values.count), "seed \(seed)")
    #expect(histogram.max == values.last, "seed \(seed)")
    #expect(histogram.mean == values.reduce(0, &+) / UInt64(values.count), "seed \(seed)")
    // Tenths of a thousandth, so that the rank is computed in integers.
    for permyriad in [1, 1_000, 5_000, 9_000, 9_900, 9_990, 9_999, 10_000] {
      let rank = max(1, (values.count * permyriad + 9_999) / 10_000)
      let exact = values[rank - 1]
      let told = histogram.percentile(Double(permyriad) / 100)
      #expect(
        told >= exact && told - exact <= exact / 1_024,
        "seed \(seed), \(permyriad) of 10,000: \(told) for \(exact)")
    }
  }

  @Test("Reset forgets everything")
  func reset() {
    var histogram = Histogram()
    histogram.record(5_000, count: 3)
    histogram.record(7, count: 0)
    #expect(histogram.count == 3)
    histogram.reset()
    #expect(histogram.summary() == Histogram.Summary())
  }
}

@Suite("Intervals and coarse buckets")
struct LatencyIntervalTests {
  @Test("An interval's figures are those of a histogram of its own", arguments: UInt64(1)...8)
  func intervals(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var stages = StageHistograms()
    var intervals = StageIntervals()
    for round in 0..<4 {
      var own = Histogram()
      for _ in 0..<Int(random.next() % 500) {
        let value = random.boundaryValue() & (Histogram.limit >> (random.next() % 40))
        let count = 1 + random.next() % 3
        stages.record(.worker, nanos: value, count: count)
        own.record(value, count: count)
      }
      let taken = intervals.take(.worker, of: stages)
      guard own.count > 0 else {
        #expect(taken == nil)
        continue
      }
      let found = try #require(taken)
      var wanted = own.summary()
      // The greatest value of an interval is known to a thousandth.
      #expect(found.max >= wanted.max && found.max - wanted.max <= wanted.max / 1_024)
      wanted.max = found.max
      // Percentiles are cut at the greatest value, whichever that is.
      let pairs = [
        (found.p50, wanted.p50), (found.p90, wanted.p90), (found.p99, wanted.p99),
        (found.p999, wanted.p999), (found.p9999, wanted.p9999),
      ]
      for (told, exact) in pairs {
        #expect(told >= exact && told - exact <= exact / 1_024, "seed \(seed), round \(round)")
      }
      #expect(found.count == wanted.count && found.mean == wanted.mean, "seed \(seed)")
    }
    #expect(intervals.take(.worker, of: stages) == nil)
    #expect(intervals.take(.total, of: stages) == nil)
  }

  @Test("Coarse buckets hold every value between their bounds", arguments: UInt64(1)...6)
  func buckets(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<300 {
      let value = random.boundaryValue() & (UInt64.max >> (20 + random.next() % 44))
      var histogram = Histogram()
      histogram.record(value, count: 3)
      var counters = LatencyCounters()
      counters.summarize(histogram, as: .decode)
      let first = Int(Stage.decode.rawValue) * LatencyBuckets.count
      let filled = counters.bucketCounts.indices.filter { counters.bucketCounts[$0] > 0 }
      let bucket = (filled.first ?? -1) - first
      #expect(filled.count == 1 && bucket >= 0 && bucket < LatencyBuckets.count)
      #expect(value >= LatencyBuckets.lowerBound(of: bucket))
      if bucket < LatencyBuckets.count - 1 {
        #expect(value < LatencyBuckets.lowerBound(of: bucket + 1))
      }
      #expect(counters.sumNanos[Int(Stage.decode.rawValue)] == histogram.sum)
    }
  }

  @Test("Percentiles of coarse buckets lie in the right bucket")
  func percentiles() {
    var counts = [UInt64](repeating: 0, count: LatencyBuckets.count)
    #expect(LatencyBuckets.percentiles(counts, [50, 99]) == [0, 0])
    counts[10] = 98
    counts[40] = 2
    let values = LatencyBuckets.percentiles(counts, [50, 98, 99.9])
    let bounds = (10...11).map(LatencyBuckets.lowerBound)
    #expect(values[0] == bounds[0] + (bounds[1] - bounds[0]) * 50 / 98)
    #expect(values[1] == bounds[1])
    #expect(
      values[2] > LatencyBuckets.lowerBound(of: 40)
        && values[2] <= LatencyBuckets.lowerBound(of: 41))
  }
}

@Suite("Stage histograms")
struct StageHistogramTests {
  @Test("Threads' histograms are joined, and only stages with samples are reported")
  func merge() {
    var first = StageHistograms()
    var second = StageHistograms()
    first.record(.worker, nanos: 100)
    second.record(.worker, nanos: 300, count: 3)
    second.record(.total, nanos: 2_500_000)
    first.merge(second)
    #expect(first.summary(of: .worker).count == 4)
    #expect(first.summary(of: .worker).p50 == 300)
    #expect(first.summary(of: .worker).mean == 250)
    var counters = LatencyCounters()
    first.summarize(into: &counters)
    #expect(counters.maxNanos[Int(Stage.total.rawValue)] == 2_500_000)
    #expect(counters.samples[Int(Stage.decode.rawValue)] == 0)
    let lines = first.table().text.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines.last?.hasSuffix("2.50 ms") == true)
    var json = JSONText()
    first.write(to: &json)
    #expect(json.text.hasPrefix(#"{"worker":{"samples":4,"mean":250,"p50":300,"#))
    #expect(!json.text.contains("decode"))
  }
}

@Suite("Clocks")
struct ClockTests {
  @Test("Both clocks go forward, and durations never turn negative")
  func order() {
    let first = MonotonicClock.now()
    let second = MonotonicClock.now()
    #expect(first <= second)
    #expect(first.nanos(since: MonotonicInstant(rawValue: .max)) == 0)
    // 2020-01-01: civil time is counted from 1970 in nanoseconds.
    #expect(RealtimeClock.now() > RealtimeInstant(rawValue: 1_577_836_800_000_000_000))
  }
}
