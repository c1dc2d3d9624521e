/// Limits of this module, by name.
public enum LoggingLimits {
  /// Bytes of one value; the rest is cut off and said to be.
  public static var valueBytes: Int { 2_048 }
  /// Bytes of one line; further fields are left out and said to be.
  public static var lineBytes: Int { 16_384 }
  /// Event names whose rate is watched; further ones share one allowance.
  public static var eventNames: Int { 1_024 }
  /// Lines a second and event name, and how many at once.
  public static var linesPerSecond: UInt64 { 5 }
  public static var lineBurst: UInt64 { 20 }
  /// How long a count of suppressed lines waits for the next line of its event, ns.
  public static var suppressedNanos: UInt64 { 1_000_000_000 }
  /// Bytes of an audit file's entry.
  public static var auditLineBytes: Int { 65_536 }
}
