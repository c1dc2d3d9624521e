internal import Lanes
internal import Records
internal import Wire

/// The end of a runner: what the arbiter has put in order goes through the decoder into the lanes,
/// and what is lost becomes a record.
struct RunnerSink<Framing: DatagramFraming, Decoder: MessageDecoder & ~Copyable>: ~Copyable,
  RunSink
{
  var decoder: Decoder
  var lanes: LaneWriter
  var counters = DecodeCounters()
  var messages: UInt64 = 0
  var bytes: UInt64 = 0
  var nextSequence: UInt64 = 1
  var firstSequence: UInt64?
  var fileHasEnded = false
  /// Whether the rest of the file was rejected: what more comes of it is part of that rest.
  var fileIsLost = false
  /// Whether the file stands inside of a line that was rejected for its length.
  var isInLongLine = false
  var gaps: [LostRange] = []
  let publisherID: UInt16

  /// Gaps that are kept for the report; all are counted.
  static var gapLimit: Int { 10_000 }

  init(decoder: consuming Decoder, publisherID: UInt16, lanes: consuming LaneWriter) {
    self.decoder = decoder
    self.publisherID = publisherID
    self.lanes = lanes
  }

  mutating func decode(
    _ bytes: RawSpan, blocks: Range<Int>, count: Int, tsRecv: UInt64
  ) -> RunProgress {
    let progress = decoder.decodeRun(
      bytes, from: blocks.lowerBound, to: blocks.upperBound, limit: count,
      context: MessageContext(sequence: nextSequence, tsRecv: tsRecv), into: &lanes,
      counters: &counters)
    if firstSequence == nil, progress.messages > 0 { firstSequence = nextSequence }
    messages &+= UInt64(progress.messages)
    nextSequence &+= UInt64(progress.messages)
    return progress
  }

  mutating func decodeOne(
    _ bytes: RawSpan, from start: Int, to end: Int, sequence: UInt64, tsRecv: UInt64
  ) {
    if firstSequence == nil { firstSequence = sequence }
    messages &+= 1
    nextSequence = sequence &+ 1
    decoder.decodeMessage(
      bytes, from: start, to: end, context: MessageContext(sequence: sequence, tsRecv: tsRecv),
      into: &lanes, counters: &counters)
  }

  mutating func readPaced(_ pace: inout PacedReader) {
    let before = pace.byteCount
    let count = decoder.decodePaced(
      &pace, sequence: nextSequence, into: &lanes, counters: &counters)
    guard count > 0 else { return }
    if firstSequence == nil { firstSequence = nextSequence }
    messages &+= UInt64(count)
    nextSequence &+= UInt64(count)
    pace.messages &+= UInt64(count)
    bytes &+= pace.byteCount &- before
  }

  /// Decodes lines of text from `start` on; gives where the first begins that was not consumed.
  mutating func decodeLines(
    _ bytes: RawSpan, from start: Int, tsRecv: UInt64, isLast: Bool
  ) -> Int {
    let progress = decoder.decodeLines(
      bytes, from: start, to: bytes.byteCount, isLast: isLast,
      context: MessageContext(sequence: nextSequence, tsRecv: tsRecv), into: &lanes,
      counters: &counters)
    if firstSequence == nil, progress.messages > 0 { firstSequence = nextSequence }
    messages &+= UInt64(progress.messages)
    nextSequence &+= UInt64(progress.messages)
    return progress.offset
  }

  /// Counts a message that never came to the decoder as rejected.
  mutating func rejectMessage(_ reason: RejectReason) {
    messages &+= 1
    nextSequence &+= 1
    counters.reject(reason)
  }

  /// Counts the rest of a file, in which no message can be found, as one rejected message.
  mutating func rejectRest(_ reason: RejectReason) {
    fileIsLost = true
    messages &+= 1
    counters.reject(reason)
  }

  mutating func run(
    _ bytes: RawSpan, blocks: Range<Int>, count: Int, first: UInt64, tsRecv: UInt64
  ) -> Int {
    nextSequence = first
    var offset = blocks.lowerBound
    var left = count
    while true {
      let progress = decode(
        bytes, blocks: offset..<blocks.upperBound, count: left, tsRecv: tsRecv)
      offset = progress.offset
      left -= progress.messages
      guard left > 0, offset + Framing.blockPrefixBytes <= blocks.upperBound,
        Framing.blockLength(bytes, at: offset) == 0
      else { return count - left }
      // An empty block has a number, but says nothing (MoldUDP64, "Message Block").
      ignoreEmpty()
      offset += Framing.blockPrefixBytes
      left -= 1
    }
  }

  private mutating func ignoreEmpty() {
    if firstSequence == nil { firstSequence = nextSequence }
    messages &+= 1
    nextSequence &+= 1
    counters.ignore(type: 0)
  }

  mutating func lost(session: SessionID, first: UInt64, last: UInt64, tsRecv: UInt64) {
    recordLoss(
      sessionName: Framing.name(of: session), first: first, last: last, tsRecv: tsRecv)
  }

  mutating func recordLoss(sessionName: String, first: UInt64, last: UInt64, tsRecv: UInt64) {
    if gaps.count < Self.gapLimit {
      gaps.append(LostRange(session: sessionName, first: first, last: last))
    }
    lanes.broadcast(
      GapRecord.make(
        publisherID: publisherID, session: sessionName, first: first, last: last, tsRecv: tsRecv))
  }

  mutating func restarted(session: SessionID, tsRecv: UInt64) {
    lanes.broadcast(
      SessionRecord.make(
        publisherID: publisherID, text: "session start \(Framing.name(of: session))",
        tsRecv: tsRecv))
  }

  mutating func ended(session: SessionID, last: UInt64, tsRecv: UInt64) {
    lanes.broadcast(
      SessionRecord.make(
        publisherID: publisherID, text: "session end \(Framing.name(of: session)) last=\(last)",
        tsRecv: tsRecv))
  }
}
