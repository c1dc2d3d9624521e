/// Limits of the counters file; reaching one is an error of the caller or of the file, never a
/// trap.
public enum LedgerLimits {
  /// Blocks of one file: 64 readers × 64 shards of lanes, and as many of everything else.
  public static var blocks: Int { 16_384 }
  /// Sources of one instance: their lanes' losses are counted by source.
  public static var sources: Int { 64 }
  /// Counters that a file may describe.
  public static var definitions: Int { 1_024 }
  /// Names of single elements of array counters that a file may hold.
  public static var labels: Int { 4_096 }
  /// Words of one block.
  public static var blockWords: Int { 4_096 }
  /// Bytes of a file: what a reader is willing to map.
  public static var fileBytes: Int { 1 << 30 }
  /// Attempts to read one block between two publications of its writer.
  public static var readAttempts: Int { 4_096 }
}
