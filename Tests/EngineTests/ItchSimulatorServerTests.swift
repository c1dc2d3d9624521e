import Engine
import ExchangeFeeds
import FeedKit
import Foundation
import Net
import Synchronization
import Testing
import Wire

/// A whole simulated exchange over loopback, against the bytes of the same market run alone.
@Suite(.serialized) struct ItchSimulatorServerTests {
  @Test func linesTogetherWithRequestsGiveEveryMessage() throws {
    let expected = try messagesOfDay()
    var lineA = try UDPReceiver(Endpoint(host: "127.0.0.1", port: 0))
    var lineB = try UDPReceiver(Endpoint(host: "127.0.0.1", port: 0))
    var requester = try UDPReceiver(Endpoint(host: "127.0.0.1", port: 0))
    var options = ItchSimulatorServerOptions(market: market())
    options.lines = [Endpoint(lineA.localAddress), Endpoint(lineB.localAddress)]
    options.requests = Endpoint(host: "127.0.0.1", port: 0)
    options.endOfSessionNanos = 60_000_000_000
    for line in 0..<2 {
      var faults = LineImpairmentOptions()
      faults.loss = 0.3 - 0.1 * Double(line)
      faults.duplication = 0.05
      faults.reordering = 0.05
      options.impairments.append(faults)
    }
    let running = try RunningServer(options)
    defer { running.server.stop() }
    var heard = Heard(count: expected.count)
    while !heard.hasEnded {
      try heard.take(&lineA, timeoutNanos: 1_000_000)
      try heard.take(&lineB, timeoutNanos: 0)
    }
    #expect(heard.missing > 0)
    #expect(heard.repeated > 0)
    let address = try #require(running.server.requestAddress)
    while let gap = heard.firstGap {
      let bytes = requestPacket("MILLRACE01", UInt64(gap.lowerBound + 1), UInt16(gap.count))
      // Safety: the request is borrowed for the call only.
      unsafe try requester.send(bytes.span.bytes, to: address)
      try heard.take(&requester, timeoutNanos: 200_000_000)
    }
    #expect(heard.messages == expected)
    let report = try running.finish()
    #expect(report.market.messages == UInt64(expected.count))
    #expect(report.requestsAnswered > 0)
    for line in report.lines {
      #expect(line.offered + line.duplicated == line.delivered + line.lost)
    }
    #expect(report.lines[0].lost != report.lines[1].lost)
  }

  @Test func soupClientGetsTheDayFromWhereItAsks() throws {
    let expected = try messagesOfDay()
    var options = ItchSimulatorServerOptions(market: market())
    options.soup = Endpoint(host: "127.0.0.1", port: 0)
    options.username = "user1"
    options.endOfSessionNanos = 60_000_000_000
    let running = try RunningServer(options)
    defer { running.server.stop() }
    let address = try #require(running.server.soupAddress)
    for first in [1, 1_234] {
      let frames = try soupSession(Endpoint(address), first: first)
      #expect(frames.first?.first == UInt8(ascii: "A"))
      #expect(frames.last == [UInt8(ascii: "Z")])
      let data = frames.filter { $0.first == UInt8(ascii: "S") }.map { Array($0.dropFirst()) }
      #expect(data == Array(expected[(first - 1)...]))
    }
    let report = try running.finish()
    #expect(report.soupClients == 2)
  }

  @Test func liveMarketStopsInGoodOrder() throws {
    var options = ItchSimulatorServerOptions(market: market())
    options.market.messages = nil
    options.endOfSessionNanos = 0
    let running = try RunningServer(options)
    while running.server.messages < 10_000 { Thread.sleep(forTimeInterval: 0.001) }
    running.server.stop()
    let report = try running.wait()
    #expect(report.market.messagesByType[UInt8(ascii: "S")] == 6)
    #expect(running.server.withMarket { $0.openOrders } == report.market.openOrders)
  }

  @Test func optionsThatDoNotFitAreExplained() {
    var options = ItchSimulatorServerOptions(market: market())
    options.session = "much too long"
    #expect(throws: ItchSimulatorServerError.self) { _ = try ItchSimulatorServer(options) }
    options.session = "A"
    options.impairments = [LineImpairmentOptions()]
    options.impairments[0].loss = 1.5
    #expect(throws: ItchSimulatorServerError.self) { _ = try ItchSimulatorServer(options) }
    options.impairments = []
    options.market.rate = 0
    #expect(throws: ItchSimulatorServerError.self) { _ = try ItchSimulatorServer(options) }
  }

