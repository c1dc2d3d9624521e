import FeedKit
import TestSupport
import Testing
import Wire

/// The client against the simulator's server, joined by queues of bytes that are cut at random.
@Suite struct SoupBinTCPLoopbackTests {
  @Test(arguments: 0..<30 as Range<UInt64>)
  func everyMessageComesOnceAcrossConnections(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let name = try #require(MoldUDP64SessionName("LOOP"))
    var store = RetransmissionStore(session: name, capacityBytes: 1 << 14, capacityMessages: 1_024)
    let total = 300
    var client = SoupBinTCPClient(
      try .init(login: .init(user: "user", password: "pass"), timeoutMillis: 5_000), nowNanos: 0)
    var now: UInt64 = 1
    var found: [[UInt8]] = []
    var appended = 0
    var connections = 0
    while client.phase != .closed(.endOfSession) {
      connections += 1
      try #require(connections < 200, "seed \(seed)")
      var options = SoupBinTCPServer.Options(session: name)
      (options.username, options.password) = ("USER", "pass")
      var server = SoupBinTCPServer(options, nowNanos: now)
      if connections > 1 { client = client.resumed(nowNanos: now) }
      var link = Link()
      // A connection lives for some rounds, then breaks wherever it is.
      for _ in 0..<(5 + Int(random.next() % 60)) {
        for _ in 0..<Int(random.next() % 12) where appended < total {
          appended += 1
          appendFrame(message(appended), &store)
        }
        if appended == total { server.endSession() }
        now += random.next() % 1_500_000_000
        link.exchange(&client, &server, store, now, &random)
        link.read(&client, now, &found)
        if case .closed = client.phase { break }
      }
    }
    #expect(found == (1...total).map { message($0) }, "seed \(seed)")
    #expect(client.nextSequence == UInt64(total + 1))
    #expect(client.missing == nil)
  }

  private func message(_ number: Int) -> [UInt8] {
    [UInt8](repeating: UInt8(number & 255), count: number % 40) + [UInt8(number >> 8)]
  }

  private func appendFrame(_ message: [UInt8], _ store: inout RetransmissionStore) {
    _ = withRaw([0, UInt8(message.count)] + message) { store.append($0) }
  }
}

/// The bytes under way.
private struct Link {
  var toServer: [UInt8] = []
  var toClient: [UInt8] = []
  var kept: [UInt8] = []

  mutating func exchange(
    _ client: inout SoupBinTCPClient, _ server: inout SoupBinTCPServer,
    _ store: borrowing RetransmissionStore, _ now: UInt64, _ random: inout SeededGenerator
  ) {
    client.send(to: &toServer, nowNanos: now)
    let count = Int(random.next() % UInt64(toServer.count + 1))
    withRaw(Array(toServer.prefix(count))) { server.receive($0, nowNanos: now) }
    toServer.removeFirst(count)
    var out = [UInt8](repeating: 0, count: 64 + Int(random.next() % 400))
    let produced = withRaw(writing: &out) { server.produce(from: store, into: &$0, nowNanos: now) }
    toClient += out[0..<produced]
    let arriving = Int(random.next() % UInt64(toClient.count + 1))
    kept += toClient.prefix(arriving)
    toClient.removeFirst(arriving)
  }

  mutating func read(_ client: inout SoupBinTCPClient, _ now: UInt64, _ found: inout [[UInt8]]) {
    var offset = 0
    while true {
      let event = withRaw(kept) { client.next(in: $0, from: &offset, nowNanos: now) }
      if event == .needsBytes || event == .closed { break }
      if case .message(let range, let sequence) = event {
        #expect(sequence == UInt64(found.count + 1))
        found.append(Array(kept[range]))
      }
    }
    kept.removeFirst(offset)
  }
}
