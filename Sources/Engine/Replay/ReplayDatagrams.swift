public import ExchangeFeeds
public import FeedKit
public import Net
internal import Wire

/// How ITCH datagrams are sent.
public struct ReplayDatagramOptions: Sendable {
  /// Lines, A and B; each gets every datagram.
  public var lines: [Endpoint] = []
  public var session: MoldUDP64SessionName
  public var datagramBytes = MoldUDP64SenderLimits.defaultDatagramBytes
  /// How many shards the journal has.
  public var lanes = 1

  public init(session: MoldUDP64SessionName) { self.session = session }
}

/// ITCH 5.0 in MoldUDP64 datagrams as the outlet of a replay, for another pipeline to receive.
///
/// Messages are numbered from 1. What is due together shares datagrams; a heartbeat goes out every
/// second without one; the session ends with three end-of-session datagrams.
public final class ReplayDatagrams: ReplayOutlet, @unchecked Sendable {
  // Safety of `@unchecked`: used by the giving thread until the replay was stopped, and by its
  // owner before and afterwards.
  private var stage: Stage
  private var nextHeartbeat: UInt64 = 0

  private static var heartbeatNanos: UInt64 { 1_000_000_000 }
  private static var endings: Int { 3 }

  /// Encoder, sockets and buffers of one session.
  fileprivate struct Stage: ~Copyable {
    var encoder: ItchEncoder
    var frames = ByteBuffer(capacity: 1 << 20)
    var sender: MoldUDP64Sender
    let lines: [Line]
    var datagram = FixedTable<UInt8>(repeating: 0, count: MoldUDP64SenderLimits.datagramBytes)
    var datagrams: UInt64 = 0
  }

  /// Holds a socket, so that a list can have several.
  fileprivate final class Line {
    private var sender: UDPSender

    init(_ endpoint: Endpoint) throws(NetError) { sender = try UDPSender(endpoint) }

    func append(_ datagram: RawSpan) throws(NetError) { try sender.append(datagram) }
    func flush() throws(NetError) { try sender.flush() }
  }

  /// Opens the sockets.
  public init(_ options: ReplayDatagramOptions) throws(ReplayError) {
    var lines: [Line] = []
    do throws(NetError) {
      for endpoint in options.lines { lines.append(try Line(endpoint)) }
    } catch {
      throw .net(error)
    }
    stage = Stage(
      encoder: ItchEncoder(lanes: options.lanes),
      sender: MoldUDP64Sender(session: options.session, maximumBytes: options.datagramBytes),
      lines: lines)
  }

  /// A symbol from before the first record; before the replay begins.
  public func define(_ symbol: String, instrument: UInt32, tsEvent: UInt64) {
    stage.define(symbol, instrument: instrument, tsEvent: tsEvent)
  }

  public func publish(_ records: RawSpan, recordCount: Int, ring: Int) throws(ReplayError) {
    stage.encode(records, lane: ring)
    if stage.frames.count > 1 << 18 { try stage.send() }
  }

  public func flush(nowNanos: UInt64) throws(ReplayError) {
    guard stage.frames.count > 0 else { return }
    try stage.send()
    nextHeartbeat = nowNanos &+ Self.heartbeatNanos
  }

  public func idle(nowNanos: UInt64) throws(ReplayError) {
    guard nowNanos >= nextHeartbeat else { return }
    nextHeartbeat = nowNanos &+ Self.heartbeatNanos
    try stage.signal(isEnd: false)
  }

  public func finish(nowNanos: UInt64) throws(ReplayError) {
    try stage.finish()
    for _ in 0..<Self.endings { try stage.signal(isEnd: true) }
  }

  /// What became of the records. After the replay was stopped.
  public var counts: ItchEncoderCounts { stage.encoder.counts }
  /// Datagrams with messages, on each line.
  public var datagrams: UInt64 { stage.datagrams }
  /// Midnight in New York of the last record's day, UTC ns: what `run --date` must say.
  public var dayStart: UInt64 { stage.encoder.dayStart }
}

extension ReplayDatagrams.Stage {
  mutating func define(_ symbol: String, instrument: UInt32, tsEvent: UInt64) {
    encoder.define(symbol, instrument: instrument, tsEvent: tsEvent, into: &frames)
  }

  mutating func encode(_ records: RawSpan, lane: Int) {
    encoder.encode(records, lane: lane, into: &frames)
  }

  mutating func finish() throws(ReplayError) {
    encoder.finish(into: &frames)
    try send()
  }

  /// Sends all frames, the last datagram as full as it gets.
  mutating func send() throws(ReplayError) {
    var offset = 0
    while let packed = Self.pack(&sender, frames, from: offset, into: &datagram) {
      offset = packed.nextOffset
      datagrams &+= 1
      try queue(packed.byteCount)
    }
    frames.removeAll()
    try flush()
  }

  /// A heartbeat, or the end of the session.
  mutating func signal(isEnd: Bool) throws(ReplayError) {
    try queue(Self.signal(sender, isEnd: isEnd, into: &datagram))
    try flush()
  }

  private static func signal(
    _ sender: MoldUDP64Sender, isEnd: Bool, into datagram: inout FixedTable<UInt8>
  ) -> Int {
    var room = datagram.mutableBytes
    return isEnd ? sender.endOfSession(into: &room) : sender.heartbeat(into: &room)
  }

  private static func pack(
    _ sender: inout MoldUDP64Sender, _ frames: borrowing ByteBuffer, from offset: Int,
    into datagram: inout FixedTable<UInt8>
  ) -> MoldUDP64Sender.Packed? {
    var room = datagram.mutableBytes
    return sender.pack(frames.bytes, from: offset, into: &room)
  }

  private mutating func queue(_ byteCount: Int) throws(ReplayError) {
    do throws(NetError) {
      for line in lines { try line.append(datagram.bytes(0..<byteCount)) }
    } catch {
      throw .net(error)
    }
  }

  private mutating func flush() throws(ReplayError) {
    do throws(NetError) {
      for line in lines { try line.flush() }
    } catch {
      throw .net(error)
    }
  }
}
