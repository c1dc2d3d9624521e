internal import FeedKit
internal import Ledger

/// Prints messages as they are met.
struct InspectLines {
  private let lines: MessageLines
  private var json = JSONText()
  private let output: OutputWriter

  init(feed: any Feed.Type, output: OutputWriter) {
    lines = MessageLines(feed: feed)
    self.output = output
  }

  /// Prints the message `bytes[range]`.
  mutating func write(
    _ bytes: RawSpan, _ range: Range<Int>, packet: UInt64?, index: UInt64, sequence: UInt64
  ) throws(CommandError) {
    json.removeAll()
    lines.write(bytes, range, packet: packet, index: index, sequence: sequence, to: &json)
    json.newLine()
    try output.write(json.utf8)
  }
}
