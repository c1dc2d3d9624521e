import BrokerFeeds
import Engine
import FeedKit
import Net
import TestSupport
import Testing
import Wire

/// A simulated upstream on real sockets.
@Suite struct SimulatedUpstreamTests {
  private func start(_ faults: String, speed: Double = 1) throws -> SimulatedUpstream {
    var simulator = SimulatorOptions()
    simulator.symbols = ["SPY", "@ESZ26"]
    simulator.rate = 500
    var options = SimulatedUpstreamOptions()
    options.speed = speed
    let upstream = try SimulatedUpstream(
      IqfeedSimulator.self, simulator, faults: try FaultScript(parsing: faults), options)
    try upstream.start()
    return upstream
  }

  private func connect(_ upstream: SimulatedUpstream, _ port: String) throws -> SocketClient {
    try SocketClient(Endpoint(host: "127.0.0.1", port: upstream.port(port)))
  }

  @Test func twoClientsAtOnceGetWhatTheyAskFor() throws {
    let upstream = try start("split:7")
    defer { upstream.stop() }
    let first = try connect(upstream, "level1")
    let second = try connect(upstream, "level1")
    let lookup = try connect(upstream, "lookup")
    try first.send("S,SET PROTOCOL,6.2\r\nwSPY\r\n")
    try second.send("S,SET PROTOCOL,6.1\nw@ESZ26\n")
    #expect(try first.waits(for: "\nQ,SPY,"))
    #expect(try second.waits(for: "\nQ,@ESZ26,"))
    #expect(!first.text.contains("\nQ,@ESZ26,"))
    #expect(second.text.contains("S,CURRENT PROTOCOL,6.1,"))
    try lookup.send("S,SET PROTOCOL,6.2\r\nHTX,SPY,3,0,R1\r\n")
    #expect(try lookup.waits(for: "R1,!ENDMSG!,\r\n"))
    #expect(upstream.connections == 3)
    #expect(Set(upstream.addresses.map(\.address.port)).count == 5)
  }

  @Test(arguments: ["drop", "rst", "restart"]) func connectionsEndAndCanBeMadeAgain(
    fault: String
  ) throws {
    let upstream = try start("\(fault)@1s")
    defer { upstream.stop() }
    let client = try connect(upstream, "level1")
    try client.send("S,SET PROTOCOL,6.2\r\nwSPY\r\n")
    #expect(try client.waits(for: "\nP,SPY,"))
    let ended = try client.ends()
    #expect(ended == (fault == "rst" ? .reset : .closed))
    #expect(Patience.wait { upstream.faults.count == 1 })
    #expect(upstream.faults.first?.connections == ["level1/0"])
    var again: SocketClient?
    #expect(
      Patience.wait {
        again = try? connect(upstream, "level1")
        return again != nil
      })
    try again?.send("wSPY\r\n")
    #expect(try again?.waits(for: "\nP,SPY,") == true)
  }

  @Test func aBlackHoleNeitherReadsNorSends() throws {
    let upstream = try start("half-open@500ms")
    defer { upstream.stop() }
    let client = try connect(upstream, "level1")
    #expect(try client.waits(for: "S,KEY"))
    #expect(Patience.wait { !upstream.faults.isEmpty })
    let other = try connect(upstream, "level1")
    try client.send("T\r\n")
    try other.send("T\r\n")
    #expect(try other.waits(for: "\nT,"))
    // What was sent before has arrived: the sockets are of one machine.
    try client.receive()
    try client.receive()
    let before = client.text
    // The other client has been served since: what is silent stays so.
    #expect(try other.waits(for: "\nT,", times: 3))
    try client.receive()
    #expect(client.text == before)
  }

  @Test func portsThatAreTakenAreAnError() throws {
    let upstream = try start("")
    defer { upstream.stop() }
    var options = SimulatedUpstreamOptions()
    options.ports["level1"] = upstream.port("level1")
    #expect(throws: SimulatedUpstreamError.self) {
      _ = try SimulatedUpstream(IqfeedSimulator.self, SimulatorOptions(), options)
    }
  }
}

/// A plain TCP client that keeps all that it got.
final class SocketClient {
  enum End: Equatable { case closed, reset }

  private var connection: TCPConnection
  private(set) var text = ""
  private var end: End?

  init(_ endpoint: Endpoint) throws {
    connection = try TCPClient.connect(to: endpoint, timeoutNanos: 10_000_000_000)
  }

  func send(_ text: String) throws {
    let bytes = Array(text.utf8)
    try connection.send(bytes.rawSpan, timeoutNanos: 10_000_000_000)
  }

  /// Takes what is there.
  func receive() throws {
    guard end == nil else { return }
    do throws(NetError) {
      if case .ended = try connection.receive(timeoutNanos: 1_000_000) { end = .closed }
    } catch {
      end = .reset
    }
    let bytes = Self.copy(connection)
    text += String(decoding: bytes, as: UTF8.self)
    connection.consume(bytes.count)
  }

  private static func copy(_ connection: borrowing TCPConnection) -> [UInt8] {
    let span = connection.bytes
    return (0..<span.byteCount).map { span.uncheckedByte(at: $0) }
  }

  func waits(for part: String, times: Int = 1) throws -> Bool {
    try Patience.wait {
      try receive()
      return text.split(separator: part, omittingEmptySubsequences: false).count > times
    }
  }

  func ends() throws -> End? {
    _ = try Patience.wait {
      try receive()
      return end != nil
    }
    return end
  }
}
