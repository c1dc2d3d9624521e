internal import Catalog
internal import FeedKit
internal import FeedRegistry
internal import Lanes
internal import Records
internal import Wire

/// Runs a rejected message again, by the decoder as it is now.
struct QuarantineReplay {
  /// What became of it.
  enum Outcome: Equatable {
    case decoded
    /// The decoder knows it and has no place for it.
    case ignored
    case rejected(RejectReason)
    /// It cannot be run; the text says why.
    case impossible(String)

    var isGood: Bool { self == .decoded || self == .ignored }

    var name: String {
      switch self {
      case .decoded: "decoded"
      case .ignored: "ignored"
      case .rejected: "rejected"
      case .impossible: "impossible"
      }
    }

    var reason: String {
      switch self {
      case .rejected(let reason): reason.name
      case .impossible(let text): text
      default: ""
      }
    }
  }

  /// The feed by which all messages are run, instead of their own.
  let feed: (any Feed.Type)?

  /// A decoder of its own for each message: what one sets changes nothing for the next. The prelude
  /// comes first, so that the message is read in the state that it came in.
  func run(_ entry: QuarantineEntry) -> Outcome {
    guard let feed = feed ?? FeedRegistry.feed(named: entry.feed) else {
      return .impossible("no feed is called \(entry.feed)")
    }
    guard !entry.isCut else { return .impossible("only a part of the message was kept") }
    // Nobody takes the records: they give way.
    let grid = LaneGrid(
      readers: 1, shards: 1, options: LaneOptions(capacityLines: 256, policy: .dropOldest))
    let options = DecoderOptions(
      shards: 1, midnight: NewYorkTime.midnight(of: NewYorkTime.date(of: entry.time)))
    let runner = feed.makeRunner(RunnerOptions(decoder: options), lanes: grid.writer(0))
    if !entry.prelude.isEmpty, let framing = feed.fileFramings.first {
      _ = runner.readFile(
        rawBytes(of: entry.prelude), framing: framing, tsRecv: entry.time, isLast: true)
    }
    let before = runner.report.decode
    let message = Self.message(of: entry, feed)
    runner.message(
      rawBytes(of: entry.bytes), from: message.lowerBound, to: message.upperBound,
      sequence: UInt64(entry.epoch), tsRecv: entry.time)
    let after = runner.report.decode
    for reason in after.rejected.indices where after.rejected[reason] > before.rejected[reason] {
      return .rejected(RejectReason(rawValue: UInt8(reason)))
    }
    if after.decoded > before.decoded { return .decoded }
    return after.ignoredTotal > before.ignoredTotal
      ? .ignored : .impossible("the decoder did nothing with it")
  }

  /// The message without what frames it: the line's end, or the length before it.
  private static func message(of entry: QuarantineEntry, _ feed: any Feed.Type) -> Range<Int> {
    let bytes = entry.bytes
    if feed.fileFramings.contains(.lines) {
      var end = bytes.count
      while end > 0, bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
      return 0..<end
    }
    let prefix = feed.blockPrefixBytes
    let length = feed.blockLength(rawBytes(of: bytes), at: 0)
    return length == bytes.count - prefix ? prefix..<bytes.count : 0..<bytes.count
  }
}