  private func market() -> ItchMarketOptions {
    var options = ItchMarketOptions()
    options.symbols = 100
    options.messages = 20_000
    options.rate = 200_000
    return options
  }

  private func messagesOfDay() throws -> [[UInt8]] {
    var market = try ItchMarket(market())
    var buffer = [UInt8](repeating: 0, count: 2 << 20)
    var span = buffer.mutableSpan
    // Safety: every bit pattern is a valid byte.
    var raw = unsafe span.mutableBytes
    let count = market.fill(&raw)
    return blocks(Array(buffer[0..<count]))
  }

  private func soupSession(_ endpoint: Endpoint, first: Int) throws -> [[UInt8]] {
    var connection = try TCPClient.connect(to: endpoint, timeoutNanos: 10_000_000_000)
    let number = String(first)
    let login =
      [0, 47] + Array("Luser1 ".utf8) + [UInt8](repeating: 0x20, count: 40 - number.utf8.count)
      + Array(number.utf8)
    // Safety: the request is borrowed for the call only.
    unsafe try connection.send(login.span.bytes, timeoutNanos: 1_000_000_000)
    var received: [UInt8] = []
    while try connection.receive(timeoutNanos: 10_000_000_000) != .ended {
      let count = connection.bytes.byteCount
      for offset in 0..<count { received.append(connection.bytes.uncheckedByte(at: offset)) }
      connection.consume(count)
    }
    return blocks(received)
  }
}

/// A server with its thread.
private final class RunningServer: Sendable {
  let server: ItchSimulatorServer
  private let outcome = Mutex<Result<ItchSimulatorReport, any Error>?>(nil)
  private let done = DispatchSemaphore(value: 0)

  init(_ options: ItchSimulatorServerOptions) throws {
    server = try ItchSimulatorServer(options)
    Thread { [self] in
      let result = Result { try server.run() }
      outcome.withLock { $0 = result }
      done.signal()
    }.start()
  }

  /// Ends the repetition of the end of session and gives the report.
  func finish() throws -> ItchSimulatorReport {
    server.stop()
    server.stop()
    return try wait()
  }

  func wait() throws -> ItchSimulatorReport {
    done.wait()
    return try #require(outcome.withLock { $0 }).get()
  }
}

/// What a listener to both lines has so far.
private struct Heard {
  var messages: [[UInt8]]
  var hasEnded = false
  var repeated = 0

  init(count: Int) { messages = Array(repeating: [], count: count) }

  var missing: Int { messages.count(where: \.isEmpty) }

  var firstGap: Range<Int>? {
    guard let first = messages.firstIndex(where: \.isEmpty) else { return nil }
    let end = messages[first...].firstIndex { !$0.isEmpty } ?? messages.count
    return first..<end
  }

  mutating func take(_ receiver: inout UDPReceiver, timeoutNanos: Int64) throws {
    let count = try receiver.receive(timeoutNanos: timeoutNanos)
    for index in 0..<count {
      let range = receiver[index].range
      take(range.map { receiver.bytes.uncheckedByte(at: $0) })
    }
  }

  private mutating func take(_ datagram: [UInt8]) {
    let sequence = datagram[10..<18].reduce(0) { $0 << 8 | Int($1) }
    let count = datagram[18..<20].reduce(0) { $0 << 8 | Int($1) }
    if count == 0xFFFF {
      hasEnded = true
      return
    }
    for (index, message) in blocks(Array(datagram[20...])).enumerated() {
      if messages[sequence - 1 + index].isEmpty {
        messages[sequence - 1 + index] = message
      } else {
        repeated += 1
      }
    }
  }
}

private func requestPacket(_ session: String, _ sequence: UInt64, _ count: UInt16) -> [UInt8] {
  let number = (0..<8).map { UInt8(truncatingIfNeeded: sequence >> UInt64(56 - 8 * $0)) }
  return Array(session.utf8) + number + [UInt8(count >> 8), UInt8(count & 0xFF)]
}

/// Payloads of blocks with a length field of two bytes.
private func blocks(_ bytes: [UInt8]) -> [[UInt8]] {
  var result: [[UInt8]] = []
  var offset = 0
  while offset + 2 <= bytes.count {
    let end = offset + 2 + (Int(bytes[offset]) << 8) + Int(bytes[offset + 1])
    result.append(Array(bytes[offset + 2..<min(end, bytes.count)]))
    offset = end
  }
  return result
}
