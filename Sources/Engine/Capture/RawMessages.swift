internal import Captures
public import FeedKit
public import Journal
internal import Net
public import Wire

/// A message as a raw capture has it.
public struct RawMessage: Sendable {
  /// The capture's file and the number of the block in it.
  public let path: String
  public let block: UInt64
  public let receivedNanos: UInt64
  /// Number of the message in its session.
  public let sequence: UInt64
  public let bytes: [UInt8]
  /// Addresses of the datagram; nil in streams.
  public let datagram: (source: SocketAddress, destination: SocketAddress)?
}

/// Finds what was received at one moment. One thread.
public enum RawMessages {
  /// The messages of the raw capture at `path` that were received at exactly `nanos`, in their
  /// order.
  ///
  /// Datagrams are found through the block headers. A stream is read from its beginning: only so
  /// is it known where a message begins.
  public static func find(
    at nanos: UInt64, path: String, feed: any Feed.Type
  ) throws(JournalError) -> [RawMessage] {
    var reader = try SegmentReader(path: path)
    var found: [RawMessage] = []
    var block = ByteBuffer()
    switch reader.header.codec.payload {
    case .pcapng:
      try reader.seek(tsRecv: nanos)
      while let header = try reader.nextBlock(), header.minTsRecv <= nanos {
        block.removeAll()
        // A damaged block costs its own messages only.
        guard (try? reader.appendRecords(to: &block)) != nil else { continue }
        datagrams(block.bytes, nanos, feed, path, header.number, &found)
      }
    case .stream:
      var soup = RawSoup()
      try soup.open(path: path, header: reader.header)
      soup.begin(reader.header)
      while let header = try reader.nextBlock(), header.minTsRecv <= nanos {
        block.removeAll()
        let isWhole = (try? reader.appendRecords(to: &block)) != nil
        soup.pass(header, isWhole: isWhole)
        guard isWhole else { continue }
        stream(block.bytes, nanos, &soup, path, header.number, &found)
      }
    case .dbn, .columnar:
      throw .notASegment(path: path, detail: "it holds records and is no raw capture")
    }
    return found
  }

  private static func datagrams(
    _ bytes: RawSpan, _ nanos: UInt64, _ feed: any Feed.Type, _ path: String, _ block: UInt64,
    _ found: inout [RawMessage]
  ) {
    var at = 0
    while let packet = RawPacket(bytes, at: at) {
      at = packet.view.recordEnd
      guard packet.view.timestampNanos == nanos,
        case .udp(let datagram) = PacketContent(packet.view, in: bytes)
      else { continue }
      let payload = bytes.extracting(datagram.range)
      guard let header = try? feed.header(of: payload), header.kind == .data else { continue }
      var offset = header.blocks.lowerBound
      for index in 0..<header.count {
        guard let length = feed.blockLength(payload, at: offset) else { break }
        let start = offset + feed.blockPrefixBytes
        guard start + length <= header.blocks.upperBound else { break }
        offset = start + length
        found.append(
          RawMessage(
            path: path, block: block, receivedNanos: nanos,
            sequence: header.sequence &+ UInt64(index),
            bytes: copy(payload, start..<offset),
            datagram: (datagram.source, datagram.destination)))
      }
    }
  }

  private static func stream(
    _ bytes: RawSpan, _ nanos: UInt64, _ soup: inout RawSoup, _ path: String, _ block: UInt64,
    _ found: inout [RawMessage]
  ) {
    var at = 0
    while let chunk = StreamChunk(bytes, at: at) {
      at = chunk.range.upperBound
      switch chunk.kind {
      case .connection: soup.connect(nowNanos: chunk.receivedNanos)
      case .lost: soup.lose()
      case .bytes:
        guard let link = soup.link, soup.isFramed else { continue }
        soup.pending.append(bytes.extracting(chunk.range))
        let isWanted = chunk.receivedNanos == nanos
        let consumed = messages(soup.pending.bytes, link, chunk.receivedNanos) { range, number in
          guard isWanted else { return }
          found.append(
            RawMessage(
              path: path, block: block, receivedNanos: nanos, sequence: number, bytes: range,
              datagram: nil))
        }
        soup.pending.removeFirst(consumed)
      }
    }
  }

  /// The whole packets in `bytes`; gives each sequenced message to `visit`, and how many bytes all
  /// took.
  private static func messages(
    _ bytes: RawSpan, _ link: SoupLink, _ nanos: UInt64, visit: ([UInt8], UInt64) -> Void
  ) -> Int {
    var offset = 0
    while true {
      switch link.client.next(in: bytes, from: &offset, nowNanos: nanos) {
      case .message(let range, let sequence): visit(copy(bytes, range), sequence)
      case .accepted, .unsequenced: continue
      case .needsBytes, .closed: return offset
      }
    }
  }

  private static func copy(_ bytes: RawSpan, _ range: Range<Int>) -> [UInt8] {
    range.map { bytes.uncheckedByte(at: $0) }
  }
}
