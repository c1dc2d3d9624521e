/// Limits of the module.
public enum GzipLimits {
  /// Bytes handed to zlib in one call: its counters are 32 bits wide.
  static var callBytes: Int { 1 << 30 }
}
