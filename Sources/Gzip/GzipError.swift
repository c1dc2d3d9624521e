/// Why a gzip stream cannot be inflated any further.
///
/// Positions are byte offsets in the compressed input, members count from 1 (RFC 1952, section
/// 2.2).
public enum GzipError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The input ended inside a member: a copy that was cut off.
  case truncated(member: Int, offset: Int)
  /// The bytes are not a valid member; `detail` is zlib's own word for it.
  case corrupt(member: Int, offset: Int, detail: String)
  /// Bytes follow the last member that are neither a member nor zero padding.
  case trailingBytes(offset: Int)
  /// zlib could not allocate its window (about 40 KiB).
  case outOfMemory

  public var description: String {
    switch self {
    case .truncated(let member, let offset):
      "gzip member \(member) ends early at compressed byte \(offset): copy the file again"
    case .corrupt(let member, let offset, let detail):
      "gzip member \(member) is corrupt near compressed byte \(offset) (\(detail)): "
        + "copy the file again and check it with gzip -t"
    case .trailingBytes(let offset):
      "bytes after the last gzip member at compressed byte \(offset): "
        + "cut them off or copy the file again"
    case .outOfMemory:
      "no memory for the gzip window (about 40 KiB): free memory or raise the limit"
    }
  }
}
