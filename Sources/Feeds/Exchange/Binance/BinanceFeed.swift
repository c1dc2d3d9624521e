public import FeedKit
public import Lanes
public import Wire

/// Binance's JSON streams, spot and USD-M futures: files of text messages, one a line, and messages
/// one by one from a session.
public enum BinanceFeed: Feed {
  public static var description: FeedDescription {
    FeedDescription(
      name: "binance", summary: "Binance spot and USD-M futures, JSON streams: files of lines",
      dataset: Binance.dataset, publisherID: Binance.publisherID, readsFiles: true,
      countsFromMidnight: false)
  }

  public static var messages: MessageTable { BinanceMessages.table }

  public static var fileFramings: [FileFraming] { [.lines] }

  public static func messageType(_ bytes: RawSpan, _ message: Range<Int>) -> UInt8 {
    guard message.lowerBound >= 0, message.upperBound <= bytes.byteCount else { return 0 }
    return BinanceMessage(bytes, from: message.lowerBound, to: message.upperBound).type
  }

  public static func protocolName(of datagram: RawSpan) -> String? { nil }

  public static func messageBytes(ofType type: UInt8) -> Int { 0 }

  public static func makeRunner(
    _ options: RunnerOptions, lanes: consuming LaneWriter
  ) -> any SourceRunner {
    Runner<NoDatagrams, BinanceDecoder>(
      options, publisherID: Binance.publisherID, lanes: lanes,
      messageBytes: messageBytes(ofType:))
  }

  public static func header(of datagram: RawSpan) throws(RejectReason) -> DatagramHeader {
    try NoDatagrams.header(of: datagram)
  }

  public static func blockLength(_ bytes: RawSpan, at offset: Int) -> Int? { nil }

  public static func name(of session: SessionID) -> String { "" }
}
