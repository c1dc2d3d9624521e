/// Limits of live sessions.
public enum LiveLimits {
  /// Bytes of a rejected message that are kept.
  public static var poisonBytes: Int { 64 << 10 }
  /// Connections of one session.
  public static var channels: Int { 8 }
  /// Backfills under way at once; the machine's pacing keeps it lower.
  public static var backfills: Int { 65_536 }
  /// Notes of one session that wait for the control thread.
  public static var waitingNotes: Int { 262_144 }
  /// By how much a clock's offset must have changed to be told again.
  public static var clockOffsetNanos: UInt64 { 10_000_000 }
  /// Instruments of one session.
  public static var instruments: Int { 100_000 }
}
