internal import FeedKit
internal import Net
internal import Wire

/// The SoupBinTCP service of a simulated exchange: a listener and its clients.
final class SimulatorSoup {
  private let listener: TCPListener
  private let options: SoupBinTCPServer.Options
  private var clients: [SimulatorSoupClient] = []
  private var isEnding = false
  private(set) var accepted: UInt64 = 0

  private static var clientLimit: Int { 64 }

  init(_ endpoint: Endpoint, _ options: SoupBinTCPServer.Options) throws(NetError) {
    listener = try TCPListener(endpoint)
    self.options = options
  }

  var address: SocketAddress { listener.localAddress }
  var descriptor: Int32 { listener.descriptor }
  /// The first client's, so that its packets end the server's sleep; the others wait a batch.
  var clientDescriptor: Int32 { clients.first?.descriptor ?? -1 }

  /// Ends the session for all clients once they have everything.
  func endSession() {
    isEnding = true
    for client in clients { client.endSession() }
  }

  /// Takes new clients and serves the others; true where a client still has much to get.
  func serve(_ store: borrowing RetransmissionStore, now: UInt64) throws(NetError) -> Bool {
    if clients.count < Self.clientLimit,
      let connection = try listener.accept(timeoutNanos: 0, bufferBytes: 8_192)
    {
      accepted += 1
      let client = SimulatorSoupClient(connection, options, now: now)
      if isEnding { client.endSession() }
      clients.append(client)
    }
    var isBusy = false
    for client in clients where client.serve(store, now: now) { isBusy = true }
    if clients.contains(where: \.isClosed) { clients.removeAll(where: \.isClosed) }
    return isBusy
  }
}

/// One client of the SoupBinTCP service.
final class SimulatorSoupClient {
  private var connection: TCPConnection
  private var server: SoupBinTCPServer
  private var out: FixedTable<UInt8>
  private(set) var isClosed = false

  private static var outBytes: Int { 262_144 }
  /// A client that takes nothing for so long is dropped: it would hold up the exchange.
  private static var sendNanos: Int64 { 1_000_000_000 }

  init(
    _ connection: consuming TCPConnection, _ options: SoupBinTCPServer.Options, now: UInt64
  ) {
    self.connection = connection
    server = SoupBinTCPServer(options, nowNanos: now)
    out = FixedTable(repeating: 0, count: Self.outBytes)
  }

  var descriptor: Int32 { connection.descriptor }

  func endSession() { server.endSession() }

  /// Gives the server what has arrived, and tells how many bytes that was.
  private static func pass(
    _ connection: borrowing TCPConnection, to server: inout SoupBinTCPServer, _ now: UInt64
  ) -> Int {
    server.receive(connection.bytes, nowNanos: now)
    return connection.bytes.byteCount
  }

  private static func produce(
    _ server: inout SoupBinTCPServer, from store: borrowing RetransmissionStore,
    into out: inout FixedTable<UInt8>, _ now: UInt64
  ) -> Int {
    var span = out.mutableBytes
    return server.produce(from: store, into: &span, nowNanos: now)
  }

  private static func send(
    _ out: borrowing FixedTable<UInt8>, _ count: Int, to connection: inout TCPConnection
  ) throws(NetError) {
    try connection.send(out.bytes(0..<count), timeoutNanos: sendNanos)
  }

  /// Takes what the client sent and sends what is due; true where the output was full.
  func serve(_ store: borrowing RetransmissionStore, now: UInt64) -> Bool {
    do throws(NetError) {
      switch try connection.receive(timeoutNanos: 0) {
      case .received:
        connection.consume(Self.pass(connection, to: &server, now))
      case .ended: isClosed = true
      case .nothing: break
      }
      let count = Self.produce(&server, from: store, into: &out, now)
      if count > 0 {
        try Self.send(out, count, to: &connection)
      } else if case .closing = server.phase {
        isClosed = true
      }
      return count > Self.outBytes / 2
    } catch {
      isClosed = true
      return false
    }
  }
}
