import FeedKit
import TestSupport
import Testing

@testable import BrokerFeeds

@Suite("IB simulator: sessions")
struct IbSimulatorSessionTests {
  @Test(
    "the newest version that both know, text or protobuf alone",
    arguments: [
      (100...226, 226, 226), (100...226, 200, 200), (157...178, 226, 178), (157...176, 226, 176),
      (200...200, 226, 200), (100...207, 226, 200), (213...225, 226, 225), (100...150, 226, nil),
      (213...226, 200, nil), (201...212, 226, nil),
    ] as [(ClosedRange<Int>, Int, Int?)])
  func versions(client: ClosedRange<Int>, server: Int, agreed: Int?) {
    #expect(IbSimulatorVersions.agreed(client: client, server: server) == agreed)
  }

  @Test("nothing comes between the version and startApi; then accounts, id and farms")
  func greeting() throws {
    let harness = try IbSimulatorHarness()
    let client = harness.connect()
    #expect(client.take().isEmpty)
    client.hello("v200..200")
    let reply = client.take()
    #expect(reply.count == 1)
    #expect(reply.first == ["200", "20261102 09:30:00 Eastern Standard Time"])
    harness.pass(5 * IbSimulatorHarness.second)
    #expect(client.take().isEmpty)
    client.startAPI(7)
    let frames = client.take()
    #expect(frames.prefix(2) == [["15", "1", "DU1234567"], ["9", "1", "1"]])
    #expect(frames.dropFirst(2).map { $0[2] } == ["2104", "2104", "2106", "2158"])
  }

  @Test("the hello may come byte by byte")
  func bytewise() throws {
    let harness = try IbSimulatorHarness()
    let client = harness.connect()
    var pending: [UInt8] = []
    for byte in Array("API\0".utf8) + [0, 0, 0, 9] + Array("v100..226".utf8) {
      pending.append(byte)
      let taken = harness.upstream.received(pending.rawSpan, on: client.id, now: harness.now)
      pending.removeFirst(taken)
    }
    #expect(client.take().first?.first == "226")
  }

  @Test(
    "what is no client is closed",
    arguments: [
      "GET / HTTP/1.1 ", "API~~~~\u{4}junk", "API~~~~\u{9}v300..400", "API~\u{7F}~~~",
    ].map { $0.utf8.map { $0 == UInt8(ascii: "~") ? 0 : $0 } })
  func strangers(bytes: [UInt8]) throws {
    let harness = try IbSimulatorHarness()
    let client = harness.connect()
    client.send(bytes)
    #expect(client.closing == .now)
    #expect(client.take().isEmpty)
  }

  @Test("a client id in use gets 326 and the end; it is free again when its holder is gone")
  func inUse() throws {
    let harness = try IbSimulatorHarness()
    let first = harness.start(client: 3)
    let second = harness.start(client: 3)
    #expect(second.errors() == [326])
    #expect(second.closing == .afterSending)
    harness.upstream.closed(second.id, now: harness.now)
    harness.upstream.closed(first.id, now: harness.now)
    let third = harness.start(client: 3)
    // Behind the version.
    #expect(third.take().dropFirst().first?.first == "15")
  }

  @Test("a login that is denied gets no byte, or 326")
  func denied() throws {
    let silent = try IbSimulatorHarness(faults: "deny-auth").connect()
    #expect(silent.closing == .now)
    #expect(silent.take().isEmpty)
    let harness = try IbSimulatorHarness(faults: "deny-auth", ["deny": "in-use"])
    #expect(harness.start().errors() == [326])
  }

  @Test("a wrong version is one that the client did not offer")
  func wrongVersion() throws {
    let client = try IbSimulatorHarness(faults: "wrong-version").connect()
    client.hello("v200..200")
    #expect(client.take().first?.first == "199")
  }

  @Test("two clients have sessions of their own, each of its own version")
  func twoClients() throws {
    let harness = try IbSimulatorHarness()
    let old = harness.start(178, client: 1)
    let new = harness.start(200, client: 2)
    _ = (old.take(), new.take())
    for client in [old, new] { client.ask("1 11 5 265598 _ STK _ _ _ _ SMART _ _ _ _ 0 _ 0 0 _") }
    harness.pass(3 * IbSimulatorHarness.second)
    let olds = old.take()
    let news = new.take()
    #expect(olds == news)
    #expect(olds.count > 20)
    old.ask("2 2 5")
    harness.pass(3 * IbSimulatorHarness.second)
    #expect(old.take().isEmpty)
    #expect(!new.take().isEmpty)
  }

  @Test(
    "the gateway's own link: stale, then back with or without the subscriptions",
    arguments: ["kept", "lost"])
  func link(setting: String) throws {
    let harness = try IbSimulatorHarness(faults: "upstream-down@2s+3s", ["link": setting])
    let client = harness.start()
    client.ask("10 5 9 265598 _ STK _ _ _ _ SMART _ _ _ _ 3 1 _")
    _ = client.take()
    harness.pass(2 * IbSimulatorHarness.second)
    #expect(client.errors().first == 1100)
    harness.pass(2 * IbSimulatorHarness.second)
    #expect(client.take().isEmpty)
    harness.pass(2 * IbSimulatorHarness.second)
    let back = client.take()
    let codes = back.filter { $0[0] == "4" }.map { $0[2] }
    if setting == "kept" {
      #expect(codes == ["1102", "2104", "2104", "2106", "2158", "317"])
      // After the reset come all rows anew.
      #expect(back.filter { $0[0] == "13" }.prefix(6).allSatisfy { $0[5] == "0" })
    } else {
      #expect(codes == ["1101", "2104", "2104", "2106", "2158"])
      harness.pass(2 * IbSimulatorHarness.second)
      #expect(client.take().isEmpty)
    }
  }
}
