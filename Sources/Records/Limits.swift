/// What a DBN stream may cost its reader.
public enum RecordLimits {
  /// Bytes of the largest metadata: some 60,000 symbols with their mappings take 15 MiB.
  @inlinable public static var metadataBytes: Int { 64 * 1024 * 1024 }
  /// Bytes of the largest record that the length byte can state: 255 words of 4 bytes.
  @inlinable public static var recordBytes: Int { 1020 }
}
