public import FeedKit
public import Lanes
public import Wire

/// DTN IQFeed: live sessions with the IQConnect program of the same host, and files of its lines.
public enum IqfeedFeed: Feed {
  public static var description: FeedDescription {
    FeedDescription(
      name: "iqfeed", summary: "DTN IQFeed through IQConnect, protocol 6.2: live, files of lines",
      dataset: Iqfeed.dataset, publisherID: Iqfeed.publisherID, readsFiles: true,
      countsFromMidnight: false)
  }

  public static var messages: MessageTable { IqfeedMessages.table }

  public static var fileFramings: [FileFraming] { [.lines] }

  /// A line of this feed has a known letter and a comma behind it. Lines that could be anybody's
  /// (an `E`, an `O`, rows without a letter) are not what a file is recognised by.
  public static func messageType(_ bytes: RawSpan, _ message: Range<Int>) -> UInt8 {
    guard let letter = bytes.loadByte(at: message.lowerBound), message.count > 2,
      bytes.loadByte(at: message.lowerBound + 1) == UInt8(ascii: ","),
      "PQFRNTCSn0345678920ZUMq".utf8.contains(letter)
    else { return 0 }
    return letter
  }

  public static func protocolName(of datagram: RawSpan) -> String? { nil }

  public static func messageBytes(ofType type: UInt8) -> Int { 0 }

  public static func makeRunner(
    _ options: RunnerOptions, lanes: consuming LaneWriter
  ) -> any SourceRunner {
    Runner<NoDatagrams, IqfeedDecoder>(
      options, publisherID: Iqfeed.publisherID, lanes: lanes,
      messageBytes: messageBytes(ofType:))
  }

  public static func header(of datagram: RawSpan) throws(RejectReason) -> DatagramHeader {
    try NoDatagrams.header(of: datagram)
  }

  public static func blockLength(_ bytes: RawSpan, at offset: Int) -> Int? { nil }

  public static func name(of session: SessionID) -> String { "" }
}

extension IqfeedFeed {
  public static var simulator: (any UpstreamSimulator.Type)? { IqfeedSimulator.self }
}
