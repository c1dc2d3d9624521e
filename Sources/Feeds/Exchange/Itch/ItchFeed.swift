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

  /// MoldUDP64 has no magic number: it is taken for ITCH where the blocks fill the datagram exactly
  /// and the first one has the length of its type.
  public static func protocolName(of datagram: RawSpan) -> String? {
    guard let header = try? MoldUDP64.header(of: datagram) else { return nil }
    guard header.kind == .data else {
      return datagram.byteCount == MoldUDP64.headerBytes ? "moldudp64" : nil
    }
    var offset = header.blocks.lowerBound
    for index in 0..<header.count {
      guard let length = MoldUDP64.blockLength(datagram, at: offset),
        offset + 2 + length <= datagram.byteCount
      else { return nil }
      if index == 0 {
        guard length > 0 else { return nil }
        let least = Itch.byteCount(of: datagram.uncheckedByte(at: offset + 2))
        guard least > 0, length >= least else { return nil }
      }
      offset += 2 + length
    }
    return offset == datagram.byteCount ? "moldudp64" : nil
  }

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
