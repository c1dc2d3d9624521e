/// Consolidated best bid and offer of an interval, 80 bytes, rtypes 0xC0 and 0xC1.
@frozen
public struct CBBOMessage: Record {
  /// Length, type, publisher, instrument and event time; byte 0.
  public var header: RecordHeader
  /// Price in units of 1e-9; `price`, byte 16.
  public var price: Int64
  /// Quantity; `size`, byte 24.
  public var size: UInt32
  /// Reserved, zero; byte 28.
  public var reserved1: UInt8
  /// Side of the order or of the aggressor; `side`, byte 29.
  public var side: Side
  /// Event flags; `flags`, byte 30.
  public var flags: Flags
  /// Reserved, zero; byte 31.
  public var reserved2: UInt8
  /// Receive time, ns since the Unix epoch; `ts_recv`, byte 32.
  public var tsRecv: UInt64
  /// Reserved, zero; byte 40.
  public var reserved3: InlineArray<8, UInt8>
  /// The book after the event, best level first; `levels`, byte 48.
  public var levels: InlineArray<1, ConsolidatedBidAskPair>

  /// A record whose fields are undefined, as the format defines that for each, unless given.
  @inlinable
  public init(
    rtype: RType = .cbbo1s, publisherID: UInt16 = 0, instrumentID: UInt32 = 0,
    tsEvent: UInt64 = Undefined.timestamp, price: Int64 = Undefined.price,
    size: UInt32 = Undefined.orderSize, side: Side = .none, flags: Flags = [],
    tsRecv: UInt64 = Undefined.timestamp,
    levels: InlineArray<1, ConsolidatedBidAskPair> = InlineArray(
      repeating: ConsolidatedBidAskPair())
  ) {
    header = RecordHeader(
      length: Self.lengthWords, rtype: rtype, publisherID: publisherID,
      instrumentID: instrumentID, tsEvent: tsEvent)
    self.price = price
    self.size = size
    reserved1 = 0
    self.side = side
    self.flags = flags
    reserved2 = 0
    self.tsRecv = tsRecv
    reserved3 = InlineArray(repeating: 0)
    self.levels = levels
  }
}

extension CBBOMessage {
  @inlinable public static var rtypes: [RType] { [.cbbo1s, .cbbo1m] }

  public static let layout = RecordLayout(
    name: "cbbo", byteCount: 80,
    fields: [
      FieldDescription("price", at: 16, .price),
      FieldDescription("size", at: 24, .u32),
      FieldDescription("side", at: 29, .character),
      FieldDescription("flags", at: 30, .u8),
      FieldDescription("ts_recv", at: 32, .timestamp),
    ] + ConsolidatedBidAskPair.fields(levels: 1, at: 48))
}
