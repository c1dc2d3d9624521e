/// Consolidated best level, 80 bytes, rtypes 0xB1 (cmbp-1) and 0xC2 (tcbbo).
@frozen
public struct CMBP1Message: Record {
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
  /// Reserved, zero; byte 31.
  public var reserved1: InlineArray<1, UInt8>
  /// Receive time, ns since the Unix epoch; `ts_recv`, byte 32.
  public var tsRecv: UInt64
  /// `ts_recv` minus the sending time, ns; `ts_in_delta`, byte 40.
  public var tsInDelta: Int32
  /// Reserved, zero; byte 44.
  public var reserved2: InlineArray<4, UInt8>
  /// The book after the event, best level first; `levels`, byte 48.
  public var levels: InlineArray<1, ConsolidatedBidAskPair>

  /// A record whose fields are undefined, as the format defines that for each, unless given.
  @inlinable
  public init(
    rtype: RType = .cmbp1, publisherID: UInt16 = 0, instrumentID: UInt32 = 0,
    tsEvent: UInt64 = Undefined.timestamp, price: Int64 = Undefined.price,
    size: UInt32 = Undefined.orderSize, action: Action = .none, side: Side = .none,
    flags: Flags = [], tsRecv: UInt64 = Undefined.timestamp, tsInDelta: Int32 = 0,
    levels: InlineArray<1, ConsolidatedBidAskPair> = InlineArray(
      repeating: ConsolidatedBidAskPair())
  ) {
    header = RecordHeader(
      length: Self.lengthWords, rtype: rtype, publisherID: publisherID,
      instrumentID: instrumentID, tsEvent: tsEvent)
    self.price = price
    self.size = size
    self.action = action
    self.side = side
    self.flags = flags
    reserved1 = InlineArray(repeating: 0)
    self.tsRecv = tsRecv
    self.tsInDelta = tsInDelta
    reserved2 = InlineArray(repeating: 0)
    self.levels = levels
  }
}

extension CMBP1Message {
  @inlinable public static var rtypes: [RType] { [.cmbp1, .tcbbo] }

  public static let layout = RecordLayout(
    name: "cmbp-1", byteCount: 80,
    fields: [
      FieldDescription("price", at: 16, .price),
      FieldDescription("size", at: 24, .u32),
      FieldDescription("action", at: 28, .character),
      FieldDescription("side", at: 29, .character),
      FieldDescription("flags", at: 30, .u8),
      FieldDescription("ts_recv", at: 32, .timestamp),
      FieldDescription("ts_in_delta", at: 40, .i32),
    ] + ConsolidatedBidAskPair.fields(levels: 1, at: 48))
}
