import BrokerFeeds
import FeedKit
import TestSupport
import Testing
import Wire

/// A simulated IQConnect and its clients, without sockets, in a time of the test's own.
final class IqfeedPeer {
  let upstream: FaultyUpstream
  private(set) var now: UInt64
  private var lines: [Int: [UInt8]] = [:]
  private var next = 0

  /// 2026-03-03 15:00 UTC, ten in the morning in New York.
  static var morning: UInt64 { 1_772_550_000 * 1_000_000_000 }
  static var second: UInt64 { 1_000_000_000 }

  static func options(_ symbols: [String], rate: Double = 200) -> SimulatorOptions {
    var options = SimulatorOptions()
    options.symbols = symbols
    options.rate = rate
    options.start = morning
    return options
  }

  init(_ options: SimulatorOptions, faults: String = "") throws {
    let script = try FaultScript(parsing: faults)
    upstream = try FaultyUpstream(IqfeedSimulator.self, options, faults: script)
    now = options.start
  }

  /// Connects to a port by its name.
  func connect(_ port: String) throws -> Int {
    let index = try #require(upstream.ports.firstIndex { $0.name == port })
    defer { next += 1 }
    upstream.opened(id: next, port: index, now: now)
    return next
  }

  /// Sends lines, each with the ending that clients use.
  func send(_ client: Int, _ texts: String...) {
    for text in texts { send(client, bytes: Array((text + "\r\n").utf8)) }
  }

  /// Answers how many bytes were consumed.
  @discardableResult
  func send(_ client: Int, bytes: [UInt8]) -> Int {
    upstream.received(bytes.rawSpan, on: client, now: now)
  }

  /// Lets time pass, in steps of 10 ms.
  func pass(_ seconds: Double) {
    let end = now + UInt64(seconds * 1e9)
    while now < end {
      now = min(now + 10_000_000, end)
      upstream.turn(now: now)
    }
  }

  /// What a client has been sent since the last call, as bytes.
  func bytes(_ client: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    upstream.output(client, now: now) { (span: RawSpan) in
      for index in 0..<span.byteCount { bytes.append(span.uncheckedByte(at: index)) }
      return span.byteCount
    }
    return bytes
  }

  /// The same as lines without their ends.
  func lines(_ client: Int) -> [String] {
    String(decoding: bytes(client), as: UTF8.self).split(whereSeparator: \.isNewline)
      .map(String.init)
  }

  func close(_ client: Int) { upstream.closed(client, now: now) }
}
