import FeedKit
import Foundation
import Lanes
import Records
import Sessions
import TestSupport
import Testing
import Wire

@testable import BrokerFeeds

/// The consuming end of a lane, and what came.
final class IqfeedTap {
  private var reader: LaneReader
  private var batch = RecordBatch()
  private(set) var records: [[UInt8]] = []

  init(_ grid: LaneGrid) { reader = grid.reader(0, shard: 0) }

  func drain() {
    repeat {
      reader.take(into: &batch)
      for index in 0..<batch.count {
        // Safety: the lane gives out whole records, whose first byte is their length.
        let record = unsafe batch[index]
        let count = unsafe LineWord.recordBytes(length: record.load(as: UInt8.self))
        unsafe records.append(Array(UnsafeRawBufferPointer(start: record, count: count)))
      }
      reader.release()
    } while !batch.isEmpty
  }

  /// All records of one type so far.
  func all<R: Record>(_ type: R.Type) -> [R] {
    drain()
    return records.compactMap { bytes in
      R.rtypes.contains(RType(rawValue: bytes[1])) ? R(copying: bytes.rawSpan) : nil
    }
  }
}

/// Recorded lines through the feed's runner.
struct IqfeedFile {
  let runner: any SourceRunner
  let tap: IqfeedTap
  var time: UInt64 = Self.noon

  /// 2021-07-01 16:00 UTC, noon in New York.
  static var noon: UInt64 { 1_625_155_200_000_000_000 }

  init() {
    let grid = LaneGrid(readers: 1, shards: 1, options: LaneOptions(capacityLines: 1 << 14))
    runner = IqfeedFeed.makeRunner(
      RunnerOptions(decoder: DecoderOptions(shards: 1)), lanes: grid.writer(0))
    tap = IqfeedTap(grid)
  }

  func read(_ text: String) { read(Array(text.utf8)) }

  func read(_ bytes: [UInt8]) {
    let consumed = runner.readFile(bytes.rawSpan, framing: .lines, tsRecv: time, isLast: true)
    #expect(consumed == bytes.count)
    tap.drain()
  }

  var report: SourceReport { runner.report }
  var trades: [TradeMessage] { tap.all(TradeMessage.self) }
  var quotes: [MBP1Message] { tap.all(MBP1Message.self) }
  var orders: [MBOMessage] { tap.all(MBOMessage.self) }
  var rejected: UInt64 { report.decode.rejectedTotal }

  var isBalanced: Bool {
    let decode = report.decode
    return report.messages == decode.decoded + decode.ignoredTotal + decode.rejectedTotal
  }
}

/// A session's protocol with its lanes, driven by hand.
final class IqfeedLive {
  private var session: IqfeedSession
  private var lanes: LaneWriter
  let tap: IqfeedTap
  private(set) var counters = DecodeCounters()
  private(set) var events: [LiveEvent] = []
  private(set) var poison: [(String, RejectReason)] = []
  private(set) var messages = 0
  var context = LiveContext(tsRecv: IqfeedFile.noon, now: 1, epoch: 3)
  let channels: [LiveChannel]
  private var report: LiveReport

  init(
    _ instruments: [LiveInstrument], settings: [String: String] = [:],
    policy: SessionPolicy = IqfeedFeed.policy
  ) {
    let options = LiveOptions(
      decoder: DecoderOptions(shards: 1), instruments: instruments, settings: settings,
      policy: policy)
    let grid = LaneGrid(readers: 1, shards: 1, options: LaneOptions(capacityLines: 1 << 14))
    lanes = grid.writer(0)
    tap = IqfeedTap(grid)
    session = IqfeedSession(options)
    channels = session.channels
    report = LiveReport(channels: channels.count)
  }

  convenience init(_ symbols: String..., interests: LiveInterests = .usual) {
    self.init(
      symbols.enumerated().map {
        LiveInstrument(
          instrumentID: UInt32(10 + $0.offset), symbol: $0.element, interests: interests)
      })
  }

  func channel(_ name: String) -> Int { channels.firstIndex { $0.name == name } ?? -1 }

  func open(_ name: String = "level1") {
    session.opened(channel: channel(name), context: context, report: &report)
    takeReport()
  }

  func subscribe(_ index: Int = 0) {
    session.subscribe(index: index, context: context, report: &report)
    takeReport()
  }

  func unsubscribe(_ index: Int = 0) {
    session.unsubscribe(index: index, context: context, report: &report)
    takeReport()
  }

  func keepAlive() {
    session.keepAlive(context: context, report: &report)
    takeReport()
  }

  func backfill(_ request: BackfillRequest) -> Bool {
    defer { takeReport() }
    return session.backfill(request, context: context, report: &report)
  }

  func requests(_ index: Int) -> Int { session.requests(index: index) }

  /// Reads a text; gives the bytes consumed.
  @discardableResult
  func read(_ text: String, _ name: String = "level1") -> Int {
    read(Array(text.utf8), channel(name))
  }

  @discardableResult
  func read(_ bytes: [UInt8], _ channel: Int) -> Int {
    let progress = session.read(
      bytes.rawSpan, channel: channel, context: context, into: &lanes, counters: &counters,
      report: &report)
    messages += progress.messages
    for (range, reason) in report.poison {
      poison.append((String(decoding: bytes[range], as: UTF8.self), reason))
    }
    report.poison.removeAll()
    takeReport()
    tap.drain()
    return progress.consumed
  }

  private func takeReport() {
    events += report.events
    report.events.removeAll()
  }

  /// What has been sent on a channel since the last look, line by line.
  func sent(_ name: String = "level1") -> [String] {
    let index = channel(name)
    defer { report.output[index].removeAll() }
    return String(decoding: report.output[index], as: UTF8.self).split(separator: "\r\n").map(
      String.init)
  }

  func takeEvents() -> [LiveEvent] {
    defer { events.removeAll() }
    return events
  }

  /// Greeting and answers as IQConnect gives them, up to `ready`.
  func greet(fields: String = Iqfeed.goodFields, version: String = "6.2") {
    open()
    read("S,KEY,99999\nS,SERVER CONNECTED\nS,IP,0.0.0.0 59000\n")
    read("S,CURRENT PROTOCOL,\(version),\n")
    read("S,CURRENT UPDATE FIELDNAMES,\(Iqfeed.defaultFields)\n")
    read("S,CURRENT UPDATE FIELDNAMES,\(fields)\n")
  }
}

/// Prices in tests.
func nanos(_ text: String) -> Int64 {
  let isNegative = text.hasPrefix("-")
  let parts = text.drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
  let places = parts.count > 1 ? String(parts[1]) : ""
  let digits = String(parts[0]) + places + String(repeating: "0", count: 9 - places.count)
  return (isNegative ? -1 : 1) * (Int64(digits) ?? Int64.max)
}

/// A time of 2021-07-01 in New York (four hours behind UTC) as Unix ns.
func summer(_ hour: Int, _ minute: Int, _ second: Int, micros: Int = 0) -> UInt64 {
  let midnight: UInt64 = 1_625_112_000_000_000_000
  return midnight + UInt64(hour * 3_600 + minute * 60 + second) * 1_000_000_000
    + UInt64(micros) * 1_000
}
