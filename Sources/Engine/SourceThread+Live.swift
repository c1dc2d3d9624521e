internal import FeedKit
internal import Ledger
internal import Net
internal import Records
internal import Sessions
internal import Synchronization
internal import Wire

/// The sockets of a live session: one a channel, all read by one thread.
private struct LiveSockets: ~Copyable {
  var connections: [LiveSocket]

  init(count: Int) { connections = (0..<count).map { _ in LiveSocket() } }

  /// Descriptors by channel, -1 for none.
  var descriptors: InlineArray<8, Int32> {
    var all = InlineArray<8, Int32>(repeating: -1)
    for channel in connections.indices { all[channel] = connections[channel].descriptor }
    return all
  }

  mutating func closeAll() {
    for channel in connections.indices { connections[channel].close() }
  }
}

/// One socket; a class, because an array cannot hold what has one owner. Used once per chunk.
private final class LiveSocket {
  var connection: TCPConnection?
  /// Bytes of a message that is not whole yet: they were kept when they came.
  var known = 0
  /// When an auxiliary channel is tried again, monotonic ns.
  var nextTry: UInt64 = 0

  var isOpen: Bool { connection != nil }
  var descriptor: Int32 { connection?.descriptor ?? -1 }

  func close() {
    connection = nil
    known = 0
  }
}

extension SourceThread {
  /// The longest wait, so that stopping and counters are never late.
  private static var turnNanos: UInt64 { 50_000_000 }
  /// Between two attempts to open an auxiliary channel.
  private static var auxiliaryNanos: UInt64 { 5_000_000_000 }
  /// For bytes that the peer does not take: requests are small.
  private static var sendNanos: Int64 { 2_000_000_000 }

  /// Keeps the session alive until the thread is stopped.
  func keepAlive(_ session: any LiveRunning, host: String) {
    var sockets = LiveSockets(count: session.channels.count)
    var output: [UInt8] = []
    session.start(now: MonotonicClock.now().rawValue)
    while !mustStop {
      obey(session)
      let until = act(session, host: host, &sockets)
      send(session, &sockets, &output)
      let now = MonotonicClock.now().rawValue
      let wait = min(until > now ? until - now : 0, Self.turnNanos)
      let ready = (try? Readiness.wait(sockets.descriptors, timeoutNanos: Int64(wait))) ?? 0
      for channel in sockets.connections.indices where ready & (1 << UInt8(channel)) != 0 {
        readChannel(session, channel, sockets.connections[channel])
      }
      session.look(
        now: MonotonicClock.now().rawValue, tsRecv: RealtimeClock.now().rawValue)
      handOver()
      publish()
      passNotes(session)
    }
    session.stop(now: MonotonicClock.now().rawValue, tsRecv: RealtimeClock.now().rawValue)
    send(session, &sockets, &output)
    sockets.closeAll()
    passNotes(session)
  }

  /// Does what the session wants; gives when it wants to be asked again.
  private func act(
    _ session: any LiveRunning, host: String, _ sockets: inout LiveSockets
  ) -> UInt64 {
    while !mustStop {
      let now = MonotonicClock.now().rawValue
      switch session.next(now: now, tsRecv: RealtimeClock.now().rawValue) {
      case .open:
        sockets.closeAll()
        openVital(session, host: host, &sockets)
      case .close: sockets.closeAll()
      case .wait(let until):
        openAuxiliary(session, host: host, &sockets, now: now)
        return until
      default: continue
      }
    }
    return 0
  }

  /// Opens the channels with which the session stands and falls.
  private func openVital(
    _ session: any LiveRunning, host: String, _ sockets: inout LiveSockets
  ) {
    for (index, channel) in session.channels.enumerated() where channel.isVital {
      guard open(session, host: host, index, channel, sockets.connections[index]) else {
        sockets.closeAll()
        return
      }
    }
    tap.add(stream: RawSpan(), tsRecv: RealtimeClock.now().rawValue)
    for (index, channel) in session.channels.enumerated() where channel.isVital {
      session.opened(
        channel: index, now: MonotonicClock.now().rawValue,
        tsRecv: RealtimeClock.now().rawValue)
    }
  }

  private func open(
    _ session: any LiveRunning, host: String, _ index: Int, _ channel: LiveChannel,
    _ socket: LiveSocket
  ) -> Bool {
    do throws(NetError) {
      try connect(socket, host: host, channel)
      return true
    } catch {
      socket.nextTry = MonotonicClock.now().rawValue &+ Self.auxiliaryNanos
      if channel.isVital {
        session.lost(
          error.cause == .timedOut ? .timedOut : .refused, text: "\(error)",
          now: MonotonicClock.now().rawValue, tsRecv: RealtimeClock.now().rawValue)
      }
      return false
    }
  }

