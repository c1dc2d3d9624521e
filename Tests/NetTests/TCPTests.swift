import Net
import TestSupport
import Testing
import Wire

private let second: Int64 = 1_000_000_000

@Suite struct TCPTests {
  struct Pair: ~Copyable {
    var client: TCPConnection
    var server: TCPConnection

    init(host: String = "127.0.0.1", bufferBytes: Int = 1 << 16) throws {
      let listener = try TCPListener(Endpoint(host: host, port: 0))
      let client = try connect(listener, bufferBytes: bufferBytes)
      server = try accept(listener, bufferBytes: bufferBytes)
      self.client = client
    }
  }

  static func connect(
    _ listener: borrowing TCPListener, bufferBytes: Int = 1 << 16
  ) throws -> TCPConnection {
    try TCPClient.connect(
      to: Endpoint(listener.localAddress), timeoutNanos: 5 * second, bufferBytes: bufferBytes)
  }

  static func accept(
    _ listener: borrowing TCPListener, bufferBytes: Int = 1 << 16
  ) throws -> TCPConnection {
    let accepted = try listener.accept(timeoutNanos: 5 * second, bufferBytes: bufferBytes)
    guard let accepted else { throw NetError("accept", "test", .timedOut) }
    return accepted
  }

  @Test(arguments: ["127.0.0.1", "::1", "localhost"])
  func bytesArriveWhole(_ host: String) throws {
    var pair = try Pair(host: host)
    var generator = SeededGenerator(seed: 41)
    var sent: [UInt8] = []
    var found: [UInt8] = []
    for _ in 0..<50 {
      let piece = (0..<Int(generator.next() % 900)).map { _ in
        UInt8(truncatingIfNeeded: generator.next())
      }
      sent += piece
      try pair.client.send(piece.rawSpan, timeoutNanos: second)
      // Leaves a rest behind, as a message does that has not arrived whole.
      if found.count + pair.server.bytes.byteCount < sent.count {
        let step = try pair.server.receive(timeoutNanos: 5 * second)
        guard case .received = step else { break }
        let count = pair.server.bytes.byteCount * 2 / 3
        for index in 0..<count { found.append(pair.server.bytes.uncheckedByte(at: index)) }
        pair.server.consume(count)
      }
    }
    while found.count + pair.server.bytes.byteCount < sent.count {
      guard case .received = try pair.server.receive(timeoutNanos: 5 * second) else { break }
    }
    let rest = pair.server.bytes
    for index in 0..<rest.byteCount { found.append(rest.uncheckedByte(at: index)) }
    #expect(found == sent)
  }

  @Test func nobodyListens() throws {
    let address: SocketAddress
    do { address = try TCPListener(Endpoint(host: "127.0.0.1", port: 0)).localAddress }
    let error = #expect(throws: NetError.self) {
      _ = try TCPClient.connect(to: Endpoint(address), timeoutNanos: 5 * second)
    }
    #expect(error?.description.contains("nobody listens there") == true)
    #expect(error?.description.contains("\(address)") == true)
  }

  @Test func quietPeersTimeOut() throws {
    var pair = try Pair()
    #expect(try pair.client.receive(timeoutNanos: 0) == .nothing)
    #expect(try pair.client.receive(timeoutNanos: 1_000_000) == .nothing)
    let listener = try TCPListener(Endpoint(host: "127.0.0.1", port: 0))
    let none = try listener.accept(timeoutNanos: 1_000_000) == nil
    #expect(none)
  }

  @Test func slowPeersTimeOutASend() throws {
    var pair = try Pair()
    let much = [UInt8](repeating: 5, count: 64 << 20)
    let error = #expect(throws: NetError.self) {
      try pair.client.send(much.rawSpan, timeoutNanos: 10_000_000)
    }
    #expect(error?.cause == .timedOut)
  }

  @Test func theEndIsSeenAfterTheLastBytes() throws {
    let listener = try TCPListener(Endpoint(host: "127.0.0.1", port: 0))
    do {
      var client = try Self.connect(listener)
      try client.send([1, 2, 3].rawSpan, timeoutNanos: second)
    }
    var server = try Self.accept(listener)
    let first = try server.receive(timeoutNanos: 5 * second)
    let then = try server.receive(timeoutNanos: 5 * second)
    #expect(first == .received(3))
    #expect(then == .ended)
    #expect(server.bytes.byteCount == 3)
  }

  /// A process without MSG_NOSIGNAL would be ended by SIGPIPE here.
  @Test func writingToAClosedPeerIsAnError() throws {
    let listener = try TCPListener(Endpoint(host: "127.0.0.1", port: 0))
    var client = try Self.connect(listener)
    do { _ = try Self.accept(listener) }
    let payload = [UInt8](repeating: 1, count: 1_000)
    var failure: NetError?
    do throws(NetError) {
      for _ in 0..<1_000 { try client.send(payload.rawSpan, timeoutNanos: second) }
    } catch { failure = error }
    #expect(failure?.description.contains("the peer dropped the connection") == true)
  }

  @Test func aFullBufferIsAnErrorNotALoop() throws {
    var pair = try Pair(bufferBytes: 16)
    try pair.client.send([UInt8](repeating: 1, count: 40).rawSpan, timeoutNanos: second)
    #expect(try pair.server.receive(timeoutNanos: 5 * second) == .received(16))
    let error = #expect(throws: NetError.self) { try pair.server.receive(timeoutNanos: second) }
    #expect(error?.description.contains("16 bytes") == true)
    pair.server.consume(10)
    #expect(try pair.server.receive(timeoutNanos: 5 * second) == .received(10))
  }
}
