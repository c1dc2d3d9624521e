public import Wire

/// What became of the messages of one source. Plain integers of the reader thread, which publishes
/// them once per batch.
public struct DecodeCounters: Sendable {
  /// Messages that became at least one record.
  public var decoded: UInt64 = 0
  /// Messages without a place among the records, by their type byte.
  public var ignored = InlineArray<256, UInt64>(repeating: 0)
  /// Messages that could not be decoded, by `RejectReason`.
  public var rejected = InlineArray<32, UInt64>(repeating: 0)

  public init() {}

  /// Counts a message that has no place among the records.
  @inlinable @inline(__always)
  public mutating func ignore(type: UInt8) { ignored[Int(type)] &+= 1 }

  /// Counts a message that could not be decoded.
  @inlinable @inline(__always)
  public mutating func reject(_ reason: RejectReason) {
    rejected[Int(reason.rawValue) & 31] &+= 1
  }

  /// Messages ignored, of all types.
  public var ignoredTotal: UInt64 {
    var sum: UInt64 = 0
    for type in ignored.indices { sum &+= ignored[type] }
    return sum
  }

  /// Messages rejected, for all reasons.
  public var rejectedTotal: UInt64 {
    var sum: UInt64 = 0
    for reason in rejected.indices { sum &+= rejected[reason] }
    return sum
  }
}
