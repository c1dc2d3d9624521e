import FeedKit
import Foundation
import TestSupport
import Testing
import Wire

@Suite struct SoupBinTCPClientTests {
  @Test func loginsOfBothVersions() throws {
    var old = try makeClient(session: "000010059B", sequence: 14_757_722)
    #expect(
      sent(&old)
        == [0, 47] + Array("Luser01secret    000010059B            14757722".utf8))
    #expect(sent(&old) == [])
    var new = try makeClient(sequence: 0, timeoutMillis: 15_000)
    #expect(
      sent(&new)
        == [0, 52] + Array("Luser01secret                                 015000".utf8))
  }

  @Test func fieldsThatDoNotFitAreRefused() throws {
    typealias Login = SoupBinTCPClient.Login
    typealias Options = SoupBinTCPClient.Options
    #expect(throws: SoupBinTCPClient.FieldError.user) { try Login(user: "sevenlt", password: "") }
    #expect(throws: SoupBinTCPClient.FieldError.user) { try Login(user: "a\nb", password: "") }
    #expect(throws: SoupBinTCPClient.FieldError.password) {
      try Login(user: "", password: "elevenchars")
    }
    let login = try Login(user: "u", password: "p")
    #expect(throws: SoupBinTCPClient.FieldError.session) {
      try Options(login: login, session: "elevenchars")
    }
    #expect(throws: SoupBinTCPClient.FieldError.timeout) {
      try Options(login: login, timeoutMillis: 100_000)
    }
    #expect(throws: SoupBinTCPClient.FieldError.timeout) {
      try Options(login: login, timeoutMillis: 0)
    }
  }

  @Test func passwordIsNeverShown() throws {
    let login = try SoupBinTCPClient.Login(user: "user01", password: "hunter2")
    let options = try SoupBinTCPClient.Options(login: login)
    let client = SoupBinTCPClient(options, nowNanos: 0)
    var dumped = ""
    dump(client, to: &dumped)
    dump(options, to: &dumped)
    dump(login, to: &dumped)
    for text in [
      "\(login)", "\(options)", "\(client)", String(reflecting: login),
      String(reflecting: options), String(reflecting: client), dumped,
    ] {
      #expect(text.contains("user01"))
      #expect(!text.contains("hunter2"))
      #expect(!text.contains("104, 117, 110"), "not as bytes either")
    }
  }

  @Test func heartbeatsFillASecondOfSilence() throws {
    var client = try makeClient()
    #expect(client.deadlineNanos == 1_000)
    _ = sent(&client, at: 1_000)
    #expect(client.deadlineNanos == 1_000_001_000)
    #expect(sent(&client, at: 1_000_000_999) == [])
    #expect(sent(&client, at: 1_000_001_000) == [0, 1, 0x52])
    #expect(client.deadlineNanos == 2_000_001_000)
    // A client that allows itself only half a second sends twice as often as it must.
    var hasty = try makeClient(timeoutMillis: 500)
    _ = sent(&hasty, at: 1_000)
    #expect(sent(&hasty, at: 250_001_000) == [0, 1, 0x52])
  }

  @Test func silenceEndsTheConnection() throws {
    var client = try makeClient()
    _ = sent(&client, at: 1_000)
    #expect(read(accepted(), &client, at: 5_000_000_000) == [.accepted])
    for second in 6..<20 { _ = sent(&client, at: UInt64(second) * 1_000_000_000) }
    #expect(client.phase == .streaming)
    #expect(client.deadlineNanos == 20_000_000_000)
    #expect(sent(&client, at: 20_000_000_000) == [])
    #expect(client.phase == .closed(.silence))
    #expect(client.deadlineNanos == .max)
    #expect(read([0, 1, 0x48], &client) == [.closed])
  }

  @Test func logoutIsSentOnce() throws {
    var client = try makeClient()
    _ = sent(&client)
    _ = read(accepted(), &client)
    client.logOut()
    #expect(sent(&client) == [0, 1, 0x4F])
    #expect(client.phase == .closed(.loggedOut))
    #expect(sent(&client) == [])
  }

  @Test(
    arguments: [
      ("A", .notAuthorized), ("S", .sessionUnavailable), ("?", .init(rawValue: 0x3F)),
    ] as [(Character, SoupBinTCPClient.Rejection)])
  func rejections(letter: Character, reason: SoupBinTCPClient.Rejection) throws {
    var client = try makeClient()
    #expect(read([0, 2, 0x4A, letter.asciiValue ?? 0], &client) == [.closed])
    #expect(client.phase == .closed(.rejected(reason)))
  }

  /// Both paddings, a number that needs 64 bits, and answers that no client should believe.
  @Test(
    arguments: [
      ("SESSION   ", "                   5", 5), ("   SESSION", "5                   ", 5),
      ("session   ", "   005              ", 5), ("SESSION   ", "18446744073709551615", UInt64.max),
      ("SESSION   ", "18446744073709551616", nil), ("SESSION   ", "                    ", nil),
      ("SESSION   ", "                   0", nil), ("SESSION   ", "               1 2  ", nil),
      ("SESSION   ", "                  -1", nil), ("SESSION   ", "99999999999999999999", nil),
    ] as [(String, String, UInt64?)])
  func acceptedNumbers(session: String, number: String, expected: UInt64?) throws {
    var client = try makeClient()
    let events = read([0, 31, 0x41] + Array((session + number).utf8), &client)
    if let expected {
      #expect(events == [.accepted])
      #expect(client.nextSequence == expected)
      #expect(client.session.uppercased() == "SESSION")
    } else {
      #expect(events == [.closed])
      #expect(client.phase == .closed(.badPacket))
    }
  }

  @Test(
    arguments: [
      [0, 0], [0, 30, 0x41] + [UInt8](repeating: 0x31, count: 29), [0, 1, 0x4A], [0, 1, 0x41],
      [0, 2, 0x53, 1],
    ] as [[UInt8]])
  func packetsThatMayNotBeEndTheConnection(packet: [UInt8]) throws {
    var client = try makeClient()
    #expect(read(packet, &client).last == .closed)
    #expect(client.phase == .closed(.badPacket))
  }

  @Test func messagesBeforeTheNumberAskedForAreSkipped() throws {
    var client = try makeClient(session: "SESSION", sequence: 7)
    let events = read(accepted(5) + packet("S", [1]) + packet("S", [2]) + packet("S", [3]), &client)
    #expect(events.count == 2)
    #expect(events.first == .accepted)
    guard case .message(_, let sequence) = events.last else { throw CocoaError(.coderInvalidValue) }
    #expect(sequence == 7)
    #expect(client.duplicates == 2)
    #expect(client.missing == nil)
  }

  @Test func messagesThatTheServerHasNoMoreAreNamed() throws {
    var client = try makeClient(session: "SESSION", sequence: 7)
    #expect(read(accepted(11), &client) == [.accepted])
    #expect(client.missing == 7..<11)
    var wrong = try makeClient(session: "OTHER", sequence: 7)
    #expect(read(accepted(7), &wrong) == [.closed])
    #expect(wrong.phase == .closed(.wrongSession))
  }

  @Test func unknownTypesAreSkippedByTheirLength() throws {
    var client = try makeClient()
    let events = read(
      packet("+", [1, 2]) + accepted() + packet("x", [0, 0, 0]) + packet("+", []) + packet("U", [9])
        + packet("S", []), &client)
    #expect(events.count == 3)
    #expect(client.unknownPackets == 1)
    #expect(client.nextSequence == 2, "an empty message has a number")
  }

  @Test func connectionGoesOnBehindTheLastMessage() throws {
    var client = try makeClient()
    _ = read(accepted(3) + packet("S", [1]) + packet("S", [2]), &client)
    var next = client.resumed(nowNanos: 9)
    #expect(sent(&next) == [0, 47] + Array("Luser01secret       SESSION                   5".utf8))
  }
}

