import FeedKit
import TestSupport
import Wire

@testable import BrokerFeeds

/// A simulated gateway without sockets, and clients that speak text to it.
final class IbSimulatorHarness {
  static var second: UInt64 { 1_000_000_000 }

  let upstream: FaultyUpstream
  /// Of the simulated world.
  var now: UInt64 = 1_793_629_800_000_000_000
  private var nextID = 0

  init(
    faults: String = "", rate: Double = 200, count: Int = 10, _ settings: [String: String] = [:]
  ) throws {
    var options = SimulatorOptions()
    options.symbolCount = count
    options.rate = rate
    options.start = now
    options.settings = ["message_limit": "100000"].merging(settings) { $1 }
    let script = try FaultScript(parsing: faults, ports: ["api"])
    upstream = try FaultyUpstream(IbSimulator.self, options, faults: script)
  }

  /// A client that has connected and said nothing.
  func connect() -> IbSimulatorClient {
    defer { nextID += 1 }
    upstream.opened(id: nextID, port: 0, now: now)
    return IbSimulatorClient(self, id: nextID)
  }

  /// A client that has done its handshake as text of this version.
  func start(_ version: Int = 200, client: Int = 7) -> IbSimulatorClient {
    let made = connect()
    made.hello("v176..\(version)")
    made.startAPI(client)
    return made
  }

  /// Lets so much time go by.
  func pass(_ nanos: UInt64) {
    now += nanos
    upstream.turn(now: now)
  }
}

/// One text client of the harness.
final class IbSimulatorClient {
  private let harness: IbSimulatorHarness
  let id: Int
  private var received: [UInt8] = []

  init(_ harness: IbSimulatorHarness, id: Int) {
    self.harness = harness
    self.id = id
  }

  func send(_ bytes: [UInt8]) {
    _ = harness.upstream.received(bytes.rawSpan, on: id, now: harness.now)
  }

  func frame(_ payload: [UInt8]) {
    let count = UInt32(payload.count)
    send((0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) } + payload)
  }

  /// A request as text fields with blanks for NUL: `"49 1"`; `_` is an empty field.
  func ask(_ text: String) {
    let fields = text.split(separator: " ").map { $0 == "_" ? "" : String($0) }
    frame(Array(fields.map { $0 + "\0" }.joined().utf8))
  }

  func hello(_ range: String) {
    send(Array("API\0".utf8))
    frame(Array(range.utf8))
  }

  func startAPI(_ client: Int) { ask("71 2 \(client) _") }

  /// Frames that have come since the last call, as fields.
  func take() -> [[String]] {
    var bytes: [UInt8] = []
    harness.upstream.output(id, now: harness.now) { (span: RawSpan) -> Int in
      for index in 0..<span.byteCount { bytes.append(span.uncheckedByte(at: index)) }
      return span.byteCount
    }
    received += bytes
    var frames: [[String]] = []
    var at = 0
    while received.count - at >= 4 {
      let length = received[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
      guard received.count - at - 4 >= length else { break }
      let payload = received[at + 4..<at + 4 + length]
      frames.append(
        payload.split(separator: 0, omittingEmptySubsequences: false).dropLast()
          .map { String(decoding: $0, as: UTF8.self) })
      at += 4 + length
    }
    received.removeFirst(at)
    return frames
  }

  /// Codes of the errors that have come since the last call; other messages are dropped.
  func errors() -> [Int] { take().filter { $0.first == "4" }.compactMap { Int($0[2]) } }

  var closing: SimulatorWire.Closing? { harness.upstream.closing(id, now: harness.now) }
}
