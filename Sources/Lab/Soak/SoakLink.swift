internal import FeedKit
internal import Ledger
internal import Records
internal import Sessions
internal import Wire

/// The way between a session and its simulated upstream without sockets: bytes arrive at once, and
/// connections end as the simulator ends them.
struct SoakLink {
  private let upstream: FaultyUpstream
  /// The simulator's port of each channel.
  private let ports: [Int]
  /// By channel: the number of its connection, nil while there is none.
  private var connections: [Int?]
  private var toUpstream: [ByteQueue]
  private var toSession: [ByteQueue]
  private var nextTry: [UInt64]

  /// Nil where a channel has no port of its name.
  init?(_ upstream: FaultyUpstream, channels: [LiveChannel]) {
    self.upstream = upstream
    var ports: [Int] = []
    for channel in channels {
      guard let port = upstream.ports.firstIndex(where: { $0.name == channel.name }) else {
        return nil
      }
      ports.append(port)
    }
    self.ports = ports
    connections = ports.map { _ in nil }
    toUpstream = ports.map { _ in ByteQueue() }
    toSession = ports.map { _ in ByteQueue() }
    nextTry = ports.map { _ in 0 }
  }

  private static var retryNanos: UInt64 { 5_000_000_000 }

  func isOpen(_ channel: Int) -> Bool { connections[channel] != nil }

  /// Opens a channel; false where the upstream takes no connection.
  mutating func open(_ channel: Int, now: UInt64) -> Bool {
    guard !upstream.isRefusing(now: now) else { return false }
    toUpstream[channel].removeAll()
    toSession[channel].removeAll()
    connections[channel] = channel
    upstream.opened(id: channel, port: ports[channel], now: now)
    return true
  }

  /// Whether an auxiliary channel may be tried, once per five seconds.
  mutating func mayTry(_ channel: Int, now: UInt64) -> Bool {
    guard connections[channel] == nil, now >= nextTry[channel] else { return false }
    nextTry[channel] = now &+ Self.retryNanos
    return true
  }

  mutating func close(_ channel: Int, now: UInt64) {
    guard connections[channel] != nil else { return }
    connections[channel] = nil
    upstream.closed(channel, now: now)
  }

  mutating func closeAll(now: UInt64) {
    for channel in connections.indices { close(channel, now: now) }
  }

  /// What the session sends reaches the upstream.
  mutating func send(_ session: any LiveRunning, now: UInt64) {
    for channel in connections.indices {
      session.takeOutput(channel: channel, into: &toUpstream[channel].bytes)
      guard connections[channel] != nil, upstream.isReading(channel, now: now),
        !toUpstream[channel].bytes.isEmpty
      else {
        if connections[channel] == nil { toUpstream[channel].removeAll() }
        continue
      }
      let queue = toUpstream[channel].bytes
      let consumed = upstream.received(rawBytes(of: queue), on: channel, now: now)
      toUpstream[channel].bytes.removeFirst(consumed)
    }
  }

  /// What the upstream sends reaches the session; true where anything did.
  mutating func receive(
    _ session: any LiveRunning, channels: [LiveChannel], now: UInt64, monotonic: UInt64
  ) -> Bool {
    var isAny = false
    for channel in connections.indices where connections[channel] != nil {
      var fresh: [UInt8] = []
      upstream.output(channel, now: now) { (bytes: RawSpan) in
        for at in 0..<bytes.byteCount { fresh.append(bytes.uncheckedByte(at: at)) }
        return bytes.byteCount
      }
      if !fresh.isEmpty {
        isAny = true
        toSession[channel].bytes.append(contentsOf: fresh)
        let queue = toSession[channel].bytes
        let consumed = session.read(
          rawBytes(of: queue), channel: channel, now: monotonic, tsRecv: now)
        toSession[channel].bytes.removeFirst(consumed)
      }
      guard let closing = upstream.closing(channel, now: now) else { continue }
      close(channel, now: now)
      isAny = true
      guard channels[channel].isVital else { continue }
      session.lost(
        closing == .reset ? .reset : .ended, text: "the simulator ended it", now: monotonic,
        tsRecv: now)
    }
    return isAny
  }
}

/// Bytes that wait.
struct ByteQueue {
  var bytes: [UInt8] = []
  mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }
}