@Suite(.enabled(if: SharedFolder.isPresent, "needs ../shared/vectors"))
struct SoupBinTCPVectorTests {
  @Test func clientRequestsAgree() throws {
    for vector in try Vectors.load("soupbintcp") {
      guard let expected = vector["expected"] as? [String: Any],
        expected["type"] as? String == "L"
      else { continue }
      let login = try SoupBinTCPClient.Login(
        user: (expected["username"] as? String ?? "").trimmingCharacters(in: .whitespaces),
        password: (expected["password"] as? String ?? "").trimmingCharacters(in: .whitespaces))
      var client = SoupBinTCPClient(
        try .init(
          login: login,
          session: (expected["session"] as? String ?? "").trimmingCharacters(in: .whitespaces),
          sequence: (expected["requested_sequence"] as? NSNumber)?.uint64Value ?? 0,
          timeoutMillis: (expected["heartbeat_timeout_ms"] as? NSNumber)?.uint64Value),
        nowNanos: 0)
      var bytes = sent(&client)
      var wanted = try Vectors.bytes(vector)
      if vector["name"] as? String == "login-request-left-justified-sequence" {
        // That client pads on the other side, which servers must accept; ours follows the text.
        bytes = bytes.filter { $0 != 0x20 }
        wanted = wanted.filter { $0 != 0x20 }
      }
      #expect(bytes == wanted, "\(vector["name"] ?? "")")
    }
  }

