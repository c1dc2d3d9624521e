internal import CLinux
internal import FeedKit
internal import Net
internal import Wire

/// Sockets and clock of a simulated upstream. One thread.
final class SimulatedUpstreamCore {
  let upstream: FaultyUpstream
  private(set) var addresses: [(port: UpstreamPort, address: SocketAddress)] = []
  private(set) var accepted: UInt64 = 0

  private let options: SimulatedUpstreamOptions
  private var listeners: [ListenerBox] = []
  private var clients: [UpstreamClient] = []
  /// Ids that are free again.
  private var free: [Int] = []
  private var nextID = 0
  private var poll = PollSet()
  private var isRefusing = false
  /// Of the simulated world and of the machine, at the start.
  private let startTime: UInt64
  private let startNanos: UInt64

  /// Most clients at once.
  private static var clientLimit: Int { 1_024 }
  /// Longest sleep, so that a stop is seen soon.
  private static var longestNanos: UInt64 { 20_000_000 }

  init(
    _ type: any UpstreamSimulator.Type, _ simulator: SimulatorOptions, _ faults: FaultScript,
    _ options: SimulatedUpstreamOptions
  ) throws(SimulatedUpstreamError) {
    var simulator = simulator
    if simulator.start == 0 { simulator.start = ml_clock_realtime() }
    startTime = simulator.start
    startNanos = ml_clock_nanos()
    self.options = options
    do throws(SimulatorError) {
      upstream = try FaultyUpstream(type, simulator, faults: faults)
    } catch {
      throw .simulator(error)
    }
    do throws(NetError) {
      for port in type.ports {
        let endpoint = Endpoint(host: options.host, port: options.ports[port.name] ?? 0)
        let box = try ListenerBox(endpoint)
        listeners.append(box)
        addresses.append((port, box.address))
      }
    } catch {
      throw .net(error)
    }
  }

  /// Time of the simulated world, Unix ns.
  private var now: UInt64 {
    let elapsed = ml_clock_nanos() &- startNanos
    if options.speed == 1 { return startTime &+ elapsed }
    return startTime &+ UInt64(Double(elapsed) * options.speed)
  }

  /// Waits for what comes next and does it.
  func turn() throws(NetError) {
    var now = now
    upstream.turn(now: now)
    try flush(now: now)
    try refuse(now: now)
    try wait(now: now)
    now = self.now
    try accept(now: now)
    for client in clients {
      if let place = client.place, poll.isReadable(place) { read(client, now: now) }
    }
    sweep(now: now)
  }

  /// Closes everything in good order.
  func closeAll() {
    clients.removeAll()
    listeners.removeAll()
  }

  /// During a restart nobody listens: clients are told so by their kernel.
  private func refuse(now: UInt64) throws(NetError) {
    let refuses = upstream.isRefusing(now: now)
    guard refuses != isRefusing else { return }
    for box in listeners {
      if refuses { box.close() } else { try box.reopen() }
    }
    isRefusing = refuses
  }

  private func wait(now: UInt64) throws(NetError) {
    poll.removeAll()
    for box in listeners {
      box.place = nil
      if box.isOpen { box.place = poll.add(box.descriptor, reading: true, writing: false) }
    }
    for client in clients {
      let reading = upstream.isReading(client.id, now: now)
      client.place = poll.add(client.descriptor, reading: reading, writing: client.isFull)
    }
    var sleep = upstream.deadline(after: now)
    sleep = sleep > now ? UInt64(Double(sleep &- now) / options.speed) : 0
    sleep = max(min(sleep, Self.longestNanos), options.turnNanos)
    try poll.wait(timeoutNanos: Int64(sleep))
  }

  private func accept(now: UInt64) throws(NetError) {
    for (port, box) in listeners.enumerated() {
      guard let place = box.place, poll.isReadable(place) else { continue }
      while clients.count < Self.clientLimit, let client = try box.accept(id: free.last ?? nextID) {
        if free.popLast() == nil { nextID += 1 }
        accepted += 1
        clients.append(client)
        upstream.opened(id: client.id, port: port, now: now)
      }
    }
  }

  private func read(_ client: UpstreamClient, now: UInt64) {
    guard upstream.isReading(client.id, now: now) else { return }
    do throws(NetError) {
      if try client.receive() == false { client.isGone = true }
      client.pass(to: upstream, now: now)
    } catch {
      client.isGone = true
    }
  }

  private func flush(now: UInt64) throws(NetError) {
    for client in clients { client.flush(upstream, now: now) }
    sweep(now: now)
  }

  /// Ends the connections that are to end, and forgets those that have.
  private func sweep(now: UInt64) {
    var someEnded = false
    for client in clients {
      if let closing = upstream.closing(client.id, now: now) {
        if closing == .reset { client.resetsWhenClosed() }
        client.isGone = true
      }
      guard client.isGone else { continue }
      upstream.closed(client.id, now: now)
      free.append(client.id)
      someEnded = true
    }
    if someEnded { clients.removeAll { $0.isGone } }
  }
}

/// A listener that can be closed and opened again at the same port.
private final class ListenerBox {
  private var listener: TCPListener?
  let address: SocketAddress
  /// Place in the poll set of this turn.
  var place: Int?

  init(_ endpoint: Endpoint) throws(NetError) {
    let opened = try TCPListener(endpoint)
    address = opened.localAddress
    listener = consume opened
  }

  var isOpen: Bool { listener != nil }
  var descriptor: Int32 { listener?.descriptor ?? -1 }

  func close() { listener = nil }
  func reopen() throws(NetError) { listener = try TCPListener(Endpoint(address)) }

  func accept(id: Int) throws(NetError) -> UpstreamClient? {
    guard let connection = try listener?.accept(timeoutNanos: 0, bufferBytes: 256 << 10) else {
      return nil
    }
    return UpstreamClient(id, connection)
  }
}

/// A client's socket.
private final class UpstreamClient {
  let id: Int
  var place: Int?
  var isGone = false
  /// The kernel takes no more for now.
  private(set) var isFull = false
  private var connection: TCPConnection

  init(_ id: Int, _ connection: consuming TCPConnection) {
    self.id = id
    self.connection = connection
  }

  var descriptor: Int32 { connection.descriptor }

  /// False once the client has sent its last byte.
  func receive() throws(NetError) -> Bool {
    if case .ended = try connection.receive(timeoutNanos: 0) { return false }
    return true
  }

  /// Gives the simulator what has come.
  func pass(to upstream: FaultyUpstream, now: UInt64) {
    connection.consume(Self.pass(connection, id, upstream, now))
  }

  private static func pass(
    _ connection: borrowing TCPConnection, _ id: Int, _ upstream: FaultyUpstream, _ now: UInt64
  ) -> Int {
    let bytes = connection.bytes
    guard bytes.byteCount > 0 else { return 0 }
    let taken = upstream.received(bytes, on: id, now: now)
    return min(max(taken, 0), bytes.byteCount)
  }

  func flush(_ upstream: FaultyUpstream, now: UInt64) {
    isFull = false
    do throws(NetError) {
      try upstream.output(id, now: now) { (bytes) throws(NetError) in
        let count = try connection.sendPart(bytes)
        if count < bytes.byteCount { isFull = true }
        return count
      }
    } catch {
      isGone = true
    }
  }

  func resetsWhenClosed() { try? connection.resetsWhenClosed() }
}
