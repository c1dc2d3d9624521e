public import FeedKit
public import Lanes
public import Wire

/// Nasdaq TotalView-ITCH 5.0, over MoldUDP64, SoupBinTCP and in files.
public enum ItchFeed: Feed {
  public static var description: FeedDescription {
    FeedDescription(
      name: "itch50",
      summary: "Nasdaq TotalView-ITCH 5.0: files, MoldUDP64 (captures and live), SoupBinTCP",
      dataset: "XNAS.ITCH", publisherID: ItchDecoder.publisherID, readsFiles: true,
      countsFromMidnight: true)
  }

  public static var messages: MessageTable { ItchMessages.table }

  /// MoldUDP64 has no magic number, and other venues' messages have the same letters. A datagram is
  /// taken for ITCH where its blocks fill it exactly and each has the length of its type and a time
  /// of the day.
  public static func protocolName(of datagram: RawSpan) -> String? {
    guard let header = try? MoldUDP64.header(of: datagram) else { return nil }
    guard header.kind == .data else {
      return datagram.byteCount == MoldUDP64.headerBytes ? "moldudp64" : nil
    }
    var offset = header.blocks.lowerBound
    for _ in 0..<header.count {
      guard let length = MoldUDP64.blockLength(datagram, at: offset),
        length >= Itch.Header.byteCount, offset + 2 + length <= datagram.byteCount,
        length == Itch.byteCount(of: datagram.uncheckedByte(at: offset + 2)),
        Itch.Header.Timestamp.read(datagram, at: offset + 2) < dayNanos
      else { return nil }
      offset += 2 + length
    }
    return offset == datagram.byteCount ? "moldudp64" : nil
  }

  private static var dayNanos: UInt64 { 86_400 * 1_000_000_000 }

  public static func messageBytes(ofType type: UInt8) -> Int { Itch.byteCount(of: type) }

  public static func makeRunner(
    _ options: RunnerOptions, lanes: consuming LaneWriter
  ) -> any SourceRunner {
    Runner<MoldUDP64, ItchDecoder>(
      options, publisherID: ItchDecoder.publisherID, lanes: lanes,
      messageBytes: Itch.byteCount(of:))
  }

  public static func header(of datagram: RawSpan) throws(RejectReason) -> DatagramHeader {
    try MoldUDP64.header(of: datagram)
  }

  public static func blockLength(_ bytes: RawSpan, at offset: Int) -> Int? {
    MoldUDP64.blockLength(bytes, at: offset)
  }

  public static func name(of session: SessionID) -> String { MoldUDP64.name(of: session) }
}
