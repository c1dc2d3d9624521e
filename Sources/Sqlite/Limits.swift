/// Limits of this module, by name. Reaching one is an error of the statement, never a crash.
public enum SqliteLimits {
  /// How long a statement waits for another process that writes, milliseconds.
  public static var busyMilliseconds: Int32 { 5_000 }
  /// Bytes of one text, blob or row.
  public static var valueBytes: Int32 { 4 << 20 }
  /// Bytes of one statement's text.
  public static var statementBytes: Int32 { 64 << 10 }
  /// Parameters of one statement.
  public static var parameters: Int32 { 64 }
  /// Pages of the write-ahead log after which it is written back: 1,000 pages of 4 KiB.
  public static var logPages: Int32 { 1_000 }
}
