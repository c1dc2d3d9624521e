import Captures
import ExchangeFeeds
import FeedKit
import Foundation
import Records
import TestSupport
import Testing
import Wire

/// The feed's runner, and what comes of lines of text.
struct BinanceHarness {
  private let tapped: TappedRunner

  /// `isFast` false leaves everything to the general path.
  init(isFast: Bool = true, shards: Int = 1) {
    tapped = TappedRunner(BinanceFeed.self, shards: shards, wide: isFast)
  }

  var report: SourceReport { tapped.runner.report }
  var isBalanced: Bool { tapped.isBalanced }

  /// Reads lines, with room behind them where the fast path wants to look.
  func read(_ text: [UInt8], hasRoom: Bool = true) {
    // Notes are no messages of a venue, and the fast path looks 512 bytes ahead.
    let room = hasRoom ? Array(repeating: UInt8(ascii: "\n"), count: 600) : []
    tapped.read(text + room, framing: .lines)
  }

  func read(_ lines: [String], hasRoom: Bool = true) {
    read(Array((lines.joined(separator: "\n") + "\n").utf8), hasRoom: hasRoom)
  }

  /// One message as a session hands it over, with `room` bytes behind it in its buffer.
  func message(_ text: String, room: Int = 600) {
    let bytes = Array(text.utf8)
    let buffer = bytes + Array(repeating: UInt8(ascii: "}"), count: room)
    tapped.runner.message(
      buffer.rawSpan, from: 0, to: bytes.count, sequence: report.nextSequence, tsRecv: 99)
  }

  /// All records so far, of all shards one after the other.
  var records: [BinanceRecord] { tapped.records().flatMap { $0.map(BinanceRecord.init) } }

  /// Those that carry prices: not the announcements of instruments.
  var quotes: [BinanceRecord] {
    records.filter { $0.type != .symbolMapping && $0.type != .instrumentDefinition }
  }
}

/// A record's bytes with the fields that tests ask for.
struct BinanceRecord: Equatable {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func load<Value: FixedWidthInteger & BitwiseCopyable>(_ offset: Int, _ type: Value.Type) -> Value
  {
    bytes.rawSpan.loadLE(type, at: offset) ?? 0
  }

  var type: RType { RType(rawValue: bytes[1]) }
  var instrument: UInt32 { load(4, UInt32.self) }
  var tsEvent: UInt64 { load(8, UInt64.self) }
  var isOrder: Bool { type == .mbo }
  var price: Int64 { load(isOrder ? 24 : 16, Int64.self) }
  var size: UInt32 { load(isOrder ? 32 : 24, UInt32.self) }
  var flags: Flags { Flags(rawValue: bytes[isOrder ? 36 : 30]) }
  var action: Action { Action(rawValue: bytes[isOrder ? 38 : 28]) }
  var side: Side { Side(rawValue: bytes[isOrder ? 39 : 29]) }
  var tsRecv: UInt64 { load(isOrder ? 40 : 32, UInt64.self) }
  var bidPrice: Int64 { load(48, Int64.self) }
  var askPrice: Int64 { load(56, Int64.self) }
  var bidSize: UInt32 { load(64, UInt32.self) }
  var askSize: UInt32 { load(68, UInt32.self) }
  /// Of a definition.
  var unit: Int64 { load(80, Int64.self) }
  var symbol: String {
    String(decoding: bytes[238..<309].prefix { $0 != 0 }, as: UTF8.self)
  }
}

/// Captured text files of the shared folder.
enum BinanceCapture {
  static func json(_ path: String) throws -> [String: Any] {
    let data = try SharedFolder.data("captures/crypto-ws/\(path)")
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  /// The plain bytes of a gzip file.
  static func bytes(_ path: String) throws -> [UInt8] {
    let url = try #require(SharedFolder.url).appending(path: "captures/crypto-ws/\(path)")
    var file = try InputFile(path: url.path)
    var bytes: [UInt8] = []
    repeat {
      let count = append(file.window, to: &bytes)
      file.consume(count)
    } while file.refill()
    return bytes
  }

  private static func append(_ window: RawSpan, to bytes: inout [UInt8]) -> Int {
    for offset in 0..<window.byteCount { bytes.append(window.uncheckedByte(at: offset)) }
    return window.byteCount
  }

  /// Feeds a capture in pieces of some lines, so that no lane overflows; gives all its records.
  static func decode(_ path: String) throws -> (records: [BinanceRecord], report: SourceReport) {
    let text = try bytes(path)
    let harness = BinanceHarness()
    var start = 0
    while start < text.count {
      var end = min(start + 100_000, text.count)
      while end < text.count, text[end - 1] != UInt8(ascii: "\n") { end += 1 }
      harness.read(Array(text[start..<end]))
      start = end
    }
    #expect(harness.isBalanced)
    return (harness.records, harness.report)
  }
}

/// Exact sums over records, quantities in units of 1e-9 coins by the lot of each instrument.
struct BinanceSums {
  private(set) var units: [UInt32: Int64] = [:]
  private(set) var symbols: [UInt32: String] = [:]

  mutating func note(_ record: BinanceRecord) {
    guard record.type == .instrumentDefinition else { return }
    units[record.instrument] = record.unit
    symbols[record.instrument] = record.symbol
  }

  func quantity(_ size: UInt32, of record: BinanceRecord) -> Int128 {
    Int128(size) * Int128(units[record.instrument] ?? 0)
  }

  /// A decimal text in units of 10^-places.
  static func value(_ text: String, places: Int) -> Int128? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let fraction = parts.count > 1 ? String(parts[1]) : ""
    guard fraction.count <= places else { return nil }
    return Int128(parts[0] + fraction + String(repeating: "0", count: places - fraction.count))
  }
}
