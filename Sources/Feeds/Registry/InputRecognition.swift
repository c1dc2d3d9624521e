public import Captures
public import FeedKit
internal import Wire

/// What an input file is: its kind, and the feed that its bytes are of.
///
/// Found by looking at the bytes, never at the name. A feed's own rule decides for datagrams
/// (`Feed.protocolName`), the lengths of the first messages for files.
public struct InputRecognition: Sendable {
  public let path: String
  public let format: InputFormat
  public let isCompressed: Bool
  /// The feed whose bytes these are; nil where no registered feed knows them.
  public internal(set) var feed: (any Feed.Type)?
  /// How the messages of a file follow each other; nil for captures and unknown files.
  public internal(set) var framing: FileFraming?
  /// The datagrams' protocol as the feed names it; nil for files.
  public internal(set) var protocolName: String?
  /// Capture time of the first packet, ns since the Unix epoch; 0 where there is none.
  public internal(set) var firstTimestamp: UInt64 = 0

  /// Opens and looks. `wanted` leaves no choice of the feed: its bytes are what the user says.
  public init(path: String, as wanted: (any Feed.Type)? = nil) throws(InputError) {
    var file = try InputFile(path: path)
    self.path = path
    format = file.format
    isCompressed = file.isCompressed
    let feeds = wanted.map { [$0] } ?? FeedRegistry.feeds
    if case .capture = file.format {
      recognisePackets(&file, among: feeds)
      feed = feed ?? wanted
    } else {
      recogniseMessages(file.window, among: feeds)
      if let wanted, feed == nil, wanted.description.readsFiles {
        feed = wanted
        framing = wanted.fileFramings.first
      }
    }
  }

  /// Packets that are looked at, and datagrams among them.
  private static var packetLimit: Int { 10_000 }
  private static var datagramLimit: Int { 256 }
  /// Messages of a file whose lengths must fit their types.
  private static var messageLimit: Int { 64 }

  /// The feed that recognises most of the first datagrams.
  private mutating func recognisePackets(
    _ file: inout InputFile, among feeds: [any Feed.Type]
  ) {
    var hits = Array(repeating: 0, count: feeds.count)
    var names: [String?] = Array(repeating: nil, count: feeds.count)
    var datagrams = 0
    while file.packets < Self.packetLimit, datagrams < Self.datagramLimit {
      guard let packet = file.next() else { break }
      if file.packets == 1 { firstTimestamp = packet.timestampNanos }
      let window = file.window
      guard case .udp(let datagram) = PacketContent(packet, in: window) else { continue }
      datagrams += 1
      for (index, feed) in feeds.enumerated() {
        guard let name = feed.protocolName(of: window.extracting(datagram.range)) else { continue }
        hits[index] += 1
        names[index] = names[index] ?? name
      }
    }
    guard let best = hits.indices.max(by: { hits[$0] < hits[$1] }), hits[best] > 0 else { return }
    feed = feeds[best]
    protocolName = names[best]
  }

  /// The feed and framing whose message lengths fit the beginning of the file best.
  private mutating func recogniseMessages(_ bytes: RawSpan, among feeds: [any Feed.Type]) {
    var best = 0
    for feed in feeds where feed.description.readsFiles {
      for framing in feed.fileFramings {
        let score =
          switch framing {
          case .lengthPrefixed: Self.scorePrefixed(bytes, feed: feed)
          case .lines: Self.scoreLines(bytes, feed: feed)
          default: Self.scoreByType(bytes, feed: feed, prefix: framing == .bare ? 0 : 2)
          }
        guard score > best else { continue }
        best = score
        self.feed = feed
        self.framing = framing
      }
    }
  }

  /// Messages whose length is that of their type, less those of which it is not.
  private static func scorePrefixed(_ bytes: RawSpan, feed: any Feed.Type) -> Int {
    var offset = 0
    var score = 0
    for _ in 0..<messageLimit {
      guard let length = feed.blockLength(bytes, at: offset), length > 0,
        let type = bytes.loadByte(at: offset + feed.blockPrefixBytes)
      else { break }
      let least = feed.messageBytes(ofType: type)
      let fits = least > 0 && (least...least + appendedBytes).contains(length)
      score += fits ? 1 : -1
      offset += feed.blockPrefixBytes + length
    }
    return score
  }

  /// Lines that hold a message of the feed, less those which do not. The last one may be cut off.
  private static func scoreLines(_ bytes: RawSpan, feed: any Feed.Type) -> Int {
    var offset = 0
    var score = 0
    let end = min(bytes.byteCount, messageLimit * TextLimits.lineBytes)
    for _ in 0..<messageLimit {
      let feedOffset = bytes.firstOffset(of: UInt8(ascii: "\n"), from: offset, to: end)
      let line = TextLine(bytes, from: offset, to: feedOffset ?? end)
      if !line.isNote, !line.message.isEmpty {
        score += feed.messageType(bytes, line.message) != 0 ? 1 : -unknownTypeWeight
      }
      guard let feedOffset else { break }
      offset = feedOffset + 1
    }
    return score
  }

  /// Messages found by the length of their types. One that cannot be ends the walk, and weighs more
  /// than the letters of a text that happen to be types.
  private static func scoreByType(_ bytes: RawSpan, feed: any Feed.Type, prefix: Int) -> Int {
    var offset = 0
    var score = 0
    for _ in 0..<messageLimit {
      guard let type = bytes.loadByte(at: offset + prefix) else { break }
      let length = feed.messageBytes(ofType: type)
      guard length > 0, prefix == 0 || feed.blockLength(bytes, at: offset) == 0 else {
        return score - unknownTypeWeight
      }
      score += 1
      offset += prefix + length
    }
    return score
  }

  /// Bytes that later editions of a protocol may append to a message.
  private static var appendedBytes: Int { 64 }
  private static var unknownTypeWeight: Int { 8 }
}
