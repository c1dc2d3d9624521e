public import FeedKit
public import Lanes
public import Sessions
public import Wire

/// Interactive Brokers, the API of TWS and IB Gateway: live sessions, and files of recorded frames.
public enum InteractiveBrokersFeed: LiveFeed {
  public static var description: FeedDescription {
    FeedDescription(
      name: Ib.name,
      summary: "Interactive Brokers TWS API: live sessions, text and protobuf; recorded frames",
      dataset: Ib.dataset, publisherID: Ib.publisherID, readsFiles: true,
      countsFromMidnight: false)
  }

  public static var messages: MessageTable { IbMessages.table }

  public static var fileFramings: [FileFraming] { [.lengthPrefixed] }

  public static var blockPrefixBytes: Int { IbFraming.blockPrefixBytes }

  public static func protocolName(of datagram: RawSpan) -> String? { nil }

  public static func messageBytes(ofType type: UInt8) -> Int { 0 }

  public static func makeRunner(
    _ options: RunnerOptions, lanes: consuming LaneWriter
  ) -> any SourceRunner {
    Runner<IbFraming, IbRecording>(
      options, publisherID: Ib.publisherID, lanes: lanes,
      messageBytes: messageBytes(ofType:))
  }

  public static func header(of datagram: RawSpan) throws(RejectReason) -> DatagramHeader {
    try IbFraming.header(of: datagram)
  }

  public static func blockLength(_ bytes: RawSpan, at offset: Int) -> Int? {
    IbFraming.blockLength(bytes, at: offset)
  }

  public static func name(of session: SessionID) -> String { "" }

  public static var simulator: (any UpstreamSimulator.Type)? { IbSimulator.self }

  public static var settings: [LiveSetting] { IbSettings.source }

  public static var instrumentSettings: [LiveSetting] { IbSettings.instrument }

  /// 50 messages a second, 100 lines (fact sheet, section 12); some room is left for signs of life
  /// and requests of the past.
  public static var policy: SessionPolicy {
    var policy = SessionPolicy()
    policy.requestsPerSecond = 45
    policy.requestBurst = 20
    policy.subscriptionLimit = 100
    return policy
  }

  public static func makeLive(
    _ options: LiveOptions, lanes: consuming LaneWriter
  ) -> any LiveRunning {
    LiveRunner<IbSession>(options, publisherID: Ib.publisherID, lanes: lanes)
  }

  /// Printable ASCII, as the official client demands; names have blanks and dots (`BRK B`).
  public static func isValidSymbol(_ symbol: String) -> Bool {
    (1...64).contains(symbol.utf8.count)
      && symbol.utf8.allSatisfy { (0x20...0x7E).contains($0) }
      && symbol.first != " " && symbol.last != " "
  }
}
