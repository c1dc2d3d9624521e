internal import FeedKit
internal import Wire

/// Counts the messages of a file as they stand on the wire: every one in every datagram, before
/// duplicates are dropped and whatever the decoder makes of them.
struct WireTally {
  private(set) var types = InlineArray<256, UInt64>(repeating: 0)
  private(set) var messages: UInt64 = 0
  private(set) var lowestSequence: UInt64?
  private(set) var highestSequence: UInt64 = 0
  /// Sessions in the order of their appearance, at most `sessionLimit`.
  private(set) var sessions: [String] = []
  private var session: SessionID?
  private var seen: Set<SessionID> = []
  let feed: any Feed.Type

  /// Sessions that are named in the report.
  private static var sessionLimit: Int { 64 }

  init(feed: any Feed.Type) { self.feed = feed }

  /// Counts a datagram's messages; gives each to `visit` with its index, sequence number and place.
  mutating func datagram<Failure: Error>(
    _ bytes: RawSpan, visit: (Int, UInt64, Range<Int>) throws(Failure) -> Void
  ) throws(Failure) {
    guard let header = try? feed.header(of: bytes) else { return }
    if header.session != session { note(header.session) }
    guard header.kind == .data, header.count > 0 else { return }
    var offset = header.blocks.lowerBound
    for index in 0..<header.count {
      guard let next = count(bytes, at: offset, end: header.blocks.upperBound) else { return }
      let sequence = header.sequence &+ UInt64(index)
      lowestSequence = min(lowestSequence ?? sequence, sequence)
      highestSequence = max(highestSequence, sequence)
      try visit(index, sequence, offset + feed.blockPrefixBytes..<next)
      offset = next
    }
  }

  /// Counts the messages of a piece of a file, which begins with a message.
  mutating func file<Failure: Error>(
    _ bytes: RawSpan, framing: FileFraming, visit: (UInt64, Range<Int>) throws(Failure) -> Void
  ) throws(Failure) {
    guard framing != .lines else { return try lines(bytes, visit: visit) }
    let prefix = framing == .bare ? 0 : feed.blockPrefixBytes
    var offset = 0
    while offset < bytes.byteCount {
      guard let next = count(bytes, at: offset, framing: framing) else { return }
      lowestSequence = 1
      highestSequence = messages
      try visit(messages, offset + prefix..<next)
      offset = next
    }
  }

  private mutating func lines<Failure: Error>(
    _ bytes: RawSpan, visit: (UInt64, Range<Int>) throws(Failure) -> Void
  ) throws(Failure) {
    var offset = 0
    while offset < bytes.byteCount {
      let feedOffset = bytes.firstOffset(
        of: UInt8(ascii: "\n"), from: offset, to: bytes.byteCount)
      let line = TextLine(bytes, from: offset, to: feedOffset ?? bytes.byteCount)
      offset = feedOffset.map { $0 + 1 } ?? bytes.byteCount
      guard line.isNote || !line.message.isEmpty else { continue }
      let type = line.isNote ? TextLine.noteType : feed.messageType(bytes, line.message)
      types[Int(type)] &+= 1
      messages &+= 1
      lowestSequence = 1
      highestSequence = messages
      try visit(messages, line.message)
    }
  }

  private mutating func note(_ new: SessionID) {
    session = new
    guard seen.count < Self.sessionLimit, seen.insert(new).inserted else { return }
    sessions.append(feed.name(of: new))
  }

  /// Counts the block at `offset`; gives where the next one begins, nil where it is cut off.
  @inline(__always)
  private mutating func count(_ bytes: RawSpan, at offset: Int, end: Int) -> Int? {
    guard let length = feed.blockLength(bytes, at: offset) else { return nil }
    let start = offset + feed.blockPrefixBytes
    guard start + length <= end else { return nil }
    if length > 0 { types[Int(bytes.uncheckedByte(at: start))] &+= 1 }
    messages &+= 1
    return start + length
  }

  private mutating func count(_ bytes: RawSpan, at offset: Int, framing: FileFraming) -> Int? {
    if framing == .lengthPrefixed {
      // Length 0 ends the session.
      guard feed.blockLength(bytes, at: offset) != 0 else { return nil }
      return count(bytes, at: offset, end: bytes.byteCount)
    }
    let start = offset + (framing == .bare ? 0 : feed.blockPrefixBytes)
    guard let type = bytes.loadByte(at: start) else { return nil }
    let length = feed.messageBytes(ofType: type)
    guard length > 0, start + length <= bytes.byteCount else { return nil }
    types[Int(type)] &+= 1
    messages &+= 1
    return start + length
  }
}
