extension V1 {
  /// A gateway error, as version 1 laid it out, 80 bytes.
  @frozen
  public struct ErrorMessage: Record {
    /// Length, type, publisher, instrument and event time; byte 0.
    public var header: RecordHeader
    /// Error text, NUL-padded; `err`, byte 16.
    public var err: InlineArray<64, UInt8>

    /// A record whose fields are undefined, as the format defines that for each, unless given.
    @inlinable
    public init(
      publisherID: UInt16 = 0, instrumentID: UInt32 = 0, tsEvent: UInt64 = Undefined.timestamp,
      err: InlineArray<64, UInt8> = InlineArray(repeating: 0)
    ) {
      header = RecordHeader(
        length: Self.lengthWords, rtype: .error, publisherID: publisherID,
        instrumentID: instrumentID, tsEvent: tsEvent)
      self.err = err
    }
  }
}

extension V1.ErrorMessage {
  @inlinable public static var rtypes: [RType] { [.error] }

  public static let layout = RecordLayout(
    name: "error", byteCount: 80,
    fields: [
      FieldDescription("err", at: 16, .text, count: 64)
    ])
}
