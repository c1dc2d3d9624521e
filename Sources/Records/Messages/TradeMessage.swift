/// A trade, 48 bytes, rtype 0x00 (market by price without levels).
@frozen
public struct TradeMessage: Record {
  /// Length, type, publisher, instrument and event time; byte 0.
  public var header: RecordHeader
  /// Price in units of 1e-9; `price`, byte 16.
  public var price: Int64
  /// Quantity; `size`, byte 24.
  public var size: UInt32
  /// What the event does; `action`, byte 28.
  public var action: Action
  /// Side of the order or of the aggressor; `side`, byte 29.
  public var side: Side
  /// Event flags; `flags`, byte 30.
  public var flags: Flags
  /// Book level that the event changed, 0 at the top; `depth`, byte 31.
  public var depth: UInt8
  /// Receive time, ns since the Unix epoch; `ts_recv`, byte 32.
  public var tsRecv: UInt64
  /// `ts_recv` minus the sending time, ns; `ts_in_delta`, byte 40.
  public var tsInDelta: Int32
  /// The venue's sequence number; `sequence`, byte 44.
  public var sequence: UInt32

  /// A record whose fields are undefined, as the format defines that for each, unless given.
  @inlinable
  public init(
    publisherID: UInt16 = 0, instrumentID: UInt32 = 0, tsEvent: UInt64 = Undefined.timestamp,
    price: Int64 = Undefined.price, size: UInt32 = Undefined.orderSize, action: Action = .none,
    side: Side = .none, flags: Flags = [], depth: UInt8 = 0,
    tsRecv: UInt64 = Undefined.timestamp, tsInDelta: Int32 = 0, sequence: UInt32 = 0
  ) {
    header = RecordHeader(
      length: Self.lengthWords, rtype: .trade, publisherID: publisherID,
      instrumentID: instrumentID, tsEvent: tsEvent)
    self.price = price
    self.size = size
    self.action = action
    self.side = side
    self.flags = flags
    self.depth = depth
    self.tsRecv = tsRecv
    self.tsInDelta = tsInDelta
    self.sequence = sequence
  }
}

extension TradeMessage {
  @inlinable public static var rtypes: [RType] { [.trade] }

  public static let layout = RecordLayout(
    name: "trades", byteCount: 48,
    fields: [
      FieldDescription("price", at: 16, .price),
      FieldDescription("size", at: 24, .u32),
      FieldDescription("action", at: 28, .character),
      FieldDescription("side", at: 29, .character),
      FieldDescription("flags", at: 30, .u8),
      FieldDescription("depth", at: 31, .u8),
      FieldDescription("ts_recv", at: 32, .timestamp),
      FieldDescription("ts_in_delta", at: 40, .i32),
      FieldDescription("sequence", at: 44, .u32),
    ])
}
