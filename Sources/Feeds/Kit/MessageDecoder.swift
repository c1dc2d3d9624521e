public import Lanes
internal import Wire

/// What a decoder must know before the first message.
public struct DecoderOptions: Sendable {
  /// Shards of the lanes that records go to.
  public var shards: Int
  /// UTC time of midnight at the venue on the trading day, ns since the Unix epoch, for protocols
  /// whose times count from midnight.
  public var midnight: UInt64
  /// Whether the decoder may use the instructions that only some machines have.
  public var usesWideInstructions: Bool

  public init(shards: Int, midnight: UInt64 = 0, usesWideInstructions: Bool = true) {
    self.shards = shards
    self.midnight = midnight
    self.usesWideInstructions = usesWideInstructions
  }
}

/// Where a run of messages has been decoded to.
public struct RunProgress: Sendable {
  /// Offset of the first byte that was not consumed.
  public var offset: Int
  /// Messages consumed: decoded, ignored or rejected.
  public var messages: Int

  @inlinable
  public init(offset: Int, messages: Int) {
    self.offset = offset
    self.messages = messages
  }
}

/// Bytes of one protocol to records: no I/O, no clock, no allocation, no locks.
///
/// Every message is accounted for in the counters exactly once: decoded, ignored by its type, or
/// rejected with a reason. Owned by one reader thread.
public protocol MessageDecoder: ~Copyable {
  init(_ options: DecoderOptions)

  /// Decodes at most `limit` consecutive messages with length fields from `bytes[start ..< end]`.
  ///
  /// Stops early only before a message whose length field reaches past `end` or is 0: what an empty
  /// block means is the transport's to say.
  mutating func decodeRun(
    _ bytes: RawSpan, from start: Int, to end: Int, limit: Int, context: MessageContext,
    into lanes: inout LaneWriter, counters: inout DecodeCounters
  ) -> RunProgress

  /// Decodes the one message that fills `bytes[start ..< end]`.
  mutating func decodeMessage(
    _ bytes: RawSpan, from start: Int, to end: Int, context: MessageContext,
    into lanes: inout LaneWriter, counters: inout DecodeCounters
  )

  /// Decodes messages as they become due; every decoder has this of `MessageDecoder+Paced`.
  mutating func decodePaced(
    _ pace: inout PacedReader, sequence: UInt64, into lanes: inout LaneWriter,
    counters: inout DecodeCounters
  ) -> Int

  /// Decodes the lines of text in `bytes[start ..< end]`, one message each, and stops before a line
  /// without a line feed; where `isLast`, that is a line too.
  mutating func decodeLines(
    _ bytes: RawSpan, from start: Int, to end: Int, isLast: Bool, context: MessageContext,
    into lanes: inout LaneWriter, counters: inout DecodeCounters
  ) -> RunProgress
}

extension MessageDecoder where Self: ~Copyable {
  public mutating func decodeLines(
    _ bytes: RawSpan, from start: Int, to end: Int, isLast: Bool, context: MessageContext,
    into lanes: inout LaneWriter, counters: inout DecodeCounters
  ) -> RunProgress {
    var progress = RunProgress(offset: start, messages: 0)
    while decodeLine(
      bytes, to: end, isLast: isLast, context: context, into: &lanes, counters: &counters,
      progress: &progress)
    {}
    return progress
  }

  /// Decodes the line at `progress` and moves on; false where there is no whole one. An empty line
  /// is no message; a recorder's note is one without a place among the records.
  public mutating func decodeLine(
    _ bytes: RawSpan, to end: Int, isLast: Bool, context: MessageContext,
    into lanes: inout LaneWriter, counters: inout DecodeCounters, progress: inout RunProgress
  ) -> Bool {
    let start = progress.offset
    guard start < end else { return false }
    let feed = bytes.firstOffset(of: UInt8(ascii: "\n"), from: start, to: end)
    guard feed != nil || isLast else { return false }
    let line = TextLine(bytes, from: start, to: feed ?? end)
    progress.offset = feed.map { $0 &+ 1 } ?? end
    if line.isNote {
      counters.ignore(type: TextLine.noteType)
    } else if line.message.isEmpty {
      return true
    } else {
      decodeMessage(
        bytes, from: line.message.lowerBound, to: line.message.upperBound,
        context: MessageContext(
          sequence: context.sequence &+ UInt64(progress.messages),
          tsRecv: line.tsRecv ?? context.tsRecv),
        into: &lanes, counters: &counters)
    }
    progress.messages &+= 1
    return true
  }
}

/// What the transport knows of a message.
public struct MessageContext: Sendable {
  /// Sequence number of the (first) message.
  public var sequence: UInt64
  /// Receive time, ns since the Unix epoch.
  public var tsRecv: UInt64

  @inlinable
  public init(sequence: UInt64, tsRecv: UInt64) {
    self.sequence = sequence
    self.tsRecv = tsRecv
  }
}
