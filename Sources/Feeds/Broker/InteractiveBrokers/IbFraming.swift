internal import FeedKit
internal import Lanes
internal import Wire

/// Frames in a file: a length of 32 bits, and so many bytes. An empty frame is one like others and
/// ends nothing; a length that cannot be ends the file, and the rest of it is rejected.
enum IbFraming: DatagramFraming {
  static func header(of datagram: RawSpan) throws(RejectReason) -> DatagramHeader {
    throw .badHeader
  }

  static func blockLength(_ bytes: RawSpan, at offset: Int) -> Int? {
    guard let length = bytes.loadBE(UInt32.self, at: offset), length > 0 else { return nil }
    return length > IbLimits.frameBytes ? 0 : Int(length)
  }

  static var blockPrefixBytes: Int { 4 }

  static func name(of session: SessionID) -> String { "" }

  static func appendRequest(
    session: SessionID, first: UInt64, count: UInt64, to request: inout [UInt8]
  ) -> Bool { false }
}

/// Recorded frames of a server, from the version reply on. Without one they are read as version
/// 200.
struct IbRecording: ~Copyable, MessageDecoder {
  var decoder: IbDecoder
  private var isFirst = true

  init(_ options: DecoderOptions) {
    decoder = IbDecoder(
      shards: options.shards, instruments: IbLimits.instruments, books: IbLimits.books,
      isRecording: true)
  }

  mutating func decodeRun(
    _ bytes: RawSpan, from start: Int, to end: Int, limit: Int, context: MessageContext,
    into lanes: inout LaneWriter, counters: inout DecodeCounters
  ) -> RunProgress {
    var progress = RunProgress(offset: start, messages: 0)
    while progress.messages < limit, progress.offset &+ 4 <= end {
      let length = Int(bytes.uncheckedBE(UInt32.self, at: progress.offset))
      let from = progress.offset &+ 4
      guard length <= IbLimits.frameBytes, from &+ length <= end else { break }
      decodeMessage(
        bytes, from: from, to: from &+ length,
        context: MessageContext(
          sequence: context.sequence &+ UInt64(truncatingIfNeeded: progress.messages),
          tsRecv: context.tsRecv), into: &lanes, counters: &counters)
      progress.offset = from &+ length
      progress.messages &+= 1
    }
    return progress
  }

  mutating func decodeMessage(
    _ bytes: RawSpan, from start: Int, to end: Int, context: MessageContext,
    into lanes: inout LaneWriter, counters: inout DecodeCounters
  ) {
    if isFirst {
      isFirst = false
      if let version = Self.version(bytes, from: start, to: end) {
        decoder.version = version
        counters.decoded &+= 1
        return
      }
    }
    _ = decoder.decodeFrame(
      bytes, from: start, to: end, context: context, into: &lanes, counters: &counters)
  }

  /// `version, time`: two fields, the second with a date and a time.
  private static func version(_ bytes: RawSpan, from start: Int, to end: Int) -> Int? {
    var fields = IbFields(bytes, from: start, to: end)
    let version = fields.int(unset: 0)
    let time = fields.text()
    guard fields.failure == nil, fields.isAtEnd, (100...999).contains(version), time.count >= 17
    else { return nil }
    return version
  }
}
