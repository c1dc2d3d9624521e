import FeedKit
import Foundation
import TestSupport
import Testing
import Wire

@Suite struct SoupBinTCPServerTests {
  @Test func loginFromTheBeginningReplaysEverything() throws {
    var service = try Service(messages: 5)
    service.receive(login(sequence: "1"))
    let out = service.produce()
    #expect(
      String(decoding: out[0..<33], as: UTF8.self) == "\0\u{1F}A   SESSION                   1")
    #expect(service.sequenced(out.dropFirst(33)) == (1...5).map { [UInt8($0)] })
    #expect(service.server.nextSequence == 6)
    service.append(6)
    #expect(service.produce() == [0, 2, 0x53, 6])
    #expect(service.produce() == [])
  }

  /// 0 is the next message; what is not kept begins with the oldest, what is to come, with the
  /// next. The ring keeps eight messages, 13 ... 20 of 20.
  @Test(arguments: [
    ("0", 21), ("", 21), ("1", 13), ("13", 13), ("15", 15), ("21", 21), ("999", 21),
  ])
  func streamBeginsWhereItCan(requested: String, start: Int) throws {
    var service = try Service(messages: 20, kept: 8)
    service.receive(login(sequence: requested))
    let out = service.produce()
    let number = String(decoding: out[13..<33], as: UTF8.self)
    #expect(Int(number.drop { $0 == " " }) == start)
    #expect(service.sequenced(out.dropFirst(33)).count == 21 - start)
  }

  @Test(
    arguments: [
      (login(user: "nobody"), "A"), (login(password: "wrong"), "A"), (login(session: "OTHER"), "S"),
    ] as [([UInt8], Character)])
  func loginsThatDoNotFitAreRejected(request: [UInt8], reason: Character) throws {
    var service = try Service(messages: 1)
    service.receive(request)
    #expect(service.produce() == [0, 2, 0x4A, reason.asciiValue ?? 0])
    #expect(service.server.phase == .closing(.rejected))
    #expect(service.produce() == [])
  }

  @Test func paddingAndCaseDoNotMatter() throws {
    for request in [
      login(user: "USER1 ", session: "   session", sequence: "2                   "),
      login(user: "user1", session: "SESSION", sequence: "                   2"),
      login(user: " User1", session: "          ", sequence: "2", timeout: "15000"),
    ] {
      var service = try Service(messages: 3)
      service.receive(request)
      #expect(service.sequenced(service.produce().dropFirst(33)) == [[2], [3]])
    }
  }

  @Test func clientOfVersion410ChoosesItsTimeout() throws {
    var service = try Service(messages: 0)
    service.receive(login(timeout: " 2500"))
    _ = service.produce()
    #expect(service.server.clientTimeoutNanos == 2_500_000_000)
    service.now += 2_499_999_999
    _ = service.produce()
    #expect(service.server.phase == .streaming)
    service.now += 1
    _ = service.produce()
    #expect(service.server.phase == .closing(.clientTimeout))
  }

  @Test func silenceIsFilledWithHeartbeats() throws {
    var service = try Service(messages: 1)
    service.receive(login())
    _ = service.produce()
    #expect(service.server.deadlineNanos == service.now + 1_000_000_000)
    service.now += 999_999_999
    #expect(service.produce() == [])
    service.now += 1
    #expect(service.produce() == [0, 1, 0x48])
    #expect(service.produce() == [])
    for _ in 0..<20 {
      service.now = service.server.deadlineNanos
      service.receive([0, 1, 0x52])
      #expect(service.produce() == [0, 1, 0x48])
    }
  }

  @Test func clientWithoutLoginIsDroppedAfterHalfAMinute() throws {
    var service = try Service(messages: 1)
    #expect(service.server.deadlineNanos == service.now + 30_000_000_000)
    service.now += 30_000_000_000
    #expect(service.produce() == [])
    #expect(service.server.phase == .closing(.loginTimeout))
  }

  @Test func endOfSessionFollowsTheLastMessage() throws {
    var service = try Service(messages: 40)
    service.receive(login())
    service.server.endSession()
    // A small buffer: the messages take several calls, and the end comes after them.
    var out: [UInt8] = []
    while case .streaming = service.phaseAfter(&out, room: 64) {}
    #expect(Array(out.suffix(7)) == [0, 2, 0x53, 40, 0, 1, 0x5A])
    #expect(service.server.phase == .closing(.endOfSession))
  }

  @Test func slowClientIsToldByClosing() throws {
    var service = try Service(messages: 4, kept: 8)
    service.receive(login())
    _ = service.produce()
    for number in 5...30 { service.append(UInt8(number)) }
    #expect(service.produce() == [])
    #expect(service.server.phase == .closing(.lapped))
  }

  @Test(
    arguments: [
      [0, 0], [0xFF, 0xFF, 0x4C], [0, 1, 0x4C], [0, 2, 0x4C, 0x20], login(sequence: "12x"),
      login(sequence: "99999999999999999999"), login(timeout: "1.5s"),
    ] as [[UInt8]])
  func nonsenseClosesTheConnection(packet: [UInt8]) throws {
    var service = try Service(messages: 1)
    service.receive(packet)
    #expect(service.produce() == [])
    #expect(service.server.phase == .closing(.badPacket))
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func noBytesTrapAndCutsDoNotMatter(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var bytes = login(sequence: "3") + [0, 1, 0x52, 0, 3, 0x2B, 0x61, 0x62, 0, 2, 0x55, 1]
    if seed % 2 == 1 {
      for _ in 0..<4 {
        bytes[Int(random.next() % UInt64(bytes.count))] ^= UInt8(random.next() & 255)
      }
    }
    var whole = try Service(messages: 6)
    whole.receive(bytes)
    var cut = try Service(messages: 6)
    var offset = 0
    while offset < bytes.count {
      let count = min(1 + Int(random.next() % 9), bytes.count - offset)
      cut.receive(Array(bytes[offset..<offset + count]))
      offset += count
    }
    #expect(whole.produce() == cut.produce(), "seed \(seed)")
    #expect(whole.server.phase == cut.server.phase, "seed \(seed)")
  }

  @Test(.enabled(if: SharedFolder.isPresent)) func loginVectorsAreUnderstood() throws {
    let root = try JSONSerialization.jsonObject(with: SharedFolder.data("vectors/soupbintcp.json"))
    let rows = ((root as? [String: Any])?["vectors"] as? [[String: Any]] ?? []).filter {
      ($0["name"] as? String)?.hasPrefix("login-request") == true
    }
    #expect(rows.count >= 4)
    for row in rows {
      let packet = try #require(bytes(hex: row["hex"] as? String ?? ""))
      let expected = try #require(row["expected"] as? [String: Any])
      let session = (expected["session"] as? String ?? "").trimmingCharacters(in: .whitespaces)
      let wanted = (expected["requested_sequence"] as? NSNumber)?.uint64Value ?? 0
      var service = try Service(messages: 4, session: session.isEmpty ? "ANY" : session, open: true)
      service.receive(packet)
      let out = service.produce()
      #expect(out.count >= 33 && out[2] == UInt8(ascii: "A"), "\(row["name"] ?? "")")
      let first = wanted == 0 || wanted > 5 ? 5 : wanted
      #expect(service.sequenced(out.dropFirst(33)).count == Int(5 - first))
      if let millis = expected["heartbeat_timeout_ms"] as? NSNumber {
        #expect(service.server.clientTimeoutNanos == millis.uint64Value * 1_000_000)
      }
    }
  }
}

