public import Wire

/// MoldUDP64 (Nasdaq): a 20-byte header, then blocks of u16 length and message, all big-endian.
///
///      0          10         18      20
///     +----------+----------+-------+--------------------------
///     | session  | sequence | count | length, message, ...
///     +----------+----------+-------+--------------------------
///
/// Count 0 is a heartbeat, 0xFFFF the end of the session; the sequence is then the next one. A
/// request has the same 20 bytes: session, first wanted sequence, number of messages.
public enum MoldUDP64: DatagramFraming {
  public static var headerBytes: Int { 20 }
  public static var endOfSessionCount: UInt16 { 0xFFFF }

  typealias SessionHigh = BE<UInt64, 0>
  typealias SessionLow = BE<UInt16, 8>
  typealias Sequence = BE<UInt64, 10>
  typealias MessageCount = BE<UInt16, 18>

  @inlinable public static var blockPrefixBytes: Int { 2 }

  public static func header(of datagram: RawSpan) throws(RejectReason) -> DatagramHeader {
    guard datagram.byteCount >= headerBytes else { throw .truncated }
    let count = MessageCount.read(datagram, at: 0)
    let kind: DatagramHeader.Kind =
      switch count {
      case 0: .heartbeat
      case endOfSessionCount: .endOfSession
      default: .data
      }
    let sequence = Sequence.read(datagram, at: 0)
    return DatagramHeader(
      kind: kind,
      session: SessionID(
        high: SessionHigh.read(datagram, at: 0), low: UInt64(SessionLow.read(datagram, at: 0))),
      sequence: sequence, count: kind == .data ? Int(count) : 0,
      blocks: headerBytes..<datagram.byteCount)
  }

  @inlinable
  public static func blockLength(_ bytes: RawSpan, at offset: Int) -> Int? {
    bytes.loadBE(UInt16.self, at: offset).map(Int.init)
  }

  public static func name(of session: SessionID) -> String {
    var bytes: [UInt8] = []
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: session.high >> UInt64(shift)))
    }
    bytes.append(UInt8(truncatingIfNeeded: session.low >> 8))
    bytes.append(UInt8(truncatingIfNeeded: session.low))
    while bytes.last == UInt8(ascii: " ") { bytes.removeLast() }
    // What a hostile sender calls its session must not reach a terminal as it is.
    return String(decoding: bytes.map { (0x20..<0x7F).contains($0) ? $0 : 0x3F }, as: UTF8.self)
  }

  public static func appendRequest(
    session: SessionID, first: UInt64, count: UInt64, to request: inout [UInt8]
  ) -> Bool {
    for shift in stride(from: 56, through: 0, by: -8) {
      request.append(UInt8(truncatingIfNeeded: session.high >> UInt64(shift)))
    }
    request.append(UInt8(truncatingIfNeeded: session.low >> 8))
    request.append(UInt8(truncatingIfNeeded: session.low))
    for shift in stride(from: 56, through: 0, by: -8) {
      request.append(UInt8(truncatingIfNeeded: first >> UInt64(shift)))
    }
    let wanted = UInt16(min(count, UInt64(endOfSessionCount - 1)))
    request.append(UInt8(truncatingIfNeeded: wanted >> 8))
    request.append(UInt8(truncatingIfNeeded: wanted))
    return true
  }
}
