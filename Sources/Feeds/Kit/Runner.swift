public import Lanes
public import Ledger
internal import Wire

/// The only `SourceRunner`: arbiter and decoder of one feed, joined. A feed makes it with its own
/// decoder type, so that no call on the way of a message is dynamic.
public final class Runner<Framing: DatagramFraming, Decoder: MessageDecoder & ~Copyable>:
  SourceRunner
{
  var arbiter: SequenceArbiter<Framing>
  var sink: RunnerSink<Framing, Decoder>
  private let messageBytes: (UInt8) -> Int
  /// Messages lost by transports that do not go through the arbiter.
  private var lostElsewhere: UInt64 = 0

  /// `messageBytes` gives the length of a message by its type, 0 for an unknown one.
  public convenience init(
    _ options: RunnerOptions, publisherID: UInt16, lanes: consuming LaneWriter,
    messageBytes: @escaping (UInt8) -> Int
  ) {
    self.init(
      arbiter: SequenceArbiter(policy: options.gaps),
      sink: RunnerSink(
        decoder: Decoder(options.decoder), publisherID: publisherID, lanes: lanes),
      messageBytes: messageBytes)
  }

  init(
    arbiter: consuming SequenceArbiter<Framing>, sink: consuming RunnerSink<Framing, Decoder>,
    messageBytes: @escaping (UInt8) -> Int
  ) {
    self.arbiter = arbiter
    self.sink = sink
    self.messageBytes = messageBytes
  }

  public func receive(_ datagram: RawSpan, tsRecv: UInt64, now: UInt64, isAnswer: Bool) {
    sink.bytes &+= UInt64(datagram.byteCount)
    arbiter.receive(datagram, tsRecv: tsRecv, now: now, isAnswer: isAnswer, sink: &sink)
  }

  public func readFile(
    _ bytes: RawSpan, framing: FileFraming, tsRecv: UInt64, isLast: Bool
  ) -> Int {
    let consumed: Int
    if sink.fileIsLost {
      consumed = bytes.byteCount
    } else if framing == .lengthPrefixed {
      consumed = readPrefixed(bytes, tsRecv: tsRecv, isLast: isLast)
    } else if framing == .lines {
      consumed = readLines(bytes, tsRecv: tsRecv, isLast: isLast)
    } else {
      consumed = readByType(
        bytes, prefix: framing == .zeroPrefixed ? 2 : 0, tsRecv: tsRecv, isLast: isLast)
    }
    sink.bytes &+= UInt64(consumed)
    return consumed
  }

  private func readPrefixed(_ bytes: RawSpan, tsRecv: UInt64, isLast: Bool) -> Int {
    var offset = 0
    while offset < bytes.byteCount, !sink.fileHasEnded {
      // A length of 0 ends the session (BinaryFILE); runs stop there.
      if Framing.blockLength(bytes, at: offset) == 0 {
        sink.fileHasEnded = true
        offset += Framing.blockPrefixBytes
        break
      }
      let progress = sink.decode(
        bytes, blocks: offset..<bytes.byteCount, count: Int.max, tsRecv: tsRecv)
      offset = progress.offset
      guard progress.messages == 0 else { continue }
      guard isLast else { break }
      sink.rejectRest(.truncated)
      offset = bytes.byteCount
    }
    if sink.fileHasEnded, offset < bytes.byteCount {
      sink.rejectRest(.trailingBytes)
      offset = bytes.byteCount
    }
    return offset
  }

  /// A line that is longer than any may be is rejected, and skipped to its end.
  private func readLines(_ bytes: RawSpan, tsRecv: UInt64, isLast: Bool) -> Int {
    var start = 0
    if sink.isInLongLine {
      let feed = bytes.firstOffset(of: UInt8(ascii: "\n"), from: 0, to: bytes.byteCount)
      guard let feed else { return bytes.byteCount }
      sink.isInLongLine = false
      start = feed + 1
    }
    let end = sink.decodeLines(bytes, from: start, tsRecv: tsRecv, isLast: isLast)
    guard end == start, bytes.byteCount - start > TextLimits.lineBytes else { return end }
    sink.isInLongLine = true
    sink.rejectMessage(.oversized)
    return bytes.byteCount
  }

  private func readByType(_ bytes: RawSpan, prefix: Int, tsRecv: UInt64, isLast: Bool) -> Int {
    var offset = 0
    while offset + prefix < bytes.byteCount {
      guard prefix == 0 || bytes.uncheckedBE(UInt16.self, at: offset) == 0 else {
        sink.rejectRest(.badLength)
        return bytes.byteCount
      }
      let type = bytes.uncheckedByte(at: offset + prefix)
      let length = messageBytes(type)
      guard length > 0 else {
        // Without a length there is no way to the next message.
        sink.rejectRest(.unknownType)
        return bytes.byteCount
      }
      guard offset + prefix + length <= bytes.byteCount else { break }
      sink.decodeOne(
        bytes, from: offset + prefix, to: offset + prefix + length, sequence: sink.nextSequence,
        tsRecv: tsRecv)
      offset += prefix + length
    }
    if isLast, offset < bytes.byteCount {
      sink.rejectRest(.truncated)
      return bytes.byteCount
    }
    return offset
  }

  public func readPaced(_ pace: inout PacedReader) { sink.readPaced(&pace) }

  public func message(
    _ bytes: RawSpan, from start: Int, to end: Int, sequence: UInt64, tsRecv: UInt64
  ) {
    sink.bytes &+= UInt64(end - start)
    sink.decodeOne(bytes, from: start, to: end, sequence: sequence, tsRecv: tsRecv)
  }

  public func recordLoss(sessionName: String, first: UInt64, last: UInt64, tsRecv: UInt64) {
    lostElsewhere &+= last &- first &+ 1
    sink.recordLoss(sessionName: sessionName, first: first, last: last, tsRecv: tsRecv)
  }

  public func advance(now: UInt64, tsRecv: UInt64, request: inout [UInt8]) {
    arbiter.advance(now: now, tsRecv: tsRecv, request: &request, sink: &sink)
  }

  public var nextDeadline: UInt64? { arbiter.nextDeadline }

  public func finish(tsRecv: UInt64) {
    arbiter.finish(tsRecv: tsRecv, sink: &sink)
    sink.lanes.flush()
  }

  public func flush() { sink.lanes.flush() }

  public func update(_ counters: inout SourceCounters) {
    // A datagram that was rejected whole counts as one message, rejected: nothing of it is known.
    counters.messages = sink.messages
    counters.bytes = sink.bytes
    counters.decoded = sink.counters.decoded
    counters.ignored = sink.counters.ignored
    counters.rejected = sink.counters.rejected
    for reason in counters.rejected.indices {
      let packets = arbiter.counters.rejectedPackets[reason]
      counters.messages &+= packets
      counters.rejected[reason] &+= packets
    }
    counters.records = sink.lanes.recordCount
    counters.packets = arbiter.counters.packets
    counters.duplicates = arbiter.counters.duplicates
    counters.gapsDetected = arbiter.counters.gapsDetected
    counters.gapMessagesFilled = arbiter.counters.gapMessagesFilled
    counters.gapMessagesLost = arbiter.counters.gapMessagesLost &+ lostElsewhere
    counters.reRequests = arbiter.counters.requests
    counters.heartbeats = arbiter.counters.heartbeats
    counters.sessionRestarts = arbiter.counters.sessionRestarts
    counters.lastSequence = sink.nextSequence &- 1
  }

  public func update(_ counters: inout LaneCounters, shard: Int) {
    counters.enqueued = sink.lanes.recordCount(shard: shard)
    let waits = sink.lanes.waits(shard: shard)
    counters.fullWaits = waits.count
    counters.waitNanos = waits.nanos
  }

  public var report: SourceReport {
    var report = SourceReport()
    report.messages = sink.messages
    report.bytes = sink.bytes
    report.decode = sink.counters
    report.arbiter = arbiter.counters
    report.records = (0..<sink.lanes.shards).map { sink.lanes.recordCount(shard: $0) }
    report.fullWaits = (0..<sink.lanes.shards).reduce(0) {
      $0 &+ sink.lanes.waits(shard: $1).count
    }
    report.session = arbiter.session.map { Framing.name(of: $0) }
    report.firstSequence = arbiter.firstDelivered ?? sink.firstSequence
    report.nextSequence = arbiter.firstDelivered == nil ? sink.nextSequence : arbiter.expected
    report.hasEnded = arbiter.hasEnded || sink.fileHasEnded
    report.gaps = sink.gaps
    return report
  }
}
