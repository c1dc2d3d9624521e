/// Trading status of an instrument, 40 bytes, rtype 0x12.
@frozen
public struct StatusMessage: Record {
  /// Length, type, publisher, instrument and event time; byte 0.
  public var header: RecordHeader
  /// Receive time, ns since the Unix epoch; `ts_recv`, byte 16.
  public var tsRecv: UInt64
  /// What the event does; `action`, byte 24.
  public var action: StatusAction
  /// Why the status changed; `reason`, byte 26.
  public var reason: StatusReason
  /// Further effect on the market; `trading_event`, byte 28.
  public var tradingEvent: TradingEvent
  /// Whether trading is possible; `is_trading`, byte 30.
  public var isTrading: TriState
  /// Whether quoting is possible; `is_quoting`, byte 31.
  public var isQuoting: TriState
  /// Whether short selling is restricted; `is_short_sell_restricted`, byte 32.
  public var isShortSellRestricted: TriState
  /// Reserved, zero; byte 33.
  public var reserved: InlineArray<7, UInt8>

  /// A record whose fields are undefined, as the format defines that for each, unless given.
  @inlinable
  public init(
    publisherID: UInt16 = 0, instrumentID: UInt32 = 0, tsEvent: UInt64 = Undefined.timestamp,
    tsRecv: UInt64 = Undefined.timestamp, action: StatusAction = .none,
    reason: StatusReason = .none, tradingEvent: TradingEvent = .none,
    isTrading: TriState = .notAvailable, isQuoting: TriState = .notAvailable,
    isShortSellRestricted: TriState = .notAvailable
  ) {
    header = RecordHeader(
      length: Self.lengthWords, rtype: .status, publisherID: publisherID,
      instrumentID: instrumentID, tsEvent: tsEvent)
    self.tsRecv = tsRecv
    self.action = action
    self.reason = reason
    self.tradingEvent = tradingEvent
    self.isTrading = isTrading
    self.isQuoting = isQuoting
    self.isShortSellRestricted = isShortSellRestricted
    reserved = InlineArray(repeating: 0)
  }
}

extension StatusMessage {
  @inlinable public static var rtypes: [RType] { [.status] }

  public static let layout = RecordLayout(
    name: "status", byteCount: 40,
    fields: [
      FieldDescription("ts_recv", at: 16, .timestamp),
      FieldDescription("action", at: 24, .u16),
      FieldDescription("reason", at: 26, .u16),
      FieldDescription("trading_event", at: 28, .u16),
      FieldDescription("is_trading", at: 30, .character),
      FieldDescription("is_quoting", at: 31, .character),
      FieldDescription("is_short_sell_restricted", at: 32, .character),
    ])
}
