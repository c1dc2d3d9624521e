internal import FeedKit
internal import Ledger
internal import Net
internal import Records
internal import Wire

/// The connection of a SoupBinTCP source, and the session that outlives it.
final class SoupLink: @unchecked Sendable {
  // Safety of `@unchecked`: handed over from the thread that opens it to the one that reads it.
  let server: Endpoint
  var client: SoupBinTCPClient
  var connection: TCPConnection?

  private static var connectNanos: Int64 { 5_000_000_000 }

  init(server: Endpoint, options: SoupBinTCPClient.Options) {
    self.server = server
    client = SoupBinTCPClient(options, nowNanos: MonotonicClock.now().rawValue)
  }

  /// Connects; the login is sent by the first turn.
  func connect() throws(EngineError) {
    do throws(NetError) {
      connection = try TCPClient.connect(to: server, timeoutNanos: Self.connectNanos)
    } catch {
      throw .net(error)
    }
  }

  /// Sends what is due: login, heartbeats, logout.
  func send() throws(NetError) {
    var output: [UInt8] = []
    client.send(to: &output, nowNanos: MonotonicClock.now().rawValue)
    guard !output.isEmpty else { return }
    try connection?.send(rawBytes(of: output), timeoutNanos: Self.connectNanos)
  }
}

extension SourceThread {
  /// Waits between attempts to connect again: 100 ms, doubled up to 10 s.
  private static var firstWaitNanos: UInt64 { 100_000_000 }
  private static var longestWaitNanos: UInt64 { 10_000_000_000 }
  private static var turnNanos: Int64 { 50_000_000 }

  /// Reads the session until its end; a lost connection is taken up at the next message.
  func readSoup(_ link: SoupLink) throws(EngineError) {
    var wait = Self.firstWaitNanos
    while !mustStop {
      do throws(NetError) {
        let before = link.client.nextSequence
        try readConnection(link)
        if link.client.nextSequence != before { wait = Self.firstWaitNanos }
      } catch {
        // The connection broke; the session goes on with the next one.
      }
      switch link.client.phase {
      case .closed(.endOfSession), .closed(.loggedOut): return
      case .closed(.rejected(let reason)): throw Self.refusal(reason)
      default: break
      }
      link.connection = nil
      while !mustStop, link.connection == nil {
        nap(nanos: wait)
        wait = min(wait * 2, Self.longestWaitNanos)
        guard !mustStop else { return }
        link.client = link.client.resumed(nowNanos: MonotonicClock.now().rawValue)
        try? link.connect()
      }
    }
    link.client.logOut()
    try? link.send()
  }

  private static func refusal(_ reason: SoupBinTCPClient.Rejection) -> EngineError {
    switch reason {
    case .notAuthorized: .loginRefused("user or password are not known there (A)")
    case .sessionUnavailable: .loginRefused("the session cannot be had (S)")
    default: .loginRefused("reason \(reason.rawValue)")
    }
  }

  private func nap(nanos: UInt64) {
    let end = MonotonicClock.now().rawValue &+ nanos
    while !mustStop, MonotonicClock.now().rawValue < end {
      _ = try? Readiness.wait(-1, timeoutNanos: Self.turnNanos)
      publish()
    }
  }

  /// One connection, until it is closed by either side.
  private func readConnection(_ link: SoupLink) throws(NetError) {
    guard var connection = link.connection.take() else { return }
    tap.add(stream: RawSpan(), tsRecv: RealtimeClock.now().rawValue)
    // Bytes of a packet that is not whole yet: they were kept when they came.
    var known = 0
    while !mustStop {
      tap.handOverOld(nowNanos: MonotonicClock.now().rawValue)
      var output: [UInt8] = []
      link.client.send(to: &output, nowNanos: MonotonicClock.now().rawValue)
      if !output.isEmpty {
        try connection.send(rawBytes(of: output), timeoutNanos: Self.turnNanos * 20)
      }
      if case .closed = link.client.phase { return }
      switch try connection.receive(timeoutNanos: Self.turnNanos) {
      case .ended: return
      case .nothing:
        publish()
        continue
      case .received: break
      }
      let start = MonotonicClock.now().rawValue
      let consumed = keepAndRead(link, connection.bytes, known: &known, now: start)
      if ledger.measures { ledger.noteDecoded(since: start) }
      handOver()
      publish()
      connection.consume(consumed)
    }
    link.connection = consume connection
  }

  /// Keeps the bytes that are new, from `known` on, and reads the whole packets.
  private func keepAndRead(
    _ link: SoupLink, _ bytes: RawSpan, known: inout Int, now: UInt64
  ) -> Int {
    let tsRecv = RealtimeClock.now().rawValue
    if tap.isOn { tap.add(stream: bytes.extracting(known..<bytes.byteCount), tsRecv: tsRecv) }
    let consumed = readPackets(link, bytes, now: now, tsRecv: tsRecv)
    known = bytes.byteCount - consumed
    return consumed
  }

  /// The whole packets in `bytes`; gives how many bytes they took.
  func readPackets(_ link: SoupLink, _ bytes: RawSpan, now: UInt64, tsRecv: UInt64) -> Int {
    var offset = 0
    while true {
      switch link.client.next(in: bytes, from: &offset, nowNanos: now) {
      case .message(let range, let sequence):
        runner.message(
          bytes, from: range.lowerBound, to: range.upperBound, sequence: sequence,
          tsRecv: tsRecv)
      case .accepted:
        if let missing = link.client.missing, !missing.isEmpty {
          runner.recordLoss(
            sessionName: link.client.session, first: missing.lowerBound,
            last: missing.upperBound - 1, tsRecv: tsRecv)
        }
      case .unsequenced: continue
      case .needsBytes, .closed: return offset
      }
    }
  }
}
