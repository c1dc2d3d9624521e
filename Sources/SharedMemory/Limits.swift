internal import CMillrace

/// The limits of the shared-memory outlet; those of the layout come from the C header.
public enum SharedMemoryLimits {
  /// The smallest ring, in lines of 64 bytes; a power of two.
  public static var minimumCapacityLines: Int { Int(MILLRACE_MIN_CAPACITY_LINES) }
  /// The largest ring, in lines of 64 bytes (4 GiB); a power of two.
  public static var maximumCapacityLines: Int { Int(MILLRACE_MAX_CAPACITY_LINES) }
  /// The ring that is made when nothing else is asked for: 16,384 lines, 1 MiB, which stays in L2.
  public static var defaultCapacityLines: Int { 16_384 }
  /// The smallest record, in bytes: a DBN record header.
  public static var minimumRecordBytes: Int { Int(MILLRACE_MIN_RECORD_BYTES) }
  /// The largest record, in bytes: ten lines of 56 bytes (the largest DBN record has 528).
  public static var maximumRecordBytes: Int { Int(MILLRACE_MAX_RECORD_BYTES) }
  /// The longest instance name, in bytes; with its NUL it fills the header's field.
  public static var maximumInstanceBytes: Int { 47 }
  /// The longest dataset name, in bytes, as in DBN metadata.
  public static var maximumDatasetBytes: Int { 15 }
  /// Entries of a shard's symbol file, 80 bytes each: 5 MiB. A stock locate of ITCH has 16 bits.
  public static var symbols: Int { 65_536 }
  /// Bytes of a shard's symbol file.
  public static var symbolFileBytes: Int {
    SymbolLayout.headerBytes + symbols * SymbolLayout.entryBytes
  }
  /// The most shards of one instance.
  public static var maximumShards: Int { 1024 }
  /// The last ordinal of an epoch that a batch may begin with: half of the 48 bits. A writer that
  /// is beyond it begins a new epoch at its next flush, so that no batch can run over the width.
  public static var lastOrdinalOfEpoch: UInt64 { 1 << 47 }
}
