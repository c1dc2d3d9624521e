/// A bar, 56 bytes, rtypes 0x20 to 0x24 (0x11 in old files); `tsEvent` is its start.
@frozen
public struct OHLCVMessage: Record {
  /// Length, type, publisher, instrument and event time; byte 0.
  public var header: RecordHeader
  /// First price, 1e-9; `open`, byte 16.
  public var open: Int64
  /// Highest price, 1e-9; `high`, byte 24.
  public var high: Int64
  /// Lowest price, 1e-9; `low`, byte 32.
  public var low: Int64
  /// Last price, 1e-9; `close`, byte 40.
  public var close: Int64
  /// Traded quantity; `volume`, byte 48.
  public var volume: UInt64

  /// A record whose fields are undefined, as the format defines that for each, unless given.
  @inlinable
  public init(
    rtype: RType = .ohlcv1s, publisherID: UInt16 = 0, instrumentID: UInt32 = 0,
    tsEvent: UInt64 = Undefined.timestamp, open: Int64 = Undefined.price,
    high: Int64 = Undefined.price, low: Int64 = Undefined.price, close: Int64 = Undefined.price,
    volume: UInt64 = 0
  ) {
    header = RecordHeader(
      length: Self.lengthWords, rtype: rtype, publisherID: publisherID,
      instrumentID: instrumentID, tsEvent: tsEvent)
    self.open = open
    self.high = high
    self.low = low
    self.close = close
    self.volume = volume
  }
}

extension OHLCVMessage {
  @inlinable public static var rtypes: [RType] {
    [.ohlcv1s, .ohlcv1m, .ohlcv1h, .ohlcv1d, .ohlcvEOD, .ohlcvDeprecated]
  }

  public static let layout = RecordLayout(
    name: "ohlcv", byteCount: 56,
    fields: [
      FieldDescription("open", at: 16, .price),
      FieldDescription("high", at: 24, .price),
      FieldDescription("low", at: 32, .price),
      FieldDescription("close", at: 40, .price),
      FieldDescription("volume", at: 48, .u64),
    ])
}
