/// A notice of a gateway, also its heartbeat, 320 bytes, rtype 0x17.
@frozen
public struct SystemMessage: Record {
  /// Length, type, publisher, instrument and event time; byte 0.
  public var header: RecordHeader
  /// Message text, NUL-padded; `msg`, byte 16.
  public var msg: InlineArray<303, UInt8>
  /// Kind of the message; `code`, byte 319.
  public var code: SystemCode

  /// A record whose fields are undefined, as the format defines that for each, unless given.
  @inlinable
  public init(
    publisherID: UInt16 = 0, instrumentID: UInt32 = 0, tsEvent: UInt64 = Undefined.timestamp,
    msg: InlineArray<303, UInt8> = InlineArray(repeating: 0), code: SystemCode = .unset
  ) {
    header = RecordHeader(
      length: Self.lengthWords, rtype: .system, publisherID: publisherID,
      instrumentID: instrumentID, tsEvent: tsEvent)
    self.msg = msg
    self.code = code
  }
}

extension SystemMessage {
  @inlinable public static var rtypes: [RType] { [.system] }

  public static let layout = RecordLayout(
    name: "system", byteCount: 320,
    fields: [
      FieldDescription("msg", at: 16, .text, count: 303),
      FieldDescription("code", at: 319, .u8),
    ])
}
