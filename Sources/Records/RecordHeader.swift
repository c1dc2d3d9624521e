/// The first 16 bytes of every record (DBN, "Record header").
@frozen
public struct RecordHeader: Hashable, Sendable, BitwiseCopyable {
  /// Size of the record in words of 4 bytes, this header and a send time included; at least 4.
  public var length: UInt8
  /// Type of the record.
  public var rtype: RType
  /// Number of dataset and venue; ids from 60000 on are our own.
  public var publisherID: UInt16
  /// The publisher's numeric id of the instrument.
  public var instrumentID: UInt32
  /// Event time of the venue, ns since the Unix epoch.
  public var tsEvent: UInt64

  @inlinable
  public init(
    length: UInt8, rtype: RType, publisherID: UInt16, instrumentID: UInt32, tsEvent: UInt64
  ) {
    self.length = length
    self.rtype = rtype
    self.publisherID = publisherID
    self.instrumentID = instrumentID
    self.tsEvent = tsEvent
  }

  /// Size in bytes of the record that the header heads, as the header states it (0...1020).
  @inlinable public var byteCount: Int { Int(length) &* 4 }
}
