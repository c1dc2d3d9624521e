/// How the streams of a payload are compressed, each alone.
public enum ColumnarCoder: Equatable, Sendable {
  /// Not at all.
  case none
  /// LZ4 blocks; a higher acceleration (1 and up) is faster and larger.
  case lz4(acceleration: Int)
  /// zstd frames of the level (1...19).
  case zstd(level: Int)
}

/// What a block may hold.
public enum ColumnarLimits {
  /// Most records of a block.
  @inlinable public static var records: Int { 262_144 }
  /// Most bytes of a block's records.
  @inlinable public static var rawBytes: Int { 1 << 28 }
}