  private func connect(
    _ socket: LiveSocket, host: String, _ channel: LiveChannel
  ) throws(NetError) {
    var timeout: Int64 = 5_000_000_000
    if case .live(_, _, let options) = configuration.input {
      timeout = Int64(clamping: options.policy.connectTimeoutNanos)
    }
    socket.known = 0
    socket.connection = try TCPClient.connect(
      to: Endpoint(host: host, port: channel.port), timeoutNanos: timeout)
  }

  /// Opens the other channels while the session delivers; their loss costs no records.
  private func openAuxiliary(
    _ session: any LiveRunning, host: String, _ sockets: inout LiveSockets, now: UInt64
  ) {
    guard session.state.delivers else { return }
    for (index, channel) in session.channels.enumerated() where !channel.isVital {
      let socket = sockets.connections[index]
      guard !socket.isOpen, now >= socket.nextTry else { continue }
      guard open(session, host: host, index, channel, socket) else { continue }
      session.opened(
        channel: index, now: MonotonicClock.now().rawValue,
        tsRecv: RealtimeClock.now().rawValue)
    }
  }

  /// Sends what waits on each channel.
  private func send(
    _ session: any LiveRunning, _ sockets: inout LiveSockets, _ output: inout [UInt8]
  ) {
    for (index, channel) in session.channels.enumerated() {
      let socket = sockets.connections[index]
      guard socket.isOpen else { continue }
      output.removeAll(keepingCapacity: true)
      session.takeOutput(channel: index, into: &output)
      guard !output.isEmpty else { continue }
      do throws(NetError) {
        try socket.connection?.send(rawBytes(of: output), timeoutNanos: Self.sendNanos)
      } catch {
        broke(session, channel, socket, error.cause == .timedOut ? .silent : .reset, "\(error)")
      }
    }
  }

  /// Reads what has come on one channel.
  private func readChannel(_ session: any LiveRunning, _ index: Int, _ socket: LiveSocket) {
    let channel = session.channels[index]
    do throws(NetError) {
      switch try socket.connection?.receive(timeoutNanos: 0) {
      case .ended:
        broke(session, channel, socket, .ended, "the peer closed the connection")
      case .received: decode(session, index, socket)
      case .nothing, nil: break
      }
    } catch {
      // A message that does not fit the buffer: nothing behind it can be found.
      let isFull = if case .invalid = error.cause { true } else { false }
      broke(session, channel, socket, isFull ? .protocolError : .reset, "\(error)")
    }
  }

  private func decode(_ session: any LiveRunning, _ index: Int, _ socket: LiveSocket) {
    guard var connection = socket.connection.take() else { return }
    let start = MonotonicClock.now().rawValue
    let consumed = keepAndRead(session, index, connection.bytes, known: &socket.known, now: start)
    if ledger.measures { ledger.noteDecoded(since: start) }
    connection.consume(consumed)
    socket.connection = consume connection
  }

  /// Keeps the bytes that are new, from `known` on, and decodes the whole messages.
  private func keepAndRead(
    _ session: any LiveRunning, _ index: Int, _ bytes: RawSpan, known: inout Int, now: UInt64
  ) -> Int {
    let tsRecv = RealtimeClock.now().rawValue
    if tap.isOn {
      tap.add(stream: bytes.extracting(known..<bytes.byteCount), line: index, tsRecv: tsRecv)
    }
    let consumed = session.read(bytes, channel: index, now: now, tsRecv: tsRecv)
    known = bytes.byteCount - consumed
    return consumed
  }

  private func broke(
    _ session: any LiveRunning, _ channel: LiveChannel, _ socket: LiveSocket,
    _ cause: DisconnectCause, _ text: String
  ) {
    socket.close()
    let now = MonotonicClock.now().rawValue
    socket.nextTry = now &+ Self.auxiliaryNanos
    guard channel.isVital else { return }
    session.lost(
      cause, text: "\(channel.name): \(text)", now: now, tsRecv: RealtimeClock.now().rawValue)
  }

  private func obey(_ session: any LiveRunning) {
    let commands = liveCommands.withLock { commands in
      defer { commands = [] }
      return commands
    }
    for command in commands {
      let now = MonotonicClock.now().rawValue
      switch command {
      case .resetCircuit: session.resetCircuit(now: now)
      case .want(let instrument, let isWanted):
        session.want(instrument: instrument, isWanted, now: now)
      case .judge(let policy, let hours): session.judge(by: policy, hours: hours)
      case .reconnect:
        session.lost(
          .stopped, text: "an operator wants a new connection", now: now,
          tsRecv: RealtimeClock.now().rawValue)
      }
    }
  }

  /// Gives the session's notes and counters to the control thread.
  private func passNotes(_ session: any LiveRunning) {
    ledger.publish(session)
    let notes = session.takeNotes()
    guard !notes.isEmpty else { return }
    liveNotes.withLock { waiting in
      // The session's own bound holds for one turn; this one for a control thread that is stuck.
      if waiting.count < LiveLimits.waitingNotes { waiting.append(contentsOf: notes) }
    }
  }
}
