public import Records

/// What decoders may leave out of an order record, and where the worker finds what it needs.
///
/// Exchanges name orders by their id alone when they change them. The decoder keeps no orders; it
/// writes an MBO record with what the wire says, and the worker's book completes it. In a lane:
///
/// | action | side | price | size | `ts_in_delta` | means |
/// |---|---|---|---|---|---|
/// | A | A/B | set | set | 0 | a new order, complete |
/// | F | N | undefined | executed | 0 | execution at the order's own price |
/// | F | N | set | executed | 0 | execution at this price |
/// | C | N | undefined | cancelled, or undefined for all that is left | 0 | cancellation |
/// | M | N | set | set | lower half of the old id | replacement; `order_id` is the new id |
///
/// A replacement whose ids differ in their upper halves comes as `ReplaceRecord`. An execution with
/// `Flags.publisherSpecific` is not printable: it is part of a cross and not of the volume. Records
/// with `Flags.mbp` are price levels, complete as they are.
public enum LaneConvention {
  /// The id of the order that a one-line replacement retires.
  @inlinable @inline(__always)
  public static func olderID(of record: MBOMessage) -> UInt64 {
    record.orderID & ~0xFFFF_FFFF | UInt64(UInt32(bitPattern: record.tsInDelta))
  }
}

/// A replacement with both ids in full: an MBO record with 8 more bytes (length 64), in two lines.
@frozen
public struct ReplaceRecord: BitwiseCopyable, Sendable {
  /// Action M; `orderID` is the new id.
  public var record: MBOMessage
  /// The id of the order that is retired.
  public var olderID: UInt64

  @inlinable
  public init(_ record: MBOMessage, olderID: UInt64) {
    self.record = record
    self.record.header.length = Self.lengthWords
    self.olderID = olderID
  }

  /// 64 bytes in words of 4.
  @inlinable public static var lengthWords: UInt8 { 16 }
}
