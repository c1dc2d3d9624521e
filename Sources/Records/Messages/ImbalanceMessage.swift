/// Auction imbalance, 112 bytes, rtype 0x14.
@frozen
public struct ImbalanceMessage: Record {
  /// Length, type, publisher, instrument and event time; byte 0.
  public var header: RecordHeader
  /// Receive time, ns since the Unix epoch; `ts_recv`, byte 16.
  public var tsRecv: UInt64
  /// `ref_price`, byte 24, in units of 1e-9.
  public var refPrice: Int64
  /// `auction_time`, byte 32, ns since the Unix epoch.
  public var auctionTime: UInt64
  /// `cont_book_clr_price`, byte 40, in units of 1e-9.
  public var contBookClrPrice: Int64
  /// `auct_interest_clr_price`, byte 48, in units of 1e-9.
  public var auctInterestClrPrice: Int64
  /// `ssr_filling_price`, byte 56, in units of 1e-9.
  public var ssrFillingPrice: Int64
  /// `ind_match_price`, byte 64, in units of 1e-9.
  public var indMatchPrice: Int64
  /// `upper_collar`, byte 72, in units of 1e-9.
  public var upperCollar: Int64
  /// `lower_collar`, byte 80, in units of 1e-9.
  public var lowerCollar: Int64
  /// `paired_qty`, byte 88.
  public var pairedQty: UInt32
  /// `total_imbalance_qty`, byte 92.
  public var totalImbalanceQty: UInt32
  /// `market_imbalance_qty`, byte 96.
  public var marketImbalanceQty: UInt32
  /// `unpaired_qty`, byte 100.
  public var unpairedQty: UInt32
  /// `auction_type`, byte 104.
  public var auctionType: UInt8
  /// Side of the order or of the aggressor; `side`, byte 105.
  public var side: Side
  /// `auction_status`, byte 106.
  public var auctionStatus: UInt8
  /// `freeze_status`, byte 107.
  public var freezeStatus: UInt8
  /// `num_extensions`, byte 108.
  public var numExtensions: UInt8
  /// `unpaired_side`, byte 109.
  public var unpairedSide: Side
  /// `significant_imbalance`, byte 110.
  public var significantImbalance: UInt8
  /// Reserved, zero; byte 111.
  public var reserved: InlineArray<1, UInt8>

  /// A record whose fields are undefined, as the format defines that for each, unless given.
  @inlinable
  public init(
    publisherID: UInt16 = 0, instrumentID: UInt32 = 0, tsEvent: UInt64 = Undefined.timestamp,
    tsRecv: UInt64 = Undefined.timestamp, refPrice: Int64 = Undefined.price,
    auctionTime: UInt64 = Undefined.timestamp, contBookClrPrice: Int64 = Undefined.price,
    auctInterestClrPrice: Int64 = Undefined.price, ssrFillingPrice: Int64 = Undefined.price,
    indMatchPrice: Int64 = Undefined.price, upperCollar: Int64 = Undefined.price,
    lowerCollar: Int64 = Undefined.price, pairedQty: UInt32 = Undefined.orderSize,
    totalImbalanceQty: UInt32 = Undefined.orderSize,
    marketImbalanceQty: UInt32 = Undefined.orderSize, unpairedQty: UInt32 = Undefined.orderSize,
    auctionType: UInt8 = UInt8(ascii: "~"), side: Side = .none, auctionStatus: UInt8 = 0,
    freezeStatus: UInt8 = 0, numExtensions: UInt8 = 0, unpairedSide: Side = .none,
    significantImbalance: UInt8 = UInt8(ascii: "~")
  ) {
    header = RecordHeader(
      length: Self.lengthWords, rtype: .imbalance, publisherID: publisherID,
      instrumentID: instrumentID, tsEvent: tsEvent)
    self.tsRecv = tsRecv
    self.refPrice = refPrice
    self.auctionTime = auctionTime
    self.contBookClrPrice = contBookClrPrice
    self.auctInterestClrPrice = auctInterestClrPrice
    self.ssrFillingPrice = ssrFillingPrice
    self.indMatchPrice = indMatchPrice
    self.upperCollar = upperCollar
    self.lowerCollar = lowerCollar
    self.pairedQty = pairedQty
    self.totalImbalanceQty = totalImbalanceQty
    self.marketImbalanceQty = marketImbalanceQty
    self.unpairedQty = unpairedQty
    self.auctionType = auctionType
    self.side = side
    self.auctionStatus = auctionStatus
    self.freezeStatus = freezeStatus
    self.numExtensions = numExtensions
    self.unpairedSide = unpairedSide
    self.significantImbalance = significantImbalance
    reserved = InlineArray(repeating: 0)
  }
}

extension ImbalanceMessage {
  @inlinable public static var rtypes: [RType] { [.imbalance] }

  public static let layout = RecordLayout(
    name: "imbalance", byteCount: 112,
    fields: [
      FieldDescription("ts_recv", at: 16, .timestamp),
      FieldDescription("ref_price", at: 24, .price),
      FieldDescription("auction_time", at: 32, .timestamp),
      FieldDescription("cont_book_clr_price", at: 40, .price),
      FieldDescription("auct_interest_clr_price", at: 48, .price),
      FieldDescription("ssr_filling_price", at: 56, .price),
      FieldDescription("ind_match_price", at: 64, .price),
      FieldDescription("upper_collar", at: 72, .price),
      FieldDescription("lower_collar", at: 80, .price),
      FieldDescription("paired_qty", at: 88, .u32),
      FieldDescription("total_imbalance_qty", at: 92, .u32),
      FieldDescription("market_imbalance_qty", at: 96, .u32),
      FieldDescription("unpaired_qty", at: 100, .u32),
      FieldDescription("auction_type", at: 104, .character),
      FieldDescription("side", at: 105, .character),
      FieldDescription("auction_status", at: 106, .u8),
      FieldDescription("freeze_status", at: 107, .u8),
      FieldDescription("num_extensions", at: 108, .u8),
      FieldDescription("unpaired_side", at: 109, .character),
      FieldDescription("significant_imbalance", at: 110, .character),
    ])
}
