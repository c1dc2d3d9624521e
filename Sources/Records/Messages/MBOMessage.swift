/// Market by order, 56 bytes, rtype 0xA0: one event of one order.
@frozen
public struct MBOMessage: Record {
  /// Length, type, publisher, instrument and event time; byte 0.
  public var header: RecordHeader
  /// The venue's order id; `order_id`, byte 16.
  public var orderID: UInt64
  /// Price in units of 1e-9; `price`, byte 24.
  public var price: Int64
  /// Quantity; `size`, byte 32.
  public var size: UInt32
  /// Event flags; `flags`, byte 36.
  public var flags: Flags
  /// The venue's channel; `channel_id`, byte 37.
  public var channelID: UInt8
  /// What the event does; `action`, byte 38.
  public var action: Action
  /// Side of the order or of the aggressor; `side`, byte 39.
  public var side: Side
  /// Receive time, ns since the Unix epoch; `ts_recv`, byte 40.
  public var tsRecv: UInt64
  /// `ts_recv` minus the sending time, ns; `ts_in_delta`, byte 48.
  public var tsInDelta: Int32
  /// The venue's sequence number; `sequence`, byte 52.
  public var sequence: UInt32

  /// A record whose fields are undefined, as the format defines that for each, unless given.
  @inlinable
  public init(
    publisherID: UInt16 = 0, instrumentID: UInt32 = 0, tsEvent: UInt64 = Undefined.timestamp,
    orderID: UInt64 = 0, price: Int64 = Undefined.price, size: UInt32 = Undefined.orderSize,
    flags: Flags = [], channelID: UInt8 = 0, action: Action = .none, side: Side = .none,
    tsRecv: UInt64 = Undefined.timestamp, tsInDelta: Int32 = 0, sequence: UInt32 = 0
  ) {
    header = RecordHeader(
      length: Self.lengthWords, rtype: .mbo, publisherID: publisherID,
      instrumentID: instrumentID, tsEvent: tsEvent)
    self.orderID = orderID
    self.price = price
    self.size = size
    self.flags = flags
    self.channelID = channelID
    self.action = action
    self.side = side
    self.tsRecv = tsRecv
    self.tsInDelta = tsInDelta
    self.sequence = sequence
  }
}

extension MBOMessage {
  @inlinable public static var rtypes: [RType] { [.mbo] }

  public static let layout = RecordLayout(
    name: "mbo", byteCount: 56,
    fields: [
      FieldDescription("order_id", at: 16, .u64),
      FieldDescription("price", at: 24, .price),
      FieldDescription("size", at: 32, .u32),
      FieldDescription("flags", at: 36, .u8),
      FieldDescription("channel_id", at: 37, .u8),
      FieldDescription("action", at: 38, .character),
      FieldDescription("side", at: 39, .character),
      FieldDescription("ts_recv", at: 40, .timestamp),
      FieldDescription("ts_in_delta", at: 48, .i32),
      FieldDescription("sequence", at: 52, .u32),
    ])
}
