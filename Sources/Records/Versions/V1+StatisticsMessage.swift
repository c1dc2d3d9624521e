extension V1 {
  /// One statistic, as versions 1 and 2 laid it out, 64 bytes.
  @frozen
  public struct StatisticsMessage: Record {
    /// Length, type, publisher, instrument and event time; byte 0.
    public var header: RecordHeader
    /// Receive time, ns since the Unix epoch; `ts_recv`, byte 16.
    public var tsRecv: UInt64
    /// `ts_ref`, byte 24, ns since the Unix epoch.
    public var tsRef: UInt64
    /// Price in units of 1e-9; `price`, byte 32.
    public var price: Int64
    /// `quantity`, byte 40.
    public var quantity: Int32
    /// The venue's sequence number; `sequence`, byte 44.
    public var sequence: UInt32
    /// `ts_recv` minus the sending time, ns; `ts_in_delta`, byte 48.
    public var tsInDelta: Int32
    /// `stat_type`, byte 52.
    public var statType: StatType
    /// The venue's channel; `channel_id`, byte 54.
    public var channelID: UInt16
    /// `update_action`, byte 56.
    public var updateAction: UpdateAction
    /// `stat_flags`, byte 57.
    public var statFlags: UInt8
    /// Reserved, zero; byte 58.
    public var reserved: InlineArray<6, UInt8>

    /// A record whose fields are undefined, as the format defines that for each, unless given.
    @inlinable
    public init(
      publisherID: UInt16 = 0, instrumentID: UInt32 = 0, tsEvent: UInt64 = Undefined.timestamp,
      tsRecv: UInt64 = Undefined.timestamp, tsRef: UInt64 = Undefined.timestamp,
      price: Int64 = Undefined.price, quantity: Int32 = Int32.max, sequence: UInt32 = 0,
      tsInDelta: Int32 = 0, statType: StatType = .undefined, channelID: UInt16 = 0,
      updateAction: UpdateAction = .new, statFlags: UInt8 = 0
    ) {
      header = RecordHeader(
        length: Self.lengthWords, rtype: .statistics, publisherID: publisherID,
        instrumentID: instrumentID, tsEvent: tsEvent)
      self.tsRecv = tsRecv
      self.tsRef = tsRef
      self.price = price
      self.quantity = quantity
      self.sequence = sequence
      self.tsInDelta = tsInDelta
      self.statType = statType
      self.channelID = channelID
      self.updateAction = updateAction
      self.statFlags = statFlags
      reserved = InlineArray(repeating: 0)
    }
  }
}

extension V1.StatisticsMessage {
  @inlinable public static var rtypes: [RType] { [.statistics] }

  public static let layout = RecordLayout(
    name: "statistics", byteCount: 64,
    fields: [
      FieldDescription("ts_recv", at: 16, .timestamp),
      FieldDescription("ts_ref", at: 24, .timestamp),
      FieldDescription("price", at: 32, .price),
      FieldDescription("quantity", at: 40, .i32),
      FieldDescription("sequence", at: 44, .u32),
      FieldDescription("ts_in_delta", at: 48, .i32),
      FieldDescription("stat_type", at: 52, .u16),
      FieldDescription("channel_id", at: 54, .u16),
      FieldDescription("update_action", at: 56, .u8),
      FieldDescription("stat_flags", at: 57, .u8),
    ])
}
