/// Limits of this module, by name.
public enum ControlLimits {
  /// Instruments that are not served, and unhealthy ones, that status lists by source; all are
  /// counted.
  public static var listedInstruments: Int { 256 }
  /// Broken parts of an upstream that are known by name.
  public static var parts: Int { 64 }
  /// Age of the last beat at which the control thread counts as stuck, ns.
  public static var beatNanos: UInt64 { 10_000_000_000 }
  /// Bytes of one command of the control socket, and of its answer.
  public static var commandBytes: Int { 1_024 }
  public static var answerBytes: Int { 16 << 20 }
  /// How long a client of the control socket may take, ns.
  public static var commandNanos: Int64 { 2_000_000_000 }
  /// Bytes of a rejected message that the log shows.
  static var poisonBytes: Int { 48 }
}
