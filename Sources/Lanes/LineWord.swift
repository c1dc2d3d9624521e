/// The last 8 bytes of a 64-byte line: who wrote it, and which record it belongs to.
///
///      63   62        48 47                                            0
///     +----+------------+-----------------------------------------------+
///     | C  |   epoch    |   ordinal of the record, from 1               |
///     +----+------------+-----------------------------------------------+
///
/// `C` is 1 on every line of a record but its first. 0 means never written. Because the ordinal
/// counts records, a reader that was lapped learns from one line how many records it has lost. The
/// rings in shared memory use the same word (millrace_shm.h).
public enum LineWord {
  /// Bytes of a line.
  @inlinable public static var lineBytes: Int { 64 }
  /// Bytes of a record that one line carries: 64 - 8 of the word.
  @inlinable public static var payloadBytes: Int { 56 }
  /// Set on the lines of a record that follow its first.
  @inlinable public static var continuation: UInt64 { 1 << 63 }
  /// The bits of the record's ordinal.
  @inlinable public static var ordinalMask: UInt64 { 1 << 48 &- 1 }

  /// The word of the first line of the record with this ordinal.
  @inlinable
  public static func first(epoch: UInt16, ordinal: UInt64) -> UInt64 {
    UInt64(epoch & 0x7FFF) << 48 | ordinal & ordinalMask
  }

  /// Lines that a record of `byteCount` bytes takes.
  @inlinable
  public static func lineCount(byteCount: Int) -> Int { (byteCount &+ 55) / 56 }

  /// Bytes of the record whose first byte is `length`, in 4-byte words (DBN record header).
  @inlinable
  public static func recordBytes(length: UInt8) -> Int { Int(length) &* 4 }
}

/// Limits of this module.
public enum LaneLimits {
  /// Bytes of the largest DBN record: an instrument definition (520) with `ts_out` (8).
  @inlinable public static var recordBytes: Int { 528 }
  /// Lines of the largest record: 528 / 56, rounded up.
  @inlinable public static var recordLines: Int { 10 }
  /// Records that a consumer takes from a lane at a time: one prefetch batch of the books.
  @inlinable public static var batchRecords: Int { 64 }
  /// Fewest lines of a ring: the largest record and some slack.
  @inlinable public static var leastLines: Int { 64 }
  /// Most lines of a ring: 16 Mi lines are 1 GiB.
  @inlinable public static var mostLines: Int { 1 << 24 }
  /// Most shards: a shard number is one byte in the shard map.
  @inlinable public static var shards: Int { 64 }
}