  @Test func serverPacketsAgree() throws {
    var seen = 0
    for vector in try Vectors.load("soupbintcp") {
      let name = vector["name"] as? String ?? ""
      let bytes = try Vectors.bytes(vector)
      guard vector["cuts"] == nil, !name.hasPrefix("login-request") else { continue }
      var client = try makeClient()
      if name.hasPrefix("login-") == false { _ = read(accepted(), &client) }
      let events = read(bytes, &client)
      seen += 1
      switch name {
      case "login-accepted":
        #expect(events == [.accepted])
        #expect(client.session == "000010059B" && client.nextSequence == 1)
      case "login-rejected-not-authorised":
        #expect(client.phase == .closed(.rejected(.notAuthorized)))
      case "sequenced-data": #expect(events == [.message(3..<22, sequence: 1)])
      case "unsequenced-data": #expect(events == [.unsequenced(3..<6)])
      case "end-of-session": #expect(client.phase == .closed(.endOfSession))
      default: #expect(events.isEmpty && client.phase == .streaming, "\(name)")
      }
    }
    #expect(seen >= 9)
  }

  /// The result must not depend on where TCP cuts the stream.
  @Test func streamMayBeCutAnywhere() throws {
    let vector = try #require(
      try Vectors.load("soupbintcp").first { $0["name"] as? String == "stream-sequence-counting" })
    let bytes = try Vectors.bytes(vector)
    let expected = try #require(vector["expected"] as? [String: Any])
    let wanted = (expected["sequenced"] as? [[String: Any]] ?? []).map {
      "\($0["sequence"] ?? 0) \($0["message_hex"] ?? "")"
    }
    #expect(wanted.count == 3)
    var plans = (1..<bytes.count).map { [$0] }
    plans.append(vector["cuts"] as? [Int] ?? [])
    plans.append(Array(1..<bytes.count))
    for cuts in plans {
      var client = try makeClient()
      let found = stream(bytes, cuts: cuts, &client)
      #expect(found == wanted, "cuts \(cuts)")
      #expect(client.phase == .closed(.endOfSession))
      #expect(client.nextSequence == 8)
    }
  }
}

/// Gives the bytes in pieces and keeps the rest, as a connection does; `number hex` a message.
private func stream(_ bytes: [UInt8], cuts: [Int], _ client: inout SoupBinTCPClient) -> [String] {
  var found: [String] = []
  var kept: [UInt8] = []
  var from = 0
  for cut in cuts + [bytes.count] {
    kept += bytes[from..<cut]
    from = cut
    var offset = 0
    reading: while true {
      let event = withRaw(kept) { client.next(in: $0, from: &offset, nowNanos: 1) }
      switch event {
      case .needsBytes, .closed: break reading
      case .message(let range, let sequence):
        found.append("\(sequence) \(kept[range].map { hexByte($0) }.joined())")
      default: break
      }
    }
    kept.removeFirst(offset)
  }
  return found
}

private func hexByte(_ byte: UInt8) -> String {
  (byte < 16 ? "0" : "") + String(byte, radix: 16)
}

private func makeClient(
  session: String = "", sequence: UInt64 = 1, timeoutMillis: UInt64? = nil
) throws -> SoupBinTCPClient {
  let login = try SoupBinTCPClient.Login(user: "user01", password: "secret")
  return SoupBinTCPClient(
    try .init(login: login, session: session, sequence: sequence, timeoutMillis: timeoutMillis),
    nowNanos: 1_000)
}

private func sent(_ client: inout SoupBinTCPClient, at now: UInt64 = 1_000) -> [UInt8] {
  var output: [UInt8] = []
  client.send(to: &output, nowNanos: now)
  return output
}

/// All events of whole packets.
private func read(
  _ bytes: [UInt8], _ client: inout SoupBinTCPClient, at now: UInt64 = 1_000
) -> [SoupBinTCPClient.Event] {
  var events: [SoupBinTCPClient.Event] = []
  var offset = 0
  while true {
    let event = withRaw(bytes) { client.next(in: $0, from: &offset, nowNanos: now) }
    if event == .needsBytes { return events }
    events.append(event)
    if event == .closed { return events }
  }
}

private func packet(_ type: Character, _ payload: [UInt8]) -> [UInt8] {
  [0, UInt8(payload.count + 1), type.asciiValue ?? 0] + payload
}

private func accepted(_ number: Int = 1) -> [UInt8] {
  let digits = String(number)
  let padding = String(repeating: " ", count: 20 - digits.count)
  return packet("A", Array("   SESSION\(padding)\(digits)".utf8))
}
