extension V1 {
  /// A gateway notice, as version 1 laid it out, 80 bytes.
  @frozen
  public struct SystemMessage: Record {
    /// Length, type, publisher, instrument and event time; byte 0.
    public var header: RecordHeader
    /// Message text, NUL-padded; `msg`, byte 16.
    public var msg: InlineArray<64, UInt8>

    /// A record whose fields are undefined, as the format defines that for each, unless given.
    @inlinable
    public init(
      publisherID: UInt16 = 0, instrumentID: UInt32 = 0, tsEvent: UInt64 = Undefined.timestamp,
      msg: InlineArray<64, UInt8> = InlineArray(repeating: 0)
    ) {
      header = RecordHeader(
        length: Self.lengthWords, rtype: .system, publisherID: publisherID,
        instrumentID: instrumentID, tsEvent: tsEvent)
      self.msg = msg
    }
  }
}

extension V1.SystemMessage {
  @inlinable public static var rtypes: [RType] { [.system] }

  public static let layout = RecordLayout(
    name: "system", byteCount: 80,
    fields: [
      FieldDescription("msg", at: 16, .text, count: 64)
    ])
}
