/// What one compressed stream may cost.
public enum ZstdLimits {
  /// Largest window that a frame may ask for, as a power of two: 128 MiB, the library's default.
  @inlinable public static var windowLog: Int { 27 }
  /// Bytes produced by one step of the decompressor: the largest zstd block.
  @inlinable public static var stepBytes: Int { 128 * 1024 }
}
