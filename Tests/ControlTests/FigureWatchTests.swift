import Ledger
import Logging
import Sessions
import Testing

@testable import Control

@Suite("Figures against their thresholds")
struct FigureWatchTests {
  private static func memory(_ bytes: UInt64) -> ProcessSample {
    var sample = ProcessSample()
    sample.residentBytes = bytes
    return sample
  }

  @Test("Memory rises through both levels and falls back with hysteresis, each told once")
  func memory() {
    var watch = FigureWatch(
      process: [.memory: Threshold(.above, warning: 1_000, critical: 2_000)], sources: [])
    var told: [String] = []
    for (second, bytes) in [500, 1_000, 1_100, 950, 899, 2_500, 1_850, 1_700, 100].enumerated() {
      let events = watch.look(
        nil, Self.memory(UInt64(bytes)), now: UInt64(second) * 1_000_000_000, time: 7)
      for event in events {
        told.append("\(event.name) \(text(event["from"])) \(text(event["to"]))")
      }
    }
    #expect(
      told == [
        "threshold.level normal warning", "threshold.level warning normal",
        "threshold.level normal critical", "threshold.level critical warning",
        "threshold.level warning normal",
      ])
    #expect(watch.statuses.map(\.name) == ["memory"])
    #expect(watch.statuses[0].value == 100)
  }

  private func text(_ value: LogValue?) -> String {
    if case .text(let text) = value { text } else { "?" }
  }

  @Test("Share of rejected messages, throughput, clock offset and latency by window")
  func counts() throws {
    let folder = try ControlFolder()
    var writer = try folder.writer()
    var source = writer.claimSource(0)
    var session = writer.claimSession(0)
    var latency = writer.claimLatency(0)
    var histogram = Histogram()
    session.counters.sessionState = UInt64(SessionState.live.rawValue)
    session.counters.clockOffsetNanos = UInt64(bitPattern: -3_000_000_000)
    session.publish()
    var watch = FigureWatch(
      process: [.latency: Threshold(.above, warning: 1_000_000, critical: 1_000_000_000)],
      sources: [
        WatchedSource(
          name: "iq",
          thresholds: [
            .errorRate: Threshold(.above, warning: 1_000, critical: 100_000),
            .throughput: Threshold(.below, warning: 50, critical: 5),
            .clockOffset: Threshold(.above, warning: 1_000_000_000, critical: 60_000_000_000),
          ])
      ])
    func look(_ second: UInt64) throws -> [String] {
      let events = watch.look(
        try folder.report(), ProcessSample(), now: second * 1_000_000_000, time: 7)
      return events.map { "\(text($0["name"])) \(text($0["to"]))" }.sorted()
    }
    #expect(try look(0) == ["clock_offset.iq warning"])
    // 1,000 messages in ten seconds, one rejected in a hundred, and slow ones.
    source.counters.messages = 1_000
    source.counters.decoded = 990
    source.counters.reject(reason: 0, count: 10)
    source.publish()
    for _ in 0..<100 { histogram.record(5_000_000) }
    latency.counters.summarize(histogram, as: .total)
    latency.publish()
    #expect(try look(5) == [])
    #expect(try look(10) == ["error_rate.iq warning", "latency.worker-0.total warning"])
    let statuses = watch.statuses
    #expect(statuses.first { $0.name == "throughput.iq" }?.value == 100)
    #expect(statuses.first { $0.name == "error_rate.iq" }?.value == 0.01)
    #expect(
      statuses.first { $0.name == "clock_offset.iq" }?.text
        == "3.00 s, warning from 1.00 s, critical from 60.00 s")
    // Nothing more comes: too little throughput; shares and latencies of nothing are not judged.
    #expect(try look(20) == ["throughput.iq critical"])
  }

  @Test("Throughput is not judged while the market is closed or the session is not live")
  func closed() throws {
    let folder = try ControlFolder()
    var writer = try folder.writer()
    var session = writer.claimSession(0)
    session.counters.sessionState = UInt64(SessionState.live.rawValue)
    session.publish()
    let thresholds: [HealthFigure: Threshold] = [
      .throughput: Threshold(.below, warning: 50, critical: 5)
    ]
    var closed = FigureWatch(
      process: [:],
      sources: [WatchedSource(name: "iq", thresholds: thresholds, isOpen: { _ in false })])
    var open = FigureWatch(
      process: [:], sources: [WatchedSource(name: "iq", thresholds: thresholds)])
    func look(_ watch: inout FigureWatch, _ second: UInt64) throws -> Int {
      watch.look(
        try folder.report(), ProcessSample(), now: second * 1_000_000_000, time: 7
      ).count
    }
    for second in [0, 10, 20] as [UInt64] { #expect(try look(&closed, second) == 0) }
    #expect(try look(&open, 0) == 0)
    #expect(try look(&open, 10) == 1)
    session.counters.sessionState = UInt64(SessionState.backoff.rawValue)
    session.publish()
    var waiting = FigureWatch(
      process: [:], sources: [WatchedSource(name: "iq", thresholds: thresholds)])
    for second in [0, 10] as [UInt64] { #expect(try look(&waiting, second) == 0) }
  }

  @Test("A leak shows as a slope over hours; steady memory with peaks does not")
  func trend() {
    let minute: UInt64 = 60_000_000_000
    var leaking = MemoryTrend()
    var steady = MemoryTrend()
    for index in 0..<UInt64(300) {
      // 32 MiB an hour, and 100 MiB peaks every few minutes.
      let peak: UInt64 = index % 7 == 3 ? 100 << 20 : 0
      leaking.add((500 << 20) + (index << 20) * 32 / 60 + peak, now: index * minute)
      steady.add((500 << 20) + peak, now: index * minute)
      if index < 150 { #expect(leaking.bytesPerHour == nil, "minute \(index)") }
    }
    let slope = Double(leaking.bytesPerHour ?? 0) / Double(1 << 20)
    #expect(slope > 30 && slope < 34, "\(slope)")
    #expect(steady.bytesPerHour == 0)
  }

  @Test("The trend becomes a warning with its own limit")
  func trendLevel() {
    var watch = FigureWatch(process: [:], sources: [])
    var told: [String] = []
    for index in 0..<UInt64(300) {
      let bytes: UInt64 = (500 << 20) + (index << 20)
      told += watch.look(nil, Self.memory(bytes), now: index * 60_000_000_000, time: 7).map {
        "\(text($0["name"])) \(text($0["to"]))"
      }
    }
    #expect(told == ["memory_trend warning"])
  }
}