/// A login request; padded on the right where it is short, as public clients do.
private func login(
  user: String = "user1", password: String = "secret", session: String = "",
  sequence: String = "1", timeout: String? = nil
) -> [UInt8] {
  func padded(_ text: String, _ count: Int) -> [UInt8] {
    Array(text.utf8) + [UInt8](repeating: 0x20, count: count - text.utf8.count)
  }
  let payload =
    padded(user, 6) + padded(password, 10) + padded(session, 10) + padded(sequence, 20)
    + (timeout.map { padded($0, 5) } ?? [])
  return [0, UInt8(payload.count + 1), 0x4C] + payload
}

/// A server with its store; message n of the session is the byte n.
private struct Service: ~Copyable {
  var server: SoupBinTCPServer
  var store: RetransmissionStore
  var now: UInt64 = 77_000

  init(messages: Int, kept: Int = 64, session: String = "SESSION", open: Bool = false) throws {
    let name = try #require(MoldUDP64SessionName(session))
    var options = SoupBinTCPServer.Options(session: name)
    if !open {
      options.username = "user1"
      options.password = "SECRET"
    }
    server = SoupBinTCPServer(options, nowNanos: now)
    store = RetransmissionStore(session: name, capacityBytes: 1_024, capacityMessages: kept)
    for number in 0..<messages { append(UInt8(number + 1)) }
  }

  mutating func append(_ message: UInt8) {
    _ = withRaw([0, 1, message]) { store.append($0) }
  }

  mutating func receive(_ bytes: [UInt8]) {
    withRaw(bytes) { server.receive($0, nowNanos: now) }
  }

  mutating func produce(room: Int = 4_096) -> [UInt8] {
    var out = [UInt8](repeating: 0, count: room)
    var span = out.mutableSpan
    // Safety: every bit pattern is a valid byte.
    var raw = unsafe span.mutableBytes
    let count = server.produce(from: store, into: &raw, nowNanos: now)
    return Array(out[0..<count])
  }

  mutating func phaseAfter(_ out: inout [UInt8], room: Int) -> SoupBinTCPServer.Phase {
    out += produce(room: room)
    return server.phase
  }

  /// The payloads of sequenced packets.
  func sequenced(_ bytes: ArraySlice<UInt8>) -> [[UInt8]] {
    splitFrames(Array(bytes)).filter { $0[2] == 0x53 }.map { Array($0.dropFirst(3)) }
  }
}
