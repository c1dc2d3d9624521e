/// Limits of this module, by name.
public enum ConfigLimits {
  /// Findings that are listed; behind them only their number is told.
  public static var findings: Int { 200 }
  public static var sources: Int { 64 }
  /// Instruments of one source.
  public static var instruments: Int { 100_000 }
  /// Bytes of a file that holds a secret.
  public static var secretBytes: Int { 16_384 }
  /// Bytes of a list of symbols.
  public static var listBytes: Int { 8 << 20 }
  /// Characters of a text, and of what a reference to the environment becomes.
  public static var textCharacters: Int { 4_096 }
}
