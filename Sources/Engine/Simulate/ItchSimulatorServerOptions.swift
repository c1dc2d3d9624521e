public import ExchangeFeeds
public import FeedKit
public import Net

/// Where and how a simulated exchange is heard.
public struct ItchSimulatorServerOptions: Sendable {
  public var market: ItchMarketOptions
  /// MoldUDP64 lines, unicast or multicast; none, one or two.
  public var lines: [Endpoint] = []
  /// What each line does to its datagrams; missing ones are clean.
  public var impairments: [LineImpairmentOptions] = []
  /// Where the re-request server listens; nil for none. Port 0 takes a free one.
  public var requests: Endpoint?
  /// Where the SoupBinTCP server listens; nil for none. Port 0 takes a free one.
  public var soup: Endpoint?
  /// Name of the session, 1 ... 10 printable ASCII characters.
  public var session = "MILLRACE01"
  /// Names let in by SoupBinTCP; an empty one lets everybody in.
  public var username = ""
  public var password = ""
  public var datagramBytes = MoldUDP64SenderLimits.defaultDatagramBytes
  /// Bytes of messages kept for re-requests and SoupBinTCP, rounded up to a power of two.
  public var storeBytes = 64 << 20
  /// Messages kept for the same, rounded up to a power of two.
  public var storeMessages = 1 << 21
  /// Longest time that a due message waits for others to share its datagram, in nanoseconds.
  public var batchNanos: UInt64 = 100_000
  /// How long the end of the session is repeated, and re-requests still answered.
  public var endOfSessionNanos: UInt64 = 1_000_000_000

  public init(market: ItchMarketOptions = ItchMarketOptions()) { self.market = market }
}

/// Why a simulated exchange could not be opened or go on.
public enum ItchSimulatorServerError: Error, Sendable, CustomStringConvertible {
  case options(String)
  case net(NetError)

  public var description: String {
    switch self {
    case .options(let text): text
    case .net(let error): error.description
    }
  }
}

/// What a simulated exchange has sent.
public struct ItchSimulatorReport: Sendable {
  public var market: ItchMarketSummary
  /// Counts of each line before the network.
  public var lines: [LineImpairmentCounts]
  /// Datagrams handed to the kernel by each line; heartbeats and ends of session included.
  public var sent: [UInt64]
  public var requestsAnswered: UInt64
  /// Requests met with silence: another session, or messages that are not kept.
  public var requestsIgnored: UInt64
  public var soupClients: UInt64
  /// How much later than due the last message was sent, at worst, in nanoseconds.
  public var worstDelayNanos: UInt64
}
