import Captures
import FeedKit
import Foundation
import Records
import TestSupport
import Testing
import Wire

@testable import ExchangeFeeds

/// What the simulator writes, read back.
@Suite struct IexSimulatorTests {
  private func segments(
    _ stream: IexSimulatorOptions.Stream, seed: UInt64 = 7, symbols: Int = 30, events: Int = 4_000
  ) -> (times: [UInt64], segments: [[UInt8]], messages: UInt64) {
    var simulator = IexSimulator(
      IexSimulatorOptions(stream: stream, seed: seed, symbols: symbols, events: events))
    var segment: [UInt8] = []
    var all: [[UInt8]] = []
    var times: [UInt64] = []
    while let time = simulator.next(into: &segment) {
      all.append(segment)
      times.append(time)
    }
    return (times, all, simulator.messages)
  }

  @Test(arguments: [IexSimulatorOptions.Stream.tops, .deep])
  func sameSeedSameBytes(stream: IexSimulatorOptions.Stream) {
    let first = segments(stream, seed: 5)
    #expect(first.segments == segments(stream, seed: 5).segments)
    #expect(first.segments != segments(stream, seed: 6).segments)
    #expect(first.times == first.times.sorted())
    #expect(first.segments.allSatisfy { $0.count <= 40 + IexLimits.segmentPayloadBytes })
  }

  /// Through a capture file, as any reader would get it.
  @Test(arguments: [IexSimulatorOptions.Stream.tops, .deep])
  func captureReadsBack(stream: IexSimulatorOptions.Stream) throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "iex-\(UUID()).pcap")
    defer { try? FileManager.default.removeItem(at: file) }
    let made = segments(stream)
    var writer = try PcapWriter(path: file.path)
    for (time, segment) in zip(made.times, made.segments) {
      try writer.append(
        timestampNanos: time, source: SocketAddress(IPAddress(v4: 0x0A00_0001), port: 10_377),
        destination: SocketAddress(IPAddress(v4: 0xE9D7_1504), port: 10_378),
        payload: segment.rawSpan)
    }
    try writer.flush()
    let feed: any Feed.Type = stream == .tops ? IexTopsFeed.self : IexDeepFeed.self
    let harness = IexHarness(feed)
    var types: [UInt8: Int] = [:]
    try IexCapture.forEachDatagram(path: file.path) { datagram, time in
      harness.receive(datagram, tsRecv: time)
      try forEachMessage(datagram, feed) { message, _ in types[message.type, default: 0] += 1 }
    }
    harness.finish()
    let report = harness.runner.report
    #expect(report.messages == made.messages && harness.isBalanced)
    #expect(report.decode.rejectedTotal == 0 && report.arbiter.rejectedTotal == 0)
    #expect(report.arbiter.offsetMismatches == 0 && report.gaps.isEmpty)
    #expect(report.arbiter.heartbeats > 0)
    #expect(report.arbiter.heartbeats * 20 < report.arbiter.packets)
    #expect(
      Set(types.keys)
        == Set(feed.messages.messages.keys).subtracting(
          stream == .tops ? Array("E".utf8) : []))
    #expect(harness.records[.symbolMapping] == 30)
  }

  /// The same market told by both feeds: the best prices of DEEP's books are TOPS's quotes.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func deepEqualsTops(seed: UInt64) {
    let deep = IexBookTests.Quotes()
    let deepHarness = IexHarness(IexDeepFeed.self)
    for segment in segments(.deep, seed: seed).segments {
      deepHarness.receive(segment.rawSpan) { deep.take($0, $1) }
    }
    let tops = IexBookTests.Quotes()
    let topsHarness = IexHarness(IexTopsFeed.self)
    for segment in segments(.tops, seed: seed).segments {
      topsHarness.receive(segment.rawSpan) { tops.take($0, $1) }
    }
    #expect(tops.sequences.count == 30 && tops.sequences == deep.sequences, "seed \(seed)")
    #expect(deep.unknownLevels == 0)
  }
}
