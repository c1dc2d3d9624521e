public import FeedKit
public import Wire

/// IEX-TP: a 40-byte header, then blocks of u16 length and message, all little-endian.
///
///      0    1    2         4         8        12       14      16       24         32
///     +----+----+---------+---------+--------+--------+-------+--------+----------+------+-----
///     | ver| 0  | protocol| channel | session| payload| count | stream | first    | send | ...
///     |    |    | id      | id      | id     | length |       | offset | sequence | time |
///     +----+----+---------+---------+--------+--------+-------+--------+----------+------+-----
///
/// A segment without payload is a heartbeat; its sequence and offset are those of the next message.
/// Messages are numbered from 1 and bytes of payload from 0, in each (channel, session, protocol).
/// A session id changes every day, but test systems start over under an unchanged one.
/// Source: the public IEX-TP specification 1.x, "Message Header".
///
/// Segments of other protocols than `Profile`'s are rejected (`badHeader`), so that TOPS and DEEP
/// of one capture or port do not mix.
public enum IexTP<Profile: IexProfile>: DatagramFraming {
  public static var headerBytes: Int { 40 }
  static var version: UInt8 { 1 }

  typealias Version = LE<UInt8, 0>
  typealias ProtocolID = LE<UInt16, 2>
  typealias ChannelID = LE<UInt32, 4>
  typealias SessionNumber = LE<UInt32, 8>
  typealias PayloadLength = LE<UInt16, 12>
  typealias MessageCount = LE<UInt16, 14>
  typealias StreamOffset = LE<Int64, 16>
  typealias FirstSequence = LE<Int64, 24>
  typealias SendTime = LE<Int64, 32>

  @inlinable public static var blockPrefixBytes: Int { 2 }

  /// The message protocol id of a segment of any protocol, or nil where it is none.
  static func protocolID(of datagram: RawSpan) -> UInt16? {
    guard datagram.byteCount >= headerBytes, Version.read(datagram, at: 0) == version
    else { return nil }
    return ProtocolID.read(datagram, at: 0)
  }

  public static func header(of datagram: RawSpan) throws(RejectReason) -> DatagramHeader {
    guard datagram.byteCount >= headerBytes else { throw .truncated }
    guard let protocolID = protocolID(of: datagram), Profile.isProtocol(protocolID)
    else { throw .badHeader }
    let payload = Int(PayloadLength.read(datagram, at: 0))
    let count = Int(MessageCount.read(datagram, at: 0))
    guard headerBytes + payload <= datagram.byteCount else { throw .truncated }
    guard payload >= count * blockPrefixBytes, (payload == 0) == (count == 0)
    else { throw .badLength }
    guard let sequence = UInt64(exactly: FirstSequence.read(datagram, at: 0)), sequence > 0,
      let offset = UInt64(exactly: StreamOffset.read(datagram, at: 0))
    else { throw .badSequence }
    let channel = UInt64(ChannelID.read(datagram, at: 0))
    return DatagramHeader(
      kind: count == 0 ? .heartbeat : .data,
      session: SessionID(
        high: channel << 32 | UInt64(SessionNumber.read(datagram, at: 0)),
        low: UInt64(protocolID)),
      sequence: sequence, count: count, blocks: headerBytes..<(headerBytes + payload),
      sendTime: UInt64(clamping: SendTime.read(datagram, at: 0)),
      isStart: sequence == 1 && offset == 0, streamOffset: offset)
  }

  @inlinable
  public static func blockLength(_ bytes: RawSpan, at offset: Int) -> Int? {
    bytes.loadLE(UInt16.self, at: offset).map(Int.init)
  }

  /// `8004.1.44960000`: protocol in hex, channel, session in hex.
  public static func name(of session: SessionID) -> String {
    let number = UInt32(truncatingIfNeeded: session.high)
    return
      "\(String(session.low, radix: 16)).\(session.high >> 32).\(String(number, radix: 16))"
  }

  /// A gap-fill request of one range. IEX's rules for it are public, its bytes are not: this layout
  /// is **ours**, for our simulator, and must be replaced before it is sent to IEX.
  ///
  ///      0       1        2         4         8         12      14         22
  ///     +-------+--------+---------+---------+---------+-------+----------+----------+
  ///     | ver 1 | kind 0 | protocol| channel | session | count | first    | last     |
  ///     +-------+--------+---------+---------+---------+-------+----------+----------+
  ///
  /// Kind 0 asks by sequence number; `count` ranges (here 1) of first and last message, both i64.
  /// The answers are ordinary segments.
  public static func appendRequest(
    session: SessionID, first: UInt64, count: UInt64, to request: inout [UInt8]
  ) -> Bool {
    guard count > 0, let last = Int64(exactly: first &+ count &- 1) else { return false }
    request.append(version)
    request.append(0)
    request.appendLE(UInt16(truncatingIfNeeded: session.low))
    request.appendLE(UInt32(truncatingIfNeeded: session.high >> 32))
    request.appendLE(UInt32(truncatingIfNeeded: session.high))
    request.appendLE(UInt16(1))
    request.appendLE(first)
    request.appendLE(last)
    return true
  }
}

extension [UInt8] {
  /// Appends an integer as the wire has it.
  mutating func appendLE(_ value: some FixedWidthInteger) {
    for shift in stride(from: 0, to: value.bitWidth, by: 8) {
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }
}
