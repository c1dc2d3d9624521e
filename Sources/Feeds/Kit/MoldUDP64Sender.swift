internal import Wire

/// Limits of the sending side of MoldUDP64.
public enum MoldUDP64SenderLimits {
  /// Session, sequence number and message count (MoldUDP64 1.0, "Downstream Packet").
  @inlinable public static var headerBytes: Int { 20 }
  @inlinable public static var sessionBytes: Int { 10 }
  /// Leaves room for IP and UDP headers and some tunnel inside an Ethernet frame.
  @inlinable public static var defaultDatagramBytes: Int { 1_400 }
  /// What UDP over IPv4 can carry.
  @inlinable public static var datagramBytes: Int { 65_507 }
  /// The count 0xFFFF means end of session.
  @inlinable public static var messagesPerDatagram: Int { 0xFFFE }
  /// Packets that a reordering line may hold back at once.
  @inlinable public static var heldDatagrams: Int { 64 }
}

/// The ten characters that name a MoldUDP64 session, padded on the right with spaces.
public struct MoldUDP64SessionName: Equatable, Sendable, CustomStringConvertible {
  var high: UInt64
  var low: UInt16

  /// Nil unless `text` has 1 ... 10 printable ASCII characters.
  public init?(_ text: String) {
    let characters = Array(text.utf8)
    guard !characters.isEmpty, characters.count <= MoldUDP64SenderLimits.sessionBytes,
      characters.allSatisfy({ $0 >= 0x20 && $0 < 0x7F })
    else { return nil }
    var padded: [UInt8] = characters
    while padded.count < MoldUDP64SenderLimits.sessionBytes { padded.append(0x20) }
    high = padded[0..<8].reduce(0) { $0 << 8 | UInt64($1) }
    low = padded[8..<10].reduce(0) { $0 << 8 | UInt16($1) }
  }

  public var description: String {
    var text = ""
    for index in 0..<8 {
      let byte = UInt8(truncatingIfNeeded: high >> UInt64(56 - 8 * index))
      text.unicodeScalars.append(Unicode.Scalar(byte))
    }
    text.unicodeScalars.append(Unicode.Scalar(UInt8(low >> 8)))
    text.unicodeScalars.append(Unicode.Scalar(UInt8(low & 0xFF)))
    return text
  }
}

/// Packs messages into MoldUDP64 datagrams: bytes in, bytes out, no clock and no socket.
///
/// Messages come framed as in a BinaryFILE (u16 big-endian length, then the message), which is also
/// the form of a message block inside a datagram, so packing is one copy for many messages. The
/// end of a batch ends a datagram.
public struct MoldUDP64Sender: Sendable {
  public let session: MoldUDP64SessionName
  /// The number of the next message.
  public private(set) var nextSequence: UInt64
  /// The largest datagram made of more than one message, header included.
  public let maximumBytes: Int

  /// One packed datagram.
  public struct Packed: Equatable, Sendable {
    /// Its size, header included.
    public let byteCount: Int
    public let firstSequence: UInt64
    public let messages: Int
    /// Where in the frames the next datagram begins.
    public let nextOffset: Int
  }

  /// - Parameter maximumBytes: 64 ... 65,507.
  public init(
    session: MoldUDP64SessionName, firstSequence: UInt64 = 1,
    maximumBytes: Int = MoldUDP64SenderLimits.defaultDatagramBytes
  ) {
    precondition(maximumBytes >= 64 && maximumBytes <= MoldUDP64SenderLimits.datagramBytes)
    self.session = session
    nextSequence = firstSequence
    self.maximumBytes = maximumBytes
  }

  /// Writes the datagram that begins with the frame at `offset` to the start of `datagram`.
  ///
  /// As many whole frames go into it as `maximumBytes` and `datagram` allow. A frame that is too
  /// large to share goes alone if `datagram` has room for it.
  ///
  /// - Returns: nil where no whole frame begins at `offset` or `datagram` cannot take it.
  public mutating func pack(
    _ frames: RawSpan, from offset: Int, into datagram: inout MutableRawSpan
  ) -> Packed? {
    let header = MoldUDP64SenderLimits.headerBytes
    let room = min(maximumBytes, datagram.byteCount) - header
    var end = offset
    var messages = 0
    while messages < MoldUDP64SenderLimits.messagesPerDatagram,
      let length = frames.loadBE(UInt16.self, at: end)
    {
      let next = end + 2 + Int(length)
      guard next <= frames.byteCount else { break }
      let isAlone = messages == 0 && next - offset <= datagram.byteCount - header
      guard next - offset <= room || isAlone else { break }
      end = next
      messages += 1
      if end - offset > room { break }
    }
    guard messages > 0 else { return nil }
    writeHeader(&datagram, count: UInt16(messages))
    datagram.store(frames.extracting(offset..<end), at: header)
    let packed = Packed(
      byteCount: header + end - offset, firstSequence: nextSequence, messages: messages,
      nextOffset: end)
    nextSequence += UInt64(messages)
    return packed
  }

  /// Writes a heartbeat (count 0 and the number of the next message) and gives its 20 bytes' count.
  public func heartbeat(into datagram: inout MutableRawSpan) -> Int {
    writeHeader(&datagram, count: 0)
    return MoldUDP64SenderLimits.headerBytes
  }

  /// Writes the end of the session (count 0xFFFF) and gives its 20 bytes' count.
  public func endOfSession(into datagram: inout MutableRawSpan) -> Int {
    writeHeader(&datagram, count: 0xFFFF)
    return MoldUDP64SenderLimits.headerBytes
  }

  private func writeHeader(_ datagram: inout MutableRawSpan, count: UInt16) {
    datagram.storeMoldHeader(session, sequence: nextSequence, count: count)
  }
}

extension MutableRawSpan {
  /// Writes the 20 bytes of a MoldUDP64 header; traps where there is no room for them.
  mutating func storeMoldHeader(
    _ session: MoldUDP64SessionName, sequence: UInt64, count: UInt16
  ) {
    storeBytes(of: session.high.bigEndian, toByteOffset: 0, as: UInt64.self)
    storeBytes(of: session.low.bigEndian, toByteOffset: 8, as: UInt16.self)
    storeBytes(of: sequence.bigEndian, toByteOffset: 10, as: UInt64.self)
    storeBytes(of: count.bigEndian, toByteOffset: 18, as: UInt16.self)
  }
}
