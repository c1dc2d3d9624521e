/// An error of a gateway, 320 bytes, rtype 0x15.
@frozen
public struct ErrorMessage: Record {
  /// Length, type, publisher, instrument and event time; byte 0.
  public var header: RecordHeader
  /// Error text, NUL-padded; `err`, byte 16.
  public var err: InlineArray<302, UInt8>
  /// Kind of the message; `code`, byte 318.
  public var code: ErrorCode
  /// 1 on the last part of a message in several records; `is_last`, byte 319.
  public var isLast: UInt8

  /// A record whose fields are undefined, as the format defines that for each, unless given.
  @inlinable
  public init(
    publisherID: UInt16 = 0, instrumentID: UInt32 = 0, tsEvent: UInt64 = Undefined.timestamp,
    err: InlineArray<302, UInt8> = InlineArray(repeating: 0), code: ErrorCode = .unset,
    isLast: UInt8 = 1
  ) {
    header = RecordHeader(
      length: Self.lengthWords, rtype: .error, publisherID: publisherID,
      instrumentID: instrumentID, tsEvent: tsEvent)
    self.err = err
    self.code = code
    self.isLast = isLast
  }
}

extension ErrorMessage {
  @inlinable public static var rtypes: [RType] { [.error] }

  public static let layout = RecordLayout(
    name: "error", byteCount: 320,
    fields: [
      FieldDescription("err", at: 16, .text, count: 302),
      FieldDescription("code", at: 318, .u8),
      FieldDescription("is_last", at: 319, .u8),
    ])
}
