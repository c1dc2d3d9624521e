public import Captures
public import FeedKit
internal import FeedRegistry
internal import Wire

/// Finds the feed whose bytes a file holds, by its content.
public enum FeedRecognition {
  /// Datagrams that are looked at.
  private static var sampleDatagrams: Int { 200 }

  /// The registered feed that recognises most of the first datagrams of a capture, or the beginning
  /// of a file of messages; nil where none does.
  public static func feed(ofFile path: String) throws(InputError) -> (any Feed.Type)? {
    var file = try InputFile(path: path)
    if file.format == .framed {
      return FeedRegistry.feeds.first { begins(file.window, with: $0) }
    }
    var matches = [Int](repeating: 0, count: FeedRegistry.feeds.count)
    var looked = 0
    while looked < sampleDatagrams, let packet = file.next() {
      let window = file.window
      guard case .udp(let datagram) = PacketContent(packet, in: window) else { continue }
      looked += 1
      for index in FeedRegistry.feeds.indices
      where FeedRegistry.feeds[index].protocolName(of: window.extracting(datagram.range)) != nil {
        matches[index] += 1
      }
    }
    guard let most = matches.max(), most > 0, let index = matches.firstIndex(of: most) else {
      return nil
    }
    return FeedRegistry.feeds[index]
  }

  /// Whether a file of messages begins with one of this feed's.
  private static func begins(_ bytes: RawSpan, with feed: any Feed.Type) -> Bool {
    guard feed.description.readsFiles else { return false }
    let framing = FileInput.framing(of: bytes, feed: feed)
    guard framing == .lengthPrefixed else { return true }
    guard let length = feed.blockLength(bytes, at: 0), let type = bytes.loadByte(at: 2) else {
      return false
    }
    let least = feed.messageBytes(ofType: type)
    return least > 0 && length >= least
  }
}
