import Captures
import FeedKit
import FeedRegistry
import Foundation
import Lanes
import Records
import TestSupport
import Testing

/// The feeds of this family, as everything else finds them: by the registry.
enum IexFeeds {
  static let names = ["iex-tops", "iex-deep", "iex-deep-plus"]

  static func feed(_ name: String) throws -> any Feed.Type {
    try #require(FeedRegistry.feed(named: name))
  }

  /// The feed that takes a datagram for its own, or nil.
  static func feed(of datagram: RawSpan) -> (any Feed.Type)? {
    for name in names {
      if let feed = FeedRegistry.feed(named: name), feed.protocolName(of: datagram) != nil {
        return feed
      }
    }
    return nil
  }
}

/// One feed's way from datagrams to records, with the lane read after every datagram.
final class IexHarness {
  let runner: any SourceRunner
  private let grid: LaneGrid
  private var outlet: IexOutlet

  /// Records that came out, by type.
  var records: [RType: Int] { outlet.records }

  init(_ feed: any Feed.Type, gaps: GapPolicy = GapPolicy()) {
    grid = LaneGrid(readers: 1, shards: 1, options: LaneOptions(capacityLines: 1 << 14))
    runner = feed.makeRunner(
      RunnerOptions(decoder: DecoderOptions(shards: 1), gaps: gaps), lanes: grid.writer(0))
    outlet = IexOutlet(reader: grid.reader(0, shard: 0))
  }

  /// Gives a datagram in, and every record that comes out to `body`.
  func receive(
    _ datagram: RawSpan, tsRecv: UInt64 = 1, isAnswer: Bool = false,
    _ body: (RecordHeader, RawSpan) throws -> Void
  ) rethrows {
    runner.receive(datagram, tsRecv: tsRecv, now: tsRecv, isAnswer: isAnswer)
    try outlet.drain(body)
  }

  func receive(_ datagram: RawSpan, tsRecv: UInt64 = 1, isAnswer: Bool = false) {
    receive(datagram, tsRecv: tsRecv, isAnswer: isAnswer) { _, _ in }
  }

  func receive(_ segment: [UInt8], isAnswer: Bool = false) {
    receive(segment.rawSpan, isAnswer: isAnswer)
  }

  func finish() {
    runner.finish(tsRecv: 2)
    outlet.drain { _, _ in }
  }

  /// The records of one datagram as JSON lines.
  func lines(of datagram: RawSpan, tsRecv: UInt64 = 1) -> [String] {
    let text = RecordText(form: .json)
    var lines: [String] = []
    receive(datagram, tsRecv: tsRecv) { _, bytes in
      var buffer: [UInt8] = []
      text.append(bytes, to: &buffer)
      lines.append(String(decoding: buffer, as: UTF8.self).trimmingCharacters(in: .newlines))
    }
    return lines
  }

  /// Whether every message went one of the three ways.
  var isBalanced: Bool {
    let report = runner.report
    return report.messages
      == report.decode.decoded + report.decode.ignoredTotal + report.decode.rejectedTotal
  }
}

/// The end of a lane.
struct IexOutlet: ~Copyable {
  private var reader: LaneReader
  private var batch = RecordBatch()
  private(set) var records: [RType: Int] = [:]

  init(reader: consuming LaneReader) { self.reader = reader }

  mutating func drain(_ body: (RecordHeader, RawSpan) throws -> Void) rethrows {
    var seen = records
    defer { records = seen }
    repeat {
      reader.take(into: &batch)
      for index in 0..<batch.count {
        let bytes = batch.bytes(index)
        guard let header = RecordHeader(copying: bytes) else { continue }
        seen[header.rtype, default: 0] += 1
        try body(header, bytes)
      }
      reader.release()
    } while !batch.isEmpty
  }
}

/// The datagrams of a capture.
enum IexCapture {
  static func path(_ name: String) throws -> String {
    try #require(SharedFolder.url).appending(path: "captures/iex/" + name).path
  }

  static func forEachDatagram(_ name: String, _ body: (RawSpan, UInt64) throws -> Void) throws {
    try forEachDatagram(path: path(name), body)
  }

  static func forEachDatagram(path: String, _ body: (RawSpan, UInt64) throws -> Void) throws {
    var file = try InputFile(path: path)
    var others = 0
    try file.forEachPacket { window, packet in
      guard case .udp(let datagram) = PacketContent(packet, in: window) else {
        others += 1
        return
      }
      try body(window.extracting(datagram.range), packet.timestampNanos)
    }
    #expect(file.problem == nil)
    #expect(others == 0)
  }

  static func json(_ name: String) throws -> [String: Any] {
    let data = try Data(contentsOf: URL(filePath: path(name)))
    return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
  }
}
