public import FeedKit
public import Lanes
public import Wire

/// What tells IEX's feeds apart. They share transport, layouts and decoder.
public protocol IexProfile: SendableMetatype {
  static var description: FeedDescription { get }

  /// The messages of the feed; others are ignored by type.
  static var messages: MessageTable { get }

  /// Whether segments with this message protocol id are the feed's.
  static func isProtocol(_ id: UInt16) -> Bool

  /// Whether a trade report stands for a whole event: not where level or order updates follow it.
  static var tradesEndEvents: Bool { get }
}

/// One of IEX's market data feeds over IEX-TP: captures and live multicast.
public enum IexFeed<Profile: IexProfile>: Feed {
  public static var description: FeedDescription { Profile.description }

  public static var messages: MessageTable { Profile.messages }

  /// `iextp-8003` and so on.
  public static func protocolName(of datagram: RawSpan) -> String? {
    guard (try? header(of: datagram)) != nil, let id = IexTP<Profile>.protocolID(of: datagram)
    else { return nil }
    return "iextp-" + String(id, radix: 16)
  }

  public static func messageBytes(ofType type: UInt8) -> Int {
    Profile.messages.messages[type]?.byteCount ?? 0
  }

  public static func makeRunner(
    _ options: RunnerOptions, lanes: consuming LaneWriter
  ) -> any SourceRunner {
    Runner<IexTP<Profile>, IexProfileDecoder<Profile>>(
      options, publisherID: Profile.description.publisherID, lanes: lanes,
      messageBytes: messageBytes(ofType:))
  }

  public static func header(of datagram: RawSpan) throws(RejectReason) -> DatagramHeader {
    try IexTP<Profile>.header(of: datagram)
  }

  public static func blockLength(_ bytes: RawSpan, at offset: Int) -> Int? {
    IexTP<Profile>.blockLength(bytes, at: offset)
  }

  public static func name(of session: SessionID) -> String {
    IexTP<Profile>.name(of: session)
  }
}

/// TOPS: best bid and offer of IEX, and its trades.
public typealias IexTopsFeed = IexFeed<IexTops>
/// DEEP: total size of every price level, and trades.
public typealias IexDeepFeed = IexFeed<IexDeep>
/// DEEP+: every displayed order, and trades.
public typealias IexDeepPlusFeed = IexFeed<IexDeepPlus>

/// TOPS 1.6, and 1.5, whose trade reports are four bytes longer.
public enum IexTops: IexProfile {
  public static var description: FeedDescription {
    FeedDescription(
      name: "iex-tops", summary: "IEX TOPS 1.5 and 1.6 over IEX-TP: captures and live",
      dataset: "IEXG.TOPS", publisherID: 38, readsFiles: false, countsFromMidnight: false)
  }

  public static let messages = MessageTable(
    isLittleEndian: true,
    IexMessages.administration + IexMessages.security + IexMessages.quotes
      + IexMessages.trades + IexMessages.auctions)

  public static func isProtocol(_ id: UInt16) -> Bool { id == 0x8003 || id == 0x8002 }

  public static var tradesEndEvents: Bool { true }
}

/// DEEP 1.0. The dataset and publisher are our own: Databento has none for it.
public enum IexDeep: IexProfile {
  public static var description: FeedDescription {
    FeedDescription(
      name: "iex-deep", summary: "IEX DEEP 1.0 over IEX-TP: captures and live",
      dataset: "IEXG.DEEP", publisherID: 60001, readsFiles: false, countsFromMidnight: false)
  }

  public static let messages = MessageTable(
    isLittleEndian: true,
    IexMessages.administration + IexMessages.security + IexMessages.levels
      + IexMessages.trades + IexMessages.auctions)

  public static func isProtocol(_ id: UInt16) -> Bool { id == 0x8004 }

  public static var tradesEndEvents: Bool { false }
}

/// DEEP+. The dataset and publisher are our own.
public enum IexDeepPlus: IexProfile {
  public static var description: FeedDescription {
    FeedDescription(
      name: "iex-deep-plus", summary: "IEX DEEP+ over IEX-TP: captures and live",
      dataset: "IEXG.DEEPPLUS", publisherID: 60002, readsFiles: false, countsFromMidnight: false)
  }

  public static let messages = MessageTable(
    isLittleEndian: true,
    IexMessages.administration + IexMessages.security + IexMessages.orders
      + IexMessages.hiddenTrades)

  public static func isProtocol(_ id: UInt16) -> Bool { id == 0x8005 }

  public static var tradesEndEvents: Bool { false }
}
