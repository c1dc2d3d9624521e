public import Sessions

/// What a live protocol tells the session that drives it. Rare: never one a market-data message.
/// `index` is the instrument's place in the session's list.
public enum LiveEvent: Sendable, Equatable {
  /// The handshake is done and the version agreed: subscriptions may go out.
  case ready
  /// The subscription is proven: the upstream has sent something of the instrument.
  case confirmed(index: Int)
  /// The upstream does not give this instrument (unknown symbol, no permission, no depth).
  case refused(index: Int, code: Int, text: String)
  /// The upstream's limit of subscriptions is reached; `index` is not served.
  case limitReached(index: Int)
  /// The upstream has lost its own link: what it sends is stale until `upstreamUp`.
  case upstreamDown(text: String)
  /// The link is back; where subscriptions were lost all are sent again.
  case upstreamUp(keepsSubscriptions: Bool, text: String)
  /// A part of the upstream is broken or back (IB farms): feed health, no gap by itself.
  case part(name: String, isBroken: Bool)
  /// The connection is of no use any more.
  case lost(DisconnectCause, text: String)
  /// The answer to `keepAlive`.
  case answered
  /// The upstream's clock minus ours, ns, as good as its messages are.
  case clockOffset(nanos: Int64)
  /// The upstream says how late its data is, seconds; 0 for real time.
  case delayed(seconds: Int)
  /// Messages first ... last of the upstream's own numbering did not come (IQFeed's TickID).
  case missing(index: Int, channel: String, first: UInt64, last: UInt64)
  /// A message as the upstream wrote it, for log and metrics: its number and text, no secrets.
  case notice(code: Int, text: String)
  /// A backfill is over: how many records it made; `error` where it was cut short.
  case backfilled(request: UInt32, records: UInt64, error: String?)
  /// What the upstream says of an instrument, for the symbol master.
  case definition(LiveDefinition)
  /// The most subscriptions that this login may have.
  case subscriptionLimit(Int)
  /// A credential is good until this time (Unix ns) and must be renewed before.
  case expires(at: UInt64)
}

/// An instrument as an upstream describes it, for the symbol master.
public struct LiveDefinition: Sendable, Equatable {
  public var symbol: String
  public var name: String
  public var exchange: String
  public var currency: String
  /// The upstream's own word (`STK`, `FUTURE`).
  public var securityType: String
  /// The upstream's stable key (IB: conId), empty where it has none.
  public var key: String
  /// Smallest price step in units of 1e-9, 0 where unknown.
  public var tickSize: Int64
  /// First and last day of validity as `YYYYMMDD`, empty where unknown.
  public var validFrom: String
  public var validTo: String

  public init(
    symbol: String, name: String = "", exchange: String = "", currency: String = "",
    securityType: String = "", key: String = "", tickSize: Int64 = 0, validFrom: String = "",
    validTo: String = ""
  ) {
    self.symbol = symbol
    self.name = name
    self.exchange = exchange
    self.currency = currency
    self.securityType = securityType
    self.key = key
    self.tickSize = tickSize
    self.validFrom = validFrom
    self.validTo = validTo
  }
}
