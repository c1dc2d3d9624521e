extension V1 {
  /// A symbol mapping, as version 1 laid it out, 80 bytes.
  @frozen
  public struct SymbolMappingMessage: Record {
    /// Length, type, publisher, instrument and event time; byte 0.
    public var header: RecordHeader
    /// `stype_in_symbol`, byte 16, NUL-padded text.
    public var stypeInSymbol: InlineArray<22, UInt8>
    /// `stype_out_symbol`, byte 38, NUL-padded text.
    public var stypeOutSymbol: InlineArray<22, UInt8>
    /// Reserved, zero; byte 60.
    public var dummy: InlineArray<4, UInt8>
    /// `start_ts`, byte 64, ns since the Unix epoch.
    public var startTs: UInt64
    /// `end_ts`, byte 72, ns since the Unix epoch.
    public var endTs: UInt64

    /// A record whose fields are undefined, as the format defines that for each, unless given.
    @inlinable
    public init(
      publisherID: UInt16 = 0, instrumentID: UInt32 = 0, tsEvent: UInt64 = Undefined.timestamp,
      stypeInSymbol: InlineArray<22, UInt8> = InlineArray(repeating: 0),
      stypeOutSymbol: InlineArray<22, UInt8> = InlineArray(repeating: 0),
      startTs: UInt64 = Undefined.timestamp, endTs: UInt64 = Undefined.timestamp
    ) {
      header = RecordHeader(
        length: Self.lengthWords, rtype: .symbolMapping, publisherID: publisherID,
        instrumentID: instrumentID, tsEvent: tsEvent)
      self.stypeInSymbol = stypeInSymbol
      self.stypeOutSymbol = stypeOutSymbol
      dummy = InlineArray(repeating: 0)
      self.startTs = startTs
      self.endTs = endTs
    }
  }
}

extension V1.SymbolMappingMessage {
  @inlinable public static var rtypes: [RType] { [.symbolMapping] }

  public static let layout = RecordLayout(
    name: "symbol-mapping", byteCount: 80,
    fields: [
      FieldDescription("stype_in_symbol", at: 16, .text, count: 22),
      FieldDescription("stype_out_symbol", at: 38, .text, count: 22),
      FieldDescription("start_ts", at: 64, .timestamp),
      FieldDescription("end_ts", at: 72, .timestamp),
    ])
}
