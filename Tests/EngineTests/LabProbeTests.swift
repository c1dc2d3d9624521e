import Engine
import ExchangeFeeds
import FeedKit
import Foundation
import Lanes
import Ledger
import TestSupport
import Testing
import Timing

/// Paced input and what a probe records of it; no figure of time is asserted.
@Suite(.serialized) struct LabProbeTests {
  private func day(_ messages: Int) throws -> [UInt8] {
    try PacedDay.bytes(messages, symbols: 50, seed: 3)
  }

  private func options(_ layout: PipelineLayout, _ strategy: WaitStrategy) -> PipelineOptions {
    var options = PipelineOptions(
      instance: "test-\(UUID().uuidString.prefix(8))", verb: "test")
    options.outputs = []
    options.layout = layout
    options.lanes.strategy = strategy
    return options
  }

  @Test(arguments: PipelineLayout.allCases, [WaitStrategy.spin, .park])
  func everyMessageIsInEveryStage(layout: PipelineLayout, strategy: WaitStrategy) throws {
    let clock = TickClock.calibrated()
    let start = clock.now + 50_000_000
    let memory = try MarkMemory(windows: 10_000)
    memory.marks.start = start
    let profile = RateProfile.bursts(
      count: 50, rate: 1e6, period: 1_000_000, nanos: 100_000_000)
    let bytes = try day(10_000)
    let frames = PacedFrames(
      bytes.rawSpan, profile: profile, clock: clock, start: start, wraps: false)
    let probe = LabProbe(
      clock: clock, due: .tsRecv,
      options: LatencyRecorder.Options(start: start, slots: 10, slotNanos: 10_000_000),
      marks: memory.marks)
    var options = options(layout, strategy)
    options.lab = probe
    let pipeline = try Pipeline(
      options: options,
      sources: [
        SourceConfiguration(name: "itch", feed: ItchFeed.self, input: .paced(frames))
      ], version: "test")
    defer { try? FileManager.default.removeItem(atPath: pipeline.folder) }
    try pipeline.start()
    while !pipeline.isFinished { usleep(10_000) }
    #expect(pipeline.stop().map(\.description) == [])
    probe.finish()
    #expect(pipeline.reports[0].messages == 5_000)
    try check(probe)
  }

  private func check(_ probe: LabProbe) throws {
    var stages: [String: LabStageLatency] = [:]
    for stage in probe.stages { stages["\(stage.name)/\(stage.from)"] = stage }
    func count(_ name: String) -> UInt64 { stages[name]?.allCount ?? 0 }
    // One group of eight, however many messages were due at once.
    let groups = count("decode/stage")
    #expect((8...5_000).contains(groups))
    for name in ["receive/due", "decode/due"] { #expect(count(name) == groups) }
    // Records of the session and of the instruments have no receive time.
    #expect(count("lane_wait/due") > 3_000)
    #expect(count("publish/due") == count("lane_wait/due"))
    #expect(count("worker/stage") > 0)
    #expect(count("lane_wait/stage") > 0)
    for stage in stages.values {
      #expect(stage.cleanCount + stage.unclean + stage.overflowed == stage.allCount)
    }
    let slots = stages["lane_wait/due"]?.slots ?? []
    #expect(slots.count == 10)
    var offered: UInt64 = 0
    for slot in slots { offered += slot.offered }
    #expect(offered == count("lane_wait/due"))
    #expect(probe.hiccups[0].thread == "reader")
    #expect(probe.hiccups[1].thread == "worker-0")
  }

  @Test func messagesHaveTheirOwnDueTimes() throws {
    let clock = TickClock.calibrated()
    let start: UInt64 = 1_700_000_000_000_000_000
    // Everything is due long ago, so that many messages are taken at one reading of the clock.
    let profile = RateProfile.constant(rate: 1e6, nanos: 5_000_000)
    let bytes = try day(10_000)
    let frames = PacedFrames(
      bytes.rawSpan, profile: profile, clock: clock, start: start, wraps: false)
    let pipeline = try Pipeline(
      options: options(.split, .park),
      sources: [
        SourceConfiguration(name: "itch", feed: ItchFeed.self, input: .paced(frames))
      ], version: "test")
    defer { try? FileManager.default.removeItem(atPath: pipeline.folder) }
    try pipeline.start()
    while !pipeline.isFinished { usleep(1_000) }
    #expect(pipeline.stop().map(\.description) == [])
    let ring = try ringRecords("\(pipeline.folder)/shard-0.ring").bytes
    var schedule = Schedule(profile)
    var dues: Set<UInt64> = []
    while let due = schedule.next() { dues.insert(start + due) }
    var found: Set<UInt64> = []
    var offset = 0
    while offset < ring.count {
      // An MBO: its receive time is at 40.
      if ring[offset + 1] == 160 {
        let time = (0..<8).reduce(UInt64(0)) { $0 | UInt64(ring[offset + 40 + $1]) << (8 * $1) }
        #expect(dues.contains(time))
        found.insert(time)
      }
      offset += Int(ring[offset]) * 4
    }
    #expect(found.count > 3_000)
  }

  @Test func framesOfEveryFramingAreTaken() {
    let clock = TickClock.calibrated()
    func count(_ bytes: [UInt8], _ framing: FileFraming) -> (Int, Int) {
      let frames = PacedFrames(
        bytes.rawSpan, framing: framing, messageBytes: { $0 == 65 ? 3 : $0 == 66 ? 1 : 0 },
        profile: .constant(rate: 1, nanos: 1), clock: clock, start: 0, wraps: false)
      return (frames.messageCount, frames.byteCount)
    }
    // Two messages, then one that is cut off.
    #expect(count([0, 3, 65, 1, 2, 0, 1, 66, 0, 3, 65], .lengthPrefixed) == (2, 8))
    #expect(count([0, 0, 65, 1, 2, 0, 0, 66, 0, 0, 65], .zeroPrefixed) == (2, 8))
    #expect(count([65, 1, 2, 66, 66, 65], .bare) == (3, 11))
    // An unknown type, the end of a session, nothing.
    #expect(count([0, 0, 67, 1], .zeroPrefixed) == (0, 0))
    #expect(count([0, 1, 66, 0, 0, 0, 1, 66], .lengthPrefixed) == (1, 3))
    #expect(count([], .bare) == (0, 0))
  }
}
