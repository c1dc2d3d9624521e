/// Ties the header's instrument id to a symbol, 176 bytes, rtype 0x16.
@frozen
public struct SymbolMappingMessage: Record {
  /// Length, type, publisher, instrument and event time; byte 0.
  public var header: RecordHeader
  /// `stype_in`, byte 16.
  public var stypeIn: SType
  /// `stype_in_symbol`, byte 17, NUL-padded text.
  public var stypeInSymbol: InlineArray<71, UInt8>
  /// `stype_out`, byte 88.
  public var stypeOut: SType
  /// `stype_out_symbol`, byte 89, NUL-padded text.
  public var stypeOutSymbol: InlineArray<71, UInt8>
  /// `start_ts`, byte 160, ns since the Unix epoch.
  public var startTs: UInt64
  /// `end_ts`, byte 168, ns since the Unix epoch.
  public var endTs: UInt64

  /// A record whose fields are undefined, as the format defines that for each, unless given.
  @inlinable
  public init(
    publisherID: UInt16 = 0, instrumentID: UInt32 = 0, tsEvent: UInt64 = Undefined.timestamp,
    stypeIn: SType = .none, stypeInSymbol: InlineArray<71, UInt8> = InlineArray(repeating: 0),
    stypeOut: SType = .none, stypeOutSymbol: InlineArray<71, UInt8> = InlineArray(repeating: 0),
    startTs: UInt64 = Undefined.timestamp, endTs: UInt64 = Undefined.timestamp
  ) {
    header = RecordHeader(
      length: Self.lengthWords, rtype: .symbolMapping, publisherID: publisherID,
      instrumentID: instrumentID, tsEvent: tsEvent)
    self.stypeIn = stypeIn
    self.stypeInSymbol = stypeInSymbol
    self.stypeOut = stypeOut
    self.stypeOutSymbol = stypeOutSymbol
    self.startTs = startTs
    self.endTs = endTs
  }
}

extension SymbolMappingMessage {
  @inlinable public static var rtypes: [RType] { [.symbolMapping] }

  public static let layout = RecordLayout(
    name: "symbol-mapping", byteCount: 176,
    fields: [
      FieldDescription("stype_in", at: 16, .u8),
      FieldDescription("stype_in_symbol", at: 17, .text, count: 71),
      FieldDescription("stype_out", at: 88, .u8),
      FieldDescription("stype_out_symbol", at: 89, .text, count: 71),
      FieldDescription("start_ts", at: 160, .timestamp),
      FieldDescription("end_ts", at: 168, .timestamp),
    ])
}
